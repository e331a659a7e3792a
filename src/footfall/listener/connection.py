"""One connection with its bounds: how long a head may be, and how long a sender may take.

What is no HTTP is answered in JSON like every other refusal (contract 2.1).
"""

import asyncio
from typing import Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from footfall.errors import MalformedRequest
from footfall.ingest.respond import error_body, error_headers
from footfall.listener.at_once import Offering
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


class Connection(Offering):
    """One connection with its bounds."""

    _is_in_head = True
    _is_in_body = False
    _head_bytes = 0
    _is_refused = False
    _heard_at = 0.0
    _watch: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
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

    def on_taken_complete(self) -> None:
        self._heard_at = self.loop.time()
        super().on_taken_complete()

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
        return self._is_in_body or self._is_in_head or self.is_after_taken

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
