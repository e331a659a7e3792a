"""Marks a data folder as in use by one server, as long as that server lives.

``serve`` holds the lock; ``restore`` takes it so that no server starts underneath; ``doctor`` looks
at it. The kernel lets go of it when a process ends in whatever way, so a lock never has to be
cleaned up. It says nothing about PostgreSQL, which many servers may share.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, NamedTuple

from footfall.errors import ConfigurationError

FILE_NAME: Final = "footfall.lock"


class Found(NamedTuple):
    """What the lock file says, and whether whoever wrote it still holds it."""

    text: str
    is_held: bool


@contextmanager
def hold(data: Path, text: str) -> Iterator[None]:
    """Hold the lock of a data folder; ``text`` tells others who does, beside the process id.

    Raises:
        ConfigurationError: another process holds it; the message names that process.
    """
    data.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(data / FILE_NAME, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ConfigurationError(
                f"The data folder {data} is in use by {_read(descriptor) or 'another process'}; "
                "stop that process first, or name another folder with --data."
            ) from None
        _write(descriptor, f"process {os.getpid()}, {text}")
        try:
            yield
        finally:
            # Emptied, never removed: whoever had just opened the old file would lock a ghost.
            _write(descriptor, "")
    finally:
        os.close(descriptor)


def look(data: Path) -> Found | None:
    """Return what the lock of a data folder says, ``None`` when nothing ever held it."""
    with suppress(FileNotFoundError):
        descriptor = os.open(data / FILE_NAME, os.O_RDONLY)
        try:
            return Found(_read(descriptor), _is_held(descriptor))
        finally:
            os.close(descriptor)
    return None


def _is_held(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


def _read(descriptor: int) -> str:
    return os.pread(descriptor, 4096, 0).decode(errors="replace").strip()


def _write(descriptor: int, text: str) -> None:
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, text.encode(), 0)
