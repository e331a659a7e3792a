"""Two ways to run out of space, and to have it again: a small file system, and a limit on files.

A full file system answers a write with ``ENOSPC``, a limit with ``EFBIG``; SQLite takes the two for
different errors, so both are tested.
"""

import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

import pytest

from tests.server import Server

SIZE_BYTES = 24 << 20
BALLAST = "ballast"


class Disk(Protocol):
    """Where a server keeps its data."""

    folder: Path

    def fill(self, server: Server) -> None:
        """Leave no room."""

    def free(self, server: Server) -> None:
        """Give room again."""


class SmallFileSystem:
    """A file system in memory, filled by a file of no use."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self, server: Server) -> None:
        with (self.folder / BALLAST).open("wb", buffering=0) as ballast:
            for size in (1 << 16, 1 << 12, 1):
                with suppress(OSError):
                    while ballast.write(bytes(size)) == size:
                        pass
        assert os.statvfs(self.folder).f_bavail == 0

    def free(self, server: Server) -> None:
        (self.folder / BALLAST).unlink()


class FileSizeLimit:
    """A limit on how far the server may extend any file, as a quota has it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self, server: Server) -> None:
        largest = max(path.stat().st_size for path in self.folder.rglob("*.db*"))
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (largest, resource.RLIM_INFINITY))

    def free(self, server: Server) -> None:
        unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, unlimited)


@contextmanager
def small_disk(kind: str, folder: Path) -> Iterator[Disk]:
    """Yield a disk of a kind; skip the test where it cannot be had."""
    if kind == "limit":
        if not hasattr(resource, "prlimit"):
            pytest.skip("this system cannot limit another process")
        yield FileSizeLimit(folder)
        return
    if os.geteuid() != 0:
        pytest.skip("only root may mount a file system")
    folder.mkdir()
    options = f"size={SIZE_BYTES},mode=700"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "footfall-test", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode != 0:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.strip()}")
    try:
        yield SmallFileSystem(folder)
    finally:
        subprocess.run(["umount", str(folder)], check=True)
