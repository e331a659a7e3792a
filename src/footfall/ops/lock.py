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
from footfall.ops.folders import make_folder, unusable

FILE_NAME: Final = "footfall.lock"


class Found(NamedTuple):
    """What the lock file says, and whether whoever wrote it still holds it."""

    text: str
    is_held: bool


@contextmanager
def hold(data: Path, text: str) -> Iterator[None]:
    """Hold the lock of a data folder; ``text`` tells others who does, beside the process id.

    Raises:
        ConfigurationError: another process holds it, whom the message names, or the folder cannot
            be written to.
    """
    is_new = make_folder(data)
    try:
        descriptor = os.open(data / FILE_NAME, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as problem:
        raise unusable(data, problem) from problem
    try:
        take(descriptor, data)
        _write(descriptor, f"process {os.getpid()}, {text}")
        try:
            yield
        except BaseException:
            if is_new:
                # What failed in a new folder leaves none behind.
                (data / FILE_NAME).unlink(missing_ok=True)
            raise
        finally:
            # Emptied, not removed: whoever had just opened the old file would lock a ghost.
            _write(descriptor, "")
    finally:
        os.close(descriptor)


def take(descriptor: int, data: Path) -> None:
    """Lock the open lock file of a data folder until it is closed.

    Raises:
        ConfigurationError: another process holds it, or has just removed the file.
    """
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise ConfigurationError(
            f"The data folder {data} is in use by {_read(descriptor) or 'another process'}; "
            "stop that process first, or name another folder with --data."
        ) from None
    if os.fstat(descriptor).st_nlink == 0:
        raise ConfigurationError(
            f"The data folder {data} was given up by another process just now; start again."
        )


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
