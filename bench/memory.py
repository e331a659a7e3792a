"""Resident memory of a process, from ``/proc``; elsewhere it is not measured."""

import re
import threading
from pathlib import Path
from typing import Final, Self

_EVERY_S: Final = 0.1
_KIB: Final = 1024


def is_there() -> bool:
    return Path("/proc/self/status").exists()


def resident_mb(pid: int) -> float:
    """Return the memory a process has now, in MB (10⁶ bytes)."""
    return _read(pid, "VmRSS")


def peak_mb(pid: int) -> float:
    """Return the most memory a process ever had, in MB (10⁶ bytes)."""
    return _read(pid, "VmHWM")


class Watch:
    """Looks at a process ten times a second while it is open.

    Attributes:
        highest_mb: most resident memory seen meanwhile.
        peak_mb: most the process had in its life, as of the last look.
    """

    def __init__(self, pid: int) -> None:
        self.highest_mb = 0.0
        self.peak_mb = 0.0
        self._pid = pid
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._done.wait(_EVERY_S):
            try:
                self.highest_mb = max(self.highest_mb, resident_mb(self._pid))
                self.peak_mb = max(self.peak_mb, peak_mb(self._pid))
            except (OSError, LookupError):
                return  # it has ended


def _read(pid: int, name: str) -> float:
    told = Path(f"/proc/{pid}/status").read_text()
    found = re.search(rf"^{name}:\s+(\d+) kB$", told, re.MULTILINE)
    if found is None:
        raise LookupError(f"process {pid} has no {name}; it has ended")
    return int(found[1]) * _KIB / 1e6
