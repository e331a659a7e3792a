"""The thread that keeps a server's lake up to date while nobody asks for it.

Whoever waits for an answer goes first: rows are archived when senders are quiet, or when they have
waited several times as long as they should. An erasure is followed at once. After that the small
files of busy days are merged. A lake that cannot be written is tried again later, and said once.
"""

import threading
import time
from collections.abc import Mapping
from typing import Final

import structlog
from sqlalchemy import func, select

from footfall.lake.lake import BROKEN, Lake
from footfall.store.tables import identity_log

log = structlog.get_logger(__name__)

LOOK_EVERY_S: Final = 1.0
BUSY_ROWS: Final = 2000
"""More new rows than this between two looks count as busy."""

PATIENCE: Final = 5
"""So many times the interval is waited in a busy hour."""

ENOUGH_ROWS: Final = 20_000
"""As many rows waiting as this make a file worth writing before the interval is over."""

COMPACT_EVERY_S: Final = 600.0
_RETRY_S: Final = 10.0


class Keeper:
    """Keeps one lake.

    Args:
        interval_s: longest that a row waits while senders are quiet.
    """

    def __init__(self, lake: Lake, interval_s: float) -> None:
        self._lake = lake
        self._interval_s = interval_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="footfall-lake-keeper")
        self._seen: Mapping[str, int] = {}
        self._waiting_since: float | None = None
        self._erased = -1
        self._compact_at = time.monotonic() + COMPACT_EVERY_S
        self._is_broken = False

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Stop after the commit under way; what is left is archived after the next start."""
        self._stop.set()
        self._thread.join()

    def _keep(self) -> None:
        pause = LOOK_EVERY_S
        while not self._stop.wait(pause):
            pause = LOOK_EVERY_S
            try:
                self._look()
                self._is_broken = False
            except BROKEN as problem:
                pause = _RETRY_S
                if not self._is_broken:
                    log.warning("lake_behind", error=str(problem).splitlines()[0])
                self._is_broken = True
            except Exception as problem:
                # The next look may go better; without this nothing would be archived ever again.
                pause = _RETRY_S
                log.error("lake_keeper_failed", error=repr(problem), exc_info=problem)

    def _look(self) -> None:
        now = time.monotonic()
        bounds = self._lake.bounds()
        arrived = sum(last - self._seen.get(name, 0) for name, last in bounds.items())
        self._seen = bounds
        erased = self._last_erasure()
        if self._lake.has_all(bounds):
            self._waiting_since = None
        elif self._waiting_since is None:
            self._waiting_since = now
        if erased != self._erased or self._is_due(now, arrived, bounds):
            self._lake.archive(lambda: not self._stop.is_set())
            self._waiting_since = None
            self._erased = erased
        if now >= self._compact_at and arrived < BUSY_ROWS:
            self._lake.compact()
            self._compact_at = time.monotonic() + COMPACT_EVERY_S

    def _is_due(self, now: float, arrived: int, bounds: Mapping[str, int]) -> bool:
        if self._waiting_since is None:
            return False
        waited = now - self._waiting_since
        if arrived >= BUSY_ROWS:
            return waited >= PATIENCE * self._interval_s
        return waited >= self._interval_s or self._lake.waiting(bounds) >= ENOUGH_ROWS

    def _last_erasure(self) -> int:
        query = select(func.max(identity_log.c.id)).where(identity_log.c.kind == "erase")
        with self._lake.engines.read.begin() as connection:
            return connection.execute(query).scalar() or 0
