"""Settings → the running application; the only module that knows every part.

``running`` opens the store, starts what works in the background, and yields the ASGI callable:
the hot path in front, the probes behind it, Litestar last.
"""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from footfall.ingest.asgi import Application, HotPath
from footfall.ingest.limits import Limits
from footfall.ops.counters import Counters
from footfall.ops.health import Probes
from footfall.ops.metrics import Metrics
from footfall.ops.upkeep import Upkeep
from footfall.settings import Settings
from footfall.store.store import Store

HEAD_START_S: Final = 0.1
"""How long the server has the interpreter to itself before the framework is loaded."""


def open_store(settings: Settings) -> Store:
    """Return the store the settings name, its schema up to date; nothing runs yet."""
    return Store(
        settings.database_url,
        queue_events_max=settings.queue_events_max,
        cache_facts_max=settings.cache_facts_max,
        index_events_count=settings.index_events_count,
    )


@asynccontextmanager
async def running(settings: Settings, store: Store) -> AsyncIterator[Application]:
    """Start everything, and at the end commit what was accepted and stop it.

    Raises:
        ConfigurationError: a setting cannot be read.
    """
    limits = Limits(settings)
    counters = Counters()
    await store.start()
    upkeep = Upkeep(store, settings)
    upkeep.start()
    api = _Later(store, settings, limits, counters)
    probes = Probes(store, Metrics(store, counters), api)
    try:
        yield HotPath(store, settings, counters, limits, probes)
    finally:
        await api.built()
        await upkeep.close()
        await store.close()


class _Later:
    """The API, made on a thread while the server already takes events.

    Loading the framework is a third of a second in which nobody has to wait who does not use it.
    """

    def __init__(
        self, store: Store, settings: Settings, limits: Limits, counters: Counters
    ) -> None:
        self._parts = (store, settings, limits, counters)
        self._building: asyncio.Task[Application] | None = None
        asyncio.get_running_loop().call_later(HEAD_START_S, self._begin)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        api = await self.built()
        await api(scope, receive, send)

    async def built(self) -> Application:
        """Return the API once it is there."""
        return await asyncio.shield(self._begin())

    def _begin(self) -> asyncio.Task[Application]:
        if self._building is None:
            self._building = asyncio.create_task(asyncio.to_thread(_build, *self._parts))
        return self._building


def _build(store: Store, settings: Settings, limits: Limits, counters: Counters) -> Application:
    from footfall import api

    application = api.build(store, settings, limits, counters)
    # What start-up made lives as long as the process: the collector need not look at it again.
    gc.collect()
    gc.freeze()
    return application
