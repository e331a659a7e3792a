"""A key makes one event of many requests, for ever, in one business."""

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import httpx
import pytest

from tests.builders import event, order, purchase
from tests.scene import BATCH, EVENTS, Scene, unique

CALLERS = 12


def stored(scene: Scene, key: str) -> int:
    """How many events were stored under a key; each is found by its key too."""
    query = "select count(*) from events where cast(data as text) like :data"
    ((count,),) = scene.read(query, data=f'%"{key}"%')
    ((keys,),) = scene.read("select count(*) from idempotency where key = :key", key=key)
    assert keys == count
    return int(count)


def is_replayed(answer: httpx.Response) -> bool:
    assert (answer.status_code, answer.json()) == (201, {"state": "ok"})
    return answer.headers.get("idempotent-replayed") == "true"


def test_a_repeated_key_stores_one_event(scene: Scene) -> None:
    key = unique("k")
    answers = [scene.track(event(scene.profile, event_id=key)) for _ in range(3)]
    assert [is_replayed(answer) for answer in answers] == [False, True, True]
    assert stored(scene, key) == 1


@pytest.mark.parametrize("header", ["{}", '"{}"'])
def test_the_header_is_the_same_key_as_the_body(scene: Scene, header: str) -> None:
    key = unique("k")
    told = event(scene.profile)
    assert not is_replayed(scene.track(told, **{"Idempotency-Key": header.format(key)}))
    assert is_replayed(scene.track(told | {"event_id": key}))
    assert is_replayed(
        scene.track(told | {"event_id": key}, **{"Idempotency-Key": header.format(key)})
    )
    assert stored(scene, key) == 1


def test_quotes_and_backslashes_in_a_quoted_key_are_unescaped(scene: Scene) -> None:
    key = unique('say "hi" \\ ')
    quoted = '"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'
    assert not is_replayed(scene.track(event(scene.profile), **{"Idempotency-Key": quoted}))
    assert is_replayed(scene.track(event(scene.profile, event_id=key)))


@pytest.mark.parametrize("in_header", [True, False])
def test_a_key_with_another_body_is_in_conflict(scene: Scene, in_header: bool) -> None:
    key = unique("k")
    told: dict[str, Any] = {} if in_header else {"event_id": key}
    headers = {"Idempotency-Key": key} if in_header else {}
    assert scene.track(event(scene.profile, **told), **headers).status_code == 201
    answer = scene.track(event(scene.profile, amount=1, **told), **headers)
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    name = "Idempotency-Key" if in_header else "event_id"
    assert (error["type"], error["parameter"]) == ("idempotency_conflict", name)
    (row,) = scene.read("select errors from rejections order by id desc limit 1")
    kept = json.loads(row.errors) if isinstance(row.errors, str) else row.errors
    assert kept[0]["parameter"] == name
    assert stored(scene, key) == 1


def test_a_conflict_changes_nothing_for_the_first_body(scene: Scene) -> None:
    key = unique("k")
    first = event(scene.profile, event_id=key)
    scene.track(first)
    scene.track(first | {"amount": 1})
    assert is_replayed(scene.track(first))


def test_requests_at_the_same_moment_store_one_event(scene: Scene) -> None:
    key, ready = unique("k"), Barrier(CALLERS)
    told = event(scene.profile, event_id=key)

    def send() -> bool:
        with httpx.Client(headers=scene.client.headers, timeout=30) as client:
            ready.wait(30)
            return is_replayed(client.post(scene.server.url + EVENTS, json=told))

    with ThreadPoolExecutor(CALLERS) as pool:
        replayed = [future.result() for future in [pool.submit(send) for _ in range(CALLERS)]]
    assert sorted(replayed) == [False] + [True] * (CALLERS - 1)
    assert stored(scene, key) == 1


def test_a_key_in_another_business_is_another_key(scene: Scene) -> None:
    told = {"action": "subscribed", "session": "b" * 32, "event_id": unique("k")}
    assert not is_replayed(scene.track(told))
    assert not is_replayed(scene.stranger.post(EVENTS, json=told | {"amount": 1}))


def test_a_refused_request_does_not_use_its_key_up(scene: Scene) -> None:
    key = unique("k")
    assert scene.track(purchase(scene.profile, "no-such", event_id=key)).status_code == 422
    theirs = scene.new_session(scene.other_profile)
    taken = event(scene.profile, session=theirs, event_id=key)
    assert scene.track(taken).status_code == 422
    assert not is_replayed(scene.track(purchase(scene.profile, scene.product, event_id=key)))
    assert stored(scene, key) == 1


def test_a_keyed_step_of_an_order_may_be_repeated_without_the_key(scene: Scene) -> None:
    told = {
        "action": "order.placed",
        "profile": scene.profile,
        "order_parameters": order(unique("order-")),
    }
    assert not is_replayed(scene.track(told | {"event_id": unique("k")}))
    assert not is_replayed(scene.track(told))
    assert is_replayed(scene.track(told | {"event_id": unique("k")}))


def test_a_batch_replayed_by_its_key_answers_the_same_bytes(scene: Scene) -> None:
    items = [
        event(scene.profile),
        {"action": "nothing"},
        event(scene.profile, event_id=unique("k")),
    ]
    headers = {"Idempotency-Key": f'"{unique("batch-")}"'}
    first = scene.client.post(BATCH, json={"events": items}, headers=headers)
    events, refusals = counts(scene)
    again = scene.client.post(BATCH, json={"events": items}, headers=headers)
    assert (first.status_code, again.status_code) == (207, 207)
    assert first.content == again.content
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert counts(scene) == (events, refusals)


def test_a_batch_key_with_another_body_is_in_conflict(scene: Scene) -> None:
    headers = {"Idempotency-Key": unique("batch-")}
    assert scene.client.post(BATCH, json=[event(scene.profile)], headers=headers).is_success
    events, refusals = counts(scene)
    other = [event(scene.profile), {"action": "nothing"}]
    answer = scene.client.post(BATCH, json=other, headers=headers)
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["type"], error["parameter"]) == ("idempotency_conflict", "Idempotency-Key")
    assert counts(scene) == (events, refusals + 1)


def test_the_key_of_a_batch_is_no_key_of_an_event_and_the_other_way_round(scene: Scene) -> None:
    key = unique("k")
    headers = {"Idempotency-Key": key}
    assert scene.client.post(BATCH, json=[event(scene.profile)], headers=headers).is_success
    assert scene.track(event(scene.profile, event_id=key)).status_code == 422
    other = unique("k")
    assert scene.track(event(scene.profile, event_id=other)).status_code == 201
    headers = {"Idempotency-Key": other}
    assert scene.client.post(BATCH, json=[event(scene.profile)], headers=headers).status_code == 422


def counts(scene: Scene) -> tuple[int, int]:
    query = "select (select count(*) from events), (select count(*) from rejections)"
    ((events, refusals),) = scene.read(query)
    return events, refusals
