"""A started store on each engine, and a business in it."""

from collections.abc import Iterator

import pytest

from tests.store.builders import Shop
from tests.store.running import Running, running


@pytest.fixture
def started(database_url: str) -> Iterator[Running]:
    """A started store over an empty database, on each engine."""
    with running(database_url) as store:
        yield store


@pytest.fixture
def shop(started: Running) -> Shop:
    """A business of the started store."""
    return started.write(Shop)
