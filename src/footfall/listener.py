"""TCP connections → calls of the application: uvicorn, with the bounds it leaves to us.

uvicorn hands a request over whatever its sender does after the last byte; servers that look for a
hang-up first lose what was sent whole (docs/decisions.md). What it does not bound is bounded here:
how long a head may be, how long a sender may take over it or pause within a body. What is no HTTP
is answered in JSON like every other refusal (contract 2.1).
"""

import asyncio
import contextlib
import errno
import socket
from collections.abc import Callable, Iterator
from typing import Any, Final

import uvicorn
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from footfall.errors import ConfigurationError, MalformedRequest
from footfall.ingest.respond import error_body, error_headers
from footfall.ops.request_ids import request_id
from footfall.settings import Settings

HEAD_MAX_BYTES: Final = 65_536
"""Request line and headers together."""

HEAD_MAX_S: Final = 30.0
PAUSE_MAX_S: Final = 30.0
"""How long a head may take to arrive, and how long a body may stand still."""

IDLE_MAX_S: Final = 75.0
"""How long a connection waits for its next request: longer than a proxy keeps one (nginx: 60 s)."""

LINGER_S: Final = 2.0
"""How long a sender who was refused may go on sending, unheard."""

BACKLOG: Final = 2048

_LOOK_EVERY_S: Final = 5.0


class _Joined(asyncio.Transport):
    """Sends what is written in one turn of the event loop at once: a head and its body.

    Each on its own costs a system call, and the sender's side waking twice.
    """

    __slots__ = ("_call_soon", "_parts", "_transport")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._call_soon = loop.call_soon
        self._parts: list[bytes] = []

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if not self._parts:
            self._call_soon(self._flush)
        self._parts.append(bytes(data))

    def write_eof(self) -> None:
        self._flush()
        self._transport.write_eof()

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        parts, self._parts = self._parts, []
        if parts and not self._transport.is_closing():
            self._transport.writelines(parts)


class Connection(HttpToolsProtocol):
    """One connection with its bounds."""

    _is_in_head = True
    _is_in_body = False
    _head_bytes = 0
    _is_refused = False
    _heard_at = 0.0
    _watch: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.transport = _Joined(transport, self.loop)
        self._begin_head()
        self._watch = self.loop.call_later(_LOOK_EVERY_S, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._watch is not None:
            self._watch.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._is_refused:
            return
        if self._is_in_body:
            self._heard_at = self.loop.time()
        super().data_received(data)
        if self._is_in_head:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_MAX_BYTES:
                self._refuse(431, f"The headers exceed {HEAD_MAX_BYTES} bytes; send fewer.")

    def on_message_begin(self) -> None:
        self._begin_head()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._is_in_head = False
        self._is_in_body = True
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._is_in_body = False
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002
        self._refuse(400, "This is no HTTP/1.1 request; check its first line and its headers.")

    def _begin_head(self) -> None:
        self._is_in_head = True
        self._head_bytes = 0
        self._heard_at = self.loop.time()

    def _look(self) -> None:
        """End the connection if its sender has been still for too long."""
        still_s = self.loop.time() - self._heard_at
        is_begun = self._is_in_head and self._head_bytes > 0
        if is_begun and still_s > HEAD_MAX_S:
            self._refuse(408, f"The headers took longer than {HEAD_MAX_S:.0f} s; send them again.")
        elif still_s > (PAUSE_MAX_S if self._is_in_body else IDLE_MAX_S) and self._is_awaited():
            self.transport.close()
        else:
            self._watch = self.loop.call_later(_LOOK_EVERY_S, self._look)

    def _is_awaited(self) -> bool:
        """Tell whether it is the sender's turn, not the application's."""
        return self._is_in_body or self._is_in_head

    def _refuse(self, status: int, message: str) -> None:
        if self._is_refused or self.transport.is_closing():
            return
        number = request_id({})
        body = error_body([MalformedRequest(message)], number)
        length = (b"content-length", str(len(body)).encode())
        fields = [*error_headers(status, number), length, (b"connection", b"close")]
        head = b"".join(name + b": " + value + b"\r\n" for name, value in fields)
        self.transport.write(STATUS_LINE[status] + head + b"\r\n" + body)
        # Closed while the sender still sends, the connection would break before it has read this.
        self._is_refused = True
        self.transport.write_eof()
        self.loop.call_later(LINGER_S, self.transport.close)


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
