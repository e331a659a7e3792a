"""``/v1/profiles/:id/…``: a person's events, sessions and export, and not being tracked any more.

Source: contract 3.10, 3.19, 5.
"""

from typing import Annotated, Any, Final

from litestar import Response, delete, get, post
from litestar.params import FromPath
from msgspec import Meta, structs
from sqlalchemy import Connection

from footfall.api import events as api_events
from footfall.api import export, export_bodies, older, paging
from footfall.api.answers import Listing
from footfall.api.call import Call, Encoder, absent, raise_any
from footfall.api.endpoint import Endpoint, bound
from footfall.api.events import Event
from footfall.api.profile_bodies import ANSWER as PROFILE_ANSWER
from footfall.api.profile_bodies import Profile
from footfall.api.profiles import render as render_profile
from footfall.api.sessions import Session
from footfall.api.sessions import render as render_session
from footfall.domain.public_ids import Kind
from footfall.errors import Fault
from footfall.store import events, merges, pages, people, sessions, suppress, tables
from footfall.store.events import EventFilter
from footfall.store.identity_log import Origin
from footfall.store.pages import Page

_READS: Final[dict[str, Any]] = {"scope": "read", "also": ("profiles",)}


class TimelineEvent(Event, kw_only=True):
    """Something that a person did."""

    before_attach: Annotated[
        bool,
        Meta(description="It is the person's through a session that was attached after it."),
    ]


@get(
    "/profiles/{profile:str}/events",
    **bound(
        Endpoint(
            "List a person's events",
            answer=Listing[TimelineEvent],
            description="All that is known of what the person did, in the order of its arrival, "
            "newest first: under any id it goes by, and in any of its sessions, also before those "
            "were attached.",
            errors=(404, 422),
            query=paging.QUERY,
            answer_example={
                "data": [{**api_events.ANSWER, "before_attach": False}],
                "has_more": False,
            },
            **_READS,
        )
    ),
)
async def list_profile_events(call: Call, profile: FromPath[str]) -> Listing[TimelineEvent]:
    """Answer a page of a person's history."""
    row_id = call.row(Kind.PROFILE, profile)
    asked = await call.store.read(lambda connection: _recent(connection, call, row_id))
    page = await older.completed(call, asked)
    return Listing([render_event(call, row) for row in page.rows], page.has_more)


@get(
    "/profiles/{profile:str}/sessions",
    **bound(
        Endpoint(
            "List a person's sessions",
            answer=Listing[Session],
            errors=(404, 422),
            query=paging.QUERY,
            **_READS,
        )
    ),
)
async def list_profile_sessions(call: Call, profile: FromPath[str]) -> Listing[Session]:
    """Answer a page of the sessions that are a person's."""
    row_id = call.row(Kind.PROFILE, profile)
    page = await call.store.read(lambda connection: _sessions(connection, call, row_id))
    return Listing([render_session(call, each) for each in page.rows], page.has_more)


@get(
    "/profiles/{profile:str}/export",
    **bound(
        Endpoint(
            "Export a person",
            answer=export_bodies.Export,
            description="Everything that is kept about the person, as one document: what it is "
            "known by and what was claimed of it, its sessions, lists, submissions, events and "
            "sightings in full, oldest first, and every change of who it is. Times are ISO 8601.",
            errors=(404,),
            answer_example=export_bodies.EXAMPLE,
            **_READS,
        )
    ),
)
async def export_profile(call: Call, profile: FromPath[str]) -> Response[bytes]:
    """Answer everything about a person."""
    row_id = call.row(Kind.PROFILE, profile)
    root = await call.store.read(lambda connection: _root(connection, call, row_id))
    past = await older.of_person(call, EventFilter(call.business_id, profile_id=root))
    found = await call.store.read(
        lambda connection: export.build(
            connection, call.store.index, call, call.business_id, row_id, call.received_at, past
        )
    )
    if found is None:
        raise absent(Kind.PROFILE)
    return Response(found, media_type="application/json")


def _suppress_endpoint(summary: str, description: str, answer: dict[str, Any]) -> Endpoint:
    return Endpoint(
        summary,
        answer=Profile,
        description=description,
        scope="profiles",
        errors=(400, 404),
        answer_example=answer,
    )


@post(
    "/profiles/{profile:str}/suppress",
    **bound(
        _suppress_endpoint(
            "Stop tracking a person",
            "From now on events of this person are refused; they are counted in "
            "`suppressed_events`, and nothing of them is kept. What is kept already stays.",
            {**PROFILE_ANSWER, "suppressed_at": 1665684173},
        )
    ),
)
async def suppress_profile(call: Call, profile: FromPath[str]) -> Profile:
    """Refuse a person's events from now on."""
    return await _suppress(call, profile, is_suppressed=True)


@delete(
    "/profiles/{profile:str}/suppress",
    **bound(
        _suppress_endpoint(
            "Track a person again", "Events of this person are taken again.", PROFILE_ANSWER
        )
    ),
)
async def unsuppress_profile(call: Call, profile: FromPath[str]) -> Profile:
    """Take a person's events again."""
    return await _suppress(call, profile, is_suppressed=False)


def render_event(call: Encoder, row: events.Event) -> TimelineEvent:
    """Return an event as a person's history shows it."""
    return TimelineEvent(
        **structs.asdict(api_events.render(call, row)),
        before_attach=row.profile_id is None
        and row.attached_at is not None
        and row.occurred_at < row.attached_at,
    )


async def _suppress(call: Call, profile: str, *, is_suppressed: bool) -> Profile:
    row_id = call.row(Kind.PROFILE, profile)
    origin = Origin(call.received_at, "api", call.caller.token_id)
    found = await call.store.write(
        lambda connection: suppress.suppress(
            connection, call.business_id, row_id, origin, is_suppressed=is_suppressed
        )
    )
    if found is None:
        raise absent(Kind.PROFILE)
    return render_profile(call, found)


def _recent(connection: Connection, call: Call, row_id: int) -> older.Recent:
    wanted = EventFilter(call.business_id, profile_id=_root(connection, call, row_id))
    faults: list[Fault] = []
    bounds = paging.read_bounds(call.query, call.store.public_ids[Kind.EVENT].decode, faults)
    return older.recent(connection, call, wanted, bounds, faults)


def _sessions(connection: Connection, call: Call, row_id: int) -> Page:
    members = merges.members_of(connection, _root(connection, call, row_id))
    bounds = _bounds(connection, call)
    return sessions.of_person(connection, members, bounds)


def _root(connection: Connection, call: Call, row_id: int) -> int:
    root = people.canonical(connection, call.business_id, row_id)
    if root is None:
        raise absent(Kind.PROFILE)
    return root


def _bounds(connection: Connection, call: Call) -> pages.Bounds:
    faults: list[Fault] = []
    table = tables.sessions
    bounds = paging.read_bounds(call.query, call.store.public_ids[Kind.SESSION].decode, faults)
    pages.check(connection, table, table.c.business_id == call.business_id, bounds, faults)
    raise_any(faults)
    return bounds


HANDLERS: Final = (
    list_profile_events,
    list_profile_sessions,
    export_profile,
    suppress_profile,
    unsuppress_profile,
)
