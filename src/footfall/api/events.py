"""``GET /v1/attribution/events``: what happened, newest first, and one event by id.

An event is found by our id or by the ``event_id`` its sender gave it. Filters narrow a list; one
that names nothing in this business is refused, never ignored.

Source: contract 3.19.
"""

from typing import Annotated, Any, Final, Literal

from litestar import get
from litestar.params import FromPath
from msgspec import Meta, Struct
from sqlalchemy import Connection

from footfall.api import paging
from footfall.api.answers import Listing
from footfall.api.call import Call, Encoder, absent
from footfall.api.endpoint import Endpoint, bound
from footfall.api.event_filters import QUERY, QUERY_ALSO, Filters
from footfall.domain import money
from footfall.domain.events import Flag
from footfall.domain.public_ids import Kind
from footfall.domain.times import iso_utc, unix_seconds
from footfall.errors import Fault, Refused
from footfall.store import events, pages, tables
from footfall.store.pages import Page


class EventObject(Struct):
    """What it was done to."""

    id: str
    type: str
    name: str | None
    reference: str | None


class Event(Struct, kw_only=True):
    """Something that happened."""

    id: str
    type: Literal["event"] = "event"
    event_id: Annotated[str | None, Meta(description="The id its sender gave it.")]
    action: str
    profile: Annotated[str | None, Meta(description="Whose it is, also through the session.")]
    session: str | None
    object: EventObject | None
    amount: Annotated[str | None, Meta(description="Major units with every decimal.")]
    currency: str | None
    occurred_at: Annotated[str, Meta(description="The time in analysis, ISO 8601.")]
    tracked_at: Annotated[str | None, Meta(description="The time its sender claimed, ISO 8601.")]
    received_at: Annotated[str, Meta(description="When it arrived, ISO 8601.")]
    ahead_of_clock: Annotated[bool, Meta(description="It claims a time after its arrival.")]
    bot: Annotated[bool, Meta(description="It came from what calls itself a crawler.")]
    url: str | None
    metadata: dict[str, Any]
    data: Annotated[dict[str, Any], Meta(description="Whatever else its sender told.")]
    created_at: Annotated[int, Meta(description="When it arrived, Unix seconds.")]


ANSWER: Final[dict[str, Any]] = {
    "id": "erA2RAXE",
    "type": "event",
    "event_id": "purchase-1001",
    "action": "product.purchased",
    "profile": "MzYwlE50",
    "session": None,
    "object": {
        "id": "vxqQJ3Yg",
        "type": "product",
        "name": "Canvas bag",
        "reference": "1001",
    },
    "amount": "24.90",
    "currency": "USD",
    "occurred_at": "2022-10-13T18:02:53Z",
    "tracked_at": "2022-10-13T18:02:53Z",
    "received_at": "2022-10-13T18:02:54.125Z",
    "ahead_of_clock": False,
    "bot": False,
    "url": None,
    "metadata": {"coupon": "SPRING"},
    "data": {},
    "created_at": 1665684174,
}


@get(
    "/attribution/events",
    **bound(
        Endpoint(
            "List events",
            answer=Listing[Event],
            description="In the order of their arrival, newest first. `profile_id`, `session_id`, "
            "`product` and other spellings of the tracking endpoint are taken too.",
            errors=(422,),
            query=QUERY,
            query_also=QUERY_ALSO,
            answer_example={"data": [ANSWER], "has_more": False},
        )
    ),
)
async def list_events(call: Call) -> Listing[Event]:
    """Answer a page of events."""
    page = await call.store.read(lambda connection: _page(connection, call))
    return Listing([render(call, row) for row in page.rows], page.has_more)


@get(
    "/attribution/events/{event:str}",
    **bound(
        Endpoint(
            "Retrieve an event",
            answer=Event,
            description="The id in the path is the event's id, else the `event_id` or "
            "Idempotency-Key it came with.",
            errors=(404,),
            answer_example=ANSWER,
        )
    ),
)
async def get_event(call: Call, event: FromPath[str]) -> Event:
    """Answer one event."""
    row = await call.store.read(lambda connection: _find(connection, call, event))
    if row is None:
        raise absent(Kind.EVENT)
    return render(call, row)


def _page(connection: Connection, call: Call) -> Page:
    faults: list[Fault] = []
    bounds = paging.read_bounds(call.query, call.store.public_ids[Kind.EVENT].decode, faults)
    wanted = Filters(connection, call, faults).read()
    within = tables.events.c.business_id == call.business_id
    pages.check(connection, tables.events, within, bounds, faults)
    if faults:
        raise Refused(faults)
    found = events.page(
        connection,
        call.store.index,
        wanted,
        bounds.limit + 1,
        after=bounds.after,
        before=bounds.before,
    )
    return pages.cut(found, bounds)


def _find(connection: Connection, call: Call, text: str) -> events.Event | None:
    row_id = call.decode(Kind.EVENT, text)
    found = None if row_id is None else events.find(connection, call.business_id, row_id)
    if found is None:
        row_id = events.find_by_key(connection, call.business_id, text)
        found = None if row_id is None else events.find(connection, call.business_id, row_id)
    return found


def render(call: Encoder, row: events.Event) -> Event:
    """Return an event as answers show it."""
    data = dict(row.data or {})
    return Event(
        id=call.encode(Kind.EVENT, row.id),
        event_id=data.pop("event_id", None),
        action=row.action_name,
        profile=None if row.owner_id is None else call.encode(Kind.PROFILE, row.owner_id),
        session=row.session_text,
        object=_object(call, row),
        amount=_amount(row),
        currency=row.currency,
        occurred_at=iso_utc(row.occurred_at),
        tracked_at=None if row.tracked_at is None else iso_utc(row.tracked_at),
        received_at=iso_utc(row.received_at),
        ahead_of_clock=bool(row.flags & Flag.AHEAD),
        bot=bool(row.flags & Flag.BOT),
        url=data.pop("url", None),
        metadata=data.pop("metadata", {}),
        data=data,
        created_at=unix_seconds(row.received_at),
    )


def _object(call: Encoder, row: events.Event) -> EventObject | None:
    if row.object_id is None or row.object_kind is None:
        return None
    return EventObject(
        call.encode(Kind.OBJECT, row.object_id),
        row.object_kind,
        row.object_name,
        row.object_reference,
    )


def _amount(row: events.Event) -> str | None:
    if row.amount_minor is None or row.currency is None:
        return None
    return money.format_minor(row.amount_minor, row.currency)


HANDLERS: Final = (list_events, get_event)
