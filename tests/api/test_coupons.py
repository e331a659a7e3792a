"""Coupons: by id, reference or code, and no code twice."""

import pytest

from tests.api.shop import Shop, got, made, refused, unique

PATH = "/v1/coupons"


def test_a_coupon_is_answered_as_told_and_read_back(shop: Shop) -> None:
    told = {
        "code": unique("Spring-"),
        "reference": unique("c-"),
        "source": "woo",
        "description": "x" * 140,
        "destination_url": "https://shop.example.com/cart",
        "metadata": {"a": 1},
    }
    coupon = shop.coupon(**told)
    assert coupon["type"] == "coupon"
    assert {name: coupon[name] for name in told} == told
    for name in (coupon["id"], coupon["reference"], coupon["code"]):
        assert got(shop.client.get(f"{PATH}/{name}")) == coupon
    assert got(shop.client.get(PATH, params={"limit": 1}))["data"] == [coupon]


def test_only_the_code_is_required(shop: Shop) -> None:
    assert refused(shop.client.post(PATH, json={}), 422) == [("parameter_missing", "code")]
    answer = shop.client.post(PATH, json={"code": ""})
    assert refused(answer, 422) == [("parameter_invalid_empty", "code")]
    coupon = shop.coupon(code=20260)
    assert (coupon["code"], coupon["reference"], coupon["source"]) == ("20260", None, None)


def test_every_fault_is_named_at_once(shop: Shop) -> None:
    first = shop.coupon(reference=unique("c-"))
    told = {
        "code": first["code"],
        "reference": first["reference"],
        "description": "x" * 141,
        "destination_url": "ftp://shop.example.com",
        "metadata": 5,
    }
    assert sorted(refused(shop.client.post(PATH, json=told), 422)) == [
        ("invalid", "description"),
        ("invalid", "destination_url"),
        ("invalid", "metadata"),
        ("parameter_not_unique", "code"),
        ("parameter_not_unique", "reference"),
    ]


def test_a_code_is_unique_in_the_business_and_capitals_count(shop: Shop, stranger: Shop) -> None:
    coupon = shop.coupon(code=unique("spring-"), source="a")
    told = {"code": coupon["code"], "source": "b"}
    taken = [("parameter_not_unique", "code")]
    assert refused(shop.client.post(PATH, json=told), 422) == taken
    assert shop.coupon(code=coupon["code"].upper())["id"] != coupon["id"]
    assert stranger.coupon(code=coupon["code"])["code"] == coupon["code"]
    other = shop.coupon()
    answer = shop.client.patch(f"{PATH}/{other['id']}", json={"code": coupon["code"]})
    assert refused(answer, 422) == taken
    same = got(shop.client.patch(f"{PATH}/{coupon['id']}", json={"code": coupon["code"]}))
    assert same["code"] == coupon["code"]


@pytest.mark.parametrize("way", ["deleted", "renamed"])
def test_a_code_that_nobody_has_any_more_is_free(shop: Shop, way: str) -> None:
    coupon = shop.coupon()
    path = f"{PATH}/{coupon['code']}"
    if way == "deleted":
        assert got(shop.client.delete(path)) == {"id": coupon["id"], "deleted": True}
        assert refused(shop.client.get(f"{PATH}/{coupon['id']}"), 404) == [("not_found", "id")]
    else:
        got(shop.client.patch(path, json={"code": unique("other-")}))
    assert refused(shop.client.get(path), 404) == [("not_found", "id")]
    assert shop.coupon(code=coupon["code"])["id"] != coupon["id"]


def test_a_reference_wins_over_a_code_that_reads_like_it(shop: Shop) -> None:
    text = unique("both-")
    by_code, by_reference = shop.coupon(code=text), shop.coupon(reference=text)
    assert got(shop.client.get(f"{PATH}/{text}")) == by_reference
    assert got(shop.client.get(f"{PATH}/{by_code['id']}")) == by_code


def test_an_update_keeps_what_it_does_not_tell(shop: Shop) -> None:
    coupon = shop.coupon(description="Ten percent.")
    path = f"{PATH}/{coupon['id']}"
    changed = got(shop.client.patch(path, json={"destination_url": "http://a.example"}))
    assert (changed["description"], changed["code"]) == ("Ten percent.", coupon["code"])
    assert changed["destination_url"] == "http://a.example"
    answer = shop.client.patch(path, json={"code": None})
    assert refused(answer, 422) == [("parameter_invalid_empty", "code")]
    assert refused(shop.client.patch(f"{PATH}/nothing", json={}), 404) == [("not_found", "id")]


def test_a_form_is_as_good_as_json(shop: Shop) -> None:
    coupon = made(shop.client.post(PATH, data={"code": unique("f-"), "metadata[a]": "1"}))
    assert coupon["metadata"] == {"a": "1"}
    changed = got(shop.client.patch(f"{PATH}/{coupon['code']}", data={"description": "x"}))
    assert changed["description"] == "x"
