"""Keeps a server's lake up to date while nobody asks for it.

Whoever waits for an answer goes first: rows are archived when senders are quiet, or when they have
waited several times as long as they should. An erasure is followed at once. Now and then the small
files of busy days are merged, and the store lets go of what it is to keep no longer. The work is
done by a process of its own (``step``); here it is only seen to be due. A lake that cannot be
written is tried again later, and said once.
"""

import math
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from typing import Final

import msgspec
import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from footfall.domain.times import DAY, now_us
from footfall.errors import ConfigurationError
from footfall.lake.sources import SOURCES, Bounds
from footfall.lake.step import Done, Task
from footfall.settings import Settings
from footfall.store.engine import open_engines
from footfall.store.settled import settled
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
RELEASE_EVERY_S: Final = 600.0
RELEASE_AT_LAST: Final = 6
"""So many times that is waited in a busy hour."""

_RETRY_S: Final = 10.0


class Keeper:
    """Keeps one lake; its thread sleeps but for a few look-ups each second."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        # Connections of its own: looking never makes a request wait for one.
        self._engines = open_engines(settings.database_url)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="footfall-lake-keeper")
        self._process: subprocess.Popen[bytes] | None = None
        self._seen: Bounds = {}
        self._done: Bounds = {}
        self._waiting_since: float | None = None
        self._erased = -1
        self._compact_at = time.monotonic() + COMPACT_EVERY_S
        self._release_at = time.monotonic() if settings.events_kept_days else math.inf
        self._is_broken = False

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Stop at once; what is left is archived after the next start."""
        self._stop.set()
        process = self._process
        if process is not None:
            process.kill()
        self._thread.join()
        self._engines.dispose()

    def _keep(self) -> None:
        pause = LOOK_EVERY_S
        while not self._stop.wait(pause):
            pause = LOOK_EVERY_S
            try:
                self._look()
                self._is_broken = False
            except (DBAPIError, OSError, ConfigurationError) as problem:
                pause = _RETRY_S
                if not self._is_broken and not self._stop.is_set():
                    log.warning("lake_behind", error=str(problem).splitlines()[0])
                self._is_broken = True
            except Exception as problem:
                # The next look may go better; without this nothing would be archived ever again.
                pause = _RETRY_S
                log.error("lake_keeper_failed", error=repr(problem), exc_info=problem)

    def _look(self) -> None:
        now = time.monotonic()
        bounds = settled(self._engines, SOURCES)
        arrived = sum(last - self._seen.get(name, 0) for name, last in bounds.items())
        self._seen = bounds
        erased = self._last_erasure()
        if self._done == bounds:
            self._waiting_since = None
        elif self._waiting_since is None:
            self._waiting_since = now
        compacts = now >= self._compact_at and arrived < BUSY_ROWS
        late_s = now - self._release_at
        releases = late_s >= (0 if arrived < BUSY_ROWS else RELEASE_AT_LAST * RELEASE_EVERY_S)
        if erased != self._erased or compacts or releases or self._is_due(now, arrived, bounds):
            done = self._step(compacts=compacts, releases=releases)
            self._done = done.bounds
            self._waiting_since = None
            self._erased = erased
            if compacts:
                self._compact_at = time.monotonic() + COMPACT_EVERY_S
            if releases and not done.has_more:
                self._release_at = time.monotonic() + RELEASE_EVERY_S

    def _is_due(self, now: float, arrived: int, bounds: Mapping[str, int]) -> bool:
        if self._waiting_since is None:
            return False
        waited = now - self._waiting_since
        interval_s = self._settings.lake_interval_s
        if arrived >= BUSY_ROWS:
            return waited >= PATIENCE * interval_s
        waiting = sum(last - self._done.get(name, 0) for name, last in bounds.items())
        return waited >= interval_s or waiting >= ENOUGH_ROWS

    def _last_erasure(self) -> int:
        query = select(func.max(identity_log.c.id)).where(identity_log.c.kind == "erase")
        with self._engines.read.begin() as connection:
            return connection.execute(query).scalar() or 0

    def _step(self, *, compacts: bool, releases: bool) -> Done:
        """Have the lake brought up to date; return how far it has come.

        Raises:
            ConfigurationError: it could not be.
        """
        settings = self._settings
        task = Task(
            str(settings.data.absolute()),
            settings.database_url,
            settings.lake_url,
            compacts,
            now_us() - settings.events_kept_days * DAY if releases else 0,
        )
        # Its log is this server's; what it says on standard output is its answer.
        self._process = subprocess.Popen(
            [sys.executable, "-m", "footfall.lake.step"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # Ctrl-C in a terminal is for the server, which ends this process itself.
            start_new_session=True,
        )
        with self._process as process:
            if self._stop.is_set():
                process.kill()
            told, _ = process.communicate(msgspec.json.encode(task))
        self._process = None
        if process.returncode != 0:
            raise ConfigurationError(f"Archiving ended with status {process.returncode}.")
        done = msgspec.json.decode(told, type=Done)
        if done.problem:
            raise ConfigurationError(done.problem)
        return done
