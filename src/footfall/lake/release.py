"""Lets go, in the store, of old events that are in the lake for certain.

For certain means: committed to the Delta log, read back from the files and found equal to the
store's rows, and synced to disk. Runs under ``lock.changing``, so that nobody takes the lake away
meanwhile. What goes is noted in the same transaction (``store/released.py``); a process that is
killed has let go of whole parts or of nothing. Parts are small and there is a pause after each, so
that whoever stores events hardly waits.
"""

import time
from collections.abc import Sequence
from itertools import takewhile
from typing import Final

import structlog
from deltalake import DeltaTable
from sqlalchemy import func, select

from footfall.lake.columns import EVENTS
from footfall.lake.delta import CHANGED, Location, empty_batch
from footfall.lake.erase import clear_away
from footfall.lake.rows import read_events
from footfall.lake.span import span
from footfall.store import released
from footfall.store.engine import Engines
from footfall.store.released import Kept, Released, Share
from footfall.store.tables import events

log = structlog.get_logger(__name__)

EVENTS_AT_ONCE: Final = 20_000
"""Compared with the lake in one turn, while others wait to change it."""

PART: Final = 1000
"""Let go of in one transaction: a few milliseconds."""

_PAUSES: Final = 2.0
"""A pause lasts so many times as long as the transaction before it."""


class Releaser:
    """Lets go of what is old in one store."""

    def __init__(self, engines: Engines, location: Location) -> None:
        self._engines = engines
        self._location = location

    def turn(self, before_at: int) -> int:
        """Let go of some events that arrived before a time; return how many it looked at.

        Only of those before the first that arrived later, and never of the newest event.

        Raises:
            Overtaken: somebody else changed the table meanwhile.
        """
        opened = self._location.open(EVENTS)
        archived = self._location.mark(opened, events.name)
        standing, due = self._due(before_at, archived)
        if not due:
            return 0
        first, last = standing.last_id + 1, due[-1].event_id
        with span(self._location, opened, first, last) as there:
            held = [row for rows in there.rows() for row in rows]
            if not self._is_same(opened, due, held):
                return 0
            parts = there.sums(PART)
        self._location.sync(opened)
        return self._let_go(standing, due, parts)

    def _due(self, before_at: int, archived: int) -> tuple[Released, list[Kept]]:
        """Return how far the store let go, and the events that come next."""
        with self._engines.read.begin() as connection:
            standing = released.standing(connection)
            newest = connection.execute(select(func.max(events.c.id))).scalar() or 0
            last = min(archived, newest - 1)
            within = (events.c.id > standing.last_id) & (events.c.id <= last)
            oldest = select(events.c.received_at).where(within).order_by(events.c.id).limit(1)
            received_at = connection.execute(oldest).scalar()
            if received_at is None or received_at >= before_at:
                return standing, []
            columns = read_events(connection, within, EVENTS_AT_ONCE)
        rows = map(Kept, *(columns[name] for name in Kept._fields))
        return standing, list(takewhile(lambda row: row.received_at < before_at, rows))

    def _is_same(self, opened: DeltaTable, due: Sequence[Kept], held: Sequence[Kept]) -> bool:
        """Tell whether the lake holds exactly these events.

        What was emptied in the store alone is emptied here too, and looked at the next time.
        """
        if due == held:
            return True
        erased = {row.event_id for row in due if row.data is None}
        bare = [row._replace(data=None) if row.event_id in erased else row for row in held]
        if due != bare:
            numbers = {"stored": len(due), "archived": len(held), "from_event": due[0].event_id}
            log.warning("events_not_released", **numbers)
            return False
        told = [row.event_id for row in held if row.event_id in erased and row.data is not None]
        numbered = ", ".join(map(str, told))
        self._location.empty(opened, EVENTS.told, f"{EVENTS.key} in ({numbered})")
        clear_away(self._location, opened)
        self._location.append(opened, empty_batch(EVENTS), {CHANGED: opened.version() + 1})
        return False

    def _let_go(
        self, standing: Released, due: Sequence[Kept], parts: dict[int, list[Share]]
    ) -> int:
        first = standing.last_id + 1
        done = 0
        while done < len(due):
            part = (due[done].event_id - first) // PART
            upto = done
            while upto < len(due) and (due[upto].event_id - first) // PART == part:
                upto += 1
            until_at = max(standing.until_at, *(row.received_at for row in due[done:upto]))
            now = Released(due[upto - 1].event_id, until_at)
            began = time.monotonic()
            with self._engines.write.begin() as connection:
                if not released.release(connection, standing, now, parts[part]):
                    return done
            time.sleep(_PAUSES * (time.monotonic() - began))
            standing, done = now, upto
        return done
