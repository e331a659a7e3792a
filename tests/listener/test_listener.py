"""Connections are bounded, and what is no HTTP is answered like every refusal."""

import asyncio
import errno
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

from footfall.errors import ConfigurationError
from footfall.listener import (
    HEAD_MAX_BYTES,
    HEAD_MAX_S,
    IDLE_MAX_S,
    PAUSE_MAX_S,
    Listener,
    bind,
    cannot_listen,
)
from footfall.settings import load

POST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n"


async def echo(_: Any, receive: Any, send: Any) -> None:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": 200, "headers": [length]})
    await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def listening() -> AsyncIterator[tuple[Listener, int]]:
    started = asyncio.Event()
    with bind("127.0.0.1", 0) as bound:
        listener = Listener(echo, load(), started.set)
        serving = asyncio.create_task(listener.serve([bound]))
        await started.wait()
        yield listener, bound.getsockname()[1]
        listener.stop()
        await serving


async def told(port: int, *parts: bytes) -> tuple[int, dict[str, str], bytes]:
    """Send parts and return status, headers and body of the answer, to the connection's end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for part in parts:
        writer.write(part)
        await writer.drain()
    return await answered(reader, writer)


async def answered(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> tuple[int, dict[str, str], bytes]:
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    await ended(writer)
    first, *lines = head.decode().split("\r\n")
    fields = dict(line.lower().split(": ", 1) for line in lines)
    return int(first.split()[1]), fields, body


async def ended(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


def run(test: Callable[[Listener, int], Awaitable[None]]) -> None:
    async def listen() -> None:
        async with listening() as (listener, port):
            await test(listener, port)

    asyncio.run(listen())


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * (HEAD_MAX_BYTES + 100_000), 431),
        (b"GET / HTTP/1.1\r\n" + b"X: x\r\n" * (HEAD_MAX_BYTES // 6 + 100), 431),
        (b"GET /" + b"x" * (HEAD_MAX_BYTES + 1), 431),
    ],
)
def test_what_is_no_request_is_refused_in_json_and_the_connection_ends(
    sent: bytes, status: int
) -> None:
    async def test(_: Listener, port: int) -> None:
        found, fields, body = await told(port, sent)
        assert found == status
        assert fields["connection"] == "close"
        (error,) = json.loads(body)["errors"]
        assert (error["type"], error["request_id"]) == ("malformed_request", fields["request-id"])

    run(test)


def test_many_small_heads_on_one_connection_are_no_large_one() -> None:
    async def test(__: Listener, port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(HEAD_MAX_BYTES // 1000 + 10):
            writer.write(POST + b"X: " + b"x" * 1000 + b"\r\n\r\n123456789")
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200")
            assert await reader.readuntil(b"123456789")
        await ended(writer)

    run(test)


@pytest.mark.parametrize(
    ("sent", "limit_s", "answer"),
    [
        (b"", IDLE_MAX_S, b""),
        (POST, HEAD_MAX_S, b"HTTP/1.1 408"),
        (POST + b"\r\n1234", PAUSE_MAX_S, b""),
        (POST + b"\r\n123456789" + POST, HEAD_MAX_S, b"HTTP/1.1 408"),
    ],
    ids=["silent", "in the head", "in the body", "in the second head"],
)
def test_a_sender_that_stops_is_let_go(sent: bytes, limit_s: float, answer: bytes) -> None:
    async def test(listener: Listener, port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(sent)
        if sent.count(POST) > 1:
            assert await reader.readuntil(b"123456789")
        # What was sent has arrived once the loop has turned a few times.
        await asyncio.sleep(0.3)
        (connection,) = listener.server_state.connections
        assert not connection.transport.is_closing()
        # As if the time had passed.
        connection._heard_at -= limit_s + 1  # type: ignore[union-attr]
        assert (await reader.read())[:12] == answer
        await ended(writer)

    run(test)


def test_of_two_that_bind_at_once_the_second_is_told() -> None:
    with bind("127.0.0.1", 0) as one:
        port = one.getsockname()[1]
        with bind("127.0.0.1", port) as other:
            one.listen()
            listener = Listener(echo, load(port=port), lambda: None)
            with pytest.raises(ConfigurationError, match=f"Cannot listen on 127.0.0.1:{port}"):
                asyncio.run(listener.serve([other]))


def test_a_taken_port_is_named() -> None:
    with bind("127.0.0.1", 0) as bound:
        bound.listen()
        port = bound.getsockname()[1]
        with pytest.raises(ConfigurationError, match=f"Cannot listen on 127.0.0.1:{port}"):
            bind("127.0.0.1", port)


def test_a_port_that_is_not_allowed_has_a_remedy_of_its_own() -> None:
    problem = PermissionError(errno.EACCES, "Permission denied")
    said = str(cannot_listen("127.0.0.1", 80, problem))
    assert "Permission denied" in said
    assert "1024 or above with --port" in said
    assert "Stop what listens there" not in said
