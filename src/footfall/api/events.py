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

from footfall.api import older, paging
from footfall.api.answers import Listing
from footfall.api.call import Call, Encoder, absent
from footfall.api.endpoint import Endpoint, bound
from footfall.api.event_filters import QUERY, QUERY_ALSO, Filters
from footfall.domain import money
from footfall.domain.events import Flag
from footfall.domain.public_ids import Kind
from footfall.domain.times import iso_utc, unix_seconds
from footfall.errors import Fault
from footfall.store import events, released


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
    asked = await call.store.read(lambda connection: _recent(connection, call))
    page = await older.completed(call, asked)
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
    row, row_id = await call.store.read(lambda connection: _find(connection, call, event))
    if row is None and row_id is not None:
        row = await older.find(call, row_id)
    if row is None:
        raise absent(Kind.EVENT)
    return render(call, row)


def _recent(connection: Connection, call: Call) -> older.Recent:
    faults: list[Fault] = []
    bounds = paging.read_bounds(call.query, call.store.public_ids[Kind.EVENT].decode, faults)
    wanted = Filters(connection, call, faults).read()
    return older.recent(connection, call, wanted, bounds, faults)


def _find(connection: Connection, call: Call, text: str) -> tuple[events.Event | None, int | None]:
    """Return the event, or the row number under which the lake alone may have it."""
    by_id = call.decode(Kind.EVENT, text)
    by_key = events.find_by_key(connection, call.business_id, text)
    named = [row_id for row_id in (by_id, by_key) if row_id is not None]
    for row_id in named:
        found = events.find(connection, call.business_id, row_id)
        if found is not None:
            return found, None
    last_id = released.standing(connection).last_id
    # The key is the better guess: any short text may be read as a number.
    return None, next((row_id for row_id in named[::-1] if row_id <= last_id), None)


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
