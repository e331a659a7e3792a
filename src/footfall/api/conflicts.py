"""``/v1/conflicts``: sessions that two known people claim, and the decision about each.

Source: contract 3.4, 5.4.
"""

from typing import Annotated, Any, Final, Literal

from litestar import get, post
from litestar.params import FromPath
from msgspec import Meta, Struct

from footfall.api import paging
from footfall.api.answers import Listing
from footfall.api.call import Call, Encoder, absent, raise_any
from footfall.api.endpoint import Endpoint, bound
from footfall.api.forms import FORM_TYPE
from footfall.domain.objects import is_absent
from footfall.domain.public_ids import Kind
from footfall.domain.times import iso_utc
from footfall.errors import Fault, Invalid, ParameterInvalidEmpty, ParameterMissing
from footfall.store import conflicts
from footfall.store.identity_log import Origin

_READS: Final[dict[str, Any]] = {"scope": "read", "also": ("profiles",)}


class Conflict(Struct, kw_only=True):
    """A session that belongs to one known person and was claimed for another."""

    id: str
    type: Literal["conflict"] = "conflict"
    kind: Literal["attach_conflict", "identify_conflict"]
    session: str | None
    profile: Annotated[str | None, Meta(description="Id of the person it was claimed for.")]
    owner: Annotated[
        str | None, Meta(description="Id of the person it belongs to; null if deleted.")
    ]
    cause: Annotated[str, Meta(description="What claimed it, such as `attach` or `identify`.")]
    at: Annotated[str, Meta(description="When that was first asked for, ISO 8601.")]
    open: Annotated[
        bool,
        Meta(
            description="False once it is settled, or the two are one person, or `profile` is gone."
        ),
    ]


class SettleBody(Struct):
    """What is to become of it."""

    decision: Annotated[
        Literal["keep", "merge"],
        Meta(
            description="`keep`: they are two people. `merge`: one, and `profile` is merged into "
            "`owner`."
        ),
    ]


_ANSWER: Final[dict[str, Any]] = {
    "id": "BvYeyVYz",
    "type": "conflict",
    "kind": "attach_conflict",
    "session": "bBJn9vR15yPaYkWmR2QK0jopMeNxrA6l",
    "profile": "Hd7TqwX2",
    "owner": "MzYwlE50",
    "cause": "attach",
    "at": "2022-10-13T18:02:53Z",
    "open": True,
}


@get(
    "/conflicts",
    **bound(
        Endpoint(
            "List open conflicts",
            answer=Listing[Conflict],
            description="The same session claimed for the same person again is the same conflict.",
            errors=(422,),
            query=paging.QUERY,
            **_READS,
        )
    ),
)
async def list_conflicts(call: Call) -> Listing[Conflict]:
    """Answer a page of open conflicts."""
    faults: list[Fault] = []
    bounds = paging.read_bounds(call.query, call.store.public_ids[Kind.CHANGE].decode, faults)
    page = await call.store.read(
        lambda connection: conflicts.page(connection, call.business_id, bounds, faults)
    )
    return Listing([render(call, each) for each in page.rows], page.has_more)


@get(
    "/conflicts/{conflict:str}",
    **bound(
        Endpoint(
            "Retrieve a conflict", answer=Conflict, errors=(404,), answer_example=_ANSWER, **_READS
        )
    ),
)
async def get_conflict(call: Call, conflict: FromPath[str]) -> Conflict:
    """Answer one conflict, open or not."""
    row_id = call.row(Kind.CHANGE, conflict)
    found = await call.store.read(
        lambda connection: conflicts.find(connection, call.business_id, row_id)
    )
    if found is None:
        raise absent(Kind.CHANGE)
    return render(call, found)


@post(
    "/conflicts/{conflict:str}/settle",
    **bound(
        Endpoint(
            "Settle a conflict",
            answer=Conflict,
            body=SettleBody,
            description="Closes it. A merge keeps the owner's id and can be undone in the identity "
            "log.",
            scope="profiles",
            errors=(400, 404, 422),
            example={"decision": "keep"},
            answer_example={**_ANSWER, "open": False},
            media_types=("application/json", FORM_TYPE),
        )
    ),
)
async def settle_conflict(call: Call, conflict: FromPath[str]) -> Conflict:
    """Close a conflict, with or without a merge."""
    row_id = call.row(Kind.CHANGE, conflict)
    faults: list[Fault] = []
    decision = _decision(call.told, faults)
    origin = Origin(call.received_at, "conflict", call.caller.token_id)
    found = await call.store.read(
        lambda connection: conflicts.find(connection, call.business_id, row_id)
    )
    if found is None:
        raise absent(Kind.CHANGE)
    raise_any(faults)
    settled = await call.store.write(
        lambda connection: conflicts.settle(connection, call.business_id, row_id, decision, origin)
    )
    assert settled is not None
    return render(call, settled)


def _decision(told: dict[str, Any], faults: list[Fault]) -> conflicts.Decision:
    value = told.get("decision")
    if value in ("keep", "merge"):
        decision: conflicts.Decision = value
        return decision
    what = "Send “decision”: “keep” or “merge”."
    if "decision" not in told:
        faults.append(ParameterMissing(what, "decision"))
    elif is_absent(value):
        faults.append(ParameterInvalidEmpty(what, "decision"))
    else:
        faults.append(Invalid(f"“decision” is neither. {what}", "decision"))
    return "keep"


def render(call: Encoder, conflict: conflicts.Conflict) -> Conflict:
    """Return a conflict as answers show it."""
    change = conflict.change

    def profile(row_id: int | None) -> str | None:
        return None if row_id is None else call.encode(Kind.PROFILE, row_id)

    return Conflict(
        id=call.encode(Kind.CHANGE, change.id),
        kind=change.kind,  # type: ignore[arg-type]  # only these two are conflicts
        session=change.session_text,
        profile=profile(conflict.wanted_id),
        owner=profile(conflict.owner_id),
        cause=change.cause,
        at=iso_utc(change.at),
        open=conflict.is_open,
    )


HANDLERS: Final = (list_conflicts, get_conflict, settle_conflict)
