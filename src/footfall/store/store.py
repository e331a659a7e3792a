"""The system of record as the rest of Footfall sees it: read, write, append, and what is cached.

One per process. ``read`` runs a function on a reader thread; ``write`` and ``append`` join the next
group commit. Noun modules beside this one hold the functions to be run; they never see this class.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

import structlog
from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError

from footfall.domain.public_ids import PublicIds
from footfall.errors import Refused, Unavailable
from footfall.store import bulk, facts, schema
from footfall.store.append import Appender, Submission
from footfall.store.engine import READERS, open_engines
from footfall.store.event_index import EventIndex, open_index
from footfall.store.released import Released
from footfall.store.tables import installation
from footfall.store.writer import Writer

log = structlog.get_logger(__name__)

T = TypeVar("T")


class _Undone(Exception):
    """Raised at the end of a trial so that its savepoint is rolled back."""


class Store:
    """An open database with its one writer.

    Args:
        url: database URL; its schema is brought up to date first.
        queue_events_max, cache_facts_max, index_events_count: see ``settings``.
    """

    def __init__(
        self,
        url: str,
        *,
        queue_events_max: int = 50_000,
        cache_facts_max: int = 65_536,
        index_events_count: int = 32_768,
    ) -> None:
        self.engines = open_engines(url)
        schema.upgrade(self.engines)
        with self.engines.read.begin() as connection:
            known = connection.execute(select(installation))
            self._known: dict[str, str] = {row.name: row.value for row in known}
            epoch = facts.epoch(connection)
        self.public_ids = PublicIds(bytes.fromhex(self._known["public_id_secret"]))
        self.facts = facts.Facts(cache_facts_max)
        self.facts.seen = epoch
        self.index: EventIndex = open_index(self.engines, self.installation_id, index_events_count)
        self._appender = Appender(bulk.for_dialect(self.engines.write.dialect.name))
        self.writer = Writer(
            self.engines.write, self._appender.apply, self.facts.forget, queue_events_max
        )
        self.used_tokens: dict[int, int] = {}
        """When each token was last used, since this was last written down."""
        self.released = (Released(), 0)
        """How far the database let go of events, and of how many, as last looked at."""
        self._readers = ThreadPoolExecutor(READERS, "footfall-reader")
        self._followers: list[asyncio.Task[None]] = []

    @property
    def installation_id(self) -> str:
        """Names this installation in backups and derived files."""
        return self._known["id"]

    async def start(self) -> None:
        """Start the writer, and following what other processes change."""
        self.writer.start()
        self.index.start()
        self._followers = [asyncio.create_task(self._follow())]

    async def close(self) -> None:
        """Commit what was accepted and let go of the database."""
        for task in self._followers:
            task.cancel()
        await self.writer.close()
        await asyncio.to_thread(self.index.close)
        self._readers.shutdown()
        self.engines.dispose()

    async def read(self, fn: Callable[[Connection], T]) -> T:
        """Run ``fn(connection)`` on a reader thread, in a transaction of its own.

        Raises:
            Refused: with ``Unavailable`` when the database cannot be read now.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, self._read, fn)

    async def write(self, fn: Callable[[Connection], T]) -> T:
        """Run ``fn(connection)`` in the next commit; see ``Writer.write``."""
        result: T = await self.writer.write(fn)
        return result

    async def append(self, submission: Submission) -> None:
        """Store events; the outcome is in the submission once this returns, synced.

        Raises:
            Refused: with ``Unavailable`` when it cannot be stored now.
        """
        group = self.writer.submit(submission)
        await group.future
        group.check(submission)

    async def write_and_append(self, fn: Callable[[Connection], tuple[T, Submission | None]]) -> T:
        """Run ``fn(connection)``, and append the events it returns beside its result, all at once.

        Its drafts must not be special: what only a whole group can decide is ``append``'s.

        Raises:
            Refused: with ``Unavailable`` when it cannot be stored now.
            Exception: whatever ``fn`` raised; nothing is kept.
        """

        def both(connection: Connection) -> T:
            result, submission = fn(connection)
            if submission is not None:
                self._appender.apply(connection, [submission])
            return result

        return await self.write(both)

    async def rehearse(self, submission: Submission) -> None:
        """Run everything ``append`` does and keep none of it (dry run)."""

        def rehearsal(connection: Connection) -> None:
            self._appender.apply(connection, [submission])
            raise _Undone

        try:
            await self.writer.write(rehearsal)
        except _Undone:
            return

    def _read(self, fn: Callable[[Connection], T]) -> T:
        try:
            with self.engines.read.begin() as connection:
                return fn(connection)
        except (DBAPIError, sqlite3.Error) as problem:
            log.error("read_failed", error=str(problem).splitlines()[0])
            raise Refused(
                [Unavailable("The event store cannot be read at the moment; try again shortly.")]
            ) from problem

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(facts.FOLLOW_EVERY_S)
            try:
                self.facts.follow(await self.read(partial(facts.news, seen=self.facts.seen)))
            except Exception as problem:
                # What cannot be followed may have changed: trust nothing until it can.
                self.facts.clear()
                if not isinstance(problem, Refused):
                    log.error("changes_not_followed", error=repr(problem), exc_info=problem)
