"""Requests taken at once: nobody outside can tell them from those that are called for."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from itertools import pairwise
from threading import Thread
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from footfall.listener import IDLE_MAX_S, Listener, bind
from footfall.listener.at_once import BODY_MAX_BYTES, HEADS_MAX, Answer, Peer
from footfall.settings import load

PATH = b"/at-once"
FIELD = b"content-type"


class Echo:
    """Answers a body with itself; its ``at_once`` does the same, and may be told to wait."""

    def __init__(self) -> None:
        self.called: list[bytes] = []
        self.at_once = AtOnce()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        self.called.append(body)
        headers = [(FIELD, b"text/plain"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


class AtOnce:
    paths = frozenset({PATH})

    def __init__(self) -> None:
        self.heads = 0
        self.taken: list[bytes] = []
        self.waiting: list[Callable[[], None]] = []
        self.has_taken = asyncio.Event()
        self.waits = False

    def sender(self, path: bytes, headers: dict[bytes, bytes], peer: Peer) -> "AtOnce | None":
        self.heads += 1
        assert peer is not None
        return self if b"x-ordinary" not in headers else None

    def take(self, body: bytes, answer: Answer) -> bool:
        if body.startswith(b"not"):
            return False
        self.taken.append(body)
        lines = b"content-type: text/plain\r\ncontent-length: %d\r\n" % len(body)
        if self.waits:
            self.waiting.append(lambda: answer(200, lines, body))
        else:
            answer(200, lines, body)
        self.has_taken.set()
        return True


def post(body: bytes, *more: bytes, path: bytes = PATH, version: bytes = b"1.1") -> bytes:
    lines = [b"POST %b HTTP/%b" % (path, version), b"Host: x", b"Content-Length: %d" % len(body)]
    return b"\r\n".join([*lines, *more, b"", body])


CHUNKED = (
    b"POST /at-once HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
)

Test = Callable[[Listener, Echo, int], Awaitable[None]]


@asynccontextmanager
async def listening(application: Any) -> AsyncIterator[tuple[Listener, int]]:
    started = asyncio.Event()
    with bind("127.0.0.1", 0) as bound:
        listener = Listener(application, load(shutdown_timeout_s=20), started.set)
        serving = asyncio.create_task(listener.serve([bound]))
        await started.wait()
        yield listener, bound.getsockname()[1]
        listener.stop()
        await serving


def run(test: Test) -> None:
    async def listen() -> None:
        echo = Echo()
        async with listening(echo) as (listener, port):
            await test(listener, echo, port)

    asyncio.run(listen())


async def answered(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\ndate: ")
    (length,) = (
        line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length: ")
    )
    return await reader.readexactly(int(length.split()[1]))


async def until(holds: Callable[[], bool]) -> None:
    for _ in range(1000):
        if holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came to hold")


def test_a_whole_request_is_taken_without_a_call_and_its_head_read_once() -> None:
    async def test(_: Listener, echo: Echo, port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for body in (b"one", b"two", b"six"):
            writer.write(post(body))
            assert await answered(reader) == body
        writer.close()
        assert echo.at_once.taken == [b"one", b"two", b"six"]
        assert echo.called == []
        assert echo.at_once.heads == 1

    run(test)


@pytest.mark.parametrize(
    "sent",
    [
        post(b"not this"),
        post(b"abc", b"X-Ordinary: 1"),
        post(b"abc", path=b"/at-once?x=1"),
        post(b"abc", path=b"/other"),
        post(b"abc", b"Connection: close"),
        post(b"abc", b"Connection: Upgrade", b"Upgrade: h2c"),
        post(b"abc", version=b"1.0"),
        post(b"abc", b"Expect: 100-continue"),
        post(b"abc").replace(b"POST", b"PUT"),
        post(b"a" * (BODY_MAX_BYTES + 1)),
        CHUNKED,
    ],
)
def test_what_is_unusual_goes_the_ordinary_way(sent: bytes) -> None:
    async def test(_: Listener, echo: Echo, port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(post(b"first"))
        assert await answered(reader) == b"first"
        writer.write(sent)
        while not (head := await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200"):
            assert head.startswith(b"HTTP/1.1 100")
        writer.close()
        assert len(echo.called) == 1
        assert echo.at_once.taken == [b"first"]

    run(test)


@pytest.mark.parametrize("cut", [1, 20, len(post(b"abc")) - 3, len(post(b"abc")) - 1])
def test_a_request_in_two_pieces_is_answered_once(cut: int) -> None:
    async def test(listener: Listener, echo: Echo, port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(2):
            writer.write(post(b"abc"))
            assert await answered(reader) == b"abc"
            (connection,) = listener.server_state.connections
            # As the transport would hand it over, in two pieces for certain.
            connection.data_received(post(b"xyz")[:cut])
            connection.data_received(post(b"xyz")[cut:])
            assert await answered(reader) == b"xyz"
        writer.close()
        assert len(echo.called) + len(echo.at_once.taken) == 4

    run(test)


def test_a_value_that_looks_like_a_request_is_no_head() -> None:
    async def test(listener: Listener, echo: Echo, port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(post(b"abc"))
        assert await answered(reader) == b"abc"
        (connection,) = listener.server_state.connections
        tail = b"POST \r\nContent-Length: 3\r\n\r\nabc"
        connection.data_received(b"POST /at-once HTTP/1.1\r\nHost: x\r\nX: ")
        connection.data_received(tail)
        assert await answered(reader) == b"abc"
        connection.data_received(tail)
        assert (await reader.read()).startswith(b"HTTP/1.1 400")
        writer.close()

    run(test)


def test_few_heads_are_remembered() -> None:
    async def test(listener: Listener, echo: Echo, port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for number in range(3 * HEADS_MAX):
            writer.write(post(b"a" * number))
            assert await answered(reader) == b"a" * number
            (connection,) = listener.server_state.connections
            assert len(connection._heads) <= HEADS_MAX  # type: ignore[union-attr]
        writer.close()

    run(test)


def test_requests_behind_one_that_waits_are_answered_in_order() -> None:
    async def test(_: Listener, echo: Echo, port: int) -> None:
        echo.at_once.waits = True
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(post(b"1") + post(b"2") + post(b"3", b"X-Ordinary: 1"))
        await echo.at_once.has_taken.wait()
        # Whatever could be answered before its turn would be by now.
        await asyncio.sleep(0.1)
        assert (echo.at_once.taken, echo.called) == ([b"1"], [])
        echo.at_once.waiting.pop()()
        assert [await answered(reader) for _ in range(3)] == [b"1", b"2", b"3"]
        writer.close()

    run(test)


def test_who_hangs_up_does_not_take_back_what_was_taken() -> None:
    async def test(listener: Listener, echo: Echo, port: int) -> None:
        echo.at_once.waits = True
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(post(b"abc"))
        await echo.at_once.has_taken.wait()
        writer.transport.abort()
        await until(lambda: not listener.server_state.connections)
        echo.at_once.waiting.pop()()
        assert echo.at_once.taken == [b"abc"]

    run(test)


def test_shutting_down_waits_for_the_answer_and_then_ends_the_connection() -> None:
    async def listen() -> None:
        echo = Echo()
        echo.at_once.waits = True
        async with listening(echo) as (listener, port):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(post(b"abc"))
            await echo.at_once.has_taken.wait()
            listener.stop()
            (connection,) = listener.server_state.connections
            await until(lambda: not connection.cycle.keep_alive)  # type: ignore[union-attr]
            echo.at_once.waiting.pop()()
            told = await reader.read()
        assert b"\r\nconnection: close\r\n" in told
        assert told.endswith(b"\r\n\r\nabc")
        writer.close()

    asyncio.run(listen())


def test_a_sender_that_falls_silent_after_its_answer_is_let_go() -> None:
    async def test(listener: Listener, echo: Echo, port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(post(b"abc"))
        assert await answered(reader) == b"abc"
        (connection,) = listener.server_state.connections
        # As if the time had passed.
        connection._heard_at -= IDLE_MAX_S + 1  # type: ignore[union-attr]
        assert await reader.read() == b""
        writer.close()

    run(test)


class Both:
    """Two servers on a thread: one takes requests at once, the other never does."""

    def __init__(self) -> None:
        self.ports: list[int] = []
        self.loop = asyncio.new_event_loop()
        self.end = asyncio.Event()
        self.started = asyncio.Event()

    async def serve(self) -> None:
        ordinary = Echo()
        del ordinary.at_once
        async with listening(Echo()) as (_, one), listening(ordinary) as (__, other):
            self.ports = [one, other]
            self.started.set()
            await self.end.wait()


@pytest.fixture(scope="module")
def both() -> Iterator[Both]:
    servers = Both()
    thread = Thread(target=servers.loop.run_until_complete, args=(servers.serve(),))
    thread.start()
    asyncio.run_coroutine_threadsafe(servers.started.wait(), servers.loop).result(20)
    yield servers
    servers.loop.call_soon_threadsafe(servers.end.set)
    thread.join()
    servers.loop.close()


def conversation(port: int, pieces: list[bytes]) -> bytes:
    """Send pieces and return everything that comes back, without its dates."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in pieces:
            connection.sendall(piece)
        connection.sendall(post(b"last", b"Connection: close"))
        told = b""
        while received := connection.recv(65_536):
            told += received
    return b"\r\n".join(
        line for line in told.split(b"\r\n") if not line.lower().startswith(b"date:")
    )


requests = st.sampled_from(
    [
        post(b"one"),
        post(b"two"),
        post(b"three"),
        post(b""),
        post(b"not this"),
        post(b"\r\n\r\n"),
        post(b"POST / HTTP/1.1\r\n\r\n"),
        post(b"abc", b"X-Ordinary: 1"),
        post(b"abc", b"X: 1", b"X: 2"),
        post(b"abc", path=b"/at-once?x=1"),
        b"\r\n" + post(b"one"),
        CHUNKED,
        b"GET /at-once HTTP/1.1\r\nHost: x\r\n\r\n",
    ]
)


@settings(max_examples=150)
@given(st.lists(requests, max_size=6), st.data())
def test_both_ways_say_the_same_to_any_conversation(
    both: Both, sent: list[bytes], data: st.DataObject
) -> None:
    whole = b"".join(sent)
    borders = [sum(map(len, sent[:number])) for number in range(1, len(sent))]
    extra = data.draw(st.lists(st.integers(0, len(whole)), max_size=3))
    chosen = data.draw(st.sets(st.sampled_from(borders))) if borders else set()
    cuts = sorted({0, len(whole), *chosen, *extra})
    pieces = [whole[start:end] for start, end in pairwise(cuts)]
    one, other = (conversation(port, pieces) for port in both.ports)
    assert one == other
    assert one.count(b"HTTP/1.1 200 OK") == len(sent) + 1
