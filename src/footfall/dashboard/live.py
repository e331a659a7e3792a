"""*Live*: events and refusals as they are acknowledged, and each of them opened."""

from functools import partial
from typing import Any, Final

from litestar import get
from litestar.params import FromPath
from sqlalchemy import Connection

from footfall.dashboard import feed
from footfall.dashboard.feed import Cursor, Feed, Filters
from footfall.dashboard.gate import Absent, Seat, Visit
from footfall.dashboard.pages import Page, Pages
from footfall.domain.events import Flag
from footfall.domain.public_ids import Kind
from footfall.store import events, rejections, tokens
from footfall.store.store import Store


@get("/{business:str}/live")
async def show(visit: Visit, seat: Seat, store: Store, pages: Pages) -> Page:
    """Show the newest lines; the page asks for newer ones by itself."""
    filters = Filters.of(visit.request.query_params)
    side = _side(visit, seat)

    def read(connection: Connection) -> tuple[Feed, list[str]]:
        found = feed.latest(connection, store.index, side, filters)
        return found, sorted(feed.known_actions(connection, side))

    found, names = await store.read(read)
    name = (
        "live_feed"
        if visit.is_htmx and visit.request.headers.get("hx-target") == "feed"
        else "live"
    )
    return pages.show(
        name,
        visit,
        seat=seat,
        feed=found,
        filters=filters,
        actions=names,
        **_around(visit, seat, store),
    )


@get("/{business:str}/live/rows")
async def rows(visit: Visit, seat: Seat, store: Store, pages: Pages) -> Page:
    """Answer the lines after a cursor, and the next cursor."""
    query = visit.request.query_params
    cursor = Cursor.read(query.get("after", ""))
    if cursor is None:
        raise Absent
    read = partial(
        feed.newer,
        index=store.index,
        business_id=_side(visit, seat),
        filters=Filters.of(query),
        after=cursor,
    )
    found = await store.read(read)
    return pages.show(
        "live_rows",
        visit,
        seat=seat,
        feed=found,
        filters=Filters.of(query),
        **_around(visit, seat, store),
    )


@get("/{business:str}/live/events/{event:str}")
async def event(visit: Visit, seat: Seat, store: Store, pages: Pages, event: FromPath[str]) -> Page:
    """Show what an event was told with, and what it resolved to."""
    row_id = store.public_ids[Kind.EVENT].decode(event)

    def find(connection: Connection) -> tuple[Any, Any]:
        found = None if row_id is None else events.find(connection, _side(visit, seat), row_id)
        return found, _token(connection, found)

    row, token = await store.read(find)
    if row is None:
        raise Absent
    encode = store.public_ids
    return pages.show(
        "live_event",
        visit,
        seat=seat,
        row=row,
        id=event,
        token=token,
        is_ahead=bool(row.flags & Flag.AHEAD),
        is_bot=bool(row.flags & Flag.BOT),
        profile=None if row.owner_id is None else encode[Kind.PROFILE].encode(row.owner_id),
        object=None if row.object_id is None else encode[Kind.OBJECT].encode(row.object_id),
        **_around(visit, seat, store),
    )


@get("/{business:str}/live/refusals/{refusal:str}")
async def refusal(
    visit: Visit, seat: Seat, store: Store, pages: Pages, refusal: FromPath[str]
) -> Page:
    """Show what was refused, why, and what to do about it."""
    row_id = store.public_ids[Kind.REJECTION].decode(refusal)

    def find(connection: Connection) -> tuple[Any, Any]:
        side = _side(visit, seat)
        found = None if row_id is None else rejections.find(connection, side, row_id)
        return found, _token(connection, found)

    row, token = await store.read(find)
    if row is None:
        raise Absent
    return pages.show(
        "live_refusal", visit, seat=seat, row=row, token=token, **_around(visit, seat, store)
    )


def _side(visit: Visit, seat: Seat) -> int:
    """Return the business whose data to show: the live one, or the one of test tokens."""
    is_test = visit.request.query_params.get("data") == "test"
    return seat.test_id if is_test and seat.test_id is not None else seat.business.id


def _around(visit: Visit, seat: Seat, store: Store) -> dict[str, Any]:
    return {
        "is_test": _side(visit, seat) != seat.business.id,
        "event_id": store.public_ids[Kind.EVENT].encode,
        "refusal_id": store.public_ids[Kind.REJECTION].encode,
        "action_of": feed.action_of,
    }


def _token(connection: Connection, row: Any) -> tokens.Token | None:
    if row is None or row.token_id is None:
        return None
    return tokens.find(connection, row.token_id)


HANDLERS: Final = (show, rows, event, refusal)
