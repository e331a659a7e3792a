"""The process that brings a lake up to date: ``python -m footfall.lake.step``.

It reads one ``Task`` from standard input, archives and erases what is committed in the store by
now, and ends. It runs beside a server because archiving would take the interpreter from those who
send events, and the memory of its libraries would stay with the server. It may be killed at any
moment: each row is archived exactly once all the same. Called by ``keeper``, never by hand.
"""

import sys
from pathlib import Path

import msgspec

from footfall.lake.sources import Bounds
from footfall.settings import Settings


class Task(msgspec.Struct):
    """Which lake is meant, and whether its small files are to be merged as well."""

    data: str
    database: str
    lake_url: str
    compacts: bool = False


class Done(msgspec.Struct):
    """How far the lake has come, or in a sentence why it has not."""

    bounds: Bounds
    problem: str = ""


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
            done = Done(bounds)
        finally:
            lake.close()
    except BROKEN as problem:
        done = Done({}, str(problem).splitlines()[0])
    answer.write(msgspec.json.encode(done))


if __name__ == "__main__":
    main()
