"""Erases a person: what tells who it was goes for good, and what adds up to totals stays.

Everything happens in one transaction. What stays is action, time, amount and object of each event,
under a profile without a name and sessions with new random ids, and that messages were delivered;
the database's own backups keep what they had. What was on its way meanwhile, here or through
another server, is emptied a little later (``again``): an event must not have to ask at every commit
whether its person is there.

Source: contract 3.10.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, Connection, bindparam, delete, select, update

from footfall.domain.links import bare
from footfall.domain.public_ids import Kind
from footfall.domain.sessions import mint
from footfall.domain.times import DAY
from footfall.store import events, merges, profiles, tables
from footfall.store import identity_log as log
from footfall.store.event_index import EventIndex
from footfall.store.facts import ERASED, changed
from footfall.store.identity_log import Origin

_CHUNK: Final = 500
_GONE: Final = "[erased]"
RECENT: Final = DAY
"""How long after an erasure what came after it is looked for, in microseconds: a server that was
stopped in between does it when it is back."""

Encode = Callable[[Kind, int], str]


def erase(
    connection: Connection,
    index: EventIndex,
    business_id: int,
    row_id: int,
    encode: Encode,
    origin: Origin,
) -> int | None:
    """Erase the person of a profile, also of one that was only deleted.

    Of a deleted one only the members that were deleted with it: whoever is alive stays.

    Args:
        index: finds the person's events.
        encode: kind and row number → public id; refusals that name the person are found by it.

    Returns:
        The row number of the person's root, ``None`` if there is none left to erase.
    """
    known = select(tables.profiles.c.id).where(
        tables.profiles.c.id == row_id, tables.profiles.c.business_id == business_id
    )
    if connection.execute(known).first() is None:
        return None
    root, members = _erasable(connection, row_id)
    if merges.is_erased(connection, members):
        return None
    session_ids = merges.sessions_of(connection, members)
    with _overwriting(connection):
        counts = _clear_told(connection, index, business_id, members, session_ids) | {
            "rejections": _clear_rejections(connection, business_id, members, session_ids, encode),
            "lists": _delete_of(connection, tables.list_members, members),
            "properties": _release_uniques(connection, business_id, members),
            "sessions": _rename_sessions(connection, session_ids),
            "contacts": profiles.clear(connection, members, origin.at),
            "profiles": len(members),
        }
    merges.tell(connection, members)
    log.record(connection, business_id, "erase", origin, profile_id=root, details=counts)
    return root


def recent(connection: Connection, now_at: int) -> list[int]:
    """Return the rows of the identity log about erasures that something may yet be stored after."""
    table = tables.identity_log
    query = select(table.c.id).where(table.c.kind == "erase", table.c.at >= now_at - RECENT)
    return list(connection.execute(query.order_by(table.c.id)).scalars())


def again(connection: Connection, index: EventIndex, change_id: int) -> int:
    """Empty what was stored of a person after it was erased; return how many events that were.

    By then every server must have forgotten the person, and have stored what it had taken before.
    """
    table = tables.identity_log
    query = select(table.c.business_id, table.c.profile_id).where(table.c.id == change_id)
    business_id, root = connection.execute(query).one()
    _, members = _erasable(connection, root)
    session_ids = merges.sessions_of(connection, members)
    with _overwriting(connection):
        counts = _clear_told(connection, index, business_id, members, session_ids, only_new=True)
    if any(counts.values()):
        # The lake may have what was emptied just now.
        changed(connection, ERASED, change_id)
    return counts["events"]


@contextmanager
def _overwriting(connection: Connection) -> Iterator[None]:
    """Have SQLite overwrite what goes, which else stays readable until its place is used again."""
    if connection.dialect.name != "sqlite":
        yield
        return
    connection.exec_driver_sql("pragma secure_delete = on")
    try:
        yield
    finally:
        connection.exec_driver_sql("pragma secure_delete = off")


def _clear_told(
    connection: Connection,
    index: EventIndex,
    business_id: int,
    members: Sequence[int],
    session_ids: Sequence[int],
    *,
    only_new: bool = False,
) -> dict[str, int]:
    """Empty what events and forms told of a person; return how much that was, by table."""
    event_ids = events.ids_of_person(connection, index, members)
    return {
        "events": _clear_events(connection, event_ids, members, session_ids, only_new=only_new),
        "sightings": _clear_theirs(connection, tables.sightings, business_id, members, session_ids),
        "submissions": _clear_theirs(
            connection, tables.submissions, business_id, members, session_ids
        ),
        "links": _anonymise_links(connection, members),
        "deliveries": _anonymise_deliveries(connection, members),
        "claims": _delete_of(connection, tables.claims, members),
    }


def _erasable(connection: Connection, row_id: int) -> tuple[int, list[int]]:
    """Return the root and the members of the person as it was deleted, or as it is."""
    table = tables.profiles
    whole = merges.lock_person(connection, row_id)
    query = select(table.c.id, table.c.merged_into, table.c.deleted_at)
    rows = {row.id: row for row in connection.execute(query.where(table.c.id.in_(whole)))}
    same = {each.id for each in rows.values() if each.deleted_at == rows[row_id].deleted_at}
    root = row_id
    while rows[root].merged_into in same:
        root = rows[root].merged_into
    return root, [each for each in merges.members_of(connection, root) if each in same]


def _clear_events(
    connection: Connection,
    event_ids: Iterable[int],
    members: Sequence[int],
    session_ids: Sequence[int],
    *,
    only_new: bool,
) -> int:
    """Empty events; return how many are theirs, or with ``only_new`` how many told something."""
    table = tables.events
    cleared = 0
    sessions = set(session_ids)
    for chunk in _chunks(event_ids):
        query = select(table.c.id, table.c.profile_id, table.c.session_id).where(
            table.c.id.in_(chunk)
        )
        # An event in a session of theirs that names somebody else is somebody else's.
        theirs = [
            row.id
            for row in connection.execute(query)
            if row.profile_id in members or (row.profile_id is None and row.session_id in sessions)
        ]
        emptied = connection.execute(
            update(table).where(table.c.id.in_(theirs), table.c.data.is_not(None)).values(data=None)
        ).rowcount
        cleared += emptied if only_new else len(theirs)
    return cleared


def _clear_theirs(
    connection: Connection,
    table: Any,
    business_id: int,
    members: Sequence[int],
    session_ids: Sequence[int],
) -> int:
    """Empty what rows with ``profile_id``, ``session_id`` and ``data`` tell; return how many."""
    cleared = 0
    conditions: list[ColumnElement[bool]] = [table.c.profile_id.in_(members)]
    conditions += [
        table.c.profile_id.is_(None) & table.c.session_id.in_(chunk)
        for chunk in _chunks(session_ids)
    ]
    for condition in conditions:
        cleared += connection.execute(
            update(table)
            .where(table.c.business_id == business_id, condition, table.c.data.is_not(None))
            .values(data=None)
        ).rowcount
    return cleared


def _clear_rejections(
    connection: Connection,
    business_id: int,
    members: Sequence[int],
    session_ids: Sequence[int],
    encode: Encode,
) -> int:
    """Empty the bodies of refusals that name the person or a session, and hide it in paths."""
    names = [encode(Kind.PROFILE, each) for each in members]
    names += [encode(Kind.SESSION, each) for each in session_ids]
    for chunk in _chunks(session_ids):
        query = select(tables.sessions.c.text).where(tables.sessions.c.id.in_(chunk))
        names += connection.execute(query).scalars()
    table = tables.rejections
    query = select(table.c.id, table.c.path, table.c.body, table.c.errors)
    changes = []
    for row in connection.execute(query.where(table.c.business_id == business_id)):
        told = msgspec.json.encode((row.path, row.body, row.errors)).decode()
        if any(name in told for name in names):
            path, errors = row.path, msgspec.json.encode(row.errors).decode()
            for name in names:
                path, errors = path.replace(name, _GONE), errors.replace(name, _GONE)
            clean = msgspec.json.decode(errors)
            changes.append({"row": row.id, "new_path": path[:255], "new_errors": clean})
    if changes:
        connection.execute(
            update(table)
            .where(table.c.id == bindparam("row"))
            .values(
                path=bindparam("new_path"),
                errors=bindparam("new_errors", type_=table.c.errors.type),
                body=None,
            ),
            changes,
        )
    return len(changes)


def _anonymise_links(connection: Connection, members: Sequence[int]) -> int:
    """Make links of the person's own links for everybody; what was told only them goes.

    A page that was made for one person is named by the query or the fragment.
    """
    table = tables.links
    query = select(table.c.id, table.c.destination).where(table.c.profile_id.in_(members))
    changes = [
        {"row": row.id, "new": bare(row.destination)} for row in connection.execute(query).all()
    ]
    if changes:
        connection.execute(
            update(table)
            .where(table.c.id == bindparam("row"))
            .values(profile_id=None, session_id=None, destination=bindparam("new")),
            changes,
        )
    for change in changes:
        changed(connection, "link", change["row"])
    return len(changes)


def _anonymise_deliveries(connection: Connection, members: Sequence[int]) -> int:
    """Leave of deliveries that there was one, when, and of which campaign."""
    table = tables.deliveries
    return connection.execute(
        update(table).where(table.c.profile_id.in_(members)).values(profile_id=None, reference=None)
    ).rowcount


def _delete_of(connection: Connection, table: Any, members: Sequence[int]) -> int:
    return connection.execute(delete(table).where(table.c.profile_id.in_(members))).rowcount


def _release_uniques(connection: Connection, business_id: int, members: Sequence[int]) -> int:
    query = select(tables.properties.c.id).where(
        tables.properties.c.business_id == business_id, tables.properties.c.owner == "profile"
    )
    scopes = [f"property.{row_id}" for row_id in connection.execute(query).scalars()]
    table = tables.unique_values
    return connection.execute(
        delete(table).where(
            table.c.business_id == business_id,
            table.c.scope.in_(scopes),
            table.c.row_id.in_(members),
        )
    ).rowcount


def _rename_sessions(connection: Connection, session_ids: Sequence[int]) -> int:
    """Give sessions ids that nobody knows: a browser that comes back is a new one."""
    table = tables.sessions
    if session_ids:
        connection.execute(
            update(table).where(table.c.id == bindparam("row")).values(text=bindparam("new")),
            [{"row": row_id, "new": mint()} for row_id in session_ids],
        )
    return len(session_ids)


def _chunks(values: Iterable[int]) -> Iterator[list[int]]:
    ordered = iter(values)
    while chunk := list(islice(ordered, _CHUNK)):
        yield chunk
