"""Small requests → the application, at once: without a task, a coroutine or messages of their own.

An application may say by an attribute ``at_once`` that it takes requests to some paths whole. Such
a request is offered to it as soon as its last byte is here; it declines, and nothing has happened,
or it takes the request and answers later, in any turn of the event loop. A client sends the same
head again and again: one that was read before is known by its bytes and not parsed again. Whatever
is in the least unusual about a request goes the ordinary way, as if this module were not there.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, NamedTuple, Protocol

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from footfall.listener.joined import Joined

BODY_MAX_BYTES: Final = 65_536
"""A larger body seldom arrives in one piece."""

HEADS_MAX: Final = 4
"""How many heads a connection remembers; clients differ in little but ``Content-Length``."""

HEAD_MAX_BYTES: Final = 4096
"""A longer head is not remembered."""

Peer = tuple[str, int] | None
Answer = Callable[[int, bytes, bytes], None]
"""Called once with status, header lines and body, whether the sender still listens or not."""


class Sender(Protocol):
    """What an application makes of a head; it is asked about every request that begins with it."""

    def take(self, body: bytes, answer: Answer) -> bool:
        """Take a request with this body, or decline it before anything has happened."""


class Taker(Protocol):
    """What an application offers as ``at_once``."""

    paths: Collection[bytes]
    """Of the requests it may take, as they are written."""

    def sender(self, path: bytes, headers: dict[bytes, bytes], peer: Peer) -> Sender | None:
        """Return who may send a POST with such headers, by name in lower case; ``None``: nobody."""


class Known(NamedTuple):
    """A head that was read before: the length of the body it announces, and whose it is."""

    length: int
    sender: Sender


class Held:
    """A request that is to be offered once its body is here."""

    __slots__ = ("body", "sender")

    def __init__(self, sender: Sender) -> None:
        self.sender = sender
        self.body = b""

    def head_of(self, data: bytes) -> bytes | None:
        """Return the head of what was received, if it was this request from beginning to end.

        The same bytes at the same place then mean the same again.
        """
        end = data.find(b"\r\n\r\n") + 4
        is_whole = data.startswith(b"POST ") and data[end:] == self.body
        return data[:end] if is_whole and end <= HEAD_MAX_BYTES else None


class Taken:
    """A request that was taken and not answered yet.

    It stands where uvicorn's protocol keeps its ``RequestResponseCycle``, and has what is read
    there: so a request behind it waits its turn, shutting down waits for its answer, and a lost
    connection is noted. One serves all requests of a connection, one after the other.
    """

    __slots__ = ("_connection", "disconnected", "keep_alive", "response_complete")

    def __init__(self, connection: "Offering") -> None:
        self._connection = connection
        self.disconnected = False
        self.keep_alive = True
        self.response_complete = True

    @property
    def message_event(self) -> "Taken":
        """What uvicorn wakes a waiting application with; nobody waits here."""
        return self

    def set(self) -> None:
        """Do nothing."""

    def answer(self, status: int, lines: bytes, body: bytes) -> None:
        """Send the answer, and let the connection go on."""
        self.response_complete = True
        if self.disconnected:
            return
        connection = self._connection
        end = b"\r\n" if self.keep_alive else b"connection: close\r\n\r\n"
        own = connection.own_lines()
        connection.transport.write_now(b"".join((STATUS_LINE[status], own, lines, end, body)))
        if not self.keep_alive:
            connection.transport.close()
        connection.on_taken_complete()


class Offering(HttpToolsProtocol):
    """uvicorn's protocol, which offers requests to an application that takes some at once."""

    transport: Joined
    cycle: Any

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._taker: Taker | None = getattr(self.app, "at_once", None)
        self._taken = Taken(self)
        self._held: Held | None = None
        self._heads: dict[bytes, Known] = {}
        self._is_between = True
        self._data: bytes | None = None
        self._own: tuple[object, bytes] = (None, b"")

    @property
    def is_after_taken(self) -> bool:
        """Whether the last request was taken and is answered, so that the next one may come."""
        return self.cycle is self._taken and self._taken.response_complete

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.transport = Joined(transport, self.loop)

    def data_received(self, data: bytes) -> None:
        if self._heads and self._is_known(data):
            return
        self._data = data if self._is_between else None
        super().data_received(data)
        if self._held is not None:
            self._let_go()

    def on_message_begin(self) -> None:
        self._is_between = False
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        if self._taker is not None and self.url in self._taker.paths:
            self._held = self._to_offer(self._taker)
        if self._held is None:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        if self._held is not None:
            self._held.body += body
        else:
            super().on_body(body)

    def on_message_complete(self) -> None:
        self._is_between = True
        held = self._held
        if held is not None:
            if self._is_taken(held.sender, held.body):
                self._held = None
                self._remember(held)
                return
            self._let_go()
        elif self._heads and not self._goes_on():
            self._heads.clear()
        super().on_message_complete()

    def on_taken_complete(self) -> None:
        """Go on after a request that was taken and answered, as ``on_response_complete`` does.

        But without a timer, which would cost every request its setting and its clearing.
        """
        self.server_state.total_requests += 1
        if not self.transport.is_closing():
            self.flow.resume_reading()
            if self.pipeline:
                self._start_asgi_task(*self.pipeline.pop())

    def own_lines(self) -> bytes:
        """Return the header lines that uvicorn gives every answer; they change with the second."""
        headers, lines = self._own
        if headers is not self.server_state.default_headers:
            headers = self.server_state.default_headers
            lines = b"".join(name + b": " + value + b"\r\n" for name, value in headers)
            self._own = headers, lines
        return lines

    def _is_known(self, data: bytes) -> bool:
        """Take a whole request whose head is known, if it is the turn of one."""
        end = data.find(b"\r\n\r\n") + 4
        known = self._heads.get(data[:end])
        return (
            known is not None
            and len(data) - end == known.length
            and self._is_between
            and self.cycle.response_complete
            and not self.flow.write_paused
            and self._is_taken(known.sender, data[end:])
        )

    def _to_offer(self, taker: Taker) -> Held | None:
        """Return the request whose head is here, if it is one to offer once its body is here."""
        parser = self.parser
        headers = dict(self.headers)
        length = length_of(headers)
        if (
            length is None
            or (self.cycle is not None and not self.cycle.response_complete)
            or parser.get_method() != b"POST"
            or parser.get_http_version() != "1.1"
            or not parser.should_keep_alive()
            or self.flow.write_paused
        ):
            return None
        sender = taker.sender(self.url, headers, self.client)
        if sender is None:
            return None
        return Held(sender)

    def _is_taken(self, sender: Sender, body: bytes) -> bool:
        taken, before = self._taken, self.cycle
        taken.response_complete = False
        self.cycle = taken
        if sender.take(body, taken.answer):
            self._unset_keepalive_if_required()
            return True
        taken.response_complete = True
        self.cycle = before
        return False

    def _goes_on(self) -> bool:
        """Tell whether another request of the usual kind may follow the one that is complete."""
        return self.parser.should_keep_alive() and not self.parser.should_upgrade()

    def _remember(self, held: Held) -> None:
        """Know the head of a request by its bytes from now on, if all of it came in one piece."""
        head = held.head_of(self._data) if self._data is not None else None
        if head is not None:
            if len(self._heads) >= HEADS_MAX:
                self._heads.clear()
            self._heads[head] = Known(len(held.body), held.sender)

    def _let_go(self) -> None:
        """Have a request that was held back go the ordinary way."""
        held, self._held = self._held, None
        super().on_headers_complete()
        if held is not None and held.body:
            super().on_body(held.body)


def length_of(headers: Mapping[bytes, bytes]) -> int | None:
    """Return the length of the small body that headers announce; ``None``: they say otherwise."""
    length = headers.get(b"content-length", b"")
    if (
        not length.isdigit()
        or int(length) > BODY_MAX_BYTES
        or b"transfer-encoding" in headers
        or b"expect" in headers
        or b"upgrade" in headers
    ):
        return None
    return int(length)
