"""Opens the shop: a checked connection, a prepared Footfall, a listening port, then visitors."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import uvicorn

from footfall.demo.api import Footfall
from footfall.demo.prepare import Prepared, prepare
from footfall.demo.routes import build
from footfall.demo.stock import load_stock
from footfall.errors import ConfigurationError

HOST = "127.0.0.1"
"""The shop logs anybody in without a password, so nobody else may reach it."""


@dataclass(frozen=True, slots=True)
class DemoJob:
    """Where Footfall is, and where the shop is to be.

    Attributes:
        url: address of the server, without ``/v1``.
        business_id: what the token's business has to be, if it was named.
        port: of the shop; 0: any free one.
    """

    url: str
    token: str
    business_id: str | None
    port: int


Opened = Callable[[str, Prepared], None]
"""Told the shop's address once it is open."""


def run_demo(job: DemoJob, opened: Opened) -> None:
    """Serve the shop until SIGINT or SIGTERM.

    Raises:
        ConfigurationError: server, token, business or port are at fault, with the remedy.
    """
    asyncio.run(_run(job, opened))


async def _run(job: DemoJob, opened: Opened) -> None:
    async with Footfall(job.url, job.token) as footfall:
        with contextlib.closing(_bind(job.port)) as bound:
            stock = load_stock()
            prepared = await prepare(footfall, stock, job.business_id)
            server = _Server(uvicorn.Config(build(footfall, stock, prepared), log_config=None))
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, server.stop)
            opened(f"http://{HOST}:{bound.getsockname()[1]}", prepared)
            await server.serve([bound])


class _Server(uvicorn.Server):
    """Stops when told to, and leaves signals to whoever runs it."""

    def stop(self) -> None:
        self.should_exit = True

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _bind(port: int) -> socket.socket:
    try:
        return socket.create_server((HOST, port))
    except (OSError, OverflowError) as problem:
        raise ConfigurationError(
            f"The shop cannot listen on port {port} ({problem}). Name another with --port."
        ) from None
