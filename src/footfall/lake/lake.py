"""The lake of an installation: kept up to date in the background, and on demand before it is read.

One per process. ``fresh`` returns once everything that is committed in the store is in the lake;
``read`` runs a function on a DuckDB connection over a pinned state of one business. The thread in
the background waits until senders are quiet or rows have waited long enough, and looks after small
files and erasures. Several processes may share a lake.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

import structlog
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from footfall.domain.public_ids import PublicIds
from footfall.errors import ConfigurationError, Refused, Unavailable
from footfall.lake import lock
from footfall.lake.archive import FOLLOWED, Archive
from footfall.lake.columns import EVENTS, TABLES, LakeTable
from footfall.lake.compact import compact
from footfall.lake.delta import Location, Overtaken
from footfall.lake.derived import Derived
from footfall.lake.erase import Eraser, clear_away
from footfall.lake.place import cache_of, derived_of, place_of
from footfall.lake.reading import files_of, reading, views
from footfall.lake.release import Releaser
from footfall.lake.sources import SOURCES
from footfall.lake.span import Span, span
from footfall.lake.status import Standing, table_standing
from footfall.settings import Settings
from footfall.store import released
from footfall.store.engine import Engines, open_engines
from footfall.store.settled import settled
from footfall.store.tables import changes, events, identity_log, installation

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

log = structlog.get_logger(__name__)

T = TypeVar("T")

Watch = Callable[[str, int, int | None], None]
"""Told what is being done, how much of it is done, and out of how much, if that is known."""

_ATTEMPTS: Final = 5
BROKEN: Final = (DeltaError, DBAPIError, OSError, ConfigurationError)


class Incomplete(ConfigurationError):
    """The lake lacks events that the store let go of."""


class Lake:
    """An installation's lake.

    Args:
        settings: where the store and the lake are.
    """

    def __init__(self, settings: Settings) -> None:
        # Connections of its own: archiving never makes a request wait for one.
        self.engines: Engines = open_engines(settings.database_url)
        with self.engines.read.begin() as connection:
            rows = connection.execute(select(installation.c.name, installation.c.value))
            known = {row.name: row.value for row in rows}
        self.location = Location(place_of(settings), known["id"], cache_of(settings))
        public_ids = PublicIds(bytes.fromhex(known["public_id_secret"]))
        self._archive = Archive(self.engines, self.location, public_ids)
        self._eraser = Eraser(self.engines, self.location)
        self.derived = Derived(derived_of(settings), self.location, self.engines)
        self._releaser = Releaser(self.engines, self.location)
        self._mutex = threading.Lock()
        self._pool = ThreadPoolExecutor(4, "footfall-lake")
        self._done: Mapping[str, int] = {}
        self.memory: dict[object, Any] = {}
        """What its readers keep between questions; gone with it."""
        self.until_closed = ExitStack()
        """What of that has to be ended."""

    @property
    def done(self) -> Mapping[str, int]:
        """How far this process has seen the lake come, by table of the store."""
        return self._done

    def close(self) -> None:
        """Let go of the database; whoever reads has finished."""
        self._pool.shutdown()
        self.until_closed.close()
        self.engines.dispose()

    async def fresh(self) -> None:
        """Return once everything committed in the store by now is in the lake.

        Raises:
            Refused: with ``Unavailable`` when that cannot be done now.
        """
        try:
            await asyncio.get_running_loop().run_in_executor(self._pool, self.archive)
        except BROKEN as problem:
            log.error("lake_not_fresh", error=str(problem).splitlines()[0])
            raise Refused(
                [Unavailable("The lake cannot be brought up to date at the moment; try again.")]
            ) from problem

    def archive(self) -> int:
        """Archive and erase what is committed by now; return how many rows were added."""
        bounds = self.bounds()
        if self._done == bounds:
            return 0
        with self._mutex, lock.changing(self.engines):
            added = self._persist(partial(self._follow, bounds))
            self.derived.sweep()
        self._done = bounds
        return added

    def bounds(self) -> Mapping[str, int]:
        """Return how far everything is settled in the store."""
        return settled(self.engines, SOURCES)

    def compact(self, **options: Any) -> int:
        """Merge small files; return how many went."""
        with self._mutex, lock.changing(self.engines):
            return self._persist(partial(compact, self.location, **options))

    def release(self, before_at: int) -> int:
        """Have the store let go of some events that arrived before a time; return how many.

        Few enough that whoever else wants to change the lake hardly waits; 0: there are none left.

        Raises:
            Incomplete: the lake lacks events that the store let go of before.
        """
        with self._mutex, lock.changing(self.engines):
            self._require_whole()
            count = self._persist(partial(self._releaser.turn, before_at))
            if not count:
                # What it emptied in place of letting go has to leave what was made of it.
                self.derived.sweep()
            return count

    def clear(self) -> None:
        """Forget everything that the store has, so that it is archived anew.

        Raises:
            Incomplete: the lake lacks events that the store let go of.
        """
        with self._mutex, lock.changing(self.engines):
            self._persist(self._clear)
            self.derived.sweep()
            self._done = {}

    def rebuild(self, watch: Watch = lambda *_: None) -> int:
        """Archive all of the store anew; return how many rows that were.

        Events that the store let go of stay; everything else in the lake is made from the store.

        Args:
            watch: told what is being done, how many rows are done, and out of how many at most.

        Raises:
            Incomplete: the lake lacks events that the store let go of.
        """
        with self._mutex, lock.changing(self.engines):
            bounds = self.bounds()
            self._persist(self._clear)
            self.derived.sweep()
            added = self._persist(partial(self._follow, bounds, watch))
        self._done = bounds
        return added

    @contextmanager
    def older(self, last_id: int) -> Iterator[Span]:
        """Open the events up to a row number, of all businesses."""
        with span(self.location, self.location.open(EVENTS), 1, last_id) as found:
            yield found

    def status(self) -> list[Standing]:
        """Return what each table has and how far it has come; changes nothing."""
        bounds = self.bounds()
        return [table_standing(self.location, each, bounds) for each in FOLLOWED]

    async def read(
        self,
        business_id: int,
        fn: "Callable[[DuckDBPyConnection], T]",
        options: Mapping[str, Any] | None = None,
    ) -> T:
        """Run ``fn(connection)`` on a thread over one business's views, as the lake is now.

        Raises:
            Refused: with ``Unavailable`` when it cannot be read now.
        """
        return await self.on_thread(self.read_now, business_id, fn, options)

    def read_now(
        self,
        business_id: int,
        fn: "Callable[[DuckDBPyConnection], T]",
        options: Mapping[str, Any] | None = None,
    ) -> T:
        """Run ``fn(connection)`` as ``read`` does, on this thread."""
        # Half a second to load: no server's start waits for it.
        from duckdb import IOException

        attempt = 0
        while True:
            attempt += 1
            try:
                with reading(self.location, self._opened(), business_id, options) as connection:
                    return fn(connection)
            except IOException:
                # An erasure took away files that this state still names: look at the newest.
                if attempt == _ATTEMPTS:
                    raise

    async def pinned(self, business_id: int) -> tuple[list[str], list[str]]:
        """Return the files of a business as the lake is now, and statements that make its views.

        Raises:
            Refused: with ``Unavailable`` when it cannot be read now.
        """
        return await self.on_thread(self._pinned, business_id)

    async def on_thread(self, fn: Callable[..., T], *arguments: Any) -> T:
        """Run something that reads the lake on a thread of its own.

        Raises:
            Refused: with ``Unavailable`` when it cannot be read now.
        """
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._pool, fn, *arguments)
        except (Incomplete, DeltaError) as problem:
            log.error("lake_not_read", error=str(problem).splitlines()[0])
            raise Refused(
                [Unavailable("The lake cannot be read at the moment; try again.")]
            ) from problem

    def _pinned(self, business_id: int) -> tuple[list[str], list[str]]:
        files = files_of(self.location, self._opened(), business_id)
        return [path for paths in files.values() for path in paths], views(files)

    def _opened(self) -> Mapping[str, DeltaTable]:
        self._require_whole()
        return {name: self.location.open(table) for name, table in TABLES.items()}

    def _follow(self, bounds: Mapping[str, int], watch: Watch = lambda *_: None) -> int:
        self._require_whole()
        added = 0
        for each in FOLLOWED:
            opened = self.location.open(each.table)
            if self._archive.come_to(each, opened) > bounds[each.source.name]:
                # The store was set back to an earlier state, as a restore does.
                log.warning("lake_ahead_of_store", table=each.table.name)
                self._begin_anew(each.table)
            done = 0
            for count in self._archive.follow(each, bounds):
                done += count
                watch(f"Archiving {each.table.name}", done, bounds[each.source.name])
            added += done
        self._eraser.follow(bounds[identity_log.name], bounds[changes.name])
        self._eraser.follow_wipes(bounds[changes.name])
        return added

    def _clear(self) -> None:
        self._require_whole()
        for table in TABLES.values():
            clear_away(self.location, self._begin_anew(table))

    def _begin_anew(self, table: LakeTable) -> DeltaTable:
        """Remove from a table what the store still has; return it."""
        last_id = self._released().last_id if table is EVENTS else 0
        if not last_id:
            return self.location.create(table)
        opened = self.location.open(table)
        self.location.trim(opened, table, events.name, last_id)
        return opened

    def _released(self) -> released.Released:
        with self.engines.read.begin() as connection:
            return released.standing(connection)

    def _require_whole(self) -> None:
        """Refuse a lake without the events that the store let go of.

        Raises:
            Incomplete: it is without them.
        """
        last_id = self._released().last_id
        if not last_id:
            return
        opened = self.location.find(EVENTS)
        if opened is None or self.location.mark(opened, events.name) < last_id:
            raise Incomplete(
                f"The lake {self.location.root} is missing or not the one that it was: events up "
                f"to number {last_id:,} are in it alone. Bring that lake back, or restore a backup "
                "with `footfall restore`."
            )

    def _persist(self, step: Callable[[], T]) -> T:
        """Run a step again when another process was faster."""
        for attempt in range(_ATTEMPTS):
            try:
                return step()
            except Overtaken:
                time.sleep(0.05 * attempt)
        raise ConfigurationError("Other processes keep changing the lake; try again later.")
