"""Small requests → the application, at once: without a task, a coroutine or messages of their own.

An application may say by an attribute ``at_once`` that it takes requests to some paths whole. Such
a request is offered to it as soon as its last byte is here; it declines, and nothing has happened,
or it takes the request and answers later, in any turn of the event loop. Whatever is in the least
unusual about a request goes the ordinary way, as if this module were not there.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, Protocol

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

if TYPE_CHECKING:
    from footfall.listener.connection import Connection

BODY_MAX_BYTES: Final = 65_536
"""A larger body seldom arrives in one piece."""

Fields = list[tuple[bytes, bytes]]
Answer = Callable[[int, Fields, bytes], None]


class Taker(Protocol):
    """What an application offers as ``at_once``."""

    paths: Mapping[bytes, str]
    """The paths of requests it may take, as they are written, and as ``take`` is told them."""

    def take(
        self,
        path: str,
        headers: dict[bytes, bytes],
        peer: tuple[str, int] | None,
        body: bytes,
        answer: Answer,
    ) -> bool:
        """Take a POST without a query, or decline it with ``False`` before anything has happened.

        Args:
            headers: by name in lower case.
            answer: to be called once with status, headers and body, whether the sender still
                listens or not.
        """


class Taken:
    """A request that was taken and not answered yet.

    It stands where uvicorn's protocol keeps its ``RequestResponseCycle``, and has what is read
    there: so a request behind it waits its turn, shutting down waits for its answer, and a lost
    connection is noted. One serves all requests of a connection, one after the other.
    """

    __slots__ = ("_connection", "disconnected", "keep_alive", "response_complete")

    def __init__(self, connection: "Connection") -> None:
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

    def answer(self, status: int, fields: Fields, body: bytes) -> None:
        """Send the answer, and let the connection go on."""
        self.response_complete = True
        if self.disconnected:
            return
        connection = self._connection
        lines: list[Any] = [STATUS_LINE[status]]
        for name, value in (*connection.server_state.default_headers, *fields):
            lines += (name, b": ", value, b"\r\n")
        lines.append(b"\r\n" if self.keep_alive else b"connection: close\r\n\r\n")
        lines.append(body)
        connection.transport.write_now(b"".join(lines))
        if not self.keep_alive:
            connection.transport.close()
        connection.on_response_complete()


def is_plain(headers: Mapping[bytes, bytes]) -> bool:
    """Tell whether headers announce a small body and nothing out of the way."""
    length = headers.get(b"content-length", b"")
    return (
        length.isdigit()
        and int(length) <= BODY_MAX_BYTES
        and b"transfer-encoding" not in headers
        and b"expect" not in headers
        and b"upgrade" not in headers
    )
