"""Settings → the running application; the only module that knows every part.

``running`` opens the store, starts what works in the background, and yields the ASGI callable:
the hot path in front, Litestar behind it.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from footfall import api
from footfall.ingest.asgi import Application, HotPath
from footfall.ops.counters import Counters
from footfall.ops.health import Probes
from footfall.ops.metrics import Metrics
from footfall.ops.upkeep import Upkeep
from footfall.settings import Settings
from footfall.store.store import Store


@dataclass(frozen=True, slots=True)
class Running:
    """A started application."""

    asgi: Application
    store: Store


def open_store(settings: Settings) -> Store:
    """Return the store the settings name, its schema up to date; nothing runs yet."""
    return Store(
        settings.database_url,
        queue_events_max=settings.queue_events_max,
        cache_facts_max=settings.cache_facts_max,
        index_events_count=settings.index_events_count,
    )


@asynccontextmanager
async def running(settings: Settings, store: Store) -> AsyncIterator[Running]:
    """Start everything, and at the end commit what was accepted and stop it."""
    counters = Counters()
    await store.start()
    upkeep = Upkeep(store, settings)
    upkeep.start()
    behind = Probes(store, Metrics(store, counters), api.build(store, settings))
    try:
        yield Running(HotPath(store, settings, counters, behind), store)
    finally:
        await upkeep.close()
        await store.close()
