"""``/v1/track/sessions`` and ``/v1/sessions/:id``: browsers, and whose they turned out to be.

Attaching never detaches and never moves a session from one profile to another; callers compare the
answer's ``profile`` (contract 3.4).

Source: contract 3.3, 3.4.
"""

from typing import Annotated, Any, Final, Literal

from litestar import get, patch, post
from litestar.params import FromPath
from msgspec import UNSET, Meta, Struct, UnsetType
from sqlalchemy import Connection

from footfall.api.call import Call, Encoder, absent, raise_any
from footfall.api.components import ALIAS
from footfall.api.endpoint import Endpoint, bound
from footfall.api.forms import FORM_TYPE
from footfall.api.parameters import PROFILE, Given, read_role
from footfall.domain.public_ids import Kind
from footfall.domain.sessions import is_carriable, mint
from footfall.domain.times import unix_seconds
from footfall.errors import Fault, NotFound, ParameterMissing, refuse
from footfall.ingest.resolve_owner import no_session, no_session_id
from footfall.store import people, sessions


class NewSession(Struct, kw_only=True):
    """A session as the browser gets it."""

    id: Annotated[str, Meta(description="32 letters and digits, to be sent with every event.")]
    type: Literal["session"] = "session"
    created_at: Annotated[int, Meta(description="Unix seconds.")]


class AttachBody(Struct):
    """Whose the session is."""

    profile: Annotated[str, Meta(description="A profile's id.")]
    profile_id: Annotated[str | UnsetType, Meta(extra_json_schema={ALIAS: "profile"})] = UNSET


class Session(Struct, kw_only=True):
    """A browser or device."""

    id: Annotated[str, Meta(description="Short id of the record.")]
    type: Literal["session"] = "session"
    session: Annotated[str, Meta(description="The id that the browser knows.")]
    profile: Annotated[
        str | None,
        Meta(description="The id of the profile it belongs to; null also if that one was deleted."),
    ]
    created_at: Annotated[int, Meta(description="Unix seconds.")]


ANSWER: Final[dict[str, Any]] = {
    "id": "WBAkaqNz",
    "type": "session",
    "session": "bBJn9vR15yPaYkWmR2QK0jopMeNxrA6l",
    "profile": "MzYwlE50",
    "created_at": 1665684173,
}


def _attach_endpoint(status: int) -> Endpoint:
    return Endpoint(
        "Attach a session to a profile",
        answer=Session,
        body=AttachBody,
        description="The id in the path is the browser's session or the record's own id; one that "
        "is well formed and unknown begins here. A session that belongs to another profile, or did "
        "when that one was deleted, is not moved: compare `profile` in the answer, and see "
        "`GET /v1/conflicts`. An owner of whom nothing is known is merged into the profile. Doing "
        "it again changes nothing.",
        scope="profiles",
        status=status,
        errors=(400, 404, 422),
        example={"profile": "MzYwlE50"},
        answer_example=ANSWER,
        media_types=("application/json", FORM_TYPE),
    )


@post(
    "/track/sessions",
    **bound(
        Endpoint(
            "Begin a session",
            answer=NewSession,
            description="For browsers and devices that do not make ids of their own. No body is "
            "needed.",
            credential="public",
            status=201,
            errors=(400,),
            answer_example={
                "id": "bBJn9vR15yPaYkWmR2QK0jopMeNxrA6l",
                "type": "session",
                "created_at": 1665684173,
            },
        )
    ),
)
async def create_session(call: Call) -> NewSession:
    """Mint a session."""
    text = mint()
    made = await call.store.write(
        lambda connection: sessions.create(connection, call.business_id, text, call.received_at)
    )
    return NewSession(id=made.text, created_at=unix_seconds(made.created_at))


@get(
    "/sessions/{session:str}",
    **bound(
        Endpoint(
            "Retrieve a session",
            answer=Session,
            also=("profiles",),
            errors=(404,),
            answer_example=ANSWER,
        )
    ),
)
async def get_session(call: Call, session: FromPath[str]) -> Session:
    """Answer one session."""
    found = await call.store.read(lambda connection: find(connection, call, session))
    if found is None:
        raise absent(Kind.SESSION)
    return render(call, found)


@patch("/sessions/{session:str}", **bound(_attach_endpoint(200)))
async def attach_session(call: Call, session: FromPath[str]) -> Session:
    """Attach a session, as newer documents say."""
    return await _attach(call, session)


@post("/sessions/{session:str}", **bound(_attach_endpoint(201)))
async def attach_session_by_post(call: Call, session: FromPath[str]) -> Session:
    """Attach a session, as older documents say."""
    return await _attach(call, session)


async def _attach(call: Call, text: str) -> Session:
    faults: list[Fault] = []
    profile = read_role(call.told, PROFILE, faults)
    if profile is None and not faults:
        faults.append(
            ParameterMissing("“profile” is missing; send the id of whose session it is.", "profile")
        )
    raise_any(faults)
    assert profile is not None
    given = profile
    # Shops repeat this call with every page; what is so already must not cost a commit.
    found = await call.store.read(lambda connection: _attached(connection, call, text, given))
    if found is None:
        found = await call.store.write(
            lambda connection: _attach_now(connection, call, text, given)
        )
    return render(call, found)


def _attached(
    connection: Connection, call: Call, text: str, given: Given
) -> sessions.Session | None:
    """Return the session if it is the profile's already, or somebody else's and noted so."""
    session = find(connection, call, text)
    if session is None or session.owner_id is None:
        return None
    standing = sessions.attachment(connection, session, profile_row(connection, call, given))
    return session if standing in ("attached", "noted") else None


def _attach_now(connection: Connection, call: Call, text: str, given: Given) -> sessions.Session:
    row_id = call.decode(Kind.SESSION, text)
    session = sessions.find_or_create(connection, call.business_id, text, row_id, call.received_at)
    if session is None:
        raise absent(Kind.SESSION)
    return sessions.attach(
        connection,
        call.business_id,
        session,
        profile_row(connection, call, given),
        at=call.received_at,
        cause="attach",
        token_id=call.caller.token_id,
    )


def profile_row(connection: Connection, call: Call, given: Given) -> int:
    """Return the row number of a profile that a body names.

    Raises:
        Refused: 422, there is none in this business.
    """
    row_id = call.decode(Kind.PROFILE, given.text)
    if row_id is None or not people.existing(connection, call.business_id, [row_id]):
        raise refuse(
            NotFound(
                "There is no such profile in this business; create it first with POST /v1/profiles "
                "and send the id it answers.",
                given.parameter,
            )
        )
    return row_id


def find(connection: Connection, call: Call, text: str) -> sessions.Session | None:
    """Return the session of an id: the browser's own, or the record's."""
    if not is_carriable(text):
        return None
    return sessions.find(connection, call.business_id, text, call.decode(Kind.SESSION, text))


def find_or_begin(
    connection: Connection, call: Call, given: Given, *, begins_any: bool = False
) -> sessions.Session:
    """Return the session that a body names; a well-formed id that nobody had begins it.

    Args:
        begins_any: whether any text that can be carried does, as it does for pages.

    Raises:
        Refused: 422, there is none and none can begin.
    """
    row_id = call.decode(Kind.SESSION, given.text)
    session = sessions.find_or_create(
        connection, call.business_id, given.text, row_id, call.received_at, begins_any=begins_any
    )
    if session is None:
        fault = no_session_id if begins_any else no_session
        raise refuse(fault(given.parameter))
    return session


def render(call: Encoder, session: sessions.Session) -> Session:
    """Return a session as answers show it, under the id that its owner goes by.

    The id of a deleted owner would lead nowhere.
    """
    profile_id = None if session.is_orphan else session.owner_id
    return Session(
        id=call.encode(Kind.SESSION, session.id),
        session=session.text,
        profile=None if profile_id is None else call.encode(Kind.PROFILE, profile_id),
        created_at=unix_seconds(session.created_at),
    )


HANDLERS: Final[tuple[Any, ...]] = (
    create_session,
    get_session,
    attach_session,
    attach_session_by_post,
)
