"""A started store on each engine, and a business in it."""

from collections.abc import Iterator

import pytest

from footfall.ops.logs import configure
from tests.postgres import Databases
from tests.store.builders import Shop
from tests.store.running import Running, running


@pytest.fixture(scope="session", autouse=True)
def plain_logs() -> None:
    """Log as a server does: the default's coloured tracebacks take longer than the tests."""
    configure("error")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def module_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A database that the examples of a module's properties share, on each engine."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('data') / 'footfall.db'}"
    else:
        with Databases(request.getfixturevalue("postgres_server_url")).fresh() as url:
            yield url


@pytest.fixture
def started(database_url: str) -> Iterator[Running]:
    """A started store over an empty database, on each engine."""
    with running(database_url) as store:
        yield store


@pytest.fixture
def shop(started: Running) -> Shop:
    """A business of the started store."""
    return started.write(Shop)
