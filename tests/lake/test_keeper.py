"""A running server archives and erases by itself."""

from pathlib import Path

from footfall.lake.lake import Lake
from footfall.settings import Settings
from tests.durability.conditions import until
from tests.server import serving


def test_a_server_archives_by_itself(database_url: str, tmp_path: Path) -> None:
    settings = {"FOOTFALL_LAKE_INTERVAL_S": "1"}
    with serving(database_url, tmp_path, settings) as server:
        profile = server.client.post("/v1/profiles", json={"first_name": "Ana"}).json()["id"]
        told = {"action": "page.viewed", "profile": profile, "url": "https://x.example/"}
        for _ in range(3):
            assert server.client.post("/v1/attribution/events", json=told).status_code == 201
        lake = Lake(Settings(data=tmp_path, database=database_url))
        until(lambda: _count(lake, "events") == 3, "events to be archived")
        assert server.client.delete(f"/v1/profiles/{profile}?erase=1").status_code == 200
        until(lambda: _count(lake, "events where data is not null") == 0, "the erasure")
        assert _count(lake, "events") == 3
        assert server.stop() == 0
        lake.close()


def _count(lake: Lake, what: str) -> int:
    return lake.read_now(1, lambda c: c.execute(f"select count(*) from {what}").fetchall()[0][0])
