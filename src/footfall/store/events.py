"""Events read back: one by id, or a page of them, newest first.

An event belongs to a profile by itself or through its session; a session that is attached brings
its whole history with it, because nothing about the events has to change. Neither has it to when
profiles are merged: a person's events are those of all its members.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select

from footfall.store import merges
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


class Event(NamedTuple):
    """An event's row with the names around it.

    Attributes:
        owner_id: whose it is, the root of the person; its own profile's, else its session's.
        attached_at: when its session was attached.
    """

    id: int
    business_id: int
    token_id: int | None
    action_id: int
    profile_id: int | None
    session_id: int | None
    object_id: int | None
    amount_minor: int | None
    currency: str | None
    occurred_at: int
    tracked_at: int | None
    received_at: int
    flags: int
    data: dict[str, Any] | None
    action_name: str
    session_text: str | None
    attached_at: int | None
    owner_id: int | None
    object_kind: str | None
    object_name: str | None
    object_reference: str | None


def find(connection: Connection, business_id: int, event_id: int) -> Event | None:
    """Return an event with the names around it, or ``None``."""
    query = _detailed().where(events.c.id == event_id, events.c.business_id == business_id)
    row = connection.execute(query).first()
    return None if row is None else _events(connection, [row])[0]


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
) -> list[Event]:
    """Return up to ``limit`` events, newest first.

    Args:
        after: only events older than this one (``starting_after``).
        before: the events just newer than this one (``ending_before``).
    """
    newest_first = before is None
    bound = Range((before or 0) + 1, (after or EVERYTHING) - 1)
    rows = list(islice(_walk(connection, index, wanted, bound, limit, newest_first), limit))
    return _events(connection, rows if newest_first else rows[::-1])


def ids_of_person(
    connection: Connection, index: EventIndex, members: Sequence[int], *, newest_first: bool = False
) -> list[int]:
    """Return the row numbers of all events that name one of some profiles or their sessions.

    An event that names a session of theirs and another person by itself is among them.
    """
    facets = _person_facets(connection, members)
    everything = Range(1, EVERYTHING)
    return list(index.lookup(connection, facets, everything, newest_first=newest_first))


def of_person(
    connection: Connection, row_ids: Sequence[int], members: Sequence[int]
) -> list[Event]:
    """Return those of some events that belong to the person with these members, oldest first."""
    query = _detailed().where(events.c.id.in_(row_ids), _owned_by(members)).order_by(events.c.id)
    return _events(connection, connection.execute(query).all())


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
    members = None
    if wanted.profile_id is not None:
        members = merges.person_of(connection, wanted.profile_id)
    query = _detailed().where(*_conditions(wanted, members))
    query = query.order_by(events.c.id.desc() if newest_first else events.c.id)
    facets = _facets(connection, wanted, members)
    if facets is not None:
        ids = index.lookup(connection, facets, bound, newest_first=newest_first)
        while chunk := list(islice(ids, _AT_ONCE)):
            yield from connection.execute(query.where(events.c.id.in_(chunk)))
        return
    zone = Zone(wanted.business_id, wanted.action_id, wanted.since_at, wanted.until_at)
    for first, last in index.ranges(zone, bound, newest_first=newest_first):
        ranged = query.where(events.c.id >= first, events.c.id <= last).limit(limit)
        yield from connection.execute(ranged).all()


def _facets(
    connection: Connection, wanted: EventFilter, members: Sequence[int] | None
) -> Wanted | None:
    if wanted.session_id is not None:
        return [(Facet.SESSION, wanted.session_id)]
    if members is not None:
        return _person_facets(connection, members)
    if wanted.object_id is not None:
        return [(Facet.OBJECT, wanted.object_id)]
    return None


def _person_facets(connection: Connection, members: Sequence[int]) -> Wanted:
    attached = merges.sessions_of(connection, members)
    return [
        *((Facet.PROFILE, row_id) for row_id in members),
        *((Facet.SESSION, row_id) for row_id in attached),
    ]


def _owned_by(members: Sequence[int]) -> ColumnElement[bool]:
    # What says whose it is by itself stays that person's, whoever has the session.
    return func.coalesce(events.c.profile_id, sessions.c.profile_id).in_(members)


def _conditions(wanted: EventFilter, members: Sequence[int] | None) -> list[ColumnElement[bool]]:
    conditions = [events.c.business_id == wanted.business_id]
    if wanted.session_id is not None:
        conditions.append(events.c.session_id == wanted.session_id)
    if members is not None:
        conditions.append(_owned_by(members))
    if wanted.object_id is not None:
        conditions.append(events.c.object_id == wanted.object_id)
    if wanted.action_id is not None:
        conditions.append(events.c.action_id == wanted.action_id)
    if wanted.since_at is not None:
        conditions.append(events.c.occurred_at >= wanted.since_at)
    if wanted.until_at is not None:
        conditions.append(events.c.occurred_at < wanted.until_at)
    return conditions


def _events(connection: Connection, rows: Sequence[Row[Any]]) -> list[Event]:
    roots = merges.roots_of(connection, [row.owner_id for row in rows if row.owner_id is not None])
    return [
        Event._make(row)._replace(owner_id=roots.get(row.owner_id, row.owner_id)) for row in rows
    ]


def _detailed() -> Select[Any]:
    """Select events in the order of ``Event``."""
    return (
        select(
            events,
            actions.c.name.label("action_name"),
            sessions.c.text.label("session_text"),
            sessions.c.attached_at,
            func.coalesce(events.c.profile_id, sessions.c.profile_id).label("owner_id"),
            objects.c.kind.label("object_kind"),
            objects.c.name.label("object_name"),
            objects.c.reference.label("object_reference"),
        )
        .join(actions, actions.c.id == events.c.action_id)
        .outerjoin(sessions, sessions.c.id == events.c.session_id)
        .outerjoin(objects, objects.c.id == events.c.object_id)
    )
