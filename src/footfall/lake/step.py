"""The process that brings a lake up to date: ``python -m footfall.lake.step``.

It reads one ``Task`` from standard input, archives and erases what is committed in the store by
now, has the store let go of what is old, and ends. It runs beside a server because archiving would
take the interpreter from those who send events, and the memory of its libraries would stay with the
server. It may be killed at any moment: each row is archived exactly once all the same. Called by
``keeper``, never by hand.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
import structlog

from footfall.domain.times import iso_utc
from footfall.lake.sources import Bounds
from footfall.settings import Settings

if TYPE_CHECKING:
    from footfall.lake.lake import Lake

log = structlog.get_logger(__name__)


class Task(msgspec.Struct):
    """Which lake is meant, and what is to be done beside archiving.

    Attributes:
        compacts: small files are merged.
        releases_before: events that arrived before then leave the store, microseconds UTC; 0: none.
    """

    data: str
    database: str
    lake_url: str
    compacts: bool = False
    releases_before: int = 0


class Done(msgspec.Struct):
    """How far the lake has come, or in a sentence why it has not.

    Attributes:
        has_more: there are more events that the store is to let go of.
    """

    bounds: Bounds
    problem: str = ""
    has_more: bool = False


TURNS: Final = 20
"""How often the store lets go of events before this ends; in between others change the lake."""


def main() -> None:
    """Do one task."""
    from footfall.lake.lake import BROKEN, Lake

    # What is logged must not stand in the answer.
    answer, sys.stdout = sys.stdout.buffer, sys.stderr
    task = msgspec.json.decode(sys.stdin.buffer.read(), type=Task)
    settings = Settings(data=Path(task.data), database=task.database, lake_url=task.lake_url)
    done = Done({})
    try:
        lake = Lake(settings)
        try:
            bounds = lake.bounds()
            lake.archive()
            if task.compacts:
                lake.compact()
            has_more = bool(task.releases_before) and _release(lake, task.releases_before)
            done = Done(bounds, has_more=has_more)
        finally:
            lake.close()
    except BROKEN as problem:
        done = Done({}, str(problem).splitlines()[0])
    answer.write(msgspec.json.encode(done))


def _release(lake: "Lake", before_at: int) -> bool:
    """Let go of old events; tell whether there are more."""
    gone = 0
    for _ in range(TURNS):
        count = lake.release(before_at)
        gone += count
        if not count:
            break
        # Whoever is erased meanwhile does not wait for the rest.
        lake.archive()
    if gone:
        log.info("events_released", count=gone, arrived_before=iso_utc(before_at))
    return bool(count)


if __name__ == "__main__":
    main()
