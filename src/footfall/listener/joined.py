"""A transport that sends what is written in one turn of the event loop at once."""

import asyncio


class Joined(asyncio.Transport):
    """Joins a head and its body.

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
