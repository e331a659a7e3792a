"""Which pages may use a public id: those of the origins its business allows, and who is no page."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.scene import Scene, scene_on
from tests.server import Server

MINE, THEIRS = "https://shop.example", "https://elsewhere.example"
TRACK = "/v1/track/events"
EVENT = {"action": "page.viewed", "page": {"url": "/mugs"}}


@pytest.fixture(scope="module")
def fenced(module_server: Server) -> Iterator[Scene]:
    """A business that allows pages of one origin."""
    told = module_server.command(
        "business", "update", module_server.business_id, "--origin", MINE + "/"
    )
    assert told.returncode == 0, told.stderr
    with scene_on(module_server) as scene:
        wait_until(scene, allows=False)
        yield scene


def send(scene: Scene, path: str, **headers: str) -> httpx.Response:
    fields = {"Authorization": f"Bearer {scene.server.business_id}"} | headers
    if "businesses" in path or "forms" in path:
        return httpx.get(scene.server.url + path, headers=fields)
    body: dict[str, Any] = {**EVENT, "session": str(uuid4())}
    return httpx.post(scene.server.url + path, json=body, headers=fields)


def wait_until(scene: Scene, *, allows: bool) -> None:
    """Ask until the server follows what the command changed: within a second, or the test ends."""
    while (send(scene, TRACK, Origin=THEIRS).status_code == 200) is not allows:
        pass


def paths(scene: Scene) -> list[str]:
    business = f"/v1/public/businesses/{scene.server.business_id}"
    return [TRACK, "/track/events", "/v1/track/sessions", "/v1/public/acks", business]


def test_pages_of_another_origin_are_refused_and_may_read_why(fenced: Scene) -> None:
    for origin in (THEIRS, "null", MINE + ":8443", "http://shop.example", MINE + "/"):
        for path in [*paths(fenced), "/public/forms/vxqQJ3Yg"]:
            answer = send(fenced, path, Origin=origin)
            assert answer.status_code == 403, path
            (error,) = answer.json()["errors"]
            assert (error["type"], error["parameter"]) == ("forbidden", "Origin")
            assert origin in error["message"]
            assert answer.headers["access-control-allow-origin"] == "*"


def test_pages_of_the_origin_and_who_is_no_page_are_served(fenced: Scene) -> None:
    for path in paths(fenced):
        assert send(fenced, path, Origin=MINE).status_code in (200, 201)
        assert send(fenced, path).status_code in (200, 201)


def test_a_private_token_is_sent_from_anywhere(fenced: Scene) -> None:
    token = {"Authorization": f"Bearer {fenced.server.token}", "Origin": THEIRS}
    for path in paths(fenced):
        assert send(fenced, path, **token).status_code in (200, 201)


def test_a_preflight_is_anybodys(fenced: Scene) -> None:
    answer = httpx.options(fenced.server.url + TRACK, headers={"Origin": THEIRS})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (204, "*")


def test_a_refused_origin_is_on_record(fenced: Scene) -> None:
    for path in (TRACK, "/v1/public/acks"):
        number = send(fenced, path, Origin=THEIRS).headers["request-id"]
        kept = fenced.client.get("/v1/rejections", params={"limit": 50}).json()["data"]
        assert number in [each["request_id"] for each in kept]


def test_servers_follow_when_any_origin_is_allowed_again(fenced: Scene) -> None:
    update = ("business", "update", fenced.server.business_id)
    assert fenced.server.command(*update, "--any-origin").returncode == 0
    wait_until(fenced, allows=True)
    assert fenced.server.command(*update, "--origin", MINE).returncode == 0
    wait_until(fenced, allows=False)
