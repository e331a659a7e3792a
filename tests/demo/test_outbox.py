"""What the shop has to tell arrives in order and once, however often it takes."""

import asyncio
import http.server
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from footfall.demo.api import Footfall, Request
from footfall.demo.outbox import Outbox


class Moody(http.server.ThreadingHTTPServer):
    """A server that answers with the statuses it is given, one each, then with 201 for ever."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.statuses: list[int] = []
        self.heard: list[tuple[int, Any]] = []
        self._changed = threading.Condition()

    def hear(self, status: int, number: int) -> None:
        with self._changed:
            self.heard.append((status, number))
            self._changed.notify_all()

    def wait_for(self, count: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.taken) >= count, 20)

    @property
    def taken(self) -> list[Any]:
        return [body for status, body in self.heard if status == 201]


class _Answers(http.server.BaseHTTPRequestHandler):
    server: Moody

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        status = self.server.statuses.pop(0) if self.server.statuses else 201
        # Noted before the answer: the next request may come in another thread.
        self.server.hear(status, body["n"])
        self.send_response(status)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def moody() -> Iterator[Moody]:
    with Moody() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def told(number: int) -> Request:
    return Request("POST", "/v1/attribution/events", {"n": number})


async def send_all(moody: Moody, count: int) -> list[int]:
    """Send so many, let the outbox finish, and return the statuses that the sender saw."""
    async with Footfall(f"http://127.0.0.1:{moody.server_port}", "ALK_x") as footfall:
        outbox = Outbox(footfall)
        running = asyncio.create_task(outbox.run())
        seen = [(await outbox.send(told(number))).status for number in range(count)]
        await asyncio.to_thread(moody.wait_for, count)
        running.cancel()
        return seen


def test_what_is_taken_at_once_is_sent_once(moody: Moody) -> None:
    assert asyncio.run(send_all(moody, 3)) == [201, 201, 201]
    assert moody.heard == [(201, 0), (201, 1), (201, 2)]


def test_what_gets_no_answer_is_sent_again_and_before_what_came_later(moody: Moody) -> None:
    moody.statuses = [503, 500, 429]
    asyncio.run(send_all(moody, 3))
    assert moody.taken == [0, 1, 2]
    assert len(moody.heard) == 6


def test_what_is_refused_for_good_does_not_stand_in_the_way(moody: Moody) -> None:
    moody.statuses = [422, 201]

    async def send() -> list[int]:
        async with Footfall(f"http://127.0.0.1:{moody.server_port}", "ALK_x") as footfall:
            outbox = Outbox(footfall)
            return [(await outbox.send(told(number))).status for number in range(2)]

    assert asyncio.run(send()) == [422, 201]
    assert moody.heard == [(422, 0), (201, 1)]
