"""Who cannot be told is refused, and a token is good no longer than it should be."""

import time

import httpx
import pytest

from footfall.store import tokens
from tests.builders import event
from tests.scene import BATCH, EVENTS, Scene

SEEN_WITHIN_S = 1.0
"""A revoked token is refused everywhere within this."""


def answer_of(scene: Scene, token: str, path: str = EVENTS) -> httpx.Response:
    body = event(scene.profile)
    headers = {"Authorization": f"Bearer {token}"}
    return scene.client.post(path, json=[body] if path == BATCH else body, headers=headers)


def newest(scene: Scene) -> tokens.Token:
    with scene.engines.read.begin() as connection:
        return tokens.all_of(connection, scene.business_row)[0]


@pytest.mark.parametrize("path", [EVENTS, BATCH])
def test_a_token_revoked_beside_the_server_is_refused_within_a_second(
    scene: Scene, path: str
) -> None:
    token = scene.new_token()
    assert answer_of(scene, token, path).is_success
    with scene.engines.write.begin() as connection:
        tokens.revoke(connection, newest(scene).id)
    deadline = time.monotonic() + SEEN_WITHIN_S
    answer = answer_of(scene, token, path)
    while answer.is_success and time.monotonic() < deadline:
        answer = answer_of(scene, token, path)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_token_that_has_worked_is_refused_once_it_expires(scene: Scene) -> None:
    token = scene.new_token()
    assert answer_of(scene, token).status_code == 201
    with scene.engines.write.begin() as connection:
        tokens.expire(connection, newest(scene).id, 1)
    deadline = time.monotonic() + SEEN_WITHIN_S
    answer = answer_of(scene, token)
    while answer.is_success and time.monotonic() < deadline:
        answer = answer_of(scene, token)
    assert answer.status_code == 401


def test_a_refusal_for_want_of_a_credential_tells_nothing_of_the_business(scene: Scene) -> None:
    told = {"action": "no.such_action", "profile": "nobody"}
    answer = httpx.post(scene.server.url + EVENTS, json=told)
    assert answer.status_code == 401
    assert [error["type"] for error in answer.json()["errors"]] == ["unauthenticated"]


def test_one_business_does_not_see_the_other(scene: Scene) -> None:
    mine = event(scene.profile)
    assert scene.stranger.post(EVENTS, json=mine).status_code == 422
    session = scene.new_session(scene.profile)
    there = scene.stranger.post(EVENTS, json={"action": "subscribed", "session": session})
    assert there.status_code == 201
    rows = scene.read(f"select business_id, profile_id from sessions where text = '{session}'")
    assert len(rows) == 2
    assert {row.business_id for row in rows if row.profile_id is not None} == {scene.business_row}
