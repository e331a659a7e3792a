"""Takes out of the lake what the store erased of a person or wiped of a business's test side.

The store is asked which of a person's rows it emptied, and the same rows are emptied here. Files
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
from footfall.store import merges, tables
from footfall.store.engine import Engines
from footfall.store.facts import WIPED

log = structlog.get_logger(__name__)

ERASED: Final = "erased"
"""Mark of the last erasure in ``identity_log`` that a table has followed."""

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


def erasures(connection: Connection, after: int, last: int) -> list[Erasure]:
    """Return whom the store erased in rows of ``identity_log`` after one and up to another."""
    table = tables.identity_log
    query = select(table.c.business_id, table.c.profile_id).where(
        table.c.kind == "erase", table.c.id > after, table.c.id <= last
    )
    found = []
    for row in connection.execute(query).all():
        members = merges.members_of(connection, row.profile_id)
        found.append(Erasure(row.business_id, members, merges.sessions_of(connection, members)))
    return found


class Eraser:
    """Brings a lake into line with what its store erased; runs under ``lock.changing``."""

    def __init__(self, engines: Engines, location: Location) -> None:
        self._engines = engines
        self._location = location

    def follow(self, last: int) -> int:
        """Erase whom the store erased up to a row of ``identity_log``; return how many rows.

        Raises:
            Overtaken: somebody else changed a table meanwhile.
        """
        emptied = 0
        for each in ERASABLE:
            table = each.table
            opened = self._location.open(table)
            done = self._location.mark(opened, ERASED)
            with self._engines.read.begin() as connection:
                due = erasures(connection, done, last)
            if not due:
                continue
            for who in due:
                emptied += self._empty(each, opened, who)
            clear_away(opened)
            self._location.append(opened, empty_batch(table), {ERASED: last})
        if emptied:
            log.info("lake_erased", rows=emptied)
        return emptied

    def follow_wipes(self, last: int) -> None:
        """Remove the rows of businesses that were wiped, up to a row of ``changes``.

        Raises:
            Overtaken: somebody else changed a table meanwhile.
        """
        changes = tables.changes
        for table in TABLES.values():
            opened = self._location.open(table)
            done = self._location.mark(opened, WIPED)
            query = (
                select(changes.c.row_id)
                .distinct()
                .where(changes.c.noun == WIPED, changes.c.id > done, changes.c.id <= last)
            )
            with self._engines.read.begin() as connection:
                wiped = connection.execute(query).scalars().all()
            for business_id in wiped:
                self._remove(opened, business_id)
            if wiped:
                clear_away(opened)
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
        source = each.source
        gone: list[int] = []
        with self._engines.read.begin() as connection:
            for chunk in _chunks(ids, _AT_ONCE):
                query = select(source.c.id).where(
                    source.c.id.in_(chunk), source.c[each.gone].is_(None)
                )
                gone += connection.execute(query).scalars()
        return gone


def clear_away(opened: DeltaTable) -> None:
    """Remove every file of a table that is none of its newest version's."""
    opened.vacuum(retention_hours=0, dry_run=False, enforce_retention_duration=False, full=True)


def _chunks(values: Sequence[int], size: int) -> Iterator[list[int]]:
    for start in range(0, len(values), size):
        yield list(values[start : start + size])
