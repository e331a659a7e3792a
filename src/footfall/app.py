"""Settings → the running application; the only module that knows every part.

``running`` opens the store, starts what works in the background, and yields the ASGI callable:
the hot path in front, the probes behind it, Litestar last.
"""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from footfall.ingest.asgi import Application, HotPath
from footfall.ingest.limits import Limits
from footfall.ops.counters import Counters
from footfall.ops.health import Probes
from footfall.ops.metrics import Metrics
from footfall.ops.upkeep import Upkeep
from footfall.settings import Settings
from footfall.store.store import Store

if TYPE_CHECKING:
    from footfall.lake.keeper import Keeper
    from footfall.lake.late import Late
    from footfall.lake.sql import Runner

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
        await api.close()
        await upkeep.close()
        await store.close()


class _Built(NamedTuple):
    """What a server takes events without, and has a moment later."""

    api: Application
    lake: "Late"
    keeper: "Keeper"
    sql: "Runner"


class _Later:
    """The API and the lake, made on a thread while the server already takes events.

    Loading the framework is a third of a second in which nobody has to wait who does not use it.
    """

    def __init__(
        self, store: Store, settings: Settings, limits: Limits, counters: Counters
    ) -> None:
        self._parts = (store, settings, limits, counters)
        self._building: asyncio.Task[_Built] | None = None
        self._opening: asyncio.Task[Application] | None = None
        asyncio.get_running_loop().call_later(HEAD_START_S, self._begin)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        built = await self._built()
        if scope["type"] == "http" and is_page(scope["path"]):
            dashboard = await self._dashboard()
            await dashboard(scope, receive, send)
            return
        await built.api(scope, receive, send)

    async def close(self) -> None:
        """Stop what works in the background."""
        built = await self._built()
        await built.sql.close()
        await asyncio.to_thread(built.keeper.close)
        await asyncio.to_thread(built.lake.close)

    async def _dashboard(self) -> Application:
        """Return the pages, made at the first request for one."""
        if self._opening is None:
            store, settings, *_ = self._parts
            self._opening = asyncio.create_task(asyncio.to_thread(_open, store, settings))
        return await asyncio.shield(self._opening)

    async def _built(self) -> _Built:
        return await asyncio.shield(self._begin())

    def _begin(self) -> asyncio.Task[_Built]:
        if self._building is None:
            self._building = asyncio.create_task(asyncio.to_thread(_build, *self._parts))
        return self._building


def is_page(path: str) -> bool:
    """Tell whether a path belongs to the dashboard."""
    return path == "/dashboard" or path.startswith("/dashboard/")


def _open(store: Store, settings: Settings) -> Application:
    from footfall import dashboard

    return dashboard.build(store, settings)  # type: ignore[return-value]


def _build(store: Store, settings: Settings, limits: Limits, counters: Counters) -> _Built:
    from footfall import api
    from footfall.lake.keeper import Keeper
    from footfall.lake.late import Late
    from footfall.lake.sql import Runner

    lake = Late(settings)
    sql = Runner(lake, settings)
    application = api.build(store, settings, limits, counters, lake, sql)
    keeper = Keeper(settings)
    keeper.start()
    # What start-up made lives as long as the process: the collector need not look at it again.
    gc.collect()
    gc.freeze()
    return _Built(application, lake, keeper, sql)
