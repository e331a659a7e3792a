"""A database with millions of events: its rate, its memory, and how fast it is read."""

import time
from typing import Final

from bench import memory
from bench.figures import at_least, at_most
from bench.lookups import measure_lookups
from bench.options import CONNECTIONS
from bench.process import Footfall
from bench.run import Run
from bench.sections.single import account

_GROWTH: Final = 0.9
_IDLE_MB: Final = 120
_LOADED_MB: Final = 250
_REST_S: Final = 3


def measure(run: Run) -> None:
    """Compare a full database with an empty one, then read from the full one."""
    full = Footfall("full", run.filled)
    with full, run.new("none-stored") as none:
        full.start()
        none.start()
        if memory.is_there():
            _measure_idle(run, none, full)
        measure_lookups(run, full)
        _measure_growth(run, none, full)


def _measure_idle(run: Run, none: Footfall, full: Footfall) -> None:
    time.sleep(_REST_S)  # what start-up has put off is done by then
    for footfall, stored in ((none, 0), (full, run.options.stored)):
        run.findings.add(
            "stored",
            f"idle memory, {stored:,} events stored",
            memory.resident_mb(footfall.pid),
            "MB",
            at_most(_IDLE_MB),
        )


def _measure_growth(run: Run, none: Footfall, full: Footfall) -> None:
    with memory.Watch(full.pid) as watch:
        loads = run.drive("stored", [none, full])
    for each in CONNECTIONS:
        run.findings.add(
            "stored",
            f"rate with {run.options.stored:,} stored ÷ with none, {each} connections",
            loads.rate(full, each) / loads.rate(none, each),
            "ratio",
            at_least(_GROWTH),
            f"{loads.rate(full, each):,.0f}/s ÷ {loads.rate(none, each):,.0f}/s",
        )
    account("stored", run.findings, loads, full)
    if memory.is_there():
        run.findings.add(
            "stored",
            f"memory under load, {run.options.stored:,} events stored",
            watch.highest_mb,
            "MB",
            at_most(_LOADED_MB),
            f"most since its start: {watch.peak_mb:,.0f} MB",
        )
