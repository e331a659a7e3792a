"""Lets one process at a time change the lake; readers need no lock.

It keeps processes from doing work that one of them would have to throw away. That nothing is done
twice even without it is up to the lake's own commits (``delta``). The operating system or the
database lets go of it when a process ends in whatever way.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import text

from footfall.errors import ConfigurationError
from footfall.store.engine import Engines

FILE_NAME: Final = "lake.lock"
PATIENCE_S: Final = 120.0
_LOOK_EVERY_S: Final = 0.02
_KEY: Final = 4703


@contextmanager
def changing(engines: Engines) -> Iterator[None]:
    """Be the only one who changes the lake of a database, as long as this lasts.

    Raises:
        ConfigurationError: another process has been at it for two minutes.
    """
    if engines.is_sqlite:
        descriptor = os.open(engines.file.with_name(FILE_NAME), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _wait(lambda: _try_file(descriptor))
            yield
        finally:
            os.close(descriptor)
        return
    with engines.read.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        taken = text("select pg_try_advisory_lock(:key)")
        _wait(lambda: bool(connection.execute(taken, {"key": _KEY}).scalar()))
        try:
            yield
        finally:
            connection.execute(text("select pg_advisory_unlock(:key)"), {"key": _KEY})


def _wait(attempt: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not attempt():
        if time.monotonic() > deadline:
            raise ConfigurationError(
                "Another process has been changing the lake for two minutes; try again later."
            )
        time.sleep(_LOOK_EVERY_S)


def _try_file(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
