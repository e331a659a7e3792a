"""Many events in one request: each is judged as if it had come alone."""

import gzip
import json
from typing import Any

import httpx
import pytest
import zstandard as zstd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.builders import event, order, purchase
from tests.scene import BATCH, EVENTS, Scene, unique

NDJSON = {"content-type": "application/x-ndjson"}
MOST = 5000
JUDGED = settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])


def send_lines(scene: Scene, lines: list[bytes]) -> dict[str, Any]:
    answer = scene.client.post(BATCH, content=b"\n".join(lines), headers=NDJSON)
    assert answer.status_code == 207, answer.text
    told: dict[str, Any] = answer.json()
    return told


def send_alone(scene: Scene, body: bytes) -> httpx.Response:
    return scene.client.post(EVENTS, content=body, headers={"content-type": "application/json"})


def reasons(errors: list[dict[str, Any]]) -> list[tuple[str, str | None, str]]:
    return [(each["type"], each["parameter"], each["message"]) for each in errors]


@st.composite
def items(draw: st.DrawFn, scene: Scene) -> bytes:
    """One input of a batch, good or bad, that repeats nothing."""
    owner = draw(st.sampled_from([scene.profile, "vxqQJ3Yg", 17, None, ["x"]]))
    told: dict[str, Any] = {"profile": owner}
    told["action"] = draw(
        st.sampled_from(["product.purchased", "product.viewed", "subscribed", "product.bought", 7])
    )
    named = st.sampled_from([scene.product, "mug", "MUG-BLUE", "none", 5])
    described = st.sampled_from([{"name": "Inline"}, {"name": ""}, {"name": "X", "price": "-1"}])
    told |= draw(
        st.fixed_dictionaries(
            {},
            optional={
                "product": named | described,
                "amount": st.sampled_from([1, "2.505", -1, "x"]),
                "currency": st.sampled_from(["USD", "JPY", "XAU"]),
                "tracked_at": st.sampled_from([1665684173, 1665684173000, "2022-10-13T18:02:53Z"]),
                "metadata": st.sampled_from([{"a": 1}, []]),
                "event_id": st.just("k" * 300),
            },
        )
    )
    bad = st.sampled_from([b"{", b"[]", b'{"a":1,"a":1}', b'"x"', b"\xff", b'{"a":"\\u0000"}'])
    good = json.dumps(told).encode()
    return draw(st.just(good) | st.just(good) | st.just(good) | bad)


@JUDGED
@given(st.data())
def test_each_item_is_judged_as_if_it_came_alone(scene: Scene, data: st.DataObject) -> None:
    lines = data.draw(st.lists(items(scene), min_size=1, max_size=8))
    told = send_lines(scene, lines)
    assert [each["index"] for each in told["results"]] == list(range(len(lines)))
    for line, result in zip(lines, told["results"], strict=True):
        alone = send_alone(scene, line)
        if alone.status_code == 201:
            assert (result["result"], result["errors"]) == ("created", [])
            assert len(result["event_id"]) == 8
        else:
            assert result["result"] == "rejected"
            assert reasons(result["errors"]) == reasons(alone.json()["errors"])
    counted = dict.fromkeys(("created", "duplicate", "rejected"), 0)
    for result in told["results"]:
        counted[result["result"]] += 1
    assert {name: told[name] for name in counted} == counted


def test_the_id_of_a_result_leads_to_its_event(scene: Scene) -> None:
    amounts = [
        b'{"action":"subscribed","profile":"%s","amount":%d}' % (scene.profile.encode(), n)
        for n in range(1, 6)
    ]
    results = send_lines(scene, amounts)["results"]
    for number, result in enumerate(results, 1):
        found = scene.client.get(f"{EVENTS}/{result['event_id']}").json()
        assert found["amount"] == f"{number}.00"


def test_names_looked_up_for_one_item_serve_all(scene: Scene) -> None:
    """Nothing here is in a cache yet, and every name stands in several items."""
    profiles = [scene.new_profile() for _ in range(3)]
    products = [scene.new_product() for _ in range(3)]
    told = [purchase(profile, product) for profile in profiles for product in products] * 3
    answer = scene.client.post(BATCH, json={"events": told}).json()
    assert answer["created"] == len(told)
    rows = scene.read(
        "select profile_id, object_id from events order by id desc limit :count", count=len(told)
    )
    assert all(row.profile_id > 0 and row.object_id > 0 for row in rows)
    assert len({(row.profile_id, row.object_id) for row in rows}) == 9


def test_duplicates_inside_a_batch_are_told(scene: Scene) -> None:
    one, other = unique("k"), unique("k")
    told = [
        event(scene.profile, event_id=one),
        event(scene.profile, event_id=other),
        event(scene.profile, event_id=one),
        event(scene.profile, event_id=one, amount=3),
    ]
    results = scene.client.post(BATCH, json=told).json()["results"]
    assert [each["result"] for each in results] == ["created", "created", "duplicate", "rejected"]
    assert results[3]["errors"][0]["type"] == "idempotency_conflict"
    assert [each["event_id"] for each in results] == [one, other, one, one]


def test_a_step_of_an_order_repeated_inside_a_batch_names_the_first(scene: Scene) -> None:
    told = {
        "action": "order.placed",
        "profile": scene.profile,
        "order_parameters": order(unique("order-")),
    }
    first, second = scene.client.post(BATCH, json=[told, told]).json()["results"]
    assert (first["result"], second["result"]) == ("created", "duplicate")
    assert first["event_id"] == second["event_id"]


def test_items_take_a_session_in_their_order(scene: Scene) -> None:
    session = scene.new_session()
    told = [
        event(scene.profile, session_id=session),
        event(scene.other_profile, session_id=session),
        event(scene.profile, session=session),
    ]
    results = scene.client.post(BATCH, json=told).json()["results"]
    assert [each["result"] for each in results] == ["created", "rejected", "created"]
    assert results[1]["errors"][0]["parameter"] == "session_id"


def test_as_many_as_allowed_are_stored_and_one_more_refused(scene: Scene) -> None:
    told = [event(scene.profile)] * MOST
    assert scene.client.post(BATCH, json=told).json()["created"] == MOST
    assert scene.client.post(BATCH, json=[*told, told[0]]).status_code == 422


def test_every_rejected_item_is_on_record_with_its_place(scene: Scene) -> None:
    told = [event(scene.profile), event("nobody"), event(scene.profile), {"action": 1}]
    answer = scene.client.post(BATCH, json={"events": told})
    kept = scene.client.get("/v1/rejections", params={"limit": 2}).json()["data"]
    assert [entry["item"] for entry in kept] == [3, 1]
    for entry in kept:
        assert entry["request_id"] == answer.headers["request-id"]
        assert entry["path"] == BATCH
        assert entry["errors"] == answer.json()["results"][entry["item"]]["errors"]
        assert entry["body"] == told[entry["item"]]


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_a_compressed_batch_is_read(scene: Scene, encoding: str) -> None:
    plain = json.dumps([event(scene.profile)] * 3).encode()
    body = gzip.compress(plain) if encoding == "gzip" else zstd.compress(plain)
    headers = {"content-type": "application/json", "content-encoding": encoding}
    answer = scene.client.post(BATCH, content=body, headers=headers)
    assert answer.json()["created"] == 3
