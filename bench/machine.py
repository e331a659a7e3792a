"""Describes the machine: numbers mean nothing without it."""

import os
import platform
import re
import sqlite3
import subprocess
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from shutil import which
from statistics import median
from typing import Any, Final

_PACKAGES: Final = (
    "footfall",
    "uvicorn",
    "httptools",
    "uvloop",
    "sqlalchemy",
    "msgspec",
    "psycopg",
)
_SYNCS: Final = 50


def describe(folder: Path) -> dict[str, Any]:
    """Return what the figures depend on; ``folder`` lies on the disk that is measured."""
    return {
        "cpu": _cpu(),
        "cores": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9, 1),
        "load_before": round(os.getloadavg()[0], 2),
        "sync_ms": round(_sync_s(folder) * 1000, 3),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "wrk": _wrk_version(),
        **{name: _version(name) for name in _PACKAGES},
    }


def in_one_line(machine: dict[str, Any]) -> str:
    """Return the description as a sentence for people."""
    versions = ", ".join(
        f"{name} {machine[name]}"
        for name in ("python", "sqlite", "wrk", *_PACKAGES)
        if machine[name]
    )
    return (
        f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_gb']} GB memory, "
        f"{machine['sync_ms']} ms to sync 4 KiB to disk, load {machine['load_before']} before, "
        f"{machine['system']}; {versions}."
    )


def _cpu() -> str:
    try:
        told = Path("/proc/cpuinfo").read_text()
    except OSError:
        told = ""
    found = re.search(r"^model name\s*:\s*(.+)$", told, re.MULTILINE)
    return found[1].strip() if found else platform.processor() or platform.machine()


def _sync_s(folder: Path) -> float:
    """Return the median time of a synced write: the least a commit can cost."""
    times = []
    path = folder / "sync"
    with path.open("wb", buffering=0) as file:
        for _ in range(_SYNCS):
            file.write(bytes(4096))
            started = time.perf_counter()
            os.fsync(file.fileno())
            times.append(time.perf_counter() - started)
    path.unlink()
    return median(times)


def _wrk_version() -> str | None:
    if which("wrk") is None:
        return None
    done = subprocess.run(["wrk", "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"\d+(\.\d+)+", done.stdout + done.stderr)
    return found[0] if found else "unknown"


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
