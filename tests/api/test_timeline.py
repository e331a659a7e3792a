"""A person's history: at once whole, also what its sessions did before they were attached."""

import time
from typing import Any

from tests.api.shop import Shop, got, made, refused, unique


def timeline(shop: Shop, profile: str, **query: Any) -> dict[str, Any]:
    return got(shop.client.get(f"/v1/profiles/{profile}/events", params=query))


def test_what_a_session_did_before_it_was_attached_is_there_at_once(shop: Shop) -> None:
    session, profile = shop.session(), shop.profile()["id"]
    before = shop.track(session=session)
    assert timeline(shop, profile)["data"] == []
    got(shop.client.patch(f"/v1/sessions/{session}", json={"profile": profile}))
    after = shop.track(session=session)
    own = shop.track(profile=profile)
    found = timeline(shop, profile)["data"]
    assert [(each["event_id"], each["session"], each["before_attach"]) for each in found] == [
        (own, None, False),
        (after, session, False),
        (before, session, True),
    ]
    assert {each["profile"] for each in found} == {profile}


def test_an_event_that_names_the_profile_was_never_anothers(shop: Shop) -> None:
    session, profile = shop.session(), shop.profile()["id"]
    shop.track(session=session, profile=profile, tracked_at=1_600_000_000)
    (event,) = timeline(shop, profile)["data"]
    assert event["before_attach"] is False


def test_a_timeline_is_an_event_list_with_one_field_more(shop: Shop) -> None:
    profile = shop.profile()["id"]
    event = shop.event(profile=profile, metadata={"a": 1})
    assert timeline(shop, profile)["data"] == [{**event, "before_attach": False}]


def test_a_timeline_is_paged(shop: Shop) -> None:
    profile = shop.profile()["id"]
    keys = [shop.track(profile=profile) for _ in range(3)][::-1]
    first = timeline(shop, profile, limit=2)
    assert ([each["event_id"] for each in first["data"]], first["has_more"]) == (keys[:2], True)
    rest = timeline(shop, profile, limit=2, starting_after=first["data"][-1]["id"])
    assert ([each["event_id"] for each in rest["data"]], rest["has_more"]) == (keys[2:], False)
    answer = shop.client.get(f"/v1/profiles/{profile}/events?starting_after=x&limit=0")
    assert sorted(refused(answer, 422)) == [("invalid", "limit"), ("not_found", "starting_after")]


def test_sessions_of_a_person_are_paged(shop: Shop) -> None:
    profile, texts = shop.profile()["id"], [shop.session() for _ in range(3)]
    for text in texts:
        got(shop.client.patch(f"/v1/sessions/{text}", json={"profile": profile}))
    path = f"/v1/profiles/{profile}/sessions"
    page = got(shop.client.get(path, params={"limit": 2}))
    assert ([each["session"] for each in page["data"]], page["has_more"]) == (
        texts[:0:-1],
        True,
    )
    rest = got(shop.client.get(path, params={"starting_after": page["data"][-1]["id"]}))
    assert [each["session"] for each in rest["data"]] == texts[:1]


def test_attaching_a_long_history_writes_one_row(shop: Shop) -> None:
    session, profile = shop.session(), shop.profile(first_name="Ana")["id"]
    events = [
        {"action": "subscribed", "session": session, "event_id": unique("bulk-")}
        for _ in range(500)
    ]
    for _ in range(4):
        for event in events:
            event["event_id"] = unique("bulk-")
        answer = shop.client.post("/v1/attribution/events/batch", json={"events": events})
        assert answer.status_code in (200, 201, 207), answer.text
    began = time.perf_counter()
    got(shop.client.patch(f"/v1/sessions/{session}", json={"profile": profile}))
    assert time.perf_counter() - began < 1
    page = timeline(shop, profile, limit=100)
    assert len(page["data"]) == 100
    assert page["has_more"]


def test_a_post_without_a_session_id_is_answered_in_json(shop: Shop) -> None:
    for method in ("POST", "PATCH"):
        body = {"session": None, "profile": shop.profile()["id"]}
        answer = shop.client.request(method, "/v1/sessions/", json=body)
        assert refused(answer, 404) == [("not_found", None)]


def test_a_false_profile_never_detaches(shop: Shop) -> None:
    session = shop.session()
    profile = made(shop.client.post("/v1/profiles", json={"first_name": "A", "session": session}))
    for method in ("POST", "PATCH"):
        answer = shop.client.request(method, f"/v1/sessions/{session}", json={"profile": False})
        assert refused(answer, 422) == [("parameter_missing", "profile")]
    assert got(shop.client.get(f"/v1/sessions/{session}"))["profile"] == profile["id"]
