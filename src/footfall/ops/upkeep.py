"""What a server does by itself now and then: note token use, prune refusals, look after erasures.

After a failed commit it tries each second, whether or not anybody sends anything, so that readiness
tells the truth.
"""

import asyncio
import time
from typing import Final

import structlog
from sqlalchemy import Connection, update

from footfall.errors import Refused
from footfall.ops.erasures import Erasures
from footfall.settings import Settings
from footfall.store import facts, rejections, released, tokens
from footfall.store.store import Store
from footfall.store.tables import installation

log = structlog.get_logger(__name__)

EVERY_S: Final = 15.0
TRY_EVERY_S: Final = 1.0


class Upkeep:
    """The background task of one server."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self._erasures = Erasures(store.index)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start it on the running event loop."""
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Do it a last time and stop."""
        if self._task is not None:
            self._task.cancel()
            await self._once()

    async def _run(self) -> None:
        due_at = time.monotonic() + EVERY_S
        while True:
            await asyncio.sleep(TRY_EVERY_S)
            if self._store.writer.has_failed or time.monotonic() >= due_at:
                await self._once()
                due_at = time.monotonic() + EVERY_S

    async def _once(self) -> None:
        used, self._store.used_tokens = self._store.used_tokens, {}
        try:
            await self._store.write(lambda connection: self._work(connection, used))
        except Refused:
            # The disk is full or the database away: keep what is to be noted for the next time.
            self._store.used_tokens = used | self._store.used_tokens
        except Exception as problem:
            # The next time may be better; without one nothing would ever be noted again.
            log.error("upkeep_failed", error=repr(problem), exc_info=problem)

    def _work(self, connection: Connection, used: dict[int, int]) -> None:
        if self._store.writer.has_failed:
            _change_something(connection)
        tokens.used(connection, used)
        dropped = rejections.prune(connection, self._settings.rejections_kept_count)
        if dropped:
            log.info("rejections_pruned", count=dropped)
        facts.prune(connection)
        self._erasures.follow(connection)
        self._store.released = (released.standing(connection), released.count(connection))


def _change_something(connection: Connection) -> None:
    """Change a row to what it is: an empty commit would succeed on a full disk."""
    connection.execute(
        update(installation).where(installation.c.name == "id").values(value=installation.c.value)
    )
