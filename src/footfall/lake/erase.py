"""Takes out of the lake what the store erased of a person or wiped of a business's test side.

The store is asked which of a person's rows it emptied, and the same rows are emptied here, beside
all of the person's that the store let go of (``store/released.py``). Files
with the old values are removed at once, also those that a process left behind half way; queries
that were reading them begin anew. An erasure is marked as done only after that, so that one that
was interrupted is repeated.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import structlog
from deltalake import DeltaTable
from deltalake.exceptions import CommitFailedError
from sqlalchemy import Connection, Table, select

from footfall.lake.columns import DELIVERIES, EVENTS, LINKS, SIGHTINGS, TABLES, LakeTable
from footfall.lake.delta import Location, Overtaken, empty_batch
from footfall.lake.reading import reading
from footfall.store import merges, released, tables
from footfall.store.engine import Engines
from footfall.store.facts import ERASED, WIPED

log = structlog.get_logger(__name__)

ERASURES: Final = "erased"
"""Mark of the last erasure in ``identity_log`` that a table has followed."""

AGAIN: Final = "erased again"
"""Mark of the last of ``changes`` in which a table has looked for later ones."""

_AT_ONCE: Final = 500
_ROWS_AT_ONCE: Final = 5000


class Erasable(NamedTuple):
    """A table with what people told.

    Attributes:
        gone: column that is null in the store of a row that was emptied.
        has_sessions: its rows may belong to somebody through their session.
    """

    table: LakeTable
    source: Table
    gone: str
    has_sessions: bool = False


ERASABLE: Final = (
    Erasable(EVENTS, tables.events, "data", has_sessions=True),
    Erasable(SIGHTINGS, tables.sightings, "data", has_sessions=True),
    Erasable(DELIVERIES, tables.deliveries, "profile_id"),
    Erasable(LINKS, tables.links, "profile_id"),
)


class Erasure(NamedTuple):
    """Whom the store erased: profiles and sessions of one business, up to a row of its log."""

    business_id: int
    profile_ids: Sequence[int]
    session_ids: Sequence[int]


def erasures(
    connection: Connection, after: int, last: int, change_ids: Sequence[int] = ()
) -> list[Erasure]:
    """Return whom the store erased in rows of ``identity_log`` after one and up to another.

    Args:
        change_ids: further rows.
    """
    table = tables.identity_log
    wanted = ((table.c.id > after) & (table.c.id <= last)) | table.c.id.in_(change_ids)
    query = select(table.c.business_id, table.c.profile_id).where(table.c.kind == "erase", wanted)
    found = []
    for row in connection.execute(query).all():
        members = _erased(connection, row.profile_id)
        found.append(Erasure(row.business_id, members, merges.sessions_of(connection, members)))
    return found


def _erased(connection: Connection, root: int) -> list[int]:
    """Return the members of a person that were erased with its root: of a deleted one not all."""
    table = tables.profiles
    query = select(table.c.id, table.c.deleted_at).where(
        table.c.id.in_(merges.members_of(connection, root))
    )
    deleted_at = {row.id: row.deleted_at for row in connection.execute(query)}
    return sorted(each for each, at in deleted_at.items() if at == deleted_at[root])


class Eraser:
    """Brings a lake into line with what its store erased; runs under ``lock.changing``."""

    def __init__(self, engines: Engines, location: Location) -> None:
        self._engines = engines
        self._location = location

    def follow(self, last: int, last_change: int) -> int:
        """Erase whom the store erased; return how many rows that were.

        Args:
            last: row of ``identity_log`` up to which that is done.
            last_change: row of ``changes`` up to which is looked for what was emptied later.

        Raises:
            Overtaken: somebody else changed a table meanwhile.
        """
        emptied = 0
        for each in ERASABLE:
            table = each.table
            opened = self._location.open(table)
            done = self._location.mark(opened, ERASURES)
            seen = self._location.mark(opened, AGAIN)
            with self._engines.read.begin() as connection:
                again = _noted(connection, ERASED, seen, last_change)
                due = erasures(connection, done, last, again)
            if not due:
                continue
            for who in due:
                emptied += self._empty(each, opened, who)
            clear_away(self._location, opened)
            marks = {ERASURES: last, AGAIN: last_change}
            self._location.append(opened, empty_batch(table), marks)
        if emptied:
            log.info("lake_erased", rows=emptied)
        return emptied

    def follow_wipes(self, last: int) -> None:
        """Remove the rows of businesses that were wiped, up to a row of ``changes``.

        Raises:
            Overtaken: somebody else changed a table meanwhile.
        """
        for table in TABLES.values():
            opened = self._location.open(table)
            done = self._location.mark(opened, WIPED)
            with self._engines.read.begin() as connection:
                wiped = _noted(connection, WIPED, done, last)
            for business_id in wiped:
                self._remove(opened, business_id)
            if wiped:
                clear_away(self._location, opened)
                self._location.append(opened, empty_batch(table), {WIPED: last})

    def _remove(self, opened: DeltaTable, business_id: int) -> None:
        try:
            opened.delete(
                f"business_id = {int(business_id)}",
                commit_properties=self._location.commit(opened, {}),
            )
        except CommitFailedError as problem:
            raise Overtaken from problem

    def _empty(self, each: Erasable, opened: DeltaTable, who: Erasure) -> int:
        emptied, table = 0, each.table
        for ids in _chunks(sorted(set(self._told_by(each, opened, who))), _ROWS_AT_ONCE):
            gone = self._gone(each, ids)
            if gone:
                numbers = ", ".join(map(str, gone))
                emptied += self._location.empty(
                    opened,
                    table.told,
                    f"business_id = {int(who.business_id)} and {table.key} in ({numbers})"
                    # A thing that changed has its newest row already as it is to be.
                    + (f" and {each.gone} is not null" if table.versions else ""),
                )
        return emptied

    def _told_by(self, each: Erasable, opened: DeltaTable, who: Erasure) -> Iterator[int]:
        """Yield the row numbers of what a person told, whether or not the store has emptied it."""
        table = each.table
        told = " or ".join(f"{name} is not null" for name in table.told)
        owners = [("profile_id", who.profile_ids, "")]
        if each.has_sessions:
            owners.append(("session_id", who.session_ids, " and profile_id is null"))
        # Every row of a thing, not only its latest.
        with reading(
            self._location, {table.name: opened}, who.business_id, shows_all=True
        ) as connection:
            for column, ids, rest in owners:
                for chunk in _chunks(ids, _AT_ONCE):
                    rows = connection.execute(
                        f"select {table.key} from {table.name} "
                        f"where list_contains($ids, {column}){rest} and ({told})",
                        {"ids": chunk},
                    )
                    yield from (row[0] for row in rows.fetchall())

    def _gone(self, each: Erasable, ids: Sequence[int]) -> list[int]:
        """Return those rows that the store emptied, or does not have any more."""
        source = each.source
        gone: list[int] = []
        with self._engines.read.begin() as connection:
            last_id = released.standing(connection).last_id if source is tables.events else 0
            for chunk in _chunks(ids, _AT_ONCE):
                query = select(source.c.id, source.c[each.gone].is_(None).label("is_empty"))
                there = connection.execute(query.where(source.c.id.in_(chunk))).all()
                known = {row.id for row in there}
                gone += [row.id for row in there if row.is_empty]
                gone += [row_id for row_id in chunk if row_id <= last_id and row_id not in known]
        return gone


def _noted(connection: Connection, noun: str, after: int, last: int) -> list[int]:
    """Return what ``changes`` has of a noun after one row and up to another."""
    changes = tables.changes
    query = select(changes.c.row_id).where(
        changes.c.noun == noun, changes.c.id > after, changes.c.id <= last
    )
    return sorted(set(connection.execute(query).scalars()))


def clear_away(location: Location, opened: DeltaTable) -> None:
    """Remove every file of a table that is none of its newest version's."""
    # What is left may be all there is of it.
    location.sync(opened)
    opened.vacuum(retention_hours=0, dry_run=False, enforce_retention_duration=False, full=True)


def _chunks(values: Sequence[int], size: int) -> Iterator[list[int]]:
    for start in range(0, len(values), size):
        yield list(values[start : start + size])
