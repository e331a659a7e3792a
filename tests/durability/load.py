"""Senders on threads, each with one connection, that keep note of what they were told.

They outlive the server: while nobody listens they wait for it. What is safe to send again is, by
``settle``, until an answer says what became of it.
"""

import http.client
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from random import Random
from typing import Self

from tests.durability.conditions import until
from tests.durability.mix import Mix, World
from tests.durability.sent import Answer, Sent
from tests.server import Server

SENDERS = 8
ANSWER_LIMIT_S = 60
PACE_S = 0.02
"""How often somebody who finds nobody listening, or is turned away, tries again."""


class Sender:
    """One connection to a server that may go away at any moment."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._connection: http.client.HTTPConnection | None = None

    def send(self, sent: Sent, *, is_impatient: bool = False) -> Answer | None:
        """Send a request and return the answer; ``None`` when it remains unanswered.

        Args:
            is_impatient: hang up as soon as everything is sent.

        Raises:
            ConnectionRefusedError: nobody listens; nothing was sent.
        """
        connection = self._connect()
        headers = {"Authorization": f"Bearer {self._server.token}", **sent.headers}
        try:
            connection.request(sent.method, sent.path, sent.body, headers)
            if not is_impatient:
                with connection.getresponse() as response:
                    fields = {name.lower(): value for name, value in response.getheaders()}
                    return Answer(response.status, fields, response.read())
        except (OSError, http.client.HTTPException):
            pass
        sent.is_lost = True
        self.close()
        return None

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _connect(self) -> http.client.HTTPConnection:
        if self._connection is None:
            connection = http.client.HTTPConnection(
                "127.0.0.1", self._server.port, timeout=ANSWER_LIMIT_S
            )
            try:
                connection.connect()
            except OSError as problem:
                raise ConnectionRefusedError(f"nobody listens: {problem!r}") from problem
            self._connection = connection
        return self._connection


def send_alone(server: Server, sent: Sent) -> Answer:
    """Send one request on a connection of its own; return and note its answer."""
    sender = Sender(server)
    try:
        answer = sender.send(sent)
    finally:
        sender.close()
    assert answer is not None, f"{sent.name} was not answered"
    surprise = sent.note(answer)
    assert surprise is None, surprise
    return answer


class Load:
    """Concurrent senders; as a context manager they stop at the end.

    Args:
        servers: each sender has one of them, in turn.
        name: unique to this load on its database.

    Attributes:
        sent: every request, with its answers.
        surprises: answers that should not have been given.
    """

    def __init__(
        self, servers: Sequence[Server], seed: str, world: World, name: str = "r0"
    ) -> None:
        self.sent: list[Sent] = []
        self.surprises: list[str] = []
        self._servers = servers
        self._stopping = threading.Event()
        chance = Random(f"{seed} {name}")
        world.meet(chance)
        self._threads = [
            threading.Thread(
                target=self._work,
                args=(servers[number % len(servers)], chance.getrandbits(64), number, name, world),
            )
            for number in range(SENDERS)
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def count(self, status: int) -> int:
        """Return how many answers had this status so far."""
        return sum(
            answer.status == status for sent in list(self.sent) for answer in list(sent.answers)
        )

    def wait_for(self, status: int, more: int = 1) -> None:
        """Return once so many more answers have this status."""
        wanted = self.count(status) + more
        until(lambda: self.count(status) >= wanted, f"{more} more answers with {status}")

    def settle(self) -> None:
        """Send everything again that is safe and undecided, twice at the same time."""
        undecided = [sent for sent in self.sent if sent.is_safe and not sent.is_settled]
        with ThreadPoolExecutor(SENDERS) as pool:
            list(pool.map(self._settle, [each for sent in undecided for each in (sent, sent)]))

    def _settle(self, sent: Sent) -> None:
        def is_answered() -> bool:
            with suppress(ConnectionRefusedError):
                answer = sender.send(sent)
                if answer is not None:
                    self._note(sent, answer)
                    return answer.status != 503
            return False

        sender = Sender(self._servers[0])
        try:
            until(is_answered, f"an answer to {sent.name}")
        finally:
            sender.close()

    def _work(self, server: Server, seed: int, number: int, name: str, world: World) -> None:
        chance = Random(seed)
        mix = Mix(chance, f"{name}.{number}", world)
        sender = Sender(server)
        while not self._stopping.is_set():
            sent = mix.next()
            self.sent.append(sent)
            try:
                self._exchange(sender, sent, chance.random)
            except ConnectionRefusedError:
                self._stopping.wait(PACE_S)
        sender.close()

    def _exchange(self, sender: Sender, sent: Sent, chance: Callable[[], float]) -> None:
        if sent.is_safe and chance() < 0.1:
            sender.send(sent, is_impatient=True)
        answer = sender.send(sent)
        if answer is None:
            return
        self._note(sent, answer)
        if answer.status == 503:
            self._stopping.wait(PACE_S)
        elif sent.is_safe and sent.items and chance() < 0.1:
            again = sender.send(sent)
            if again is not None:
                self._note(sent, again)
                is_called_a_repeat = "idempotent-replayed" in again.headers
                if again.status == 201 and sent.items[0].key and not is_called_a_repeat:
                    self.surprises.append(f"{sent.name} was repeated and not called a repeat")

    def _note(self, sent: Sent, answer: Answer) -> None:
        surprise = sent.note(answer)
        if surprise is not None:
            self.surprises.append(f"{sent.name}: {surprise}")
