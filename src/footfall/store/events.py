"""Events read back: one by id, or a page of them, newest first.

Only what the store still has: events that it let go of (``released``) are read from the lake, and
the names around them put beside them here.

An event belongs to a profile by itself or through its session; a session that is attached brings
its whole history with it, because nothing about the events has to change. Neither has it to when
profiles are merged: a person's events are those of all its members.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, Select, Table, func, select

from footfall.store import merges, released
from footfall.store.event_index import EVERYTHING, EventIndex, Facet, Range, Wanted, Zone
from footfall.store.released import Kept
from footfall.store.tables import actions, events, idempotency, objects, profiles, sessions

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
    """Return up to ``limit`` events that the store has, newest first.

    Args:
        after: only events older than this one (``starting_after``).
        before: the events just newer than this one (``ending_before``).
    """
    newest_first = before is None
    oldest = max(before or 0, released.standing(connection).last_id) + 1
    bound = Range(oldest, (after or EVERYTHING) - 1)
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
    """Return those of some events that the store has and the person with these members owns.

    Oldest first.
    """
    query = _detailed().where(
        events.c.id.in_(row_ids),
        events.c.id > released.standing(connection).last_id,
        _owned_by(members),
    )
    query = query.order_by(events.c.id)
    return _events(connection, connection.execute(query).all())


def owners(connection: Connection, wanted: EventFilter) -> tuple[list[int], list[int]] | None:
    """Return the profiles, and the sessions, one of which an event has to be of; ``None``: any."""
    if wanted.profile_id is None:
        return None
    members = merges.person_of(connection, wanted.profile_id)
    return members, merges.sessions_of(connection, members)


def were_known(connection: Connection, owners: tuple[list[int], list[int]], at: int) -> bool:
    """Tell whether one of these profiles and sessions was there at a time.

    Nothing that arrived before can be of one that was not.
    """
    return any(
        connection.execute(
            select(table.c.id).where(table.c.id.in_(chunk), table.c.created_at <= at).limit(1)
        ).first()
        is not None
        for table, row_ids in zip((profiles, sessions), owners, strict=True)
        for start in range(0, len(row_ids), _AT_ONCE)
        if (chunk := row_ids[start : start + _AT_ONCE])
    )


def named(connection: Connection, rows: Sequence[Kept]) -> list[Event]:
    """Return events that the lake has, with the names around them, in the order given.

    Of those of erased people nothing is shown that the lake is yet to empty, and those of a test
    side that was wiped are left out.
    """
    known = _Around(connection, rows)
    return _events(connection, [known.event(row) for row in rows if known.has(row)])


class _Around:
    """The names around some events, looked up together."""

    def __init__(self, connection: Connection, rows: Sequence[Kept]) -> None:
        self._actions = _rows_of(connection, actions, {row.action_id for row in rows})
        self._objects = _rows_of(connection, objects, {row.object_id for row in rows})
        self._sessions = _rows_of(connection, sessions, {row.session_id for row in rows})
        owner_ids = {self._owner(row) for row in rows} - {None}
        deleted = merges.deleted_of(connection, [each for each in owner_ids if each is not None])
        self._erased = {
            row_id
            for row_id in deleted
            if merges.is_erased(connection, merges.person_of(connection, row_id))
        }

    def has(self, row: Kept) -> bool:
        return row.action_id in self._actions

    def event(self, row: Kept) -> Event:
        session = self._sessions.get(row.session_id)
        of_object = self._objects.get(row.object_id)
        owner_id = self._owner(row)
        is_told = row.data is not None and owner_id not in self._erased
        return Event(
            id=row.event_id,
            **{name: getattr(row, name) for name in _SAME},
            flags=row.flags,
            data=msgspec.json.decode(row.data or "null") if is_told else None,
            action_name=self._actions[row.action_id].name,
            session_text=session.text if session is not None else None,
            attached_at=session.attached_at if session is not None else None,
            owner_id=owner_id,
            object_kind=of_object.kind if of_object is not None else None,
            object_name=of_object.name if of_object is not None else None,
            object_reference=of_object.reference if of_object is not None else None,
        )

    def _owner(self, row: Kept) -> int | None:
        session = self._sessions.get(row.session_id)
        return row.profile_id or (session.profile_id if session is not None else None)


_SAME: Final = tuple(name for name in Kept._fields if name in Event._fields and name != "data")


def _rows_of(
    connection: Connection, table: Table, row_ids: Iterable[int | None]
) -> dict[int | None, Row[Any]]:
    wanted = sorted(each for each in row_ids if each is not None)
    found: dict[int | None, Row[Any]] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        query = select(table).where(table.c.id.in_(wanted[start : start + _AT_ONCE]))
        found |= {row.id: row for row in connection.execute(query)}
    return found


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


def _events(connection: Connection, rows: Iterable[Row[Any] | Event]) -> list[Event]:
    found = [Event._make(row) for row in rows]
    owner_ids = [each.owner_id for each in found if each.owner_id is not None]
    roots = merges.roots_of(connection, owner_ids)
    return [
        each if each.owner_id is None else each._replace(owner_id=roots[each.owner_id])
        for each in found
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
