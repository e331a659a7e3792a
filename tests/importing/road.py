"""A road to the real server that loses answers, turns requests away, or holds them up.

A small HTTP proxy for tests: what it lets through, the real server answers.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

import httpx

BATCH = "/v1/attribution/events/batch"


class Passing(NamedTuple):
    """A batch on its way: the how-manieth it is, from 1, and its compressed size."""

    number: int
    size_bytes: int


class Reply(NamedTuple):
    """What the road answers by itself."""

    status: int
    retry_after: str | None = None


Toll = Callable[[Passing], Reply | None]
"""Says what to answer in the server's place, or ``None`` to let the batch pass."""


class Road:
    """Where to send to, and what happens on the way.

    Attributes:
        url: the address of the near end.
        toll: asked before a batch passes.
        loses: whether the answer to a batch, which the server has given, gets lost.
        count: batches that set out.
    """

    def __init__(self, target: str) -> None:
        self.target = target
        self.url = ""
        self.toll: Toll = lambda passing: None
        self.loses: Callable[[Passing], bool] = lambda passing: False
        self.count = 0
        self._lock = threading.Lock()

    def next_passing(self, size_bytes: int) -> Passing:
        with self._lock:
            self.count += 1
            return Passing(self.count, size_bytes)


@contextmanager
def road_to(target: str) -> Iterator[Road]:
    """Open a road to a server's address."""
    road = Road(target)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

        def do_GET(self) -> None:
            self._pass(b"")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path != BATCH:
                self._pass(body)
                return
            passing = road.next_passing(len(body))
            reply = road.toll(passing)
            if reply is not None:
                self._answer(reply.status, b"{}", {"Retry-After": reply.retry_after or ""})
            else:
                self._pass(body, lost=road.loses(passing))

        def _pass(self, body: bytes, *, lost: bool = False) -> None:
            headers = {
                name: value
                for name, value in self.headers.items()
                if name.lower() not in ("host", "connection", "content-length")
            }
            answer = httpx.request(
                self.command, road.target + self.path, content=body, headers=headers
            )
            if lost:
                self.close_connection = True
                return
            self._answer(answer.status_code, answer.content, {})

        def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    road.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield road
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
