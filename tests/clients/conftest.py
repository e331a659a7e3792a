"""The server that the clients' sequences are played on, on each engine."""

from collections.abc import Iterator

import pytest

from tests.postgres import Databases
from tests.scene import Scene, scene_on
from tests.server import serving


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def scene(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scene]:
    """One server for all sequences: each plays in a business of its own."""
    data = tmp_path_factory.mktemp("data")
    if request.param == "sqlite":
        url = f"sqlite:///{data / 'footfall.db'}"
        with serving(url, data) as server, scene_on(server) as scene:
            yield scene
        return
    cluster = request.getfixturevalue("postgres_server_url")
    with Databases(cluster).fresh() as url, serving(url, data) as server, scene_on(server) as scene:
        yield scene
