"""Reads what is left of a request's body before the request is answered.

Some refusals need no body: a wrong token, a length beyond the limit. Answered at once, the server
would close while the caller still sends; a reverse proxy takes that for a fault of its own and
tells the caller 502 where 401 was said. Called by ``asgi`` for bodies that do not arrive together
with their headers; what is read here goes nowhere.
"""

import asyncio
from contextlib import suppress
from typing import Final

from footfall.ingest.wire import HeaderMap, Message, Receive, Send

ARRIVES_AT_ONCE_BYTES: Final = 8192
"""A body up to here is in the server's buffer with the headers, read or not."""

LEFTOVER_MAX_BYTES: Final = 32 << 20
LEFTOVER_MAX_S: Final = 10.0
"""Past either, the answer is sent and the caller may see a broken connection in its place."""


def is_large(headers: HeaderMap) -> bool:
    """Tell whether a body may still be under way when its request is answered.

    One whose end would not be waited for anyway does not count.
    """
    length = headers.get(b"content-length")
    if length is None:
        return b"transfer-encoding" in headers
    return length.isdigit() and ARRIVES_AT_ONCE_BYTES < int(length) <= LEFTOVER_MAX_BYTES


def finishing(receive: Receive, send: Send) -> tuple[Receive, Send]:
    """Return the same two, the second of which reads the body to its end before the answer."""
    leftover = _Leftover(receive, send)
    return leftover.receive, leftover.send


class _Leftover:
    """One request's body on its way, and its answer behind it."""

    __slots__ = ("_is_over", "_receive", "_send")

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._is_over = False

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] != "http.request" or not message.get("more_body"):
            self._is_over = True
        return message

    async def send(self, message: Message) -> None:
        if not self._is_over:
            with suppress(TimeoutError):
                async with asyncio.timeout(LEFTOVER_MAX_S):
                    await self._read_on()
        await self._send(message)

    async def _read_on(self) -> None:
        left = LEFTOVER_MAX_BYTES
        while not self._is_over and left > 0:
            message = await self.receive()
            left -= len(message.get("body", b""))
        self._is_over = True
