"""``python -m bench.attributing FOLDER [FILE]``: asks attribution of a lake, prints what that took.

Into a FILE it writes the path counts that chains are made of, for others to read.

A process of its own, so that its memory is that of the questions alone. Called by
``sections/attribution.py``, never by hand.
"""

import csv
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any, Final

import duckdb
import msgspec
from sqlalchemy import insert

from bench.touches import BEGAN_AT, DAYS
from footfall.attribution import channels, engine, read
from footfall.attribution.definition import Definition
from footfall.attribution.kept import MEMORY
from footfall.attribution.markov import ORDERS, markov
from footfall.attribution.paths import Journey, collect
from footfall.attribution.receipts import receipts
from footfall.attribution.run import Attribution
from footfall.attribution.words import CHAINS, DEFAULT_MODELS, GAMES, RULES, Range
from footfall.domain.actions import BUILT_IN
from footfall.domain.times import DAY
from footfall.lake.lake import Lake
from footfall.ops import logs
from footfall.settings import load
from footfall.store.tables import events

BUSINESS: Final = 1
RECEIPTS: Final = 20
NEW_EVENTS: Final = 10_000
MONTH: Final = Range(BEGAN_AT + 30 * DAY, BEGAN_AT + 60 * DAY)

_SORTED: Final = """
select sum(number * (source + campaign)) from (
    select row_number() over () as number, source, campaign
    from (
        select session_id, occurred_at, event_id, source, campaign
        from happened where not is_sale
        order by session_id, occurred_at, event_id
    )
)
"""


class Took(msgspec.Struct):
    """What was done took so many seconds, and so many of a processor in this process.

    Attributes:
        peak_mb: the most memory so far, in MB (10⁶ bytes).
        kept_mb: size of what is kept.
    """

    seconds: dict[str, float]
    cpu_seconds: dict[str, float]
    peak_mb: float
    kept_mb: float


class Asked:
    """One lake, and a clock."""

    def __init__(self, folder: Path) -> None:
        self.seconds: dict[str, float] = {}
        self.cpu_seconds: dict[str, float] = {}
        self.lake = Lake(load({}, data=folder))
        self._folder = folder
        self._rules = channels.load()

    @contextmanager
    def clock(self, what: str) -> Iterator[None]:
        began, used = time.perf_counter(), time.process_time()
        yield
        self.seconds[what] = time.perf_counter() - began
        self.cpu_seconds[what] = time.process_time() - used

    def ask(self, fn: Callable[[Attribution], Any]) -> Any:
        """Ask as a server does, once it has looked whether anything new is stored."""
        self.lake.archive()
        return read.read(self.lake, BUSINESS, Definition(), self._rules, fn)

    def compare(self, models: Sequence[str], during: Range | None = None) -> None:
        told = () if during is None else (during,)
        self.ask(lambda attribution: attribution.compare("channel", models, "USD", *told))

    def sort(self) -> None:
        """Time what all is compared with: the touches as numbers, sorted once."""
        with duckdb.connect(config={"memory_limit": MEMORY}) as connection:
            path = self._folder / "happened.duckdb"
            connection.execute(f"attach '{path}' as made (read_only)")
            connection.execute("use made")
            connection.execute(_SORTED).fetchall()
            with self.clock("sort"):
                connection.execute(_SORTED).fetchall()

    def store_more(self) -> None:
        """Store events of as many sessions, new and old, without the lake."""
        with duckdb.connect(self._folder / "happened.duckdb", read_only=True) as made:
            people = made.execute("select max(session_id) from happened").fetchall()[0][0]
        at = BEGAN_AT + DAYS * DAY
        rows = [
            {
                "business_id": BUSINESS,
                "token_id": 1,
                "action_id": BUILT_IN["page.viewed"].id,
                "session_id": i * people // NEW_EVENTS + 1,
                "occurred_at": at + i,
                "received_at": at + i,
                "flags": 0,
                "data": {"utm_params": {"source": "news", "medium": "email"}},
            }
            for i in range(NEW_EVENTS)
        ]
        with self.lake.engines.write.begin() as connection:
            connection.execute(insert(events), rows)


def main() -> None:
    """Ask everything once."""
    logs.configure("warning")
    asked = Asked(Path(sys.argv[1]))
    with closing(asked.lake):
        told = _questions(asked)
        if len(sys.argv) > 2:
            asked.ask(partial(_count_paths, asked, Path(sys.argv[2])))
    sys.stdout.buffer.write(msgspec.json.encode(told))


def _questions(asked: Asked) -> Took:
    asked.sort()
    with asked.clock("make"):
        asked.ask(lambda _: None)
    with asked.clock("rules"):
        asked.compare(RULES)
    for model in CHAINS + GAMES:
        with asked.clock(model):
            asked.compare([model])
    with asked.clock("page"):
        asked.compare(DEFAULT_MODELS, MONTH)
    with asked.clock("page again"):
        asked.compare(DEFAULT_MODELS, MONTH)
    times, used = [], time.process_time()
    for i in range(RECEIPTS):
        began = time.perf_counter()
        found = asked.ask(partial(receipts, reference=f"order-{i * 97}"))
        times.append(time.perf_counter() - began)
        assert len(found) == 1
    asked.seconds["receipt"] = median(times)
    asked.seconds["slowest receipt"] = max(times)
    asked.cpu_seconds["receipt"] = (time.process_time() - used) / RECEIPTS
    asked.store_more()
    with asked.clock("archive"):
        asked.lake.archive()
    with asked.clock("refresh"):
        asked.ask(lambda _: None)
    with asked.clock("page after"):
        asked.compare(DEFAULT_MODELS, MONTH)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    kept = sum(path.stat().st_size for path in asked.lake.derived.files()) / 1e6
    return Took(asked.seconds, asked.cpu_seconds, peak, kept)


def _count_paths(asked: Asked, file: Path, attribution: Attribution) -> None:
    """Write the different paths with their counts, and time our chains from the same."""
    values = attribution.compare("channel", [], "USD").values
    definition = attribution.definition
    found = engine.candidates(attribution.connection, definition)
    every = engine.paths(attribution.connection, found, definition, values)
    journeys = (
        Journey([values[code] for code in every.codes[start:end]], *counts)
        for start, end, *counts in zip(
            every.starts[:-1].tolist(),
            every.starts[1:].tolist(),
            every.conversions.tolist(),
            every.value_minor.tolist(),
            every.nulls.tolist(),
            strict=True,
        )
    )
    counted = collect(journeys)
    with file.open("w") as lines:
        rows = csv.writer(lines)
        rows.writerow(["path", "conversions", "value", "nulls"])
        for i, (start, end) in enumerate(pairwise(counted.starts.tolist())):
            path = " > ".join(counted.channels[code] for code in counted.codes[start:end])
            counts = (counted.conversions[i], counted.value_minor[i], counted.nulls[i])
            rows.writerow([path, *counts])
    for order in ORDERS:
        with asked.clock(f"counted markov_{order}"):
            markov(counted, order)


if __name__ == "__main__":
    main()
