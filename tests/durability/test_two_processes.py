"""Two servers share one database: they agree, and what one is told the other soon knows."""

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from threading import Barrier
from typing import Any

import httpx
import psycopg
import pytest

from tests.durability.books import Books
from tests.durability.conditions import until
from tests.durability.load import Load
from tests.durability.mix import EVENTS, make_world, new_session
from tests.server import Server, free_port, serving

Pair = tuple[Server, Server]
KNOWN_WITHIN_S = 1.0


@pytest.fixture
def pair(postgres_url: str, tmp_path: Path) -> Iterator[Pair]:
    with (
        serving(postgres_url, tmp_path / "one") as one,
        serving(postgres_url, tmp_path / "other") as other,
    ):
        other.token = one.token
        yield one, other


def test_two_servers_under_load_keep_one_set_of_books(pair: Pair, seed: str) -> None:
    world, loads = make_world(pair[0]), list[Load]()
    with Load(pair, seed, world) as load:
        load.wait_for(201, 500)
    load.settle()
    loads.append(load)
    Books(pair[0], loads).audit()


def test_a_server_that_is_killed_leaves_the_other_in_peace(pair: Pair, seed: str) -> None:
    one, other = pair
    world = make_world(one)
    with Load(pair, seed, world) as load:
        load.wait_for(201, 100)
        one.kill()
        load.wait_for(201, 200)
        one.start()
        load.wait_for(201, 200)
    load.settle()
    Books(other, [load]).audit()


def test_a_key_sent_to_both_at_once_stores_one_event(pair: Pair) -> None:
    body = {"action": "page.viewed", "url": "/", "profile": make_world(pair[0]).profiles[0]}
    for number in range(30):
        answers = _at_once(pair, EVENTS, body, body, {"Idempotency-Key": f"key-{number}"})
        assert [answer.status_code for answer in answers] == [201, 201]
        assert [answer.headers.get("idempotent-replayed") for answer in answers].count("true") == 1
    assert pair[0].query("select count(*) from events") == [(30,)]


def test_a_session_and_product_new_to_both_at_once_are_made_once(pair: Pair) -> None:
    chance = Random(1)
    for number in range(30):
        body = {
            "action": "product.viewed",
            "session": new_session(chance),
            "object_parameters": {"reference": f"new-{number}", "name": "New", "price": 5},
        }
        answers = _at_once(pair, EVENTS, body, body)
        assert [answer.status_code for answer in answers] == [201, 201]
    query = pair[0].query
    assert query("select count(*) from sessions") == [(30,)]
    assert query("select count(*) from objects") == [(30,)]
    assert query("select count(*), count(distinct object_id) from events") == [(60, 30)]


def test_batches_that_name_the_same_things_in_another_order_are_both_stored(pair: Pair) -> None:
    chance, count = Random(1), 2000
    for prefix in ("a", "b", "c"):
        events = [
            {
                "action": "product.viewed",
                "session": new_session(chance),
                "object_parameters": {"reference": f"{prefix}-{number}", "name": "New"},
            }
            for number in range(count)
        ]
        path = EVENTS + "/batch"
        answers = _at_once(pair, path, {"events": events}, {"events": events[::-1]})
        assert [answer.status_code for answer in answers] == [207, 207]
        assert [answer.json()["created"] for answer in answers] == [count, count]
    assert pair[0].query("select count(*) from sessions") == [(3 * count,)]
    assert pair[0].query("select count(*) from objects") == [(3 * count,)]


def test_a_commit_that_meets_a_deadlock_is_started_over(pair: Pair) -> None:
    """Somebody else holds one of two new sessions, and then asks for the other."""
    server = pair[0]
    low, high = "1" * 32, "2" * 32
    events = [{"action": "page.viewed", "url": "/", "session": text} for text in (low, high)]
    add = "insert into sessions (business_id, text, created_at) values (1, %s, 0)"
    with psycopg.connect(server.database_url) as other, ThreadPoolExecutor(1) as pool:
        other.execute(add, [high])
        with server.client as client:
            answer = pool.submit(client.post, EVENTS + "/batch", json={"events": events})
            until(lambda: _is_waiting_for_a_lock(server), "the commit to wait")
            other.execute(add, [low])
            other.rollback()
            assert answer.result().json()["created"] == 2
    assert "commit_failed" not in server.printed


def test_a_revoked_token_is_refused_by_both_within_a_second(pair: Pair) -> None:
    one = pair[0]
    made = _command(one, "token", "create", "--business", one.business_id, "--name", "short-lived")
    headers = {"Authorization": f"Bearer {made['token']}"}

    def answer(server: Server) -> int:
        return httpx.get(f"{server.url}/v1/profiles", headers=headers, timeout=30).status_code

    assert [answer(server) for server in pair] == [200, 200]
    _command(one, "token", "revoke", made["id"])
    for server in pair:
        until(lambda each=server: answer(each) == 401, "a refusal", KNOWN_WITHIN_S)  # type: ignore[misc]
        assert {answer(server) for _ in range(20)} == {401}


def test_a_product_deleted_through_one_is_unknown_to_the_other_within_a_second(pair: Pair) -> None:
    world = make_world(pair[0])
    body = {
        "action": "product.viewed",
        "product": world.products[0],
        "profile": world.profiles[0],
    }
    clients = [server.client for server in pair]
    assert [client.post(EVENTS, json=body).status_code for client in clients] == [201, 201]
    deleted = clients[0].delete(f"/v1/attribution/products/{world.products[0]}")
    assert deleted.status_code == 200
    assert clients[0].post(EVENTS, json=body).status_code == 422
    until(
        lambda: clients[1].post(EVENTS, json=body).status_code == 422,
        "the other to know",
        KNOWN_WITHIN_S,
    )
    assert clients[1].post(EVENTS, json=body).json()["errors"][0]["type"] == "not_found"


def test_a_second_server_in_the_same_folder_is_refused(sqlite_url: str, tmp_path: Path) -> None:
    with serving(sqlite_url, tmp_path / "data") as server:
        second = subprocess.run(
            [sys.executable, "-m", "footfall", "serve", "--port", str(free_port())],
            env=server.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
        assert second.returncode == 1
        assert f"in use by process {server.pid}" in second.stderr
        assert "stop that process first" in second.stderr
        assert server.client.get("/v1/profiles").status_code == 200


def _at_once(
    pair: Pair, path: str, one: Any, other: Any, headers: dict[str, str] | None = None
) -> list[httpx.Response]:
    """Send one body to each server at the same moment."""
    barrier = Barrier(2)

    def send(server: Server, body: Any) -> httpx.Response:
        with server.client as client:
            barrier.wait()
            return client.post(path, json=body, headers=headers)

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(send, pair, (one, other)))


def _is_waiting_for_a_lock(server: Server) -> bool:
    query = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
    return bool(server.query(query + " and datname = current_database()")[0][0])


def _command(server: Server, *arguments: str) -> Any:
    done = server.command(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
