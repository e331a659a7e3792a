"""Events read back: one by id, or a page of them, newest first.

An event belongs to a profile by itself or through its session; a session that is attached brings
its whole history with it, because nothing about the events has to change.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select

from footfall.store.event_index import EVERYTHING, EventIndex, Facet, Range, Wanted, Zone
from footfall.store.tables import actions, events, idempotency, objects, sessions

_AT_ONCE: Final = 200


class EventFilter(NamedTuple):
    """Which events of a business; ``None``: any. ``since_at`` ≤ ``occurred_at`` < ``until_at``."""

    business_id: int
    profile_id: int | None = None
    session_id: int | None = None
    object_id: int | None = None
    action_id: int | None = None
    since_at: int | None = None
    until_at: int | None = None


def find(connection: Connection, business_id: int, event_id: int) -> Row[Any] | None:
    """Return an event with the names around it, or ``None``."""
    query = _detailed().where(events.c.id == event_id, events.c.business_id == business_id)
    return connection.execute(query).first()


def find_by_key(connection: Connection, business_id: int, key: str) -> int | None:
    """Return the row number of the event that was stored under a caller's ``event_id``."""
    query = select(idempotency.c.event_id).where(
        idempotency.c.business_id == business_id, idempotency.c.key == key
    )
    return connection.execute(query).scalar()


def page(
    connection: Connection,
    index: EventIndex,
    wanted: EventFilter,
    limit: int,
    *,
    after: int | None = None,
    before: int | None = None,
) -> list[Row[Any]]:
    """Return up to ``limit`` events, newest first.

    Args:
        after: only events older than this one (``starting_after``).
        before: the events just newer than this one (``ending_before``).
    """
    newest_first = before is None
    bound = Range((before or 0) + 1, (after or EVERYTHING) - 1)
    found = list(islice(_walk(connection, index, wanted, bound, limit, newest_first), limit))
    return found if newest_first else found[::-1]


def count(connection: Connection, business_id: int) -> int:
    """Return how many events a business has; scans them."""
    query = select(func.count()).select_from(events).where(events.c.business_id == business_id)
    return connection.execute(query).scalar_one()


def _walk(
    connection: Connection,
    index: EventIndex,
    wanted: EventFilter,
    bound: Range,
    limit: int,
    newest_first: bool,
) -> Iterator[Row[Any]]:
    query = _detailed().where(*_conditions(wanted))
    query = query.order_by(events.c.id.desc() if newest_first else events.c.id)
    facets = _facets(connection, wanted)
    if facets is not None:
        ids = index.lookup(connection, facets, bound, newest_first=newest_first)
        while chunk := list(islice(ids, _AT_ONCE)):
            yield from connection.execute(query.where(events.c.id.in_(chunk)))
        return
    zone = Zone(wanted.business_id, wanted.action_id, wanted.since_at, wanted.until_at)
    for first, last in index.ranges(zone, bound, newest_first=newest_first):
        ranged = query.where(events.c.id >= first, events.c.id <= last).limit(limit)
        yield from connection.execute(ranged).all()


def _facets(connection: Connection, wanted: EventFilter) -> Wanted | None:
    if wanted.session_id is not None:
        return [(Facet.SESSION, wanted.session_id)]
    if wanted.profile_id is not None:
        attached = connection.execute(
            select(sessions.c.id).where(sessions.c.profile_id == wanted.profile_id)
        ).scalars()
        return [
            (Facet.PROFILE, wanted.profile_id),
            *((Facet.SESSION, row_id) for row_id in attached),
        ]
    if wanted.object_id is not None:
        return [(Facet.OBJECT, wanted.object_id)]
    return None


def _conditions(wanted: EventFilter) -> list[ColumnElement[bool]]:
    conditions = [events.c.business_id == wanted.business_id]
    if wanted.session_id is not None:
        conditions.append(events.c.session_id == wanted.session_id)
    if wanted.profile_id is not None:
        # What says whose it is by itself stays that person's, whoever has the session.
        conditions.append(
            func.coalesce(events.c.profile_id, sessions.c.profile_id) == wanted.profile_id
        )
    if wanted.object_id is not None:
        conditions.append(events.c.object_id == wanted.object_id)
    if wanted.action_id is not None:
        conditions.append(events.c.action_id == wanted.action_id)
    if wanted.since_at is not None:
        conditions.append(events.c.occurred_at >= wanted.since_at)
    if wanted.until_at is not None:
        conditions.append(events.c.occurred_at < wanted.until_at)
    return conditions


def _detailed() -> Select[Any]:
    """Select events with their action, session, owner and object named."""
    return (
        select(
            events,
            actions.c.name.label("action_name"),
            sessions.c.text.label("session_text"),
            func.coalesce(events.c.profile_id, sessions.c.profile_id).label("owner_id"),
            objects.c.kind.label("object_kind"),
            objects.c.name.label("object_name"),
            objects.c.reference.label("object_reference"),
        )
        .join(actions, actions.c.id == events.c.action_id)
        .outerjoin(sessions, sessions.c.id == events.c.session_id)
        .outerjoin(objects, objects.c.id == events.c.object_id)
    )
