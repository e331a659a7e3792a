"""From ``footfall serve`` to the first answered request."""

from statistics import median
from typing import Final

from bench.figures import at_most
from bench.installation import event
from bench.process import ALIVE, SERVE, Ask, Footfall, Process
from bench.run import Run

_MOST_S: Final = 1.5
_TIMES: Final = 5


def measure(run: Run) -> None:
    """Start over a folder that does not exist yet, and over the full database, several times."""
    _measure(run, "very first start", [_first(run, number) for number in range(_TIMES)], ALIVE)
    full = Footfall("start-up", run.filled)
    headers = {"Authorization": f"Bearer {full.token}", "Content-Type": "application/json"}
    body = event(run.filled.products[0], run.filled.profiles[0])
    first_event = Ask("POST", "/v1/attribution/events", 201, headers, body)
    _measure(run, f"with {run.options.stored:,} events stored", [full] * _TIMES, first_event)


def _first(run: Run, number: int) -> Process:
    folder = run.folder / f"first-start-{number}"
    folder.mkdir()
    return Process(folder.name, SERVE, folder, {"FOOTFALL_DATA": str(folder / "data")})


def _measure(run: Run, name: str, processes: list[Process], ask: Ask) -> None:
    times, api_times = [], []
    for process in processes:
        with process:
            times.append(process.start(ask))
            # The framework behind the way of events is loaded after that; 401 is its answer too.
            process.ask(Ask("GET", "/v1/attribution/events", 401))
            api_times.append(process.since_start())
    run.findings.add(
        "start-up",
        f"{name}: first answer",
        median(times),
        "s",
        at_most(_MOST_S),
        f"slowest of {len(times)}: {max(times):.2f} s",
    )
    run.findings.add(
        "start-up",
        f"{name}: first answer of the whole API",
        median(api_times),
        "s",
        at_most(_MOST_S),
        f"slowest of {len(api_times)}: {max(api_times):.2f} s",
    )
