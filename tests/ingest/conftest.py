"""The scene that tests of ingestion share, on each engine; and one of a module's own."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from tests.postgres import Databases
from tests.scene import Scene, scene_on
from tests.server import Server, serving


@contextmanager
def server_on(
    engine: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("data")
    with ExitStack() as stack:
        url = f"sqlite:///{data / 'footfall.db'}"
        if engine == "postgresql":
            cluster = request.getfixturevalue("postgres_server_url")
            url = stack.enter_context(Databases(cluster).fresh())
        yield stack.enter_context(serving(url, data))


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def scene(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scene]:
    """One server for all of them: each test takes names of its own."""
    with server_on(request.param, request, tmp_path_factory) as server, scene_on(server) as scene:
        yield scene


@pytest.fixture(scope="module")
def quiet_scene(module_server: Server) -> Iterator[Scene]:
    """A small database that nobody else writes to, everything a test names already in it."""
    with scene_on(module_server) as scene:
        assert scene.profile
        assert scene.product
        yield scene
