"""Events read back: every field as it was told, found by id or key, and filtered."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.api.shop import Shop, got, refused, unique

PATH = "/v1/attribution/events"


def listed(shop: Shop, **query: Any) -> list[str]:
    """The senders' ids of the events of a list."""
    return [each["event_id"] for each in got(shop.client.get(PATH, params=query))["data"]]


def test_an_event_is_read_back_as_it_was_told(shop: Shop) -> None:
    profile, product, session = shop.profile()["id"], shop.product(), shop.session()
    event = shop.event(
        action="product.purchased",
        profile=profile,
        session=session,
        product=product["id"],
        amount=89.9,
        currency="EUR",
        tracked_at="2022-10-13T20:02:53+02:00",
        metadata={"coupon": "SPRING"},
        url="https://shop.example.com",
        utm_params={"source": "google"},
        color="red",
    )
    assert event["type"] == "event"
    assert event["action"] == "product.purchased"
    assert (event["profile"], event["session"]) == (profile, session)
    assert event["object"] == {
        "id": product["id"],
        "type": "product",
        "name": product["name"],
        "reference": product["reference"],
    }
    assert (event["amount"], event["currency"]) == ("89.90", "EUR")
    assert event["occurred_at"] == event["tracked_at"] == "2022-10-13T18:02:53Z"
    assert event["received_at"].endswith("Z")
    assert event["ahead_of_clock"] is False
    assert event["metadata"] == {"coupon": "SPRING"}
    assert event["url"] == "https://shop.example.com"
    assert event["data"] == {"utm_params": {"source": "google"}, "color": "red"}
    assert isinstance(event["created_at"], int)


def test_what_was_not_told_is_null(shop: Shop) -> None:
    session = shop.session()
    body = {"action": "subscribed", "session": session}
    assert shop.client.post(PATH, json=body).status_code == 201
    event = got(shop.client.get(PATH, params={"session": session}))["data"][0]
    absent = ("event_id", "profile", "object", "amount", "currency", "tracked_at", "url")
    assert {event[name] for name in absent} == {None}
    assert event["metadata"] == event["data"] == {}
    assert event["occurred_at"] == event["received_at"]


def test_an_event_is_found_by_our_id_and_by_the_senders(shop: Shop) -> None:
    event = shop.event(session=shop.session())
    for name in (event["id"], event["event_id"]):
        assert got(shop.client.get(f"{PATH}/{name}")) == event
    assert refused(shop.client.get(f"{PATH}/nothing-of-the-kind"), 404) == [("not_found", "id")]


def test_an_idempotency_key_is_the_senders_id(shop: Shop) -> None:
    key, body = unique("key-"), {"action": "subscribed", "session": shop.session()}
    headers = {"Idempotency-Key": f'"{key}"'}
    assert shop.client.post(PATH, json=body, headers=headers).status_code == 201
    assert got(shop.client.get(f"{PATH}/{key}"))["event_id"] == key


def test_filters_narrow_the_list(shop: Shop) -> None:
    ana, bob = shop.profile()["id"], shop.profile()["id"]
    session, product = shop.session(), shop.product(sku=unique("SKU-"))
    bought = shop.track(action="product.purchased", profile=ana, product=product["id"])
    viewed = shop.track(action="product.viewed", profile=bob, product=product["id"])
    joined = shop.track(profile=ana, session=session)
    assert listed(shop, profile=ana) == listed(shop, profile_id=ana) == [joined, bought]
    assert listed(shop, session=session) == [joined]
    short = got(shop.client.get(f"/v1/sessions/{session}"))["id"]
    assert listed(shop, session_id=short) == [joined]
    for name in (product["id"], product["reference"], product["sku"]):
        assert listed(shop, object=name) == listed(shop, product_id=name) == [viewed, bought]
    assert listed(shop, profile=ana, action="product.purchased") == [bought]
    assert listed(shop, profile=bob, action="subscribed") == []


def test_times_are_half_open_and_compare_when_it_occurred(shop: Shop) -> None:
    profile = shop.profile()["id"]
    keys = [shop.track(profile=profile, tracked_at=second) for second in (1000, 2000, 3000)]
    assert listed(shop, profile=profile, since=2000) == [keys[2], keys[1]]
    assert listed(shop, profile=profile, until=2000) == [keys[0]]
    assert listed(shop, profile=profile, since=1000, until=3000) == [keys[1], keys[0]]
    assert listed(shop, profile=profile, until="9999-12-31T00:00:00Z") == keys[::-1]


@pytest.mark.parametrize("text", ["1970-01-01T01:33:20%2B01:00", "1970-01-01T01:33:20+01:00"])
def test_a_plus_in_a_time_need_not_be_encoded(shop: Shop, text: str) -> None:
    profile = shop.profile()["id"]
    key = shop.track(profile=profile, tracked_at=2000)
    answer = got(shop.client.get(f"{PATH}?profile={profile}&since={text}"))
    assert [each["event_id"] for each in answer["data"]] == [key]


def test_older_names_of_actions_filter_too(shop: Shop) -> None:
    profile = shop.profile()["id"]
    key = shop.track(action="page.viewed", url="x", profile=profile)
    assert listed(shop, profile=profile, action="page.visited") == [key]


def test_filters_that_name_nothing_are_refused_not_ignored(shop: Shop) -> None:
    query = {
        "profile": "vxqQJ3Yg",
        "session": "unheard-of",
        "object": "unheard-of",
        "action": "unheard.of",
        "since": "yesterday",
        "until": "1665684173000",
        "limit": "0",
        "starting_after": "vxqQJ3Yg",
    }
    answer = shop.client.get(PATH, params=query)
    faults = {name: kind for kind, name in refused(answer, 422)}
    assert faults == {
        "profile": "not_found",
        "session": "not_found",
        "object": "not_found",
        "action": "not_found",
        "since": "invalid",
        "until": "invalid",
        "limit": "invalid",
        "starting_after": "not_found",
    }


def test_filters_that_could_mean_two_things_are_refused(shop: Shop) -> None:
    reference = unique("r-")
    shop.product(reference=reference, source="a")
    shop.product(reference=reference, source="b")
    query = {"object": reference, "profile": shop.profile()["id"], "profile_id": "vxqQJ3Yg"}
    assert sorted(refused(shop.client.get(PATH, params=query), 422)) == [
        ("ambiguous_parameter", "object"),
        ("ambiguous_parameter", "profile_id"),
    ]


def test_a_business_without_events_has_an_empty_list(new_shop: Callable[..., Shop]) -> None:
    assert got(new_shop().client.get(PATH)) == {"data": [], "has_more": False}
