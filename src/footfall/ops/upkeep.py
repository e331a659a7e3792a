"""What a server does by itself now and then: note token use, prune refusals and changes."""

import asyncio
from typing import Final

import structlog
from sqlalchemy import Connection

from footfall.errors import Refused
from footfall.settings import Settings
from footfall.store import facts, rejections, tokens
from footfall.store.store import Store

log = structlog.get_logger(__name__)

EVERY_S: Final = 15.0


class Upkeep:
    """The background task of one server."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings
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
        while True:
            await asyncio.sleep(EVERY_S)
            await self._once()

    async def _once(self) -> None:
        used, self._store.used_tokens = self._store.used_tokens, {}
        try:
            await self._store.write(lambda connection: self._work(connection, used))
        except Refused:
            # The disk is full or the database away: keep what is to be noted for the next time.
            self._store.used_tokens = used | self._store.used_tokens

    def _work(self, connection: Connection, used: dict[int, int]) -> None:
        tokens.used(connection, used)
        dropped = rejections.prune(connection, self._settings.rejections_kept_count)
        if dropped:
            log.info("rejections_pruned", count=dropped)
        facts.prune(connection)
