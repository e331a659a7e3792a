"""The demo shop in a process of its own, as ``footfall demo`` starts it."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.server import Server

START_LIMIT_S = 60
OPEN = "Ctrl-C closes the shop"


class DemoShop:
    """A shop beside a server.

    Attributes:
        url: where it is, by its address.
        printed: everything it wrote.
    """

    def __init__(self, server: Server, *options: str) -> None:
        self.url = ""
        self.printed = ""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "footfall", "demo", "--port", "0", *options],
            env={
                **{name: value for name, value in os.environ.items() if "FOOTFALL_" not in name},
                "FOOTFALL_URL": server.url,
                "FOOTFALL_TOKEN": server.token,
                "PYTHONUNBUFFERED": "1",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        is_open = threading.Event()
        self._reader = threading.Thread(target=self._read, args=(is_open,), daemon=True)
        self._reader.start()
        if not is_open.wait(START_LIMIT_S) or OPEN not in self.printed:
            self.close()
            raise AssertionError(f"the shop did not open:\n{self.printed}")
        found = re.search(r"http://127\.0\.0\.1:\d+", self.printed)
        assert found is not None
        self.url = found[0]

    def at(self, host: str) -> str:
        """Its address under another name of this machine."""
        return self.url.replace("127.0.0.1", host)

    def close(self) -> int:
        """Close it as Ctrl-C does; return its exit status."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        status = self._process.wait(START_LIMIT_S)
        self._reader.join(START_LIMIT_S)
        assert self._process.stdout is not None
        self._process.stdout.close()
        return status

    def _read(self, is_open: threading.Event) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.printed += line
            if OPEN in line:
                is_open.set()
        is_open.set()


@contextmanager
def open_shop(server: Server, *options: str) -> Iterator[DemoShop]:
    """A shop that is open, closed at the end."""
    shop = DemoShop(server, *options)
    try:
        yield shop
    finally:
        shop.close()
