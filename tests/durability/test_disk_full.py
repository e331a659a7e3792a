"""The disk is full: 503 until there is room again, nothing acknowledged lost, no restart needed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.shop import BROWSER, session_in
from tests.durability.books import Books
from tests.durability.conditions import metric, status_of, until
from tests.durability.disks import Disk, small_disk
from tests.durability.load import Load
from tests.durability.mix import EVENTS, make_world
from tests.server import Server, serving


@pytest.fixture(params=["file system", "limit"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Disk]:
    with small_disk(request.param, tmp_path / "disk") as made:
        yield made


@pytest.fixture
def server(disk: Disk) -> Iterator[Server]:
    settings = {"FOOTFALL_INDEX_EVENTS_COUNT": "256"}
    with serving(f"sqlite:///{disk.folder / 'footfall.db'}", disk.folder, settings) as started:
        yield started


def test_a_full_disk_turns_events_away_until_there_is_room(
    disk: Disk, server: Server, seed: str
) -> None:
    with Load([server], seed, make_world(server)) as load:
        load.wait_for(201, 50)
        disk.fill(server)
        load.wait_for(503, 50)
        until(lambda: status_of(server, "/readyz") == 503, "it to say that it is not ready")
        assert status_of(server, "/healthz") == 200
        disk.free(server)
        load.wait_for(201, 50)
        until(lambda: status_of(server, "/readyz") == 200, "it to say that it is ready")
    load.settle()
    books = Books(server, [load])
    books.unrecorded = metric(server, "footfall_unrecorded_refusals_total")
    books.audit()
    assert server.stop() == 0, server.printed
    server.start()
    books.audit()


def test_a_full_disk_can_be_read_and_refuses_what_is_wrong(disk: Disk, server: Server) -> None:
    profile = make_world(server).profiles[0]
    client = server.client
    good = {"action": "page.viewed", "url": "/", "profile": profile}
    assert client.post(EVENTS, json=good).status_code == 201
    disk.fill(server)
    large = good | {"metadata": {"text": "x" * 200_000}}
    until(lambda: client.post(EVENTS, json=large).status_code == 503, "the disk to be full")

    for path in (
        EVENTS,
        f"{EVENTS}?profile={profile}",
        f"/v1/profiles/{profile}",
        "/v1/rejections",
    ):
        assert client.get(path).status_code == 200, path
    refused = {
        400: client.post(EVENTS, content=b"{", headers={"Content-Type": "application/json"}),
        401: client.post(EVENTS, json=good, headers={"Authorization": "Bearer ALK_no"}),
        404: client.post(EVENTS, json=good | {"action": "page.view"}),
        422: client.post(EVENTS, json=good | {"amount": "much"}),
    }
    for status, answer in refused.items():
        assert answer.status_code == status
        assert answer.json()["errors"][0]["message"]
    disk.free(server)
    until(lambda: client.post(EVENTS, json=large).status_code == 201, "room to be used")


def test_readiness_tells_the_truth_when_nobody_sends_anything(disk: Disk, server: Server) -> None:
    client = server.client
    disk.fill(server)
    large = {"first_name": "Ada", "metadata": {"text": "x" * 200_000}}
    until(lambda: client.post("/v1/profiles", json=large).status_code == 503, "it to be full")
    failed = metric(server, "footfall_failed_events_total")
    until(lambda: metric(server, "footfall_failed_events_total") > failed + 1, "two more tries")
    assert status_of(server, "/readyz") == 503
    disk.free(server)
    until(lambda: status_of(server, "/readyz") == 200, "a try that succeeds")


def test_a_full_disk_sends_visitors_of_links_on_and_counts_them(disk: Disk, server: Server) -> None:
    client = server.client
    told = {"destination": "https://shop.example/?a=1", "campaign": "spring"}
    link = client.post("/v1/links", json=told).json()

    def opened() -> str:
        answer = client.get(f"/l/{link['code']}", headers={"User-Agent": BROWSER})
        assert answer.status_code == 302
        return answer.headers["location"]

    def clicks() -> int:
        count: int = client.get(f"/v1/links/{link['id']}").json()["clicks"]
        return count

    assert session_in(opened())
    disk.fill(server)
    large = {"first_name": "Ada", "metadata": {"text": "x" * 200_000}}
    until(lambda: client.post("/v1/profiles", json=large).status_code == 503, "it to be full")
    until(lambda: session_in(opened()) is None, "a click that cannot be stored")
    assert opened() == "https://shop.example/?a=1&utm_source=hellotext&utm_campaign=spring"
    unrecorded = metric(server, "footfall_link_clicks_unrecorded_total")
    assert unrecorded >= 2
    before = clicks()
    disk.free(server)
    until(lambda: session_in(opened()) is not None, "room to be used")
    assert clicks() > before


@pytest.mark.parametrize("path", ["/v1/profiles", "/v1/attribution/products"])
def test_a_full_disk_turns_other_changes_away_too(disk: Disk, server: Server, path: str) -> None:
    client = server.client
    body = {"first_name": "Ada", "name": "Bag", "metadata": {"text": "x" * 200_000}}
    disk.fill(server)
    until(lambda: client.post(path, json=body).status_code >= 500, "the disk to be full")
    answer = client.post(path, json=body)
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) >= 1
    assert answer.json()["errors"][0]["type"] == "unavailable"
    disk.free(server)
    until(lambda: client.post(path, json=body).status_code == 201, "room to be used")
