"""Drives servers with wrk and reads what it says."""

import subprocess
from collections.abc import Sequence
from shutil import which
from typing import Final

import msgspec

from bench.options import ROOT
from bench.process import HOST, Process

_THREADS: Final = 1


class Load(msgspec.Struct, frozen=True):
    """What one run of wrk saw.

    Attributes:
        refused: answers with another status than success.
        failed: connections that broke or timed out.
    """

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    max_ms: float
    refused: int
    failed: int

    @property
    def rate(self) -> float:
        return (self.requests - self.refused) / self.seconds


def is_there() -> bool:
    return which("wrk") is not None


def run(
    process: Process,
    script: str,
    arguments: Sequence[str],
    connections: int,
    seconds: int,
    seed: int,
) -> Load:
    """Send what a script of this folder makes over so many kept connections for some seconds.

    The script is given the arguments and, after them, the seed.
    """
    done = subprocess.run(
        [
            *("wrk", "--threads", str(_THREADS), "--connections", str(connections)),
            *(
                "--duration",
                f"{seconds}s",
                "--timeout",
                "10s",
                "--script",
                str(ROOT / "bench" / script),
            ),
            *(f"http://{HOST}:{process.port}/", "--", *arguments, str(seed)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"wrk failed: {done.stdout}{done.stderr}")
    return msgspec.json.decode(done.stdout.splitlines()[-1], type=Load)
