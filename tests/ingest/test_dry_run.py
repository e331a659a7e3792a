"""A dry run tells what would happen, word for word, and keeps nothing."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from footfall.domain.sessions import mint
from footfall.store.tables import metadata
from tests.builders import event, order
from tests.scene import BATCH, EVENTS, Scene, unique
from tests.strategies import bodies

DRY = {"dry_run": "1"}
JUDGED = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
MOVED_ELSEWHERE = {"tokens": {"last_used_at"}}
"""Columns that the server writes now and then whatever is asked of it."""


def contents(quiet_scene: Scene) -> dict[str, list[Any]]:
    """Every row of every table; on SQLite the counters of row numbers too.

    PostgreSQL's counters go on through a rollback, for everyone; they only leave gaps.
    """
    found: dict[str, list[Any]] = {}
    with quiet_scene.engines.read.begin() as connection:
        for table in metadata.sorted_tables:
            left_out = MOVED_ELSEWHERE.get(table.name, set())
            columns = [column for column in table.columns if column.name not in left_out]
            found[table.name] = list(connection.execute(select(*columns).order_by(*columns[:2])))
        if quiet_scene.engines.is_sqlite:
            rows = connection.exec_driver_sql("select name, seq from sqlite_sequence order by 1")
            found["sqlite_sequence"] = list(rows.all())
    return found


def reasons(answer: dict[str, Any]) -> list[tuple[str, str | None, str]]:
    return [(each["type"], each["parameter"], each["message"]) for each in answer["errors"]]


def sent(quiet_scene: Scene, told: Any, **params: str) -> Any:
    return quiet_scene.client.post(EVENTS, json=told, params=params)


@JUDGED
@given(data=st.data())
def test_a_dry_run_gives_the_verdict_of_the_real_thing(
    quiet_scene: Scene, data: st.DataObject
) -> None:
    told = with_known_names(
        quiet_scene, data.draw(bodies), data.draw(st.sampled_from([None, "k1", "k2"]))
    )
    before = contents(quiet_scene)
    rehearsed = sent(quiet_scene, told, **DRY)
    assert contents(quiet_scene) == before
    real = sent(quiet_scene, told)
    if real.status_code == 201:
        assert rehearsed.status_code == 200
        answer = rehearsed.json()
        assert (answer["dry_run"], answer["status"], answer["errors"]) == (True, 201, [])
        is_stored = len(contents(quiet_scene)["events"]) == len(before["events"]) + 1
        assert answer["result"] == ("created" if is_stored else "duplicate")
    else:
        assert rehearsed.status_code == real.status_code
        assert rehearsed.json()["result"] == "rejected"
        assert reasons(rehearsed.json()) == reasons(real.json())


def with_known_names(quiet_scene: Scene, body: dict[str, Any], key: str | None) -> dict[str, Any]:
    known = {
        "profile": quiet_scene.profile,
        "profile_id": quiet_scene.profile,
        "product": quiet_scene.product,
    }
    filled = {
        name: known.get(name, value) if value == "known" else value for name, value in body.items()
    }
    return filled | ({} if key is None else {"event_id": key})


@JUDGED
@given(data=st.data())
def test_a_dry_run_of_a_batch_gives_the_verdicts_of_the_real_thing(
    quiet_scene: Scene, data: st.DataObject
) -> None:
    drawn = data.draw(st.lists(bodies, min_size=1, max_size=4))
    told = [
        with_known_names(quiet_scene, body, unique("b") if n else None)
        for n, body in enumerate(drawn)
    ]
    before = contents(quiet_scene)
    rehearsed = quiet_scene.client.post(BATCH, json=told, params=DRY)
    assert contents(quiet_scene) == before
    real = quiet_scene.client.post(BATCH, json=told)
    assert (rehearsed.status_code, real.status_code) == (200, 207)
    assert rehearsed.json()["dry_run"] is True
    for tried, done in zip(rehearsed.json()["results"], real.json()["results"], strict=True):
        assert tried["result"] == done["result"]
        assert reasons(tried) == reasons(done)


def test_it_tells_the_event_as_it_is_understood(quiet_scene: Scene) -> None:
    told = {
        "action": "product.purchased",
        "product_id": "mug",
        "profile_id": quiet_scene.profile,
        "amount": "2.505",
        "tracked_at": "2022-10-13T20:02:53+02:00",
        "metadata": {"a": 1},
        "event_id": unique("k"),
    }
    assert quiet_scene.product
    answer = sent(quiet_scene, told, **DRY).json()
    resolved = answer["event"]
    assert resolved["received_at"].endswith("Z")
    assert {name: resolved[name] for name in resolved.keys() - {"received_at"}} == {
        "action": "product.purchased",
        "profile": quiet_scene.profile,
        "session": None,
        "object": quiet_scene.product,
        "amount": "2.50",
        "currency": "USD",
        "tracked_at": "2022-10-13T18:02:53Z",
        "occurred_at": "2022-10-13T18:02:53Z",
        "event_id": told["event_id"],
        "data": {"metadata": {"a": 1}, "amount_original": "2.505"},
    }
    assert answer["would_create"] == []
    assert answer["duplicate_of"] is None
    assert answer["hints"] == []


def test_it_tells_what_would_be_made(quiet_scene: Scene) -> None:
    session = mint()
    plate = {"name": "Plate", "sku": unique("s")}
    told = {
        "action": "product.viewed",
        "profile": quiet_scene.profile,
        "session": session,
        "product": plate,
    }
    answer = sent(quiet_scene, told, **DRY).json()
    assert answer["would_create"] == [
        {"type": "session", "id": session},
        {
            "type": "product",
            "source": None,
            "reference": None,
            **plate,
        },
    ]
    assert answer["would_attach"] is True
    assert answer["event"]["object"] is None
    assert sent(quiet_scene, told).status_code == 201
    again = sent(quiet_scene, told, **DRY).json()
    assert (again["would_create"], again["would_attach"]) == ([], False)


def test_it_tells_that_a_session_is_attached_already_even_when_it_is_not_remembered(
    quiet_scene: Scene,
) -> None:
    session = quiet_scene.new_session(quiet_scene.profile)
    answer = sent(quiet_scene, event(quiet_scene.profile, session=session), **DRY).json()
    assert (answer["would_create"], answer["would_attach"]) == ([], False)


def test_it_tells_which_event_would_be_repeated(quiet_scene: Scene) -> None:
    told = event(quiet_scene.profile, event_id=unique("k"))
    assert sent(quiet_scene, told).status_code == 201
    first = quiet_scene.client.get(f"{EVENTS}/{told['event_id']}").json()["id"]
    answer = sent(quiet_scene, told, **DRY).json()
    assert (answer["result"], answer["duplicate_of"]) == ("duplicate", first)
    conflict = sent(quiet_scene, told | {"amount": 1}, **DRY)
    assert conflict.status_code == 422
    assert conflict.json()["errors"][0]["type"] == "idempotency_conflict"


def test_it_tells_which_step_of_an_order_would_be_repeated(quiet_scene: Scene) -> None:
    told = {
        "action": "order.placed",
        "profile": quiet_scene.profile,
        "order_parameters": order(unique("order-")),
    }
    assert sent(quiet_scene, told, **DRY).json()["result"] == "created"
    assert sent(quiet_scene, told).status_code == 201
    answer = sent(quiet_scene, told, **DRY).json()
    assert answer["result"] == "duplicate"
    assert len(answer["duplicate_of"]) == 8


def test_it_hints_at_what_may_be_meant_otherwise(quiet_scene: Scene) -> None:
    without_key = sent(quiet_scene, event(quiet_scene.profile), **DRY).json()
    assert any("event_id" in hint for hint in without_key["hints"])
    mistyped = sent(quiet_scene, event(quiet_scene.profile, action="subscribe"), **DRY)
    assert mistyped.status_code == 404
    assert any("“subscribed”" in hint for hint in mistyped.json()["hints"])
    ahead = event(
        quiet_scene.profile, event_id=unique("k"), tracked_at=quiet_scene.part("AN_HOUR_AHEAD")
    )
    assert any("ahead" in hint for hint in sent(quiet_scene, ahead, **DRY).json()["hints"])


def test_a_batch_whose_key_is_taken_is_told_to_be_a_repeat_or_in_conflict(
    quiet_scene: Scene,
) -> None:
    headers = {"Idempotency-Key": unique("batch-")}
    told = [event(quiet_scene.profile)]

    def batch(items: list[Any], **params: str) -> Any:
        return quiet_scene.client.post(BATCH, json=items, headers=headers, params=params)

    assert batch(told, **DRY).json()["created"] == 1
    first = batch(told)
    again = batch(told, **DRY)
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json() == first.json() | {"dry_run": True}
    assert batch([*told, *told], **DRY).status_code == 422


@pytest.mark.parametrize("word", ["1", "true", "TRUE", ""])
def test_any_yes_is_a_dry_run(quiet_scene: Scene, word: str) -> None:
    before = contents(quiet_scene)
    assert sent(quiet_scene, event(quiet_scene.profile), dry_run=word).json()["dry_run"] is True
    assert contents(quiet_scene) == before


def test_a_refused_dry_run_is_not_on_record(quiet_scene: Scene) -> None:
    before = contents(quiet_scene)
    answer = quiet_scene.client.post(
        EVENTS, content=b"{", headers={"content-type": "application/json"}, params=DRY
    )
    assert answer.status_code == 400
    assert json.loads(answer.content)["dry_run"] is True
    assert contents(quiet_scene) == before


@pytest.mark.parametrize("path", [EVENTS, BATCH])
@pytest.mark.parametrize("query", ["dry-run=1", "dryrun=1", "dry_run=1&Dry_Run=1", "dry%2Drun=1"])
def test_a_mistyped_dry_run_is_refused_and_stores_nothing(
    quiet_scene: Scene, path: str, query: str
) -> None:
    told = {"action": "subscribed", "profile": quiet_scene.profile}
    before = quiet_scene.server.query("select count(*) from events")
    body = told if path == EVENTS else [told]
    answer = quiet_scene.client.post(f"{path}?{query}", json=body)
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["type"] == "invalid"
    assert error["parameter"] in ("dry-run", "dryrun", "Dry_Run")
    assert "Did you mean “dry_run”?" in error["message"]
    assert quiet_scene.server.query("select count(*) from events") == before


def test_a_query_that_says_both_is_refused(quiet_scene: Scene) -> None:
    told = {"action": "subscribed", "profile": quiet_scene.profile}
    answer = quiet_scene.client.post(f"{EVENTS}?dry_run=0&dry_run=1", json=told)
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (400, "dry_run")


def test_what_has_nothing_near_is_told_what_there_is(quiet_scene: Scene) -> None:
    answer = quiet_scene.client.post(f"{EVENTS}?utm_source=x&v", json={})
    assert [each["parameter"] for each in answer.json()["errors"]] == ["utm_source", "v"]
    assert "Those there are: “dry_run”." in answer.json()["errors"][0]["message"]


def test_browsers_may_append_what_they_like(quiet_scene: Scene) -> None:
    told = {"action": "subscribed", "session": mint()}
    answer = quiet_scene.client.post("/v1/track/events?_=1700000000&dry-run=1", json=told)
    assert answer.status_code == 200
