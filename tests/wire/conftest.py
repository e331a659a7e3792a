"""The servers that golden pairs are played on: each engine, and one that remembers nothing."""

from collections.abc import Iterator

import pytest

from tests.postgres import Databases
from tests.scene import Scene, scene_on
from tests.server import serving

FORGETFUL = {"FOOTFALL_CACHE_FACTS_MAX": "1"}
"""With room for one fact nearly every name is looked up; what is stored must be the same."""


@pytest.fixture(scope="session", params=["sqlite", "postgresql", "forgetful"])
def scene(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scene]:
    data = tmp_path_factory.mktemp("data")
    if request.param == "postgresql":
        cluster = request.getfixturevalue("postgres_server_url")
        with (
            Databases(cluster).fresh() as url,
            serving(url, data) as server,
            scene_on(server) as scene,
        ):
            yield scene
        return
    settings = FORGETFUL if request.param == "forgetful" else {}
    url = f"sqlite:///{data / 'footfall.db'}"
    with serving(url, data, settings) as server, scene_on(server) as scene:
        yield scene
