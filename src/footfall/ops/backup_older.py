"""Events that the lake alone has → rows of a backup, as if the store had never let go of them.

So one file is all of an installation, on whatever engine and beside whatever lake it is restored.
What is read from the lake is held against what the store noted when it let go.
"""

import sqlite3
from collections.abc import Iterator

from footfall.errors import ConfigurationError
from footfall.ops import rows
from footfall.ops.contents import Content, Tally
from footfall.ops.rows import Row, Shape, Watch
from footfall.settings import Settings
from footfall.store import released, tables
from footfall.store.released import Kept, Share

_MARKS = ", ".join("?" * len(released.NOTED_AS))


def bring_back(
    settings: Settings, copy: sqlite3.Connection, contents: dict[str, Content], watch: Watch
) -> dict[str, Content]:
    """Complete a copy of the database; return its contents, given those it had.

    Raises:
        ConfigurationError: the lake does not have what it has to have.
    """
    noted = dict(
        copy.execute(
            f"select name, value from installation where name in ({_MARKS})", released.NOTED_AS
        ).fetchall()
    )
    if not noted:
        return contents
    last_id = int(noted[released.NOTED_AS[0]])
    columns = ", ".join(Share._fields)
    told = copy.execute(f"select {columns} from released_events order by business_id, action_id")
    shares = [Share._make(row) for row in told]
    changed = Changed(copy, contents)
    with copy:
        changed.remove(tables.events.name, "id <= ?", (last_id,))
        changed.remove(tables.released_events.name, "true", ())
        changed.remove(tables.installation.name, f"name in ({_MARKS})", released.NOTED_AS)
        for events in _older(settings, last_id, shares, watch):
            changed.add(tables.events.name, events)
    return contents | changed.contents()


class Changed:
    """Changes tables of a copy and keeps track of what they hold then."""

    def __init__(self, copy: sqlite3.Connection, contents: dict[str, Content]) -> None:
        self._copy = copy
        self._shapes = {shape.name: shape for shape in rows.shapes()}
        self._tallies: dict[str, Tally] = {}
        self._contents = contents

    def remove(self, name: str, where: str, values: tuple[object, ...]) -> None:
        """Delete the rows that a condition picks."""
        shape = self._shapes[name]
        columns = ", ".join(shape.columns)
        found = self._copy.execute(f"select {columns} from {name} where {where}", values)
        while chunk := found.fetchmany(rows.CHUNK):
            self._tally(shape).take(chunk)
        self._copy.execute(f"delete from {name} where {where}", values)

    def add(self, name: str, events: list[Kept]) -> None:
        """Insert events."""
        shape = self._shapes[name]
        chunk = [_row(shape, each) for each in events]
        self._tally(shape).add(chunk)
        rows.write_sqlite(self._copy, shape, chunk)

    def contents(self) -> dict[str, Content]:
        """Return what the changed tables hold now."""
        return {name: tally.content() for name, tally in self._tallies.items()}

    def _tally(self, shape: Shape) -> Tally:
        known = Tally(shape, self._contents[shape.name])
        return self._tallies.setdefault(shape.name, known)


def _row(shape: Shape, event: Kept) -> Row:
    told = event._asdict() | {"id": event.event_id, "flags": int(event.flags)}
    return tuple(told[name] for name in shape.columns)


def _older(
    settings: Settings, last_id: int, shares: list[Share], watch: Watch
) -> Iterator[list[Kept]]:
    """Yield the events up to a row number from the lake, once it is seen to have them all."""
    from duckdb import IOException

    from footfall.lake.lake import Lake

    lake = Lake(settings)
    what = "Copying older events"
    done = 0
    try:
        watch("Archiving", 0, None)
        # Whoever was erased before the copy was made is not in it with what the lake still had.
        lake.archive()
        watch(what, 0, last_id)
        with lake.older(last_id) as older:
            if not older.holds(shares):
                raise ConfigurationError(
                    f"The lake {lake.location.root} does not have the events up to number "
                    f"{last_id:,} as they were; `footfall doctor` says what to do."
                )
            for events in older.rows():
                done += len(events)
                watch(what, done, last_id)
                yield events
    except IOException as problem:
        raise ConfigurationError(
            f"The lake was changed meanwhile ({problem}); try again."
        ) from problem
    finally:
        lake.close()
