"""The server is killed at random moments under load: what it acknowledged is there, once."""

import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from tests.durability.books import Books
from tests.durability.conditions import status_of, until, waiting, writer_held
from tests.durability.load import SENDERS, Load, send_alone
from tests.durability.mix import Mix, make_world
from tests.server import Server, serving

SETTINGS = {
    # Small blocks, so that rounds end in the middle of making one.
    "FOOTFALL_INDEX_EVENTS_COUNT": "256",
    # Nothing on record is dropped before it is looked at.
    "FOOTFALL_REJECTIONS_KEPT_COUNT": "100000000",
}
LIFE_S = 0.6
START_S = 1.0


@pytest.mark.parametrize(
    ("database_url", "rounds"),
    [
        ("sqlite", 20),
        ("postgresql", 5),
        pytest.param("sqlite", 200, marks=pytest.mark.torture),
        pytest.param("postgresql", 200, marks=pytest.mark.torture),
    ],
    indirect=["database_url"],
)
def test_what_was_acknowledged_survives_being_killed(
    database_url: str, rounds: int, tmp_path: Path, seed: str
) -> None:
    chance = Random(seed)
    with serving(database_url, tmp_path / "data", SETTINGS) as server:
        world, loads = make_world(server), list[Load]()
        books = Books(server, loads)
        for number in range(rounds):
            with Load([server], seed, world, f"r{number}") as load:
                _pass(chance.uniform(0, LIFE_S))
                server.kill()
            loads.append(load)
            while chance.random() < 0.3:
                _start_and_kill(server, chance.uniform(0, START_S))
            server.start()
            load.settle()
            books.check()
        books.audit()
        assert server.stop() == 0


def test_a_first_start_that_was_killed_can_be_repeated(
    database_url: str, tmp_path: Path, seed: str
) -> None:
    chance = Random(seed)
    server = Server(database_url, tmp_path / "data", settings=SETTINGS)
    for _ in range(4):
        _start_and_kill(server, chance.uniform(0, START_S))
    try:
        server.start()
        if not server.token:
            server.token = _new_token(server)
        assert server.client.post("/v1/profiles", json={"first_name": "Ada"}).status_code == 201
        assert server.query("select count(*) from businesses") == [(1,)]
    finally:
        server.close()


def test_being_told_to_stop_under_load_loses_nothing_and_ends_well(
    database_url: str, tmp_path: Path, seed: str
) -> None:
    chance = Random(seed)
    with serving(database_url, tmp_path / "data", SETTINGS) as server:
        world, loads = make_world(server), list[Load]()
        for number in range(3):
            with Load([server], seed, world, f"r{number}") as load:
                load.wait_for(201)
                _pass(chance.uniform(0, LIFE_S))
                assert server.stop() == 0, server.printed
            loads.append(load)
            server.start()
            load.settle()
            Books(server, loads).check()


def test_requests_under_way_are_finished_before_it_stops(footfall_server: Server) -> None:
    server = footfall_server
    mix = Mix(Random(1), "r0.0", make_world(server))
    requests = [mix.purchase() for _ in range(SENDERS)]
    with ThreadPoolExecutor(SENDERS + 1) as pool:
        with writer_held(server):
            answers = [pool.submit(send_alone, server, sent) for sent in requests]
            until(lambda: waiting(server) == SENDERS, "all to be accepted")
            stopped = pool.submit(server.stop)
            until(lambda: status_of(server, "/healthz") == 0, "it to take no more connections")
        assert [future.result().status for future in answers] == [201] * SENDERS
        assert stopped.result() == 0, server.printed
    assert server.query("select count(*) from events") == [(SENDERS,)]


def _pass(seconds: float) -> None:
    """Let a random time pass: when the server dies must not depend on what it was doing."""
    threading.Event().wait(seconds)


def _start_and_kill(server: Server, after_s: float) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "footfall", "serve", "--port", str(server.port)],
        env=server.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with suppress(subprocess.TimeoutExpired):
        process.wait(after_s)
    process.kill()
    process.wait()


def _new_token(server: Server) -> str:
    """Make a token, as somebody does who never saw the first one."""
    business = server.command("business", "list", "--json").stdout
    made = server.command(
        "token", "create", "--business", json.loads(business)[0]["id"], "--name", "mine", "--json"
    )
    token: str = json.loads(made.stdout)["token"]
    return token
