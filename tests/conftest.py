"""The real parts that tests run on: a PostgreSQL server, and an empty database per test.

Every test of the store and of the API takes ``database_url`` and so runs once on SQLite and once
on PostgreSQL. ``FOOTFALL_TEST_DATABASE`` names a PostgreSQL server to use in place of the wheel's.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.postgres import Databases, PostgresServer, PostgresUnavailable, plain_url
from tests.server import Server, serving

# A slow machine is no counterexample, so no property test has a deadline.
settings.register_profile("footfall", deadline=None, print_blob=True)
settings.load_profile("footfall")


@pytest.fixture(scope="session")
def postgres_server_url() -> Iterator[str]:
    """A PostgreSQL server for the session, as the plain URL of a user who may create databases."""
    named = os.environ.get("FOOTFALL_TEST_DATABASE")
    if named:
        yield plain_url(named)
        return
    try:
        server = PostgresServer()
    except PostgresUnavailable as reason:
        if os.environ.get("CI"):
            pytest.fail(str(reason))
        pytest.skip(f"{reason}; name a server in FOOTFALL_TEST_DATABASE to run this test")
    with server:
        yield server.url


@pytest.fixture
def postgres_url(postgres_server_url: str) -> Iterator[str]:
    """A new empty PostgreSQL database, as a plain ``postgresql://`` URL."""
    with Databases(postgres_server_url).fresh() as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A SQLite file that does not exist yet, as a ``sqlite:///`` URL."""
    return f"sqlite:///{tmp_path / 'footfall.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database; the test runs once on each engine."""
    # Looked up by name so that a run on SQLite alone starts no PostgreSQL server.
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    url: str = request.getfixturevalue(name)
    return url


@pytest.fixture
def footfall_server(database_url: str, tmp_path: Path) -> Iterator[Server]:
    """A server of the test's own over a new database, on each engine."""
    with serving(database_url, tmp_path / "data") as server:
        yield server


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def module_server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A server that the tests of a module share, on each engine."""
    data = tmp_path_factory.mktemp("data")
    if request.param == "sqlite":
        with serving(f"sqlite:///{data / 'footfall.db'}", data) as server:
            yield server
    else:
        cluster = request.getfixturevalue("postgres_server_url")
        with Databases(cluster).fresh() as url, serving(url, data) as server:
            yield server
