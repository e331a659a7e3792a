"""Whose an event is when nobody names a profile, or the one named is two, or not to be kept."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from footfall.domain.public_ids import Kind
from tests.ingest.test_browser_events import errors, send
from tests.scene import BATCH, Scene, unique


def profile_of(scene: Scene, reference: str, source: str = "woo") -> str:
    body = {"reference": reference, "source": source}
    answer = scene.client.post("/v1/profiles", json=body)
    assert answer.status_code == 201
    return str(answer.json()["id"])


def viewed(**told: Any) -> dict[str, Any]:
    return {"action": "page.viewed", "url": "/mugs"} | told


def owners(scene: Scene, session: str) -> list[str | None]:
    """The profile that each event of a session names, oldest first."""
    rows = scene.read(
        "select e.profile_id from events e join sessions s on s.id = e.session_id "
        "where s.text = :session order by e.id",
        session=session,
    )
    encode = scene.ids[Kind.PROFILE].encode
    return [None if row.profile_id is None else encode(row.profile_id) for row in rows]


def change(scene: Scene, sql: str, **values: Any) -> None:
    with scene.engines.write.begin() as connection:
        connection.execute(text(sql), values)


def row_of(scene: Scene, profile: str) -> int:
    row = scene.ids[Kind.PROFILE].decode(profile)
    assert row is not None
    return row


@pytest.mark.parametrize("name", ["user_parameters", "user"])
@pytest.mark.parametrize("user_id", ["17", 17])
def test_a_browser_may_say_who_it_is_where_nothing_better_does(
    scene: Scene, name: str, user_id: str | int
) -> None:
    source = unique("shop")
    profile = profile_of(scene, "17", source)
    session = str(uuid4())
    told = viewed(session=session, **{name: {"id": user_id, "source": source}})
    for _ in range(2):
        assert send(scene, told).status_code == 200
    assert owners(scene, session) == [profile, profile]
    # It is a hint about the event; whose the session is, nobody proved.
    assert scene.client.get(f"/v1/sessions/{session}").json()["profile"] is None


def test_a_hint_never_overrides_the_owner_of_a_session(scene: Scene) -> None:
    source = unique("shop")
    profile_of(scene, "17", source)
    session = scene.new_session(scene.profile)
    hint = {"id": "17", "source": source}
    for _ in range(2):
        assert send(scene, viewed(session=session, user_parameters=hint)).status_code == 200
    assert owners(scene, session) == [None, None]


@pytest.mark.parametrize(
    "hint", [{}, {"id": "nobody"}, {"id": None}, {"id": []}, {"id": "x" * 300}, {"source": "woo"}]
)
def test_a_hint_at_nobody_changes_nothing(scene: Scene, hint: dict[str, Any]) -> None:
    session = str(uuid4())
    assert send(scene, viewed(session=session, user_parameters=hint)).status_code == 200
    assert owners(scene, session) == [None]
    refused = send(scene, viewed(user_parameters=hint))
    assert errors(refused) == [(422, "object_invalid", "session")]


def test_an_event_without_a_session_is_of_the_user_it_names(scene: Scene) -> None:
    source = unique("shop")
    profile = profile_of(scene, "17", source)
    key = unique("event-")
    hint = {"id": "17", "source": source}
    told = viewed(user_parameters=hint, metadata={"key": key})
    assert send(scene, told).status_code == 200
    answer = scene.client.get("/v1/attribution/events", params={"profile": profile})
    assert [each["metadata"] for each in answer.json()["data"]] == [{"key": key}]


def test_an_order_knows_whose_its_later_steps_are(scene: Scene) -> None:
    by_session, by_profile = unique("order-"), unique("order-")
    session = str(uuid4())

    def step(name: str, reference: str, **told: Any) -> httpx.Response:
        body = {"action": f"order.{name}", "object_parameters": {"reference": reference}}
        return send(scene, body | told)

    placed = {"action": "order.placed", "order_parameters": {"reference": by_profile}}
    assert scene.track(placed | {"profile": scene.profile}).status_code == 201
    assert step("placed", by_session, session=session).status_code == 200
    for reference in (by_session, by_profile):
        for none in ({}, {"session": None}, {"session": ""}, {"session": "undefined"}):
            assert step("shipped", reference, **none).status_code == 200
    assert owners(scene, session) == [None, None]
    found = scene.client.get("/v1/attribution/events", params={"profile": scene.profile})
    assert [each["action"] for each in found.json()["data"]][:2] == [
        "order.shipped",
        "order.placed",
    ]
    # Of an order that nobody placed, nobody knows.
    refused = step("shipped", unique("order-"))
    assert errors(refused) == [(422, "object_invalid", "session")]
    # A backend says whose it is.
    body = {"action": "order.delivered", "order_parameters": {"reference": by_profile}}
    assert errors(scene.track(body)) == [(422, "object_invalid", "profile")]


def test_a_session_of_somebody_merged_is_not_somebody_elses(scene: Scene) -> None:
    survivor, merged, other = (scene.new_profile() for _ in range(3))
    sessions = [scene.new_session(merged), scene.new_session(survivor)]
    rows = {name: row_of(scene, name) for name in (survivor, merged)}
    change(
        scene,
        "update profiles set merged_into = :into where id = :id",
        into=rows[survivor],
        id=rows[merged],
    )
    for session in sessions:
        for profile in (survivor, merged):
            assert scene.track(viewed(session=session, profile=profile)).status_code == 201
        refused = scene.track(viewed(session=session, profile=other))
        assert errors(refused) == [(422, "invalid", "session")]


@pytest.mark.parametrize("by", ["profile", "session", "new_session", "hint"])
def test_a_suppressed_persons_events_are_counted_and_not_kept(scene: Scene, by: str) -> None:
    source = unique("shop")
    profile = profile_of(scene, "17", source)
    session = scene.new_session(profile)
    row = row_of(scene, profile)
    change(scene, "update profiles set suppressed_at = 1 where id = :id", id=row)
    (named,) = scene.read("select id from sessions where text = :text", text=session)
    ways: dict[str, dict[str, Any]] = {
        "profile": {"profile": profile},
        "session": {"session": scene.ids[Kind.SESSION].encode(named.id)},
        "new_session": {"session": session},
        "hint": {"user_parameters": {"id": "17", "source": source}},
    }
    told = ways[by]
    before = counts(scene)
    answers = [send(scene, viewed(**told)) if by == "hint" else scene.track(viewed(**told))]
    if by != "hint":
        batch = scene.client.post(BATCH, json={"events": [viewed(**told)]})
        assert batch.json()["rejected"] == 1
        assert batch.json()["results"][0]["errors"][0]["type"] == "not_allowed"
        dry = scene.client.post("/v1/attribution/events?dry_run=1", json=viewed(**told))
        assert dry.status_code == 422
    parameter = {"hint": "user_parameters", "new_session": "session"}.get(by, by)
    assert errors(answers[0]) == [(422, "not_allowed", parameter)]
    # Nothing of it: neither the event nor its body among the refusals.
    assert counts(scene) == before
    ((count,),) = scene.read("select suppressed_count from profiles where id = :id", id=row)
    assert count == (1 if by == "hint" else 2)


def counts(scene: Scene) -> list[Any]:
    tables = ("events", "rejections", "sessions")
    return [scene.read(f"select count(*) from {table}")[0][0] for table in tables]


@pytest.mark.parametrize("by_session", [True, False])
def test_an_order_of_somebody_suppressed_brings_nothing_of_theirs(
    scene: Scene, by_session: bool
) -> None:
    reference = unique("order-")
    profile = scene.new_profile()
    owner = {"session": scene.new_session(profile)} if by_session else {"profile": profile}
    placed = {"action": "order.placed", "order_parameters": {"reference": reference}}
    assert scene.track(placed | owner).status_code == 201
    row = row_of(scene, profile)
    change(scene, "update profiles set suppressed_at = 1 where id = :id", id=row)
    before = counts(scene)
    for action in ("order.confirmed", "order.placed"):
        told = {"action": action, "session": None, "object_parameters": {"reference": reference}}
        assert errors(send(scene, told)) == [(422, "not_allowed", "session")]
    assert counts(scene) == before
    ((count,),) = scene.read("select suppressed_count from profiles where id = :id", id=row)
    assert count == 2


def test_an_order_of_somebody_deleted_belongs_to_nobody(scene: Scene) -> None:
    reference = unique("order-")
    profile = scene.new_profile()
    placed = {"action": "order.placed", "order_parameters": {"reference": reference}}
    assert scene.track(placed | {"profile": profile}).status_code == 201
    assert scene.client.delete(f"/v1/profiles/{profile}").status_code == 200
    told = {"action": "order.delivered", "object_parameters": {"reference": reference}}
    assert errors(send(scene, told)) == [(422, "object_invalid", "session")]


@pytest.mark.parametrize("page_is_first", [True, False])
def test_an_order_ends_the_carts_of_whoever_placed_it(scene: Scene, page_is_first: bool) -> None:
    profile = scene.new_profile()
    session = scene.new_session(profile)
    items = {"items": [{"product": scene.product, "quantity": 1}]}
    added = {"action": "cart.added", "session": session, "object_parameters": items}
    placed = {"action": "order.placed", "order_parameters": {"reference": unique("order-")}}

    def carts() -> int:
        query = "select count(distinct object_id) from events where session_id = :id"
        (row,) = scene.read("select id from sessions where text = :text", text=session)
        return int(scene.read(query, id=row.id)[0][0])

    assert send(scene, added).status_code == 200
    senders = [{"session": session}, {"profile": profile}]
    for owner in senders if page_is_first else senders[1:]:
        assert scene.track(placed | owner).status_code == 201
    seen = carts()
    assert send(scene, added).status_code == 200
    assert carts() == seen + 1


@pytest.mark.parametrize("is_merged", [False, True])
def test_an_event_of_somebody_alive_in_the_session_of_somebody_deleted_is_theirs(
    scene: Scene, is_merged: bool
) -> None:
    gone, eva = scene.new_profile(), scene.new_profile()
    session = scene.new_session(gone)
    if is_merged:
        other = scene.new_profile()
        answer = scene.client.post(f"/v1/profiles/{other}/merge", json={"profile": gone})
        assert answer.status_code == 200, answer.text
    before = {"action": "subscribed", "session": session}
    assert scene.track(before).status_code == 201
    assert scene.client.delete(f"/v1/profiles/{gone}").status_code == 200
    for _ in range(2):
        assert scene.track(before | {"profile": eva}).status_code == 201
    # Hers is what names her; what the session did before stays with whoever that was.
    listed = scene.client.get(f"/v1/profiles/{eva}/events").json()["data"]
    assert [each["action"] for each in listed] == ["subscribed"] * 2
    shown = scene.client.get(f"/v1/sessions/{session}").json()
    assert shown["profile"] is None
    # The claim is noted once, as an attempt to attach it would be.
    noted = scene.client.get("/v1/conflicts", params={"limit": 100}).json()["data"]
    (conflict,) = (each for each in noted if each["session"] == session)
    assert (conflict["profile"], conflict["owner"], conflict["cause"]) == (eva, None, "event")


def test_the_session_of_somebody_erased_is_free_for_whoever_comes_next(scene: Scene) -> None:
    gone, eva = scene.new_profile(), scene.new_profile()
    session = str(uuid4())
    told = {"action": "subscribed", "session": session}
    assert scene.track(told | {"profile": gone}).status_code == 201
    answer = scene.client.delete(f"/v1/profiles/{gone}?erase=true")
    assert answer.status_code == 200
    assert scene.track(told | {"profile": eva}).status_code == 201
    assert scene.client.get(f"/v1/sessions/{session}").json()["profile"] == eva
