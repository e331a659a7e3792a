"""A started store on each engine with a business in it, and a lake beside it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from footfall.lake.lake import Lake
from footfall.settings import Settings
from tests.lake.lakes import Pond
from tests.store.builders import Shop
from tests.store.conftest import plain_logs
from tests.store.running import Running, running

__all__ = ["plain_logs"]


@pytest.fixture
def started(database_url: str) -> Iterator[Running]:
    """A started store over an empty database, on each engine."""
    with running(database_url) as store:
        yield store


@pytest.fixture
def shop(started: Running) -> Shop:
    """A business of the started store."""
    return started.write(Shop)


@pytest.fixture
def lake_settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings of a process beside the started store."""
    return Settings(data=tmp_path, database=database_url)


@pytest.fixture
def pond_on(tmp_path: Path) -> Iterator[Callable[[str], Pond]]:
    """Makes a store with a business and its lake over a database."""
    with ExitStack() as made:

        def make(url: str) -> Pond:
            store = made.enter_context(running(url))
            shop = store.write(Shop)
            lake = Lake(Settings(data=tmp_path / "pond", database=url))
            made.callback(lake.close)
            return Pond(lake, store, shop)

        yield make


@pytest.fixture
def pond(started: Running, shop: Shop, lake_settings: Settings) -> Iterator[Pond]:
    """The lake of the started store."""
    lake = Lake(lake_settings)
    try:
        yield Pond(lake, started, shop)
    finally:
        lake.close()
