"""Store → lake: whatever is committed is added to the Delta tables, each row exactly once.

Append-only tables are followed by row number, up to where the store says that they are settled.
Objects and links change: new ones are followed by row number, changed ones by what the store's
``changes`` has of them, and each adds a row beside the earlier ones. How far it has come is
committed with the rows. Runs under ``lock.changing``; may be killed between any two commits.
"""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import structlog
from deltalake import DeltaTable
from sqlalchemy import Connection, Table, and_, func, select
from sqlalchemy.sql.elements import ColumnElement

from footfall.domain.objects import BUILT_IN_KINDS
from footfall.domain.public_ids import Kind, PublicIds
from footfall.lake import rows
from footfall.lake.columns import (
    DELIVERIES,
    EVENTS,
    IDENTITY,
    LINKS,
    OBJECTS,
    SIGHTINGS,
    LakeTable,
)
from footfall.lake.delta import Location, batch_of
from footfall.lake.sources import Bounds
from footfall.store import tables
from footfall.store.engine import Engines

log = structlog.get_logger(__name__)

ROWS_PER_READ: Final = 5000
ROWS_PER_COMMIT: Final = 50_000
"""Many small commits make many small files; one that is too large keeps others waiting."""

CHANGES: Final = "changes"
CHANGES_UNNOTED: Final = 1000
"""Changes of other things that are looked at again, rather than noted by an empty commit."""

_IDS_AT_ONCE: Final = 500


class Followed(NamedTuple):
    """A table that is archived, where its rows come from, and how they are read.

    Attributes:
        noun: what ``changes`` calls one of them that was changed; empty: they never are.
        public_id: a column with the public id of the row, and the kind of that id.
    """

    table: LakeTable
    source: Table
    read: rows.Read
    noun: str = ""
    public_id: tuple[str, Kind] | None = None


FOLLOWED: Final = (
    Followed(IDENTITY, tables.identity_log, rows.read_identity),
    Followed(OBJECTS, tables.objects, rows.read_objects, "object"),
    Followed(LINKS, tables.links, rows.read_links, "link", ("link_id", Kind.LINK)),
    Followed(DELIVERIES, tables.deliveries, rows.read_deliveries),
    Followed(EVENTS, tables.events, rows.read_events),
    Followed(SIGHTINGS, tables.sightings, rows.read_sightings),
)


class Archive:
    """Adds what is new in a store to a lake.

    Args:
        engines: the store's; only read.
    """

    def __init__(self, engines: Engines, location: Location, public_ids: PublicIds) -> None:
        self._engines = engines
        self._location = location
        self._public_ids = public_ids

    def follow(self, each: Followed, bounds: Bounds) -> Iterator[int]:
        """Archive a table up to its bound; yield after each commit how many rows it added.

        Raises:
            Overtaken: somebody else changed the table meanwhile; what was yielded is archived.
        """
        opened = self._location.open(each.table)
        if each.noun:
            yield from self._changed(each, opened, bounds)
        name, last = each.source.name, bounds[each.source.name]
        done = self._location.mark(opened, name)
        while done < last:
            columns, done = self._read(each, done, last)
            yield self._append(each, opened, columns, {name: done})

    def come_to(self, each: Followed, opened: DeltaTable) -> int:
        """Return the row number up to which a table is archived."""
        return self._location.mark(opened, each.source.name)

    def _read(self, each: Followed, done: int, last: int) -> tuple[rows.Columns, int]:
        """Return rows after ``done`` and the row number up to which they are all there are."""
        found: dict[str, list[Any]] = {}
        number = each.source.c.id
        with self._engines.read.begin() as connection:
            while done < last and len(found.get(each.table.key, ())) < ROWS_PER_COMMIT:
                condition = and_(number > done, number <= last)
                part = each.read(connection, condition, ROWS_PER_READ)
                for column, values in part.items():
                    found.setdefault(column, []).extend(values)
                read = part[each.table.key]
                done = read[-1] if len(read) == ROWS_PER_READ else last
        return found, done

    def _changed(self, each: Followed, opened: DeltaTable, bounds: Bounds) -> Iterator[int]:
        """Archive anew what changed of things that are archived already."""
        location, name = self._location, each.source.name
        seen, latest = location.mark(opened, CHANGES), bounds[tables.changes.name]
        if seen == latest:
            return
        known = location.mark(opened, name)
        with self._engines.read.begin() as connection:
            if known and _has_gap(connection, seen):
                # Nobody knows any more what changed: all of it may have.
                log.info("lake_archives_anew", table=each.table.name)
                known = 0
            found: dict[str, list[Any]] = {}
            for condition in _conditions(connection, each, seen, latest, known):
                limit = 1 << 62
                for column, values in each.read(connection, condition, limit).items():
                    found.setdefault(column, []).extend(values)
        if found.get(each.table.key) or known == 0 or latest - seen > CHANGES_UNNOTED:
            yield self._append(each, opened, found, {name: known, CHANGES: latest})

    def _append(
        self, each: Followed, opened: DeltaTable, columns: rows.Columns, marks: Bounds
    ) -> int:
        table = each.table
        numbers = columns.get(table.key, ())
        count = len(numbers)
        if each.public_id is not None:
            name, kind = each.public_id
            encode = self._public_ids[kind].encode
            columns = {**columns, name: [encode(number) for number in numbers]}
        if table.versions:
            columns = {**columns, "archived_no": [opened.version() + 1] * count}
        if not count:
            columns = {column.name: () for column in table.columns}
        self._location.append(opened, batch_of(table, columns), marks)
        return count


def _has_gap(connection: Connection, seen: int) -> bool:
    """Tell whether changes after the one numbered ``seen`` are dropped already."""
    oldest = connection.execute(select(func.min(tables.changes.c.id))).scalar()
    return oldest is not None and oldest > seen + 1


def _conditions(
    connection: Connection, each: Followed, seen: int, latest: int, known: int
) -> Iterator[ColumnElement[bool]]:
    """Yield what picks the things, up to the one numbered ``known``, that changed."""
    changes = tables.changes
    query = select(changes.c.noun, changes.c.row_id).where(
        changes.c.id > seen, changes.c.id <= latest, changes.c.noun.in_((each.noun, "everything"))
    )
    told = {(row.noun, row.row_id) for row in connection.execute(query)}
    if "kind" in each.source.c and any(noun == "everything" for noun, _ in told):
        # Only things of kinds of a business's own ever change in such numbers.
        yield and_(each.source.c.id <= known, each.source.c.kind.not_in(BUILT_IN_KINDS))
    ids = sorted(row_id for noun, row_id in told if noun == each.noun and row_id <= known)
    for start in range(0, len(ids), _IDS_AT_ONCE):
        yield each.source.c.id.in_(ids[start : start + _IDS_AT_ONCE])
