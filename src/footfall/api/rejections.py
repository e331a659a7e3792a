"""``GET /v1/rejections``: what was refused lately, why, and with which body, without secrets."""

from typing import Annotated, Any, Final, Literal

from litestar import get
from msgspec import Meta, Struct, convert

from footfall.api import paging
from footfall.api.answers import Listing
from footfall.api.call import Call
from footfall.api.endpoint import Endpoint, bound
from footfall.domain.public_ids import Kind
from footfall.domain.times import iso_utc
from footfall.errors import Fault
from footfall.store import rejections


class RejectionError(Struct):
    """One thing that was wrong."""

    type: str
    message: str
    description: Annotated[str, Meta(description="The same text as `message`.")] = ""
    parameter: str | None = None
    request_id: str = ""
    doc_url: str = ""


class Rejection(Struct, kw_only=True):
    """A refused request, or a refused item of a batch."""

    id: str
    type: Literal["rejection"] = "rejection"
    received_at: Annotated[str, Meta(description="ISO 8601.")]
    request_id: str
    method: str
    path: str
    status: int
    item: Annotated[int | None, Meta(description="Position in its batch.")]
    errors: list[RejectionError]
    body: Annotated[Any, Meta(description="What was sent; secrets, e-mails and phones are masked.")]
    token: Annotated[str | None, Meta(description="Id of the token it came with.")]


@get(
    "/rejections",
    **bound(
        Endpoint(
            "List refused requests",
            answer=Listing[Rejection],
            description="The newest ones of the business; older ones are dropped in time.",
            errors=(422,),
            query=paging.QUERY,
        )
    ),
)
async def list_rejections(call: Call) -> Listing[Rejection]:
    """Answer a page of refusals."""
    faults: list[Fault] = []
    bounds = paging.read_bounds(call.query, call.store.public_ids[Kind.REJECTION].decode, faults)
    page = await call.store.read(
        lambda connection: rejections.page(connection, call.business_id, bounds, faults)
    )
    return Listing([_render(call, row) for row in page.rows], page.has_more)


def _render(call: Call, row: Any) -> Rejection:
    return Rejection(
        id=call.encode(Kind.REJECTION, row.id),
        received_at=iso_utc(row.received_at),
        request_id=row.request_id,
        method=row.method,
        path=row.path,
        status=row.status,
        item=row.item,
        errors=convert(row.errors, list[RejectionError]),
        body=row.body,
        token=None if row.token_id is None else call.encode(Kind.TOKEN, row.token_id),
    )


HANDLERS: Final = (list_rejections,)
