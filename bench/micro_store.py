"""What a commit costs by its size, and an event by the indexes it has to enter.

Part of ``micro``: uses the store's own statements on databases of its own, without a server.
"""

import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any, Final

from sqlalchemy import Engine, text

from bench.figures import Findings
from bench.history import fill
from bench.installation import Installation
from bench.options import PRODUCTS, PROFILES
from footfall.domain.actions import BUILT_IN
from footfall.domain.events import EventDraft
from footfall.domain.times import now_us
from footfall.settings import load
from footfall.store.append import Appender, Submission
from footfall.store.bulk import SqliteBulk
from footfall.store.engine import open_engines
from footfall.store.event_index import open_index

_SIZES: Final = (1, 8, 64, 256, 1024)
_GROUP: Final = 256
_INDEXES: Final = (
    "create index by_profile on events (profile_id, id) where profile_id is not null",
    "create index by_session on events (session_id, id) where session_id is not null",
    "create index by_object on events (object_id, id) where object_id is not null",
    "create index by_action on events (business_id, action_id, id)",
)


def measure_commits(findings: Findings, folder: Path, seconds: float) -> None:
    """Add the time of a group commit by the number of requests in it."""
    installation = Installation(folder / "commits")
    engines = open_engines(load({}, data=installation.folder).database_url)
    appender = Appender(SqliteBulk())
    for size in _SIZES:

        def commit(size: int = size) -> None:
            submissions = [_submission(draft) for draft in _drafts(installation, size)]
            with engines.write.begin() as connection:
                appender.apply(connection, submissions)

        middle = median(_repeat(commit, seconds))
        events = f"{size} event" if size == 1 else f"{size} events"
        findings.add(
            "commit",
            f"{events}, synced",
            middle * 1000,
            "ms",
            note=f"{middle / size * 1e6:.1f} µs an event",
        )
    engines.dispose()


def measure_indexes(findings: Findings, folder: Path, stored: int, seconds: float) -> None:
    """Add the cost of an event without and with ordinary indexes, and in the derived index."""
    for count in (0, stored):
        installation = Installation(folder / f"with-{count}")
        fill(installation, count)
        if count:
            _measure_derived(findings, installation, count)
        engines = open_engines(load({}, data=installation.folder).database_url)
        _measure_inserts(findings, engines.write, installation, count, "no index", seconds)
        with engines.write.begin() as connection:
            for statement in _INDEXES:
                connection.execute(text(statement))
        name = f"{len(_INDEXES)} indexes"
        _measure_inserts(findings, engines.write, installation, count, name, seconds)
        engines.dispose()


def _measure_inserts(
    findings: Findings,
    engine: Engine,
    installation: Installation,
    count: int,
    name: str,
    seconds: float,
) -> None:
    bulk = SqliteBulk()

    def commit() -> None:
        drafts = list(_drafts(installation, _GROUP))
        with engine.begin() as connection:
            for draft, number in zip(drafts, bulk.number_events(connection, _GROUP), strict=True):
                draft.event_id = number
            bulk.insert_events(connection, drafts)

    times = _repeat(commit, seconds)
    # The mean: what an index costs comes in bursts, when pages are written back.
    findings.add(
        "indexes",
        f"an event in a commit of {_GROUP}, {count:,} stored, {name}",
        sum(times) / len(times) / _GROUP * 1e6,
        "µs",
        note=f"slowest commit {max(times) * 1000:.1f} ms",
    )


def _measure_derived(findings: Findings, installation: Installation, count: int) -> None:
    settings = load({}, data=installation.folder)
    engines = open_engines(settings.database_url)
    (known,) = installation.query("select value from installation where name = 'id'")
    index = open_index(engines, known[0], settings.index_events_count)
    started = time.perf_counter()
    index.start()
    installation.wait_for_index()
    taken = time.perf_counter() - started
    index.close()
    engines.dispose()
    findings.add(
        "indexes",
        "an event in the derived index, beside the commits",
        taken / count * 1e6,
        "µs",
        note=f"{count:,} events in {taken:.1f} s",
    )


def _repeat(commit: Callable[[], None], seconds: float) -> list[float]:
    """Return the seconds of each commit made in that time, after a few to warm up."""
    for _ in range(3):
        commit()
    times = []
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        started = time.perf_counter()
        commit()
        times.append(time.perf_counter() - started)
    return times


def _drafts(installation: Installation, count: int) -> Iterator[EventDraft]:
    action = BUILT_IN["product.purchased"].id
    for _ in range(count):
        at = now_us()
        yield EventDraft(
            1,
            1,
            action,
            at,
            at,
            profile_id=installation.profile_rows + random.randrange(PROFILES),
            object_id=installation.product_rows + random.randrange(PRODUCTS),
            amount_minor=1990,
            currency="USD",
        )


def _submission(draft: EventDraft) -> Submission:
    def refusal(*_: Any) -> dict[str, Any]:
        raise AssertionError("nothing here is refused")

    return Submission(draft.business_id, draft.token_id, draft.received_at, [draft], refusal)
