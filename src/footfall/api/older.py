"""Events that the store let go of, beside those that it has: read from the lake, shown alike.

Whoever lists events first asks the store. Only a page that reaches further back than the store, or
an id of that time, has the lake looked at.
"""

from typing import NamedTuple

from sqlalchemy import Connection

from footfall.api.call import Call
from footfall.domain.times import DAY
from footfall.errors import Fault, Refused
from footfall.lake.older import EVERY, Owners, older_events
from footfall.store import events, pages, released, tables
from footfall.store.event_index import Range
from footfall.store.events import Event, EventFilter
from footfall.store.pages import Bounds, Page
from footfall.store.released import Kept, Released


class Recent(NamedTuple):
    """What the store has of a page of events, and what has to be known to complete it.

    Attributes:
        may_be_older: the lake alone may have events that are wanted.
    """

    rows: list[Event]
    wanted: EventFilter
    owners: Owners | None
    bounds: Bounds
    released: Released
    may_be_older: bool


def recent(
    connection: Connection, call: Call, wanted: EventFilter, bounds: Bounds, faults: list[Fault]
) -> Recent:
    """Return what the store has of a page.

    Raises:
        Refused: the faults given, or a bound that the store would have and has not.
    """
    standing = released.standing(connection)
    bound = bounds.after or bounds.before
    if bound is not None and bound > standing.last_id:
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
    owners = events.owners(connection, wanted)
    may_be_older = standing.last_id > 0 and (
        wanted.since_at is None or wanted.since_at <= standing.until_at
    )
    if may_be_older and owners is not None:
        # Clocks of several servers differ, but not by so much.
        may_be_older = events.were_known(connection, owners, standing.until_at + DAY)
    return Recent(found, wanted, owners, bounds, standing, may_be_older)


async def completed(call: Call, asked: Recent) -> Page:
    """Return the page with what the lake alone has of it.

    Raises:
        Refused: a bound that is no event; 503, the lake is out of reach.
    """
    bounds, last_id = asked.bounds, asked.released.last_id
    if bounds.before is None:
        if len(asked.rows) > bounds.limit:
            return pages.cut(asked.rows, bounds)
        bound = Range(1, min(last_id, (bounds.after or last_id + 1) - 1))
        older = await _older(call, asked, bound, bounds.limit + 1 - len(asked.rows))
        return pages.cut([*asked.rows, *older], bounds)
    older = await _older(call, asked, Range(bounds.before + 1, last_id), bounds.limit + 1)
    # The nearest to the bound are the oldest: of the recent ones no more than there is room for.
    room = bounds.limit + 1 - len(older)
    return pages.cut([*asked.rows[len(asked.rows) - min(room, len(asked.rows)) :], *older], bounds)


async def find(call: Call, row_id: int) -> Event | None:
    """Return an event that the store let go of."""
    rows = await _read(call, EventFilter(call.business_id), None, Range(row_id, row_id), 1)
    found = await call.store.read(lambda connection: events.named(connection, rows))
    return found[0] if found else None


async def of_person(call: Call, wanted: EventFilter) -> list[Kept]:
    """Return all of a person's events that the lake alone has, oldest first."""

    def who(connection: Connection) -> tuple[int, Owners | None]:
        return released.standing(connection).last_id, events.owners(connection, wanted)

    last_id, owners = await call.store.read(who)
    return await _read(call, wanted, owners, Range(1, last_id)) if last_id else []


async def _older(call: Call, asked: Recent, bound: Range, limit: int) -> list[Event]:
    """Return events the store let go of, newest first."""
    wanted, bounds = asked.wanted, asked.bounds
    edge = bounds.after or bounds.before
    if edge is not None and edge <= asked.released.last_id:
        await _check_edge(call, bounds, edge)
    if bound.first > bound.last or not asked.may_be_older:
        return []
    newest_first = bounds.before is None
    rows = await _read(call, wanted, asked.owners, bound, limit, newest_first=newest_first)
    found = await call.store.read(lambda connection: events.named(connection, rows))
    return found if newest_first else found[::-1]


async def _check_edge(call: Call, bounds: Bounds, edge: int) -> None:
    if not await _read(call, EventFilter(call.business_id), None, Range(edge, edge), 1):
        parameter = "starting_after" if bounds.after is not None else "ending_before"
        raise Refused([pages.unknown_bound(parameter)])


async def _read(
    call: Call,
    wanted: EventFilter,
    owners: Owners | None,
    bound: Range,
    limit: int = EVERY,
    *,
    newest_first: bool = False,
) -> list[Kept]:
    lake = await call.lake.opened()
    return await lake.read(
        call.business_id,
        lambda connection: older_events(
            connection, wanted, owners, bound, limit, newest_first=newest_first
        ),
    )
