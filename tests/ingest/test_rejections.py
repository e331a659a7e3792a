"""What is kept of a refused event: why, when, and its body without secrets and contacts."""

import json
from typing import Any

import httpx
import pytest

from footfall.domain.times import now_us
from tests.builders import event
from tests.scene import BATCH, EVENTS, Scene, unique

JSON = {"content-type": "application/json"}
EMAIL, PHONE = "ana.lopez@example.com", "+598 99 000 001"
LEAKED = "ALK_" + "Q7" * 20


def post(scene: Scene, body: bytes, path: str = EVENTS) -> httpx.Response:
    return scene.client.post(path, content=body, headers=JSON)


def newest(scene: Scene) -> dict[str, Any]:
    answer = scene.client.get("/v1/rejections", params={"limit": 1})
    entry: dict[str, Any] = answer.json()["data"][0]
    return entry


def kept_text(scene: Scene) -> str:
    """The newest row as the database holds it."""
    query = "select cast(errors as text), cast(body as text), request_id, path from rejections"
    (row,) = scene.read(query + " order by id desc limit 1")
    return " ".join(str(value) for value in row)


def test_a_refusal_is_listed_with_reason_time_and_body(scene: Scene) -> None:
    before = now_us()
    answer = scene.track(event("nobody", metadata={"a": 1}))
    entry = newest(scene)
    assert entry["request_id"] == answer.headers["request-id"]
    assert (entry["method"], entry["path"], entry["item"]) == ("POST", EVENTS, None)
    assert entry["status"] == 422
    assert entry["errors"] == answer.json()["errors"]
    assert entry["body"] == event("nobody", metadata={"a": 1})
    ((received_at,),) = scene.read("select received_at from rejections order by id desc limit 1")
    assert before <= received_at <= now_us()


@pytest.mark.parametrize(
    "told",
    [
        {"action": EMAIL},
        {"action": f"call {PHONE}"},
        {"action": LEAKED},
        {"action": "x", "event_id": EMAIL},
        {"action": "x", "user_parameters": {"email": EMAIL, "phone": PHONE}},
        {"action": "x", "metadata": {"note": f"{EMAIL} {PHONE} Bearer {LEAKED}"}},
        {"action": "x", EMAIL: 1, PHONE: 2},
        {"action": "x", "profile": EMAIL, "product": PHONE, "session": LEAKED},
        {"action": "x", "metadata": [EMAIL]},
        {"action": "x", "object_type": EMAIL, "object": PHONE},
        {"action": "x", "amount": EMAIL, "currency": PHONE, "tracked_at": LEAKED},
        {"action": "x", "padding": "x" * 5000, "phone": PHONE, "email": EMAIL},
        {"action": "x", "email": EMAIL, "phone": PHONE, "padding": "x" * 5000},
    ],
)
@pytest.mark.parametrize("path", [EVENTS, BATCH])
def test_no_contact_or_secret_is_kept_in_clear(
    scene: Scene, told: dict[str, Any], path: str
) -> None:
    post(scene, json.dumps([told] if path == BATCH else told).encode(), path)
    check_masked(scene)


@pytest.mark.parametrize(
    "body",
    [
        f'{{"email": "{EMAIL}", "email": "{EMAIL}"}}',
        f'{{"{EMAIL}": 1, "{EMAIL}": 2}}',
        f'{{"{PHONE}": 1, "{PHONE}": 2}}',
        f'{{"{LEAKED}": 1, "{LEAKED}": 2}}',
        f'{{"email": "{EMAIL}", "phone": "{PHONE}", ',
        f"token={LEAKED}&email={EMAIL}",
        f'{{"note": "{EMAIL}\\u0000{PHONE}"}}',
        f'{{"email": "{EMAIL}", "note": "\\ud800 {PHONE}"}}',
    ],
)
def test_no_contact_or_secret_of_a_body_that_cannot_be_read_is_kept(
    scene: Scene, body: str
) -> None:
    assert post(scene, body.encode()).status_code == 400
    check_masked(scene)


def test_no_contact_in_the_key_of_a_conflict_is_kept(scene: Scene) -> None:
    key = f"{unique('k')} {EMAIL}"
    assert scene.track(event(scene.profile, event_id=key)).status_code == 201
    assert scene.track(event(scene.profile, event_id=key, amount=1)).status_code == 422
    check_masked(scene)


def check_masked(scene: Scene) -> None:
    kept = kept_text(scene)
    assert EMAIL not in kept
    assert "99 000 001" not in kept
    assert LEAKED not in kept


def test_nul_is_kept_as_its_picture(scene: Scene) -> None:
    """PostgreSQL has no place for it, and one caller's NUL must not cost others their commit."""
    answer = post(scene, b'{"action": "x\\u0000", "y\\u0000": ["\\u0000"]}')
    assert answer.status_code == 400
    assert newest(scene)["body"] == {"action": "x␀", "y␀": ["␀"]}
    answer = post(scene, b'[{"a\\u0000": 1, "a\\u0000": 2}]', BATCH)
    assert answer.json()["results"][0]["errors"][0]["parameter"] == "a\0"
    assert newest(scene)["errors"][0]["parameter"] == "a␀"


def test_a_long_body_is_kept_as_its_beginning(scene: Scene) -> None:
    post(scene, b'{"action": "' + b"x" * 900_000 + b'"}')
    assert len(kept_text(scene)) < 20_000


def test_a_refusal_without_a_credential_is_not_kept(scene: Scene) -> None:
    scene.track({})
    before = newest(scene)
    for headers in ({}, {"Authorization": f"Bearer {LEAKED}"}):
        assert httpx.post(scene.server.url + EVENTS, json={}, headers=headers).status_code == 401
        assert httpx.post(scene.server.url + BATCH, json={}, headers=headers).status_code == 401
    assert newest(scene) == before


def test_another_business_does_not_see_the_refusal(scene: Scene) -> None:
    request_id = scene.track({}).headers["request-id"]
    theirs = scene.stranger.get("/v1/rejections").json()["data"]
    assert request_id not in {entry["request_id"] for entry in theirs}
