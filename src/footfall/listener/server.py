"""The server: one application on one socket, uvicorn with the bounds it leaves to us."""

import contextlib
import errno
import socket
from collections.abc import Callable, Iterator
from typing import Any, Final

import uvicorn

from footfall.errors import ConfigurationError
from footfall.listener.connection import IDLE_MAX_S, Connection
from footfall.settings import Settings

BACKLOG: Final = 2048


class Listener(uvicorn.Server):
    """Serves one application on one socket until ``stop`` is called.

    Args:
        on_listening: called once connections are taken.
    """

    def __init__(
        self, application: Any, settings: Settings, on_listening: Callable[[], None]
    ) -> None:
        super().__init__(
            uvicorn.Config(
                application,
                http=Connection,
                ws="none",
                lifespan="off",
                interface="asgi3",
                # What stands in X-Forwarded-For is read where it matters (ingest/limits.py).
                proxy_headers=False,
                server_header=False,
                access_log=False,
                log_config=None,
                log_level="error",
                backlog=BACKLOG,
                timeout_keep_alive=int(IDLE_MAX_S),
                timeout_graceful_shutdown=int(settings.shutdown_timeout_s),
            )
        )
        self._address = settings.host, settings.port
        self._on_listening = on_listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().startup(sockets)
        except OSError as problem:
            # Two servers may bind at the same moment; only one of them comes to listen.
            raise cannot_listen(*self._address, problem) from None
        self._on_listening()

    def stop(self) -> None:
        """Take no more connections, answer what has arrived, and return from ``serve``."""
        self.should_exit = True

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to whoever runs the server."""
        yield


def bind(host: str, port: int) -> socket.socket:
    """Return a socket bound to an address.

    Raises:
        ConfigurationError: somebody else listens there, or it is no address of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
    except (OSError, UnicodeError) as problem:
        bound.close()
        raise cannot_listen(host, port, problem) from None
    return bound


def cannot_listen(host: str, port: int, problem: OSError | UnicodeError) -> ConfigurationError:
    """Return what to say and to do when an address cannot be listened on."""
    match getattr(problem, "errno", None):
        case errno.EADDRINUSE:
            remedy = "Stop what listens there, or choose another port with --port or FOOTFALL_PORT."
        case errno.EACCES:
            remedy = (
                "Choose a port of 1024 or above with --port or FOOTFALL_PORT, and let a reverse "
                "proxy listen on this one."
            )
        case _:
            remedy = (
                "Set --host or FOOTFALL_HOST to 127.0.0.1, 0.0.0.0 or an address of this machine."
            )
    reason = getattr(problem, "strerror", None) or "it is no address"
    return ConfigurationError(f"Cannot listen on {host}:{port} ({reason}). {remedy}")
