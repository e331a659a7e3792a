"""Server processes: the empty handler and Footfall, each on a loopback port of its own."""

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple, Self

from bench.installation import Installation
from bench.options import ROOT
from tests.server import free_port

HOST: Final = "127.0.0.1"
LIMIT_S: Final = 60
_RETRY_S: Final = 0.002


SERVE: Final = [str(Path(sys.executable).with_name("footfall")), "serve"]


class Ask(NamedTuple):
    """A request, and the status that says it was understood."""

    method: str
    path: str
    status: int
    headers: Mapping[str, str] = {}
    body: bytes | None = None


ALIVE: Final = Ask("GET", "/healthz", 200)
ANYTHING: Final = Ask("GET", "/", 201)


class Process:
    """A server that is started, driven and stopped."""

    def __init__(
        self, name: str, command: list[str], folder: Path, settings: Mapping[str, str]
    ) -> None:
        self.name = name
        self.port = free_port()
        self._command = command
        self._log = folder / f"{name}.log"
        self._environment = {
            **{name: text for name, text in os.environ.items() if "FOOTFALL_" not in name},
            **settings,
            "FOOTFALL_PORT": str(self.port),
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def token(self) -> str:
        """What callers have to send; the empty handler takes anything of the same length."""
        return "ALK_" + 40 * "0"

    def start(self, ask: Ask = ALIVE) -> float:
        """Start it and return the seconds until it answered a first request."""
        self._started = time.perf_counter()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, env=self._environment, stdout=log, stderr=log, cwd=ROOT
            )
        self.ask(ask)
        return self.since_start()

    def since_start(self) -> float:
        """Return the seconds since it was started."""
        return time.perf_counter() - self._started

    def ask(self, ask: Ask) -> bytes:
        """Send one request, over and over until the server takes connections; return the answer."""
        assert self._process is not None
        until = time.monotonic() + LIMIT_S
        while self._process.poll() is None and time.monotonic() < until:
            connection = http.client.HTTPConnection(HOST, self.port, timeout=LIMIT_S)
            try:
                connection.request(ask.method, ask.path, ask.body, dict(ask.headers))
            except ConnectionRefusedError:
                time.sleep(_RETRY_S)
                continue
            answer = connection.getresponse()
            body = answer.read()
            connection.close()
            if answer.status != ask.status:
                raise RuntimeError(f"{self.name}: {ask.path} gave {answer.status}: {body[:500]!r}")
            return body
        raise RuntimeError(f"{self.name} does not answer:\n{self._log.read_text()[-2000:]}")

    def settle(self) -> None:
        """Wait until it has nothing left to do."""

    def stop(self) -> None:
        """Stop it if it runs."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(LIMIT_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class Footfall(Process):
    """``footfall serve`` over an installation."""

    def __init__(self, name: str, installation: Installation) -> None:
        super().__init__(name, SERVE, installation.folder, installation.environment)
        self.installation = installation

    @property
    def token(self) -> str:
        return self.installation.token

    def settle(self) -> None:
        self.installation.wait_for_index()


def empty(folder: Path, *, reads_body: bool = True) -> Process:
    """Return the empty handler, started."""
    name = "empty" if reads_body else "empty-unread"
    command = [sys.executable, "-m", "bench.empty", *([] if reads_body else ["unread"])]
    process = Process(name, command, folder, {})
    process.start(ANYTHING)
    return process
