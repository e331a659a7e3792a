"""A real Footfall server in a process of its own, for every test that speaks HTTP to one.

``Server`` starts ``footfall serve`` on a free loopback port with a database the test names, reads
what it prints, and stops or kills it. The fixtures in the folders' ``conftest`` decide how many
tests share one.
"""

import contextlib
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self

import httpx
from sqlalchemy import create_engine, text

from footfall.store.engine import parse_url

START_LIMIT_S = 30
STOP_LIMIT_S = 40
READY = "Ctrl-C stops the server"
PORTS = (15_000, 32_000)

# Not the seeded one: tests that run side by side would all choose the same ports.
_chance = random.SystemRandom()


def free_port() -> int:
    """Return a loopback port that nobody listens on, also while a killed server starts again.

    It lies below the ports that systems hand to outgoing connections: one of those would take it
    while the server is down.
    """
    while True:
        port = _chance.randrange(*PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class Server:
    """One server process over one database; ``start`` again after ``stop`` or ``kill``.

    Attributes:
        token, business_id: printed by the very first start on the database.
        settings: environment of the next start, and of commands.
        printed: everything it wrote to standard output and error.
    """

    def __init__(
        self, database_url: str, data: Path, *, settings: Mapping[str, str] | None = None
    ) -> None:
        self.database_url = database_url
        self.data = data
        self.port = free_port()
        self.token = ""
        self.business_id = ""
        self.printed = ""
        self.settings = dict(settings or {})
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None
        self._clients: list[httpx.Client] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """The environment in which commands beside this server find its database."""
        return {
            **{name: value for name, value in os.environ.items() if "FOOTFALL_" not in name},
            "FOOTFALL_DATA": str(self.data),
            "FOOTFALL_DATABASE": self.database_url,
            **self.settings,
        }

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def client(self) -> httpx.Client:
        """A client with the server's address and token."""
        client = httpx.Client(
            base_url=self.url, headers={"Authorization": f"Bearer {self.token}"}, timeout=30
        )
        self._clients.append(client)
        return client

    def start(self) -> Self:
        """Start it; returns once it answers."""
        before = len(self.printed)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "footfall", "serve", "--port", str(self.port)],
            env={**self.environment, "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        is_ready = threading.Event()
        self._reader = threading.Thread(target=self._read, args=(is_ready,), daemon=True)
        self._reader.start()
        if not is_ready.wait(START_LIMIT_S) or READY not in self.printed[before:]:
            self.kill()
            raise AssertionError(f"the server did not start:\n{self.printed[before:]}")
        self._take_note()
        return self

    def stop(self) -> int:
        """Ask it to stop and return its exit status."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self._gone(STOP_LIMIT_S)

    def kill(self) -> None:
        """End it with SIGKILL, as a power cut would end it."""
        assert self._process is not None
        self._process.kill()
        self._gone(STOP_LIMIT_S)

    def close(self) -> None:
        """Stop it if it runs, and close the clients."""
        for client in self._clients:
            client.close()
        if self._process is not None and self._process.poll() is None:
            self.stop()

    def query(self, sql: str, **values: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a query on its database, asked beside the server."""
        engine = create_engine(parse_url(self.database_url))
        try:
            with engine.connect() as connection:
                return [tuple(row) for row in connection.execute(text(sql), values)]
        finally:
            engine.dispose()

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a ``footfall`` command beside the server."""
        return subprocess.run(
            [sys.executable, "-m", "footfall", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def _read(self, is_ready: threading.Event) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.printed += line
            if READY in line:
                is_ready.set()
        is_ready.set()

    def _take_note(self) -> None:
        token = re.search(r"ALK_[A-Za-z0-9]{40}", self.printed)
        business = re.search(r"Business\s+([A-Za-z0-9]{8})\b", self.printed)
        if token and business:
            self.token, self.business_id = token[0], business[1]

    def _gone(self, limit: float) -> int:
        assert self._process is not None
        status = self._process.wait(limit)
        assert self._reader is not None
        self._reader.join(limit)
        assert self._process.stdout is not None
        self._process.stdout.close()
        return status


@contextlib.contextmanager
def serving(
    database_url: str, data: Path, settings: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """A started server, stopped at the end."""
    server = Server(database_url, data, settings=settings)
    try:
        yield server.start()
    finally:
        server.close()
