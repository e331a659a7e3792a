"""Single events, sent to several servers in turn, and what that says about each.

Used by every section about single events. Adds figures; starts and stops nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from statistics import median
from typing import Final, NamedTuple

import msgspec

from bench import wrk
from bench.batches import touch_every_name
from bench.figures import Findings
from bench.options import CONNECTIONS, Options
from bench.process import Footfall, Process


class Sent(NamedTuple):
    """What a load is made of.

    Attributes:
        script: the script of wrk, in this folder.
        arguments: what it is given, for a server and the Footfall whose names it is to use.
        connections: how many connections; each number is a load of its own.
        warm_up: called with every Footfall before anything is sent.
    """

    script: str
    arguments: Callable[[Process, Footfall], Sequence[str]]
    connections: Sequence[int] = CONNECTIONS
    warm_up: Callable[[Footfall], object] = lambda _: None


PURCHASES: Final = Sent(
    "events.lua",
    lambda process, named: (process.token, str(named.installation.names_file)),
    warm_up=touch_every_name,
)
"""Backends that name a product and a profile there are."""

PAGES: Final = Sent("pages.lua", lambda _, named: (named.installation.business_id,), (64,))
"""Pages of visitors who were never seen before, each describing one of 1,000 products."""


class Loads:
    """The runs of wrk on several servers, medians over the rounds."""

    def __init__(self) -> None:
        self._runs: defaultdict[tuple[str, int], list[wrk.Load]] = defaultdict(list)
        self._before: dict[str, int] = {}
        self._acknowledged: defaultdict[str, int] = defaultdict(int)
        self._bad: defaultdict[str, int] = defaultdict(int)

    def rate(self, process: Process, connections: int) -> float:
        return median(load.rate for load in self._runs[process.name, connections])

    def p50_ms(self, process: Process, connections: int) -> float:
        return median(load.p50_ms for load in self._runs[process.name, connections])

    def p99_ms(self, process: Process, connections: int) -> float:
        return median(load.p99_ms for load in self._runs[process.name, connections])

    def bad(self, process: Process) -> int:
        """Return how many requests got another answer than success, or none."""
        return self._bad[process.name]

    def unaccounted(self, footfall: Footfall) -> int:
        """Return how many events were acknowledged and are not stored."""
        grown = footfall.installation.count() - self._before[footfall.name]
        return max(0, self._acknowledged[footfall.name] - grown)

    def watch(self, footfall: Footfall) -> None:
        """Count what is stored before the first run."""
        self._before[footfall.name] = footfall.installation.count()

    def add(self, process: Process, connections: int, load: wrk.Load, *, counts: bool) -> None:
        self._acknowledged[process.name] += load.requests - load.refused
        self._bad[process.name] += load.refused + load.failed
        if counts:
            self._runs[process.name, connections].append(load)


def drive(
    section: str,
    processes: Sequence[Process],
    options: Options,
    findings: Findings,
    tell: Callable[[str], None],
    sent: Sent = PURCHASES,
) -> Loads:
    """Send single events to running servers in turn, round after round.

    A slow moment of the machine so hits all alike. Before anything counts, every name is sent
    once and every server has a short run at each number of connections.
    """
    loads = Loads()
    for footfall in _footfalls(processes):
        sent.warm_up(footfall)
        loads.watch(footfall)
    for number in range(-1, options.rounds):
        counts = number >= 0
        for connections in sent.connections:
            for process in processes:
                named = process if isinstance(process, Footfall) else next(_footfalls(processes))
                load = wrk.run(
                    process,
                    sent.script,
                    sent.arguments(process, named),
                    connections,
                    options.seconds if counts else 1,
                    seed=1000 * connections + number,
                )
                process.settle()
                loads.add(process, connections, load, counts=counts)
                if counts:
                    findings.runs.append(_record(section, process, connections, load))
                    tell(
                        f"{section}: {process.name}, {connections} connections: "
                        f"{load.rate:,.0f}/s, p99 {load.p99_ms:.1f} ms"
                    )
    return loads


def _footfalls(processes: Sequence[Process]) -> Iterator[Footfall]:
    return (process for process in processes if isinstance(process, Footfall))


def _record(section: str, process: Process, connections: int, load: wrk.Load) -> dict[str, object]:
    told: dict[str, object] = msgspec.to_builtins(load)
    return {"section": section, "server": process.name, "connections": connections, **told}
