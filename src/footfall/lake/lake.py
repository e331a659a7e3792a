"""The lake of an installation: kept up to date in the background, and on demand before it is read.

One per process. ``fresh`` returns once everything that is committed in the store is in the lake;
``read`` runs a function on a DuckDB connection over a pinned state of one business. The thread in
the background waits until senders are quiet or rows have waited long enough, and looks after small
files and erasures. Several processes may share a lake.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
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
from footfall.lake.columns import TABLES
from footfall.lake.compact import compact
from footfall.lake.delta import Location, Overtaken
from footfall.lake.derived import Derived
from footfall.lake.erase import Eraser, clear_away
from footfall.lake.place import cache_of, derived_of, place_of
from footfall.lake.reading import files_of, reading, views
from footfall.lake.sources import SOURCES
from footfall.settings import Settings
from footfall.store.engine import Engines, open_engines
from footfall.store.settled import settled
from footfall.store.tables import changes, identity_log, installation

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

log = structlog.get_logger(__name__)

T = TypeVar("T")

_ATTEMPTS: Final = 5
BROKEN: Final = (DeltaError, DBAPIError, OSError, ConfigurationError)


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
        self._mutex = threading.Lock()
        self._pool = ThreadPoolExecutor(4, "footfall-lake")
        self._done: Mapping[str, int] = {}
        self.memory: dict[object, Any] = {}
        """What its readers keep between questions; gone with it."""

    @property
    def done(self) -> Mapping[str, int]:
        """How far this process has seen the lake come, by table of the store."""
        return self._done

    def close(self) -> None:
        """Let go of the database; whoever reads has finished."""
        self._pool.shutdown()
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

    def rebuild(self) -> None:
        """Forget everything, so that all of the store is archived anew."""
        with self._mutex, lock.changing(self.engines):
            for table in TABLES.values():
                clear_away(self.location.create(table))
            self.derived.sweep()
            self._done = {}

    async def read(
        self,
        business_id: int,
        fn: "Callable[[DuckDBPyConnection], T]",
        options: Mapping[str, Any] | None = None,
    ) -> T:
        """Run ``fn(connection)`` on a thread over one business's views, as the lake is now."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, self.read_now, business_id, fn, options)

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

    async def on_thread(self, fn: "Callable[[], T]") -> T:
        """Run something that reads the lake on a thread of its own."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, fn)

    async def pinned(self, business_id: int) -> tuple[list[str], list[str]]:
        """Return the files of a business as the lake is now, and statements that make its views."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, self._pinned, business_id)

    def _pinned(self, business_id: int) -> tuple[list[str], list[str]]:
        files = files_of(self.location, self._opened(), business_id)
        return [path for paths in files.values() for path in paths], views(files)

    def _opened(self) -> Mapping[str, DeltaTable]:
        return {name: self.location.open(table) for name, table in TABLES.items()}

    def _follow(self, bounds: Mapping[str, int]) -> int:
        added = 0
        for each in FOLLOWED:
            opened = self.location.open(each.table)
            if self._archive.come_to(each, opened) > bounds[each.source.name]:
                # The store was set back to an earlier state, as a restore does.
                log.warning("lake_ahead_of_store", table=each.table.name)
                self.location.create(each.table)
            added += sum(self._archive.follow(each, bounds))
        self._eraser.follow(bounds[identity_log.name])
        self._eraser.follow_wipes(bounds[changes.name])
        return added

    def _persist(self, step: Callable[[], int]) -> int:
        """Run a step again when another process was faster."""
        for attempt in range(_ATTEMPTS):
            try:
                return step()
            except Overtaken:
                time.sleep(0.05 * attempt)
        raise ConfigurationError("Other processes keep changing the lake; try again later.")
