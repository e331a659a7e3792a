"""``POST /v1/track/events``: pages and apps, with nothing but the public business id."""

import json
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.scene import EVENTS, Scene, unique

TRACK = "/v1/track/events"
PREFLIGHT = {
    "Origin": "https://shop.example",
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization,content-type,x-of-the-page",
}


def viewed(session: str, **changes: Any) -> dict[str, Any]:
    return {"action": "page.viewed", "session": session, "page": {"url": "/mugs"}} | changes


def send(scene: Scene, told: Any, path: str = TRACK, **headers: str) -> httpx.Response:
    fields = {"Authorization": f"Bearer {scene.server.business_id}", "Origin": "https://a.example"}
    content = told if isinstance(told, bytes) else json.dumps(told).encode()
    fields |= {"Content-Type": "application/json"} | headers
    return httpx.post(scene.server.url + path, content=content, headers=fields)


def errors(answer: httpx.Response) -> list[tuple[int, str, str | None]]:
    listed = answer.json()["errors"]
    return [(answer.status_code, error["type"], error["parameter"]) for error in listed]


def stored(scene: Scene, session: str) -> list[Any]:
    return scene.read(
        "select e.profile_id, e.token_id, e.data from events e "
        f"join sessions s on s.id = e.session_id where s.text = '{session}' order by e.id"
    )


@pytest.mark.parametrize("path", [TRACK, "/track/events"])
def test_what_clients_take_for_a_success(scene: Scene, path: str) -> None:
    session = str(uuid4())
    answer = send(scene, viewed(session, utm_params={"source": "x"}, device={"os": "iOS"}), path)
    assert (answer.status_code, answer.content) == (200, b'{"status":"received"}')
    assert answer.headers["access-control-allow-origin"] == "*"
    (row,) = stored(scene, session)
    assert row.token_id is None
    told = json.loads(row.data) if isinstance(row.data, str) else row.data
    assert told == {
        "page": {"url": "/mugs"},
        "utm_params": {"source": "x"},
        "device": {"os": "iOS"},
    }


def test_a_private_token_is_as_good(scene: Scene) -> None:
    answer = scene.client.post(TRACK, json=viewed(str(uuid4())))
    assert (answer.status_code, answer.content) == (200, b'{"status":"received"}')
    reading = scene.client_of(scene.new_token(scopes=["read"]))
    assert errors(reading.post(TRACK, json=viewed(str(uuid4()))))[0][0] == 403


@pytest.mark.parametrize("path", [TRACK, "/v1/public/acks"])
def test_a_beacon_names_the_business_in_its_address(scene: Scene, path: str) -> None:
    session = str(uuid4())
    told = viewed(session) if path == TRACK else {"session": session}
    content = json.dumps(told).encode()
    headers = {"Content-Type": "text/plain;charset=UTF-8", "Origin": "https://a.example"}

    def send_beacon(business: str, to: str = path) -> httpx.Response:
        url = f"{scene.server.url}{to}?business={business}"
        return httpx.post(url, content=content, headers=headers)

    answer = send_beacon(scene.server.business_id)
    assert (answer.status_code, answer.content) == (200, b'{"status":"received"}')
    assert len(stored(scene, session)) == 1
    # No address may hold a secret, and no private endpoint looks there.
    for refused in (
        send_beacon("nobody12"),
        send_beacon(scene.server.token),
        send_beacon(scene.server.business_id, EVENTS),
    ):
        assert errors(refused) == [(401, "unauthenticated", "Authorization")]


def test_a_public_id_is_no_token(scene: Scene) -> None:
    for path in (EVENTS, EVENTS + "/batch", "/v1/profiles"):
        assert errors(send(scene, viewed(str(uuid4())), path)) == [
            (401, "unauthenticated", "Authorization")
        ]


@pytest.mark.parametrize(
    "credential", ["", "Bearer", "Bearer nobody12", "Basic eA==", "Bearer ALK_x"]
)
def test_without_a_good_credential_nothing_is_taken(scene: Scene, credential: str) -> None:
    answer = send(scene, viewed(str(uuid4())), Authorization=credential)
    assert errors(answer) == [(401, "unauthenticated", "Authorization")]
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("key", ["profile", "profile_id"])
def test_a_page_cannot_speak_for_a_profile(scene: Scene, key: str) -> None:
    session = str(uuid4())
    assert send(scene, viewed(session, **{key: scene.profile})).status_code == 200
    assert [row.profile_id for row in stored(scene, session)] == [None]
    attached = scene.read(f"select profile_id from sessions where text = '{session}'")
    assert [row.profile_id for row in attached] == [None]
    alone = {"action": "subscribed", key: scene.profile}
    assert errors(send(scene, alone)) == [(422, "object_invalid", "session")]


@pytest.mark.parametrize("session", [None, "", "undefined", "null", False])
def test_without_a_session_there_is_nobody(scene: Scene, session: Any) -> None:
    told = viewed("x") | {"session": session}
    assert errors(send(scene, told)) == [(422, "object_invalid", "session")]


def test_a_page_being_left_may_send_text(scene: Scene) -> None:
    session = str(uuid4())
    kind = {"Content-Type": "text/plain;charset=UTF-8"}
    assert send(scene, viewed(session), **kind).status_code == 200
    assert len(stored(scene, session)) == 1
    assert scene.client.post(EVENTS, content=b"{}", headers=kind).status_code == 400


def test_every_action_of_the_ios_client_describes_its_object_as_an_app(scene: Scene) -> None:
    session, name = str(uuid4()), unique("Mug ")
    told = {"action": "product.viewed", "session": session, "app_parameters": {"name": name}}
    assert send(scene, told).status_code == 200
    rows = scene.read(f"select kind from objects where name = '{name}'")
    assert [row.kind for row in rows] == ["product"]


def test_a_retry_is_stored_once_and_a_backend_keeps_its_keys(scene: Scene) -> None:
    session, key = str(uuid4()), unique("order-")
    told = viewed(session, event_id=key)
    first, again = send(scene, told), send(scene, told)
    assert (first.content, again.content) == (b'{"status":"received"}',) * 2
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert len(stored(scene, session)) == 1
    other = str(uuid4())
    assert send(scene, viewed(other, event_id=key)).status_code == 200
    assert len(stored(scene, other)) == 1
    mine = scene.track({"action": "subscribed", "profile": scene.profile, "event_id": key})
    assert mine.status_code == 201
    assert "idempotent-replayed" not in mine.headers


def test_a_dry_run_is_for_backends(scene: Scene) -> None:
    path = TRACK + "?dry_run=1"
    assert errors(send(scene, viewed(str(uuid4())), path)) == [(403, "forbidden", "dry_run")]
    assert scene.client.post(path, json=viewed(str(uuid4()))).json()["dry_run"] is True


def test_wrong_events_say_why_and_are_on_record(scene: Scene) -> None:
    session = str(uuid4())
    answer = send(scene, {"action": "product.viewed", "session": session, "amount": "x"})
    assert errors(answer) == [
        (422, "parameter_missing", "object"),
        (422, "invalid", "amount"),
    ]
    assert answer.headers["access-control-allow-origin"] == "*"
    number = answer.headers["request-id"]
    kept = scene.client.get("/v1/rejections", params={"limit": 50}).json()["data"]
    assert number in [each["request_id"] for each in kept]


@pytest.mark.parametrize(
    "path", [TRACK, "/track/events", "/v1/track/sessions", "/v1/public/acks", "/public/anything"]
)
def test_a_preflight_is_answered_before_anybody_is_known(scene: Scene, path: str) -> None:
    answer = httpx.options(scene.server.url + path, headers=PREFLIGHT)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert "x-of-the-page" in answer.headers["access-control-allow-headers"]
    assert int(answer.headers["access-control-max-age"]) > 3600


def test_other_pages_may_begin_sessions_and_read_refusals(scene: Scene) -> None:
    begun = send(scene, {}, "/v1/track/sessions")
    assert (begun.status_code, begun.headers["access-control-allow-origin"]) == (201, "*")
    nowhere = send(scene, {}, "/v1/public/nowhere")
    assert (nowhere.status_code, nowhere.headers["access-control-allow-origin"]) == (404, "*")


@pytest.mark.parametrize("path", [EVENTS, "/v1/profiles", "/v1/sessions/x"])
def test_private_paths_are_closed_to_pages(scene: Scene, path: str) -> None:
    answer = httpx.options(scene.server.url + path, headers=PREFLIGHT)
    assert "access-control-allow-origin" not in answer.headers
    assert "access-control-allow-origin" not in scene.client.get(path).headers


@pytest.mark.parametrize("shape", ["{}", "visitor-{}", "s:{}/~", "{}" + "x" * 100])
def test_a_page_may_begin_a_session_under_any_text_that_can_be_carried(
    scene: Scene, shape: str
) -> None:
    session = shape.format(unique("s"))
    for _ in range(2):
        assert send(scene, viewed(session)).status_code == 200
    assert len(stored(scene, session)) == 2
    # Once there, it is a session like any other: for the backend too.
    told = {"action": "subscribed", "session": session}
    assert scene.track(told).status_code == 201


def test_a_page_names_a_session_by_its_short_id_before_it_begins_one(scene: Scene) -> None:
    session = scene.new_session()
    short = scene.client.get(f"/v1/sessions/{session}").json()["id"]
    assert send(scene, viewed(short)).status_code == 200
    assert len(stored(scene, session)) == 1
    assert stored(scene, short) == []


@pytest.mark.parametrize("session", ["a b", "x" * 129, "tab\there"])
def test_a_text_that_cannot_be_carried_begins_no_session(scene: Scene, session: str) -> None:
    assert errors(send(scene, viewed(session))) == [(422, "invalid", "session")]


def test_a_backend_begins_a_session_under_no_other_text(scene: Scene) -> None:
    answer = scene.track({"action": "subscribed", "session": unique("visitor-")})
    assert errors(answer) == [(422, "not_found", "session")]
