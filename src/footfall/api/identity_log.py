"""``/v1/identity-log``: every change of who is who, taking one back, and merging profiles.

Source: contract 3.4, 5.
"""

from typing import Annotated, Any, Final, Literal

from litestar import get, post
from litestar.params import FromPath
from msgspec import UNSET, Meta, Struct, UnsetType, structs
from sqlalchemy import Connection

from footfall.api import paging
from footfall.api.answers import Listing
from footfall.api.call import Call, Encoder, absent, raise_any
from footfall.api.components import ALIAS
from footfall.api.endpoint import Endpoint, bound
from footfall.api.forms import FORM_TYPE
from footfall.api.parameters import PROFILE, SESSION, read_role
from footfall.api.profile_bodies import ANSWER as PROFILE_ANSWER
from footfall.api.profile_bodies import Profile
from footfall.api.profiles import render as render_profile
from footfall.api.sessions import find as find_session
from footfall.api.sessions import profile_row
from footfall.domain.public_ids import Kind
from footfall.domain.times import iso_utc
from footfall.errors import Fault, NotFound, ParameterInvalidEmpty, ParameterMissing
from footfall.store import identity_log, merges, people, undo
from footfall.store.identity_log import Origin
from footfall.store.pages import Page

_READS: Final[dict[str, Any]] = {"scope": "read", "also": ("profiles",)}


class Change(Struct, kw_only=True):
    """A change of who is who, or one that was asked for and not made."""

    id: str
    type: Literal["change"] = "change"
    kind: Literal[
        "attach",
        "attach_conflict",
        "identify",
        "identify_conflict",
        "merge",
        "undo",
        "settle",
        "suppress",
        "erase",
    ]
    at: Annotated[str, Meta(description="ISO 8601.")]
    session: str | None
    profile: Annotated[str | None, Meta(description="Whom it is about; the survivor of a merge.")]
    other: Annotated[
        str | None,
        Meta(description="The profile that was merged, or the owner a conflict was with."),
    ]
    about: Annotated[
        str | None,
        Meta(description="Id of the change that this undoes, of the conflict it settles."),
    ]
    cause: Annotated[str, Meta(description="What led to it, such as `event` or `identify`.")]
    token: Annotated[
        str | None,
        Meta(description="Id of the token it came with; null: a public id or the command line."),
    ]
    undone: Annotated[bool, Meta(description="Whether it was undone since.")]
    closed_by: Annotated[str | None, Meta(description="Id of the change that undid or settled it.")]
    details: dict[str, Any]


class MergeBody(Struct):
    """Who turned out to be the same person."""

    profile: Annotated[
        str, Meta(description="Id of the profile to merge into the one in the path.")
    ]
    profile_id: Annotated[str | UnsetType, Meta(extra_json_schema={ALIAS: "profile"})] = UNSET


class MergedProfile(Profile, kw_only=True):
    """The person that the two are now."""

    change: Annotated[str, Meta(description="Id of the change, to undo it by.")]


_ANSWER: Final[dict[str, Any]] = {
    "id": "BvYeyVYz",
    "type": "change",
    "kind": "merge",
    "at": "2022-10-13T18:02:53Z",
    "session": None,
    "profile": "MzYwlE50",
    "other": "Hd7TqwX2",
    "about": None,
    "cause": "api",
    "token": "hWeYDvni",
    "undone": False,
    "closed_by": None,
    "details": {},
}


@post(
    "/profiles/{profile:str}/merge",
    **bound(
        Endpoint(
            "Merge another profile into this one",
            answer=MergedProfile,
            body=MergeBody,
            description="Both ids go on working and mean the same person, who goes by the one in "
            "the path and has the contacts, sessions and events of both. Nothing is moved: undoing "
            "the `change` restores exactly what was.",
            scope="profiles",
            errors=(400, 404, 422),
            example={"profile": "Hd7TqwX2"},
            answer_example={**PROFILE_ANSWER, "merged": ["Hd7TqwX2"], "change": "BvYeyVYz"},
            media_types=("application/json", FORM_TYPE),
        )
    ),
)
async def merge_profiles(call: Call, profile: FromPath[str]) -> MergedProfile:
    """Merge the profile of the body into that of the path."""
    row_id = call.row(Kind.PROFILE, profile)
    faults: list[Fault] = []
    given = read_role(call.told, PROFILE, faults)
    if given is None and not faults:
        is_there = any(name in call.told for name in PROFILE)
        fault = ParameterInvalidEmpty if is_there else ParameterMissing
        faults.append(fault("“profile” is needed: the id of the profile to merge.", "profile"))

    def merge(connection: Connection) -> tuple[people.Profile, int]:
        root = people.canonical(connection, call.business_id, row_id)
        if root is None:
            raise absent(Kind.PROFILE)
        raise_any(faults)
        assert given is not None
        other = profile_row(connection, call, given)
        origin = Origin(call.received_at, "api", call.caller.token_id)
        change = merges.merge(connection, call.business_id, root, other, origin)
        found = people.find(connection, call.business_id, root)
        assert found is not None
        return found, change

    person, change = await call.store.write(merge)
    shown = structs.asdict(render_profile(call, person))
    return MergedProfile(**shown, change=call.encode(Kind.CHANGE, change))


@get(
    "/identity-log",
    **bound(
        Endpoint(
            "List changes of who is who",
            answer=Listing[Change],
            errors=(422,),
            query={
                "profile": (
                    {"type": "string"},
                    "Only changes about this person, under any of the ids it goes by.",
                ),
                "session": ({"type": "string"}, "Only changes about this session."),
                **paging.QUERY,
            },
            query_also=("profile_id", "session_id"),
            **_READS,
        )
    ),
)
async def list_changes(call: Call) -> Listing[Change]:
    """Answer a page of the log."""
    page = await call.store.read(lambda connection: _page(connection, call))
    return Listing([render(call, each) for each in page.rows], page.has_more)


@get(
    "/identity-log/{change:str}",
    **bound(
        Endpoint(
            "Retrieve a change", answer=Change, errors=(404,), answer_example=_ANSWER, **_READS
        )
    ),
)
async def get_change(call: Call, change: FromPath[str]) -> Change:
    """Answer one change."""
    row_id = call.row(Kind.CHANGE, change)
    found = await call.store.read(
        lambda connection: identity_log.find(connection, call.business_id, row_id)
    )
    if found is None:
        raise absent(Kind.CHANGE)
    return render(call, found)


@post(
    "/identity-log/{change:str}/undo",
    **bound(
        Endpoint(
            "Undo a change",
            answer=Change,
            description="Takes back a merge or the attaching of a session, and answers the change "
            "that this is. What others did since stays as it is.",
            scope="profiles",
            errors=(400, 404, 422),
            answer_example={**_ANSWER, "kind": "undo", "about": "vxqQJ3Yg"},
        )
    ),
)
async def undo_change(call: Call, change: FromPath[str]) -> Change:
    """Undo a merge or an attachment."""
    row_id = call.row(Kind.CHANGE, change)
    origin = Origin(call.received_at, "api", call.caller.token_id)
    made = await call.store.write(
        lambda connection: undo.undo(connection, call.business_id, row_id, origin)
    )
    if made is None:
        raise absent(Kind.CHANGE)
    return render(call, made)


def render(call: Encoder, change: identity_log.Change) -> Change:
    """Return a change as answers show it."""

    def named(kind: Kind, row_id: int | None) -> str | None:
        return None if row_id is None else call.encode(kind, row_id)

    return Change(
        id=call.encode(Kind.CHANGE, change.id),
        kind=change.kind,  # type: ignore[arg-type]  # the table's check holds it
        at=iso_utc(change.at),
        session=change.session_text,
        profile=named(Kind.PROFILE, change.profile_id),
        other=named(Kind.PROFILE, change.other_id),
        about=named(Kind.CHANGE, change.about_id),
        cause=change.cause,
        token=named(Kind.TOKEN, change.token_id),
        undone=change.closed_by is not None and change.kind in ("attach", "merge"),
        closed_by=named(Kind.CHANGE, change.closed_by),
        details=_details(call, change),
    )


def _details(call: Encoder, change: identity_log.Change) -> dict[str, Any]:
    """Return what else is known of a change; row numbers are ours alone."""
    details = change.details or {}
    if change.kind == "merge":
        return {}
    if "merge" in details:
        return {**details, "merge": call.encode(Kind.CHANGE, details["merge"])}
    return details


def _page(connection: Connection, call: Call) -> Page:
    faults: list[Fault] = []
    bounds = paging.read_bounds(call.query, call.store.public_ids[Kind.CHANGE].decode, faults)
    members = None
    given = read_role(call.query, PROFILE, faults)
    if given is not None:
        row_id = call.decode(Kind.PROFILE, given.text)
        root = None
        if row_id is not None:
            root = people.canonical(connection, call.business_id, row_id)
        if root is None:
            faults.append(NotFound("There is no such profile in this business.", given.parameter))
        else:
            members = merges.members_of(connection, root)
    session_id = None
    given = read_role(call.query, SESSION, faults)
    if given is not None:
        session = find_session(connection, call, given.text)
        if session is None:
            faults.append(NotFound("There is no such session in this business.", given.parameter))
        else:
            session_id = session.id
    return identity_log.page(
        connection,
        call.business_id,
        bounds,
        faults,
        profile_ids=members,
        session_id=session_id,
    )


HANDLERS: Final = (merge_profiles, list_changes, get_change, undo_change)
