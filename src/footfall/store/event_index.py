"""Finds events by profile, session or object, and skips what cannot match.

PostgreSQL has ordinary indexes on ``events``. On SQLite each of them would cost 10 to 20 µs an
event and grow dearer with the table, because entries land on random pages (docs/performance.md);
so there a thread copies every full block of events, sorted, into ``index.db`` beside the database.
Sorted blocks are only ever appended. Whoever looks something up seeks once per block and scans the
events after the last block. The file is derived: it is rebuilt when it is missing, damaged or of
another database, and no backup needs it.
"""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from enum import IntEnum
from pathlib import Path
from typing import Final, NamedTuple, Protocol

import structlog
from sqlalchemy import Connection, Select, or_, select

from footfall.store.engine import Engines
from footfall.store.tables import events

log = structlog.get_logger(__name__)

POLL_S: Final = 0.5
QUIET_EVENTS: Final = 2000
"""Fewer new events than this between two looks count as quiet."""

BEHIND_BLOCKS: Final = 32
"""How far the index may stay behind for the sake of those who wait for an answer."""
TIDY_BLOCKS: Final = 16
"""Blocks looked through at a time for what the store let go of."""

EVERYTHING: Final = 1 << 62
"""Above every event's row number."""


class Facet(IntEnum):
    """What events can be looked up by; part of the key, so numbers never change."""

    PROFILE = 1
    SESSION = 2
    OBJECT = 3


class Range(NamedTuple):
    """Row numbers of events, both ends included."""

    first: int
    last: int


class Zone(NamedTuple):
    """What a walk over events is looking for; ``None`` means any."""

    business_id: int
    action_id: int | None = None
    since_at: int | None = None
    until_at: int | None = None


Wanted = Sequence[tuple[Facet, int]]
"""Facets and row numbers, any of which an event may have."""


class EventIndex(Protocol):
    """Looks events up; ``bound`` are the row numbers that may be returned."""

    def start(self) -> None:
        """Begin keeping the index up to date."""

    def close(self) -> None:
        """Stop that."""

    def lookup(
        self, connection: Connection, wanted: Wanted, bound: Range, *, newest_first: bool
    ) -> Iterator[int]:
        """Yield the row numbers of events that have any of the facets, in order."""

    def ranges(self, zone: Zone, bound: Range, *, newest_first: bool) -> Iterator[Range]:
        """Yield ranges, in order, that together hold every event of the zone."""


def open_index(engines: Engines, installation_id: str, block: int) -> EventIndex:
    """Return the index of a database; on SQLite in blocks of that many events."""
    if engines.is_sqlite:
        return SqliteIndex(engines.file, installation_id, block)
    return PostgresqlIndex()


def _matching(wanted: Wanted, bound: Range, *, newest_first: bool) -> Select[tuple[int]]:
    columns = {
        Facet.PROFILE: events.c.profile_id,
        Facet.SESSION: events.c.session_id,
        Facet.OBJECT: events.c.object_id,
    }
    conditions = [
        columns[facet].in_([row_id for each, row_id in wanted if each is facet])
        for facet in {facet for facet, _ in wanted}
    ]
    query = select(events.c.id).where(
        or_(*conditions), events.c.id >= bound.first, events.c.id <= bound.last
    )
    return query.order_by(events.c.id.desc() if newest_first else events.c.id)


class PostgresqlIndex:
    """Leaves everything to the indexes of ``events``."""

    def start(self) -> None:
        """Nothing to keep."""

    def close(self) -> None:
        """Nothing to stop."""

    def lookup(
        self, connection: Connection, wanted: Wanted, bound: Range, *, newest_first: bool
    ) -> Iterator[int]:
        query = _matching(wanted, bound, newest_first=newest_first)
        with connection.execute(query.execution_options(yield_per=200)) as result:
            yield from (row.id for row in result)

    def ranges(self, zone: Zone, bound: Range, *, newest_first: bool) -> Iterator[Range]:  # noqa: ARG002
        yield bound


_SCHEMA: Final = """
create table about (installation text not null, block integer not null);
create table entries (
    block integer not null, key integer not null, event_id integer not null,
    primary key (block, key, event_id)
) without rowid;
create table zones (
    block integer not null, business_id integer not null, action_id integer not null,
    first_at integer not null, last_at integer not null,
    primary key (block, business_id, action_id)
) without rowid;
create table blocks (block integer primary key);
"""

# One statement for a whole block: the driver gives up the interpreter lock only while it runs.
_ADD_ENTRIES: Final = """
insert into entries
select :block, key, id from (
    select profile_id * 4 + 1 as key, id from source.events
    where id between :first and :last and profile_id is not null
    union all
    select session_id * 4 + 2, id from source.events
    where id between :first and :last and session_id is not null
    union all
    select object_id * 4 + 3, id from source.events
    where id between :first and :last and object_id is not null
)
order by key, id
"""
_ADD_ZONES: Final = """
insert into zones
select :block, business_id, action_id, min(occurred_at), max(occurred_at) from source.events
where id between :first and :last
group by business_id, action_id
"""
# What the store let go of (``released``) leaves the index; the other rows stay.
_TIDY: Final = """
delete from entries
where block = :block
    and event_id not in (select id from source.events where id between :first and :last)
"""
_RELEASED: Final = "select value from source.installation where name = 'released_events_to'"
_LOOKUP: Final = """
select entries.event_id
from blocks cross join entries
on entries.block = blocks.block and entries.key in (select value from json_each(:keys))
where blocks.block between :low and :high and entries.event_id between :first and :last
order by blocks.block {order}, entries.event_id {order}
"""
_ZONES: Final = """
select distinct block from zones
where block between :low and :high and business_id = :business_id
    and (:action_id is null or action_id = :action_id)
    and (:since_at is null or last_at >= :since_at)
    and (:until_at is null or first_at < :until_at)
order by block {order}
"""


class SqliteIndex:
    """The derived file and the thread that keeps it.

    Args:
        database: the SQLite file that holds the events.
        installation_id: whose events; a file of another installation is thrown away.
        block: events per block.
    """

    def __init__(self, database: Path, installation_id: str, block: int) -> None:
        self._database = database
        self._file = database.with_name("index.db")
        self._about = (installation_id, block)
        self._block = block
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.last_indexed = 0
        self._tidied = 0

    def start(self) -> None:
        self.prepare()
        self._thread = threading.Thread(target=self._keep, name="footfall-indexer")
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        for connection in self._opened:
            connection.close()

    def lookup(
        self, connection: Connection, wanted: Wanted, bound: Range, *, newest_first: bool
    ) -> Iterator[int]:
        indexed = self.last_indexed
        recent = Range(max(bound.first, indexed + 1), bound.last)
        older = Range(bound.first, min(bound.last, indexed))
        if newest_first:
            yield from self._scan(connection, wanted, recent, newest_first=True)
            yield from self._seek(wanted, older, newest_first=True)
        else:
            yield from self._seek(wanted, older, newest_first=False)
            yield from self._scan(connection, wanted, recent, newest_first=False)

    def ranges(self, zone: Zone, bound: Range, *, newest_first: bool) -> Iterator[Range]:
        indexed = self.last_indexed
        recent = Range(max(bound.first, indexed + 1), bound.last)
        if newest_first and recent.first <= recent.last:
            yield recent
        for block in self._zones(zone, bound, indexed, newest_first=newest_first):
            block_range = self._range_of(block)
            yield Range(max(bound.first, block_range.first), min(bound.last, block_range.last))
        if not newest_first and recent.first <= recent.last:
            yield recent

    def prepare(self) -> None:
        """Take up the file where it is whole and of this database, else begin it anew."""
        try:
            self.last_indexed = self.read_state()
        except sqlite3.Error as problem:
            if self._file.exists() or self._has_events():
                log.info("event_index_rebuilt", reason=str(problem))
            for suffix in ("", "-wal", "-shm"):
                self._file.with_name(self._file.name + suffix).unlink(missing_ok=True)
            connection = self._open()
            connection.executescript(_SCHEMA)
            connection.execute("insert into about values (?, ?)", self._about)
            connection.close()
            self.last_indexed = 0

    def read_state(self) -> int:
        """Return the last event that the file has.

        Raises:
            sqlite3.Error: it is missing or damaged, or is not of this database.
        """
        if not self._file.exists():
            raise sqlite3.DatabaseError("there is none")
        connection = self._open()
        try:
            if connection.execute("select * from about").fetchone() != self._about:
                raise sqlite3.DatabaseError("it is of another installation or block size")
            last: int | None = connection.execute("select max(block) from blocks").fetchone()[0]
            connection.execute("attach database ? as source", (str(self._database),))
            latest = _latest(connection)
        finally:
            connection.close()
        indexed = 0 if last is None else self._range_of(last).last
        if indexed > latest:
            raise sqlite3.DatabaseError("it knows events that the database does not have")
        return indexed

    def index_full_blocks(self, at_most: int | None = None) -> int:
        """Index the blocks that have become full, or some of them; return how many."""
        added = 0
        with self._attached() as connection:
            latest = _latest(connection)
            while not self._stop.is_set() and added != at_most:
                if latest < self.last_indexed + self._block:
                    break
                self._add(connection, self.last_indexed // self._block)
                added += 1
        return added

    def tidy(self, at_most: int | None = None) -> None:
        """Take out of the index what the store let go of, of all blocks or of some."""
        with self._attached() as connection:
            found = connection.execute(_RELEASED).fetchone()
            whole = min(int(found[0]) if found else 0, self.last_indexed) // self._block
            upto = whole if at_most is None else min(whole, self._tidied + at_most)
            for block in range(self._tidied, upto):
                first, last = self._range_of(block)
                values = {"block": block, "first": first, "last": last}
                connection.execute(_TIDY, values)
                connection.execute("delete from zones where block = ?", (block,))
                self._tidied = block + 1

    @contextmanager
    def _attached(self) -> Iterator[sqlite3.Connection]:
        connection = self._open()
        try:
            connection.execute("attach database ? as source", (str(self._database),))
            yield connection
        finally:
            connection.close()

    def _keep(self) -> None:
        seen = 0
        while not self._stop.wait(POLL_S):
            try:
                with self._attached() as connection:
                    latest = _latest(connection)
                # Whoever waits for an answer goes first: a busy hour is indexed when it is over,
                # as long as what is left to be scanned stays bearable.
                is_quiet = latest - seen < QUIET_EVENTS
                seen = latest
                if is_quiet:
                    self.index_full_blocks()
                    self.tidy(at_most=TIDY_BLOCKS)
                elif latest - self.last_indexed > BEHIND_BLOCKS * self._block:
                    self.index_full_blocks(at_most=1)
            except sqlite3.Error as problem:
                # Slower look-ups, nothing worse. Full disks and locks pass; a file that was taken
                # away or filled by somebody else is looked at anew.
                log.warning("event_index_behind", error=str(problem))
                with suppress(sqlite3.Error):
                    self.prepare()

    def _add(self, connection: sqlite3.Connection, block: int) -> None:
        first, last = self._range_of(block)
        values = {"block": block, "first": first, "last": last}
        connection.execute("begin immediate")
        try:
            connection.execute(_ADD_ENTRIES, values)
            connection.execute(_ADD_ZONES, values)
            connection.execute("insert into blocks values (?)", (block,))
            connection.execute("commit")
        except BaseException:
            with suppress(sqlite3.Error):
                connection.execute("rollback")
            raise
        self.last_indexed = last

    def _has_events(self) -> bool:
        with suppress(sqlite3.Error), closing(sqlite3.connect(self._database)) as connection:
            return connection.execute("select 1 from events limit 1").fetchone() is not None
        return False

    def _range_of(self, block: int) -> Range:
        return Range(block * self._block + 1, (block + 1) * self._block)

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._file, isolation_level=None, timeout=10, check_same_thread=False
        )
        try:
            connection.execute("pragma journal_mode = wal")
            # It can be rebuilt: no need to wait for the disk, only never to be torn.
            connection.execute("pragma synchronous = normal")
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _reader(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._open()
            self._opened.append(connection)
        return connection

    def _scan(
        self, connection: Connection, wanted: Wanted, bound: Range, *, newest_first: bool
    ) -> Iterator[int]:
        if bound.first <= bound.last:
            query = _matching(wanted, bound, newest_first=newest_first)
            yield from (row.id for row in connection.execute(query))

    def _seek(self, wanted: Wanted, bound: Range, *, newest_first: bool) -> Iterator[int]:
        if bound.first > bound.last:
            return
        values = {
            "keys": "[" + ",".join(str(row_id * 4 + facet) for facet, row_id in wanted) + "]",
            "low": (bound.first - 1) // self._block,
            "high": (bound.last - 1) // self._block,
            "first": bound.first,
            "last": bound.last,
        }
        text = _LOOKUP.format(order="desc" if newest_first else "asc")
        previous = 0
        for (event_id,) in self._reader().execute(text, values):
            # It may have several of the facets, and then comes as often.
            if event_id != previous:
                yield event_id
            previous = event_id

    def _zones(
        self, zone: Zone, bound: Range, indexed: int, *, newest_first: bool
    ) -> Iterator[int]:
        last = min(bound.last, indexed)
        if bound.first > last:
            return
        low, high = (bound.first - 1) // self._block, (last - 1) // self._block
        text = _ZONES.format(order="desc" if newest_first else "asc")
        for (block,) in self._reader().execute(text, {"low": low, "high": high, **zone._asdict()}):
            yield block


def _latest(connection: sqlite3.Connection) -> int:
    latest: int | None = connection.execute("select max(id) from source.events").fetchone()[0]
    return latest or 0
