"""``GET /v1/business``: whose token this is.

An own extension: who was handed a token and nothing else learns the public id that pages need, and
the currency in which amounts without one are read.
"""

from typing import Annotated, Any, Final, Literal

from litestar import get
from msgspec import Meta, Struct

from footfall.api.call import Call, absent
from footfall.api.endpoint import Endpoint, bound
from footfall.domain.public_ids import Kind
from footfall.domain.times import unix_seconds
from footfall.store import businesses


class Business(Struct, kw_only=True):
    """A business as its own tokens see it."""

    id: Annotated[str, Meta(description="The public id, which pages and apps send.")]
    type: Literal["business"] = "business"
    name: str
    currency: Annotated[str, Meta(description="ISO 4217; of amounts that name none.")]
    timezone: Annotated[str, Meta(description="In which its days begin, IANA name.")]
    country: Annotated[str, Meta(description="ISO 3166; phones are read as dialled there.")]
    test: Annotated[bool, Meta(description="It is the test side, and the token a test token.")]
    created_at: Annotated[int, Meta(description="Unix seconds.")]


EXAMPLE: Final[dict[str, Any]] = {
    "id": "4ONLdN32",
    "type": "business",
    "name": "My shop",
    "currency": "USD",
    "timezone": "UTC",
    "country": "US",
    "test": False,
    "created_at": 1665684173,
}


@get(
    "/business",
    **bound(
        Endpoint(
            "Retrieve the token's business",
            answer=Business,
            description="Any token may ask, whatever its scopes.",
            also=("events:write", "catalog", "profiles"),
            errors=(404,),
            answer_example=EXAMPLE,
        )
    ),
)
async def get_business(call: Call) -> Business:
    """Answer whose token this is."""
    found = await call.store.read(lambda connection: businesses.find(connection, call.business_id))
    if found is None:
        raise absent(Kind.BUSINESS)
    return Business(
        id=call.encode(Kind.BUSINESS, found.id),
        name=found.name,
        currency=found.currency,
        timezone=found.timezone,
        country=found.country,
        test=found.test_of is not None,
        created_at=unix_seconds(found.created_at),
    )


HANDLERS: Final = (get_business,)
