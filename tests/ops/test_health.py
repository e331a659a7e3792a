from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

import footfall
from footfall.store.engine import parse_url
from tests.server import Server

PATHS = ("/healthz", "/readyz", "/metrics")


def test_a_server_that_can_store_is_alive_and_ready(footfall_server: Server) -> None:
    client = footfall_server.client
    alive = client.get("/healthz")
    assert (alive.status_code, alive.json()) == (
        200,
        {"status": "ok", "version": footfall.__version__},
    )
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json()) == (
        200,
        {"status": "ok", "problems": [], "waiting_events": 0},
    )


@pytest.mark.parametrize("path", PATHS)
def test_probes_ask_for_no_token_and_are_never_cached(module_server: Server, path: str) -> None:
    answer = module_server.client.get(path, headers={"Authorization": ""})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", PATHS)
def test_a_probe_tells_headers_alone_to_who_asks_for_these(
    module_server: Server, path: str
) -> None:
    whole, head = module_server.client.get(path), module_server.client.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == whole.headers["content-type"]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_of_a_probe_has_a_request_id(module_server: Server, path: str) -> None:
    client = module_server.client
    first, second = (client.get(path).headers["request-id"] for _ in range(2))
    assert first != second
    given = client.get(path, headers={"Request-Id": "from-the-proxy-1"})
    assert given.headers["request-id"] == "from-the-proxy-1"


@pytest.mark.parametrize("path", PATHS)
def test_a_probe_is_only_read(module_server: Server, path: str) -> None:
    answer = module_server.client.post(path)
    assert answer.status_code in (404, 405)
    assert answer.headers["request-id"]


def test_a_server_that_cannot_store_is_alive_but_not_ready(
    footfall_server: Server, request: pytest.FixtureRequest
) -> None:
    client = footfall_server.client
    event = {"action": "subscribed", "session": "a" * 32}
    assert client.post("/v1/attribution/events", json=event).status_code == 201
    with unusable(footfall_server.database_url, request):
        refused = client.post("/v1/attribution/events", json=event)
        assert refused.status_code == 503
        assert refused.headers["retry-after"]
        ready = client.get("/readyz")
        assert ready.status_code == 503
        assert ready.headers["retry-after"]
        assert "the last commit failed" in ready.json()["problems"]
        assert client.get("/healthz").status_code == 200
    assert client.post("/v1/attribution/events", json=event).status_code == 201
    assert client.get("/readyz").status_code == 200


@contextmanager
def unusable(url: str, request: pytest.FixtureRequest) -> Iterator[None]:
    """Break a database, and mend it at the end."""
    if url.startswith("sqlite"):
        # One that events need, and one that the server tries by itself.
        for table in ("events", "installation"):
            execute(url, f"alter table {table} rename to {table}_gone")
        yield
        for table in ("events", "installation"):
            execute(url, f"alter table {table}_gone rename to {table}")
        return
    cluster = request.getfixturevalue("postgres_server_url")
    name = make_url(url).database
    execute(cluster, f'alter database "{name}" allow_connections false')
    execute(
        cluster,
        f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'",
    )
    yield
    execute(cluster, f'alter database "{name}" allow_connections true')


def execute(url: str, statement: str) -> None:
    engine = create_engine(parse_url(url), poolclass=NullPool)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(statement))
