"""Delivered messages: told once, one by one or many at a time, and found again."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.api.shop import Shop, got, made, refused, unique


def told_of(profile: str, **changes: Any) -> dict[str, Any]:
    body = {"profile": profile, "campaign": "spring", "channel": "sms", "reference": unique("m-")}
    return body | changes


def batch(shop: Shop, *told: Any) -> dict[str, Any]:
    answer = shop.client.post("/v1/deliveries", json={"deliveries": told})
    assert answer.status_code == 207, answer.text
    body: dict[str, Any] = answer.json()
    return body


def wrong(result: dict[str, Any]) -> list[tuple[str, str]]:
    return [(error["type"], error["parameter"]) for error in result["errors"]]


def test_a_delivery_is_kept_as_it_is_told(shop: Shop) -> None:
    profile = shop.profile()["id"]
    told = told_of(profile, source="gateway", delivered_at="2026-03-01T09:30:00+02:00")
    delivery = made(shop.client.post("/v1/deliveries", json=told))
    assert delivery.items() >= (told | {"delivered_at": "2026-03-01T07:30:00Z"}).items()
    assert got(shop.client.get(f"/v1/deliveries/{delivery['id']}")) == delivery


def test_a_delivery_without_a_time_was_when_it_was_told(shop: Shop) -> None:
    delivery = shop.delivery(profile=shop.profile()["id"])
    assert delivery["delivered_at"].startswith("20")
    assert delivery["source"] is None


def test_the_same_delivery_again_is_the_first_one(shop: Shop) -> None:
    told = told_of(
        shop.profile()["id"], reference=17, delivered_at=1_700_000_000, source=unique("s")
    )
    first = made(shop.client.post("/v1/deliveries", json=told))
    assert first["reference"] == "17"
    for again in (told, told | {"reference": "17"}, told | {"delivered_at": None}):
        assert made(shop.client.post("/v1/deliveries", json=again)) == first
    assert batch(shop, told)["results"] == [
        {"index": 0, "id": first["id"], "result": "duplicate", "errors": []}
    ]


@pytest.mark.parametrize(
    "change",
    [{"campaign": "autumn"}, {"channel": "email"}, {"delivered_at": 1_700_000_001}],
    ids=str,
)
def test_a_reference_with_another_content_is_a_conflict(shop: Shop, change: dict[str, Any]) -> None:
    told = told_of(shop.profile()["id"], delivered_at=1_700_000_000)
    made(shop.client.post("/v1/deliveries", json=told))
    answer = shop.client.post("/v1/deliveries", json=told | change)
    assert refused(answer, 422) == [("idempotency_conflict", "reference")]
    (name,) = change
    assert name in answer.json()["errors"][0]["message"]


def test_a_reference_of_somebody_elses_delivery_is_a_conflict(shop: Shop) -> None:
    told = told_of(shop.profile()["id"])
    made(shop.client.post("/v1/deliveries", json=told))
    answer = shop.client.post("/v1/deliveries", json=told | {"profile": shop.profile()["id"]})
    assert refused(answer, 422) == [("idempotency_conflict", "reference")]


def test_each_source_has_references_of_its_own(shop: Shop) -> None:
    told = told_of(shop.profile()["id"])
    ids = {
        made(shop.client.post("/v1/deliveries", json=told | {"source": each}))["id"]
        for each in ("", "a", "b")
    }
    assert len(ids) == 3


def test_a_repeat_of_a_time_ahead_of_the_clock_is_a_repeat(shop: Shop) -> None:
    profile = shop.profile()["id"]
    now = made(shop.client.post("/v1/deliveries", json=told_of(profile)))["created_at"]
    told = told_of(profile, delivered_at=now + 3600)
    first = made(shop.client.post("/v1/deliveries", json=told))
    assert made(shop.client.post("/v1/deliveries", json=told)) == first


def test_a_batch_answers_for_each_in_order_and_a_bad_one_harms_no_other(shop: Shop) -> None:
    profile, gone = shop.profile()["id"], shop.profile()["id"]
    got(shop.client.delete(f"/v1/profiles/{gone}"))
    good = told_of(profile)
    answer = batch(
        shop,
        good,
        good,
        good | {"channel": "email"},
        told_of("nobody"),
        told_of(gone),
        "text",
        {"profile_id": profile, "reference": "", "delivered_at": 1_700_000_000_000},
        told_of(profile),
    )
    results = answer["results"]
    assert [each["result"] for each in results] == [
        "created",
        "duplicate",
        *["rejected"] * 5,
        "created",
    ]
    assert [each["index"] for each in results] == [*range(8)]
    assert results[0]["id"] == results[1]["id"] != results[7]["id"]
    assert [wrong(each) for each in results[2:7]] == [
        [("idempotency_conflict", "reference")],
        [("not_found", "profile")],
        [("not_found", "profile")],
        [("invalid", "deliveries")],
        [
            ("parameter_missing", "campaign"),
            ("parameter_missing", "channel"),
            ("parameter_invalid_empty", "reference"),
            ("invalid", "delivered_at"),
        ],
    ]
    assert (answer["created"], answer["duplicate"], answer["rejected"]) == (2, 1, 5)
    refusals = got(shop.client.get("/v1/rejections", params={"limit": 5}))["data"]
    assert [each["item"] for each in refusals] == [6, 5, 4, 3, 2]


def test_a_batch_may_be_a_delivery_a_line(shop: Shop) -> None:
    told = [told_of(shop.profile()["id"]) for _ in range(2)]
    lines = [json.dumps(told[0]), "", "no delivery", '{"campaign": ', "[]", json.dumps(told[1])]
    answer = shop.client.post(
        "/v1/deliveries",
        content="\n".join(lines) + "\n",
        headers={"Content-Type": "application/x-ndjson"},
    )
    assert answer.status_code == 207, answer.text
    results = answer.json()["results"]
    assert [each["result"] for each in results] == ["created", *["rejected"] * 3, "created"]
    assert [wrong(each) for each in results[1:4]] == [[("invalid", "deliveries")]] * 3
    assert batch(shop, *told)["duplicate"] == 2


def test_a_batch_is_listed_in_its_order(shop: Shop) -> None:
    profile = shop.profile()["id"]
    made_ids = [each["id"] for each in batch(shop, *map(told_of, [profile] * 5))["results"]]
    listed = got(shop.client.get("/v1/deliveries", params={"profile": profile}))["data"]
    assert [each["id"] for each in listed] == made_ids[::-1]


def test_thousands_are_taken_at_once_and_once(shop: Shop) -> None:
    profile = shop.profile()["id"]
    told = [told_of(profile) for _ in range(5000)]
    assert batch(shop, *told)["created"] == 5000
    assert batch(shop, *told)["duplicate"] == 5000
    answer = shop.client.post("/v1/deliveries", json={"deliveries": [*told, told[0]]})
    assert refused(answer, 422) == [("invalid", "deliveries")]


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({"deliveries": []}, ("parameter_invalid_empty", "deliveries")),
        ({"deliveries": {}}, ("invalid", "deliveries")),
        ({"deliveries": None}, ("invalid", "deliveries")),
        ({"deliveries": [{}], "campaign": "x"}, ("ambiguous_parameter", "campaign")),
    ],
)
def test_a_batch_that_cannot_be_is_refused_whole(
    shop: Shop, body: dict[str, Any], fault: tuple[str, str]
) -> None:
    assert refused(shop.client.post("/v1/deliveries", json=body), 422) == [fault]


def test_a_delivery_that_names_nobody_is_refused(shop: Shop) -> None:
    for told, fault in (
        ({"campaign": "a", "channel": "b", "reference": "c"}, ("parameter_missing", "profile")),
        (told_of("nobody"), ("not_found", "profile")),
        (told_of("a") | {"profile_id": "b"}, ("ambiguous_parameter", "profile_id")),
    ):
        assert refused(shop.client.post("/v1/deliveries", json=told), 422) == [fault]


def test_nothing_is_kept_of_deliveries_to_who_is_not_to_be_tracked(shop: Shop) -> None:
    profile = shop.profile()["id"]
    got(shop.client.post(f"/v1/profiles/{profile}/suppress"))
    before = got(shop.client.get("/v1/rejections"))["data"]
    answer = shop.client.post("/v1/deliveries", json=told_of(profile))
    assert refused(answer, 422) == [("not_allowed", "profile")]
    results = batch(shop, told_of(profile), told_of(shop.profile()["id"]))["results"]
    assert [each["result"] for each in results] == ["rejected", "created"]
    assert got(shop.client.get("/v1/rejections"))["data"] == before
    assert got(shop.client.get("/v1/deliveries", params={"profile": profile}))["data"] == []
    assert got(shop.client.get(f"/v1/profiles/{profile}"))["suppressed_events"] == 2


def test_deliveries_to_a_merged_person_are_the_persons(shop: Shop) -> None:
    first, other = shop.profile(first_name="A")["id"], shop.profile(first_name="B")["id"]
    told = told_of(other)
    delivery = made(shop.client.post("/v1/deliveries", json=told))
    got(shop.client.post(f"/v1/profiles/{first}/merge", json={"profile": other}))
    assert got(shop.client.get(f"/v1/deliveries/{delivery['id']}"))["profile"] == first
    again = made(shop.client.post("/v1/deliveries", json=told | {"profile": first}))
    assert again["id"] == delivery["id"]
    for name in (first, other):
        listed = got(shop.client.get("/v1/deliveries", params={"profile": name}))["data"]
        assert [each["id"] for each in listed] == [delivery["id"]]


def test_deliveries_are_found_by_campaign_and_time(new_shop: Callable[..., Shop]) -> None:
    shop = new_shop()
    profile = shop.profile()["id"]
    old, new = (
        shop.delivery(profile=profile, campaign=campaign, delivered_at=at)["id"]
        for campaign, at in (("spring", 1_600_000_000), ("autumn", 1_700_000_000))
    )
    for query, found in (
        ({}, [new, old]),
        ({"campaign": "spring"}, [old]),
        ({"campaign": "none"}, []),
        ({"since": "1700000000"}, [new]),
        ({"until": "1700000000"}, [old]),
        ({"limit": "1"}, [new]),
        ({"starting_after": new}, [old]),
    ):
        listed = got(shop.client.get("/v1/deliveries", params=query))["data"]
        assert [each["id"] for each in listed] == found, query
    answer = shop.client.get("/v1/deliveries", params={"since": "yesterday", "limit": "0"})
    assert refused(answer, 422) == [("invalid", "limit"), ("invalid", "since")]


def test_one_reference_told_by_many_at_once_is_one_delivery(shop: Shop) -> None:
    told = told_of(shop.profile()["id"])

    def tell(number: int) -> httpx.Response:
        body = {"deliveries": [told, told_of(told["profile"])]} if number % 2 else told
        return shop.client.post("/v1/deliveries", json=body)

    with ThreadPoolExecutor(8) as pool:
        answers = [answer.json() for answer in pool.map(tell, range(16))]
    ids = {each["results"][0]["id"] if "results" in each else each["id"] for each in answers}
    assert len(ids) == 1


def test_telling_takes_the_scope_for_events(
    shop: Shop, client_of: Callable[..., httpx.Client]
) -> None:
    told = told_of(shop.profile()["id"])
    writer, reader = (
        client_of(shop.business_id, "events:write"),
        client_of(shop.business_id, "read"),
    )
    assert made(writer.post("/v1/deliveries", json=told))
    assert refused(reader.post("/v1/deliveries", json=told), 403)[0][0] == "forbidden"
    assert refused(writer.get("/v1/deliveries"), 403)[0][0] == "forbidden"
    assert got(reader.get("/v1/deliveries"))["data"]
