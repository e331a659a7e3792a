"""More than can be stored is turned away at once; slow and vanishing senders harm nobody."""

import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.durability.conditions import status_of, until, waiting, writer_held
from tests.durability.load import send_alone
from tests.durability.mix import EVENTS, Mix, World, make_world
from tests.durability.sent import Answer
from tests.server import Server, serving

BOUND = 12


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[Server]:
    settings = {"FOOTFALL_QUEUE_EVENTS_MAX": str(BOUND)}
    with serving(database_url, tmp_path / "data", settings) as started:
        yield started


@pytest.fixture
def world(server: Server) -> World:
    return make_world(server)


def test_past_the_bound_events_are_turned_away_at_once_and_not_stored(
    server: Server, world: World
) -> None:
    mix = Mix(Random(1), "r0.0", world)
    accepted = [mix.purchase() for _ in range(BOUND)]
    refused = [mix.purchase() for _ in range(5)]
    with ThreadPoolExecutor(BOUND) as pool:
        with writer_held(server):
            answers = [pool.submit(send_alone, server, sent) for sent in accepted]
            until(lambda: waiting(server) == BOUND, "the queue to be full")
            # That these return at all while nothing can be committed says that nobody waited.
            for sent in refused:
                assert send_alone(server, sent).status == 503
            assert _post(server, "/v1/profiles", {"first_name": "Ada"}).status == 503
            assert _post(server, EVENTS + "/batch", {"events": [_view(world)] * 2}).status == 503
            assert _post(server, EVENTS, _view(world) | {"action": "page.view"}).status == 404
            assert status_of(server, "/healthz") == 200
            assert server.client.get(EVENTS).status_code == 200
        assert [future.result().status for future in answers] == [201] * BOUND
    assert _markers(server) == sorted(sent.items[0].marker for sent in accepted)
    assert _post(server, EVENTS, _view(world)).status == 201


def test_a_batch_larger_than_the_bound_is_taken_when_nothing_waits(
    server: Server, world: World
) -> None:
    answer = _post(server, EVENTS + "/batch", {"events": [_view(world)] * (BOUND + 1)})
    assert answer.status == 207
    assert answer.json()["created"] == BOUND + 1


def test_a_sender_that_hangs_up_while_its_event_waits_is_not_forgotten(
    server: Server, world: World
) -> None:
    with writer_held(server):
        with _connected(server) as sender:
            sender.sendall(_request(server, _view(world)))
            until(lambda: waiting(server) == 1, "the event to be accepted")
        assert status_of(server, "/healthz") == 200
    until(lambda: _count(server) == 1, "the event to be stored")


def test_senders_that_hang_up_after_their_last_byte_are_not_forgotten(
    server: Server, world: World
) -> None:
    for _ in range(BOUND):
        with _connected(server) as sender:
            sender.sendall(_request(server, _view(world)))
    until(lambda: _count(server) == BOUND, "the events to be stored")


def test_nor_is_one_whose_token_has_to_be_looked_up(server: Server, world: World) -> None:
    options = ("--business", server.business_id, "--name", "new", "--json")
    server.token = json.loads(server.command("token", "create", *options).stdout)["token"]
    with _connected(server) as sender:
        sender.sendall(_request(server, _view(world)))
    until(lambda: _count(server) == 1, "the event to be stored")


def test_half_an_event_is_no_event(server: Server, world: World) -> None:
    whole = _request(server, _view(world))
    for length in (len(whole) - 1, len(whole) - 40, 60):
        with _connected(server) as sender:
            sender.sendall(whole[:length])
    assert _post(server, EVENTS, _view(world)).status == 201
    assert server.stop() == 0
    assert _count(server) == 1
    assert "request_failed" not in server.printed


def test_a_slow_sender_keeps_nobody_waiting(server: Server, world: World) -> None:
    whole = _request(server, _view(world))
    with _connected(server) as slow:
        for part in (whole[:20], whole[20:-20], whole[-20:]):
            assert _post(server, EVENTS, _view(world)).status == 201
            slow.sendall(part)
        assert slow.recv(12) == b"HTTP/1.1 201"
    assert _count(server) == 4


def _view(world: World) -> dict[str, Any]:
    return {"action": "page.viewed", "url": "/", "profile": world.profiles[0]}


def _request(server: Server, body: dict[str, Any]) -> bytes:
    content = json.dumps(body).encode()
    head = (
        f"POST {EVENTS} HTTP/1.1\r\nHost: shop\r\nAuthorization: Bearer {server.token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


def _post(server: Server, path: str, body: dict[str, Any]) -> Answer:
    with server.client as client:
        answer = client.post(path, json=body)
    return Answer(answer.status_code, dict(answer.headers), answer.content)


def _connected(server: Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=30)


def _count(server: Server) -> int:
    count: int = server.query("select count(*) from events")[0][0]
    return count


def _markers(server: Server) -> list[str]:
    rows = server.query("select data from events")
    told = [json.loads(data) if isinstance(data, str) else data for (data,) in rows]
    return sorted(each["metadata"]["marker"] for each in told)
