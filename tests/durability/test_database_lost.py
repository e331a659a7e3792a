"""PostgreSQL goes away and comes back under load: 503 meanwhile, then on by itself."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest

from tests.durability.books import Books
from tests.durability.conditions import metric, status_of, until
from tests.durability.load import Load
from tests.durability.mix import make_world
from tests.postgres import Databases, PostgresServer, PostgresUnavailable
from tests.server import Server, serving


@pytest.fixture
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server of the test's own."""
    try:
        server = PostgresServer()
    except PostgresUnavailable as reason:
        pytest.skip(str(reason))
    with server:
        yield server


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_a_lost_database_turns_events_away_until_it_is_back(
    postgres: PostgresServer, mode: Literal["fast", "immediate"], tmp_path: Path, seed: str
) -> None:
    with Databases(postgres.url).fresh() as url, serving(url, tmp_path / "data") as server:
        with Load([server], seed, make_world(server)) as load:
            for _ in range(2):
                load.wait_for(201, 50)
                postgres.stop(mode)
                load.wait_for(503, 50)
                until(lambda: status_of(server, "/readyz") == 503, "it to say it is not ready")
                assert status_of(server, "/healthz") == 200
                postgres.start()
                load.wait_for(201, 50)
                until(lambda: status_of(server, "/readyz") == 200, "it to say it is ready")
        load.settle()
        books = Books(server, [load])
        books.unrecorded = metric(server, "footfall_unrecorded_refusals_total")
        books.audit()
        assert server.stop() == 0, server.printed


def test_a_database_lost_when_told_to_stop_does_not_keep_it_from_stopping(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    with Databases(postgres.url).fresh() as url, serving(url, tmp_path / "data") as server:
        make_world(server)
        postgres.stop("immediate")
        assert server.stop() == 0, server.printed
        postgres.start()


def test_a_start_without_its_database_ends_with_the_reason(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    server = Server(postgres.url, tmp_path / "data")
    postgres.stop()
    ended = server.command("serve", "--port", str(server.port))
    assert ended.returncode == 1
    assert "cannot be used" in ended.stderr
    assert "footfall doctor" in ended.stderr
    assert "Traceback" not in ended.stderr
    postgres.start()
    try:
        server.start()
    finally:
        server.close()
