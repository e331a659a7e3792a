"""One connection with its bounds: how long a head may be, and how long a sender may take.

What is no HTTP is answered in JSON like every other refusal (contract 2.1).
"""

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from footfall.errors import MalformedRequest
from footfall.ingest.respond import error_body, error_headers
from footfall.listener.at_once import Taken, Taker, is_plain
from footfall.ops.request_ids import request_id

HEAD_MAX_BYTES: Final = 65_536
"""Request line and headers together."""

HEAD_MAX_S: Final = 30.0
PAUSE_MAX_S: Final = 30.0
"""How long a head may take to arrive, and how long a body may stand still."""

IDLE_MAX_S: Final = 75.0
"""How long a connection waits for its next request: longer than a proxy keeps one (nginx: 60 s)."""

LINGER_S: Final = 2.0
"""How long a sender who was refused may go on sending, unheard."""

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

    def write_now(self, data: bytes) -> None:
        """Send a whole answer, behind what was written before."""
        if self._parts:
            self._parts.append(data)
        elif not self._transport.is_closing():
            self._transport.write(data)

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

    transport: _Joined  # type: ignore[assignment]
    _is_in_head = True
    _is_in_body = False
    _head_bytes = 0
    _is_refused = False
    _heard_at = 0.0
    _watch: asyncio.TimerHandle | None = None

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._taker: Taker | None = getattr(self.app, "at_once", None)
        self._taken = Taken(self)
        self._held: bytes | None = None
        """What has arrived of the body of a request that is to be offered to the application."""

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
        if self._held is not None:
            self._let_go()
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
        if self._taker is not None and self.url in self._taker.paths and self._may_be_taken():
            self._held = b""
        else:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        if self._held is not None:
            self._held += body
        else:
            super().on_body(body)

    def on_message_complete(self) -> None:
        self._is_in_body = False
        if self._held is not None:
            if self._is_taken(self._held):
                self._held = None
                return
            self._let_go()
        super().on_message_complete()

    def _may_be_taken(self) -> bool:
        """Tell whether the request whose head is here is one to offer, once its body is here."""
        parser = self.parser
        return (
            (self.cycle is None or self.cycle.response_complete)
            and parser.get_method() == b"POST"
            and parser.get_http_version() == "1.1"
            and parser.should_keep_alive()
            and not self.flow.write_paused
            and is_plain(dict(self.headers))
        )

    def _is_taken(self, body: bytes) -> bool:
        assert self._taker is not None
        taken, before = self._taken, self.cycle
        taken.response_complete = False
        self.cycle = taken  # type: ignore[assignment]
        path = self._taker.paths[self.url]
        if self._taker.take(path, dict(self.headers), self.client, body, taken.answer):
            return True
        taken.response_complete = True
        self.cycle = before
        return False

    def _let_go(self) -> None:
        """Have a request that was held back go the ordinary way."""
        body, self._held = self._held, None
        super().on_headers_complete()
        if body:
            super().on_body(body)

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
