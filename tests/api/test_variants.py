"""Variants: rows of their own, inside their product and by themselves."""

from typing import Any

import pytest

from tests.api.shop import Shop, got, made, refused, unique

PRODUCTS = "/v1/attribution/products"
PATH = "/v1/attribution/variants"
EVENTS = "/v1/attribution/events"


def names(product: dict[str, Any]) -> list[str]:
    return [variant["name"] for variant in product["variants"]]


def test_a_variant_told_inside_its_product_is_read_back_by_itself(shop: Shop) -> None:
    told = {
        "name": "Red",
        "reference": unique("red-"),
        "sku": unique("SKU-"),
        "price": {"amount": "22.5", "currency": "EUR"},
        "image_url": "https://shop.example.com/red.png",
        "tags": ["new"],
        "metadata": {"stock": 3},
    }
    product = shop.product(source="here", variants=[told])
    (variant,) = product["variants"]
    assert variant["type"] == "variant"
    assert variant["product"] == product["id"]
    assert variant["source"] == "here"
    assert variant["price"] == {"amount": "22.50", "currency": "EUR"}
    assert {name: variant[name] for name in told if name != "price"} == {
        name: value for name, value in told.items() if name != "price"
    }
    for name in (variant["id"], variant["reference"], variant["sku"]):
        assert got(shop.client.get(f"{PATH}/{name}")) == variant


def test_a_variant_is_added_by_its_products_id_reference_or_sku(shop: Shop) -> None:
    product = shop.product(sku=unique("SKU-"), source="here")
    for name in (product["id"], product["reference"], product["sku"]):
        variant = made(shop.client.post(f"{PRODUCTS}/{name}/variants", json={"name": name}))
        assert (variant["product"], variant["source"]) == (product["id"], "here")
    whole = got(shop.client.get(f"{PRODUCTS}/{product['id']}"))
    assert names(whole) == [product["id"], product["reference"], product["sku"]]


def test_a_variant_is_refused_for_what_a_product_is_refused_for(shop: Shop) -> None:
    product = shop.product()
    path = f"{PRODUCTS}/{product['id']}/variants"
    assert refused(shop.client.post(path, json={}), 422) == [("parameter_missing", "name")]
    inner = {"name": "x", "variants": [{"name": "y"}]}
    assert refused(shop.client.post(path, json=inner), 422) == [("invalid", "variants")]
    taken = {"name": "Red", "reference": product["reference"]}
    assert refused(shop.client.post(path, json=taken), 422) == [
        ("parameter_not_unique", "reference")
    ]
    answer = shop.client.post(f"{PRODUCTS}/nothing/variants", json={"name": "Red"})
    assert refused(answer, 404) == [("not_found", "id")]


def test_a_product_is_no_variant_and_a_variant_no_product(shop: Shop) -> None:
    product = shop.product(variants=[{"name": "Red"}])
    variant = product["variants"][0]["id"]
    for method in ("GET", "PATCH", "DELETE"):
        for address in (f"{PATH}/{product['id']}", f"{PRODUCTS}/{variant}"):
            answer = shop.client.request(method, address, content=b"{}")
            assert refused(answer, 404) == [("not_found", "id")]
    answer = shop.client.post(f"{PRODUCTS}/{variant}/variants", json={"name": "x"})
    assert refused(answer, 404) == [("not_found", "id")]


def test_lists_of_products_hold_no_variants(shop: Shop) -> None:
    product = shop.product(variants=[{"name": "Red"}, {"name": "Blue"}])
    newest = got(shop.client.get(PRODUCTS, params={"limit": 1}))["data"]
    assert newest == [product]
    bound = {"starting_after": product["variants"][0]["id"]}
    assert refused(shop.client.get(PRODUCTS, params=bound), 422) == [
        ("not_found", "starting_after")
    ]


def test_a_variant_is_changed_and_deleted_by_itself(shop: Shop) -> None:
    product = shop.product(variants=[{"name": "Red"}, {"name": "Blue"}])
    red, blue = product["variants"]
    changed = got(shop.client.patch(f"{PATH}/{red['id']}", json={"price": 5, "sku": "R"}))
    assert (changed["price"]["amount"], changed["sku"], changed["name"]) == ("5.00", "R", "Red")
    answer = shop.client.patch(f"{PATH}/{red['id']}", json={"name": ""})
    assert refused(answer, 422) == [("parameter_invalid_empty", "name")]
    deleted = got(shop.client.delete(f"{PATH}/{blue['id']}"))
    assert deleted == {"id": blue["id"], "deleted": True}
    assert refused(shop.client.get(f"{PATH}/{blue['id']}"), 404) == [("not_found", "id")]
    assert got(shop.client.get(f"{PRODUCTS}/{product['id']}"))["variants"] == [changed]


def test_an_update_matches_variants_by_id_reference_sku_or_name(shop: Shop) -> None:
    told = [
        {"name": "A", "reference": unique("a-")},
        {"name": "B", "reference": unique("b-")},
        {"name": "C", "sku": unique("c-")},
        {"name": "D"},
        {"name": "E"},
    ]
    product = shop.product(variants=told)
    a, b, c, d, e = product["variants"]
    answer = shop.client.patch(
        f"{PRODUCTS}/{product['id']}",
        json={
            "variants": [
                {"name": "New"},
                {"id": a["id"], "price": 1},
                {"reference": b["reference"], "price": 2},
                {"sku": c["sku"], "name": "C renamed"},
                {"name": "D", "price": 4},
            ]
        },
    )
    after = {variant["id"]: variant for variant in got(answer)["variants"]}
    assert e["id"] not in after
    assert [after[each["id"]]["name"] for each in (a, b, c, d)] == ["A", "B", "C renamed", "D"]
    assert [after[each["id"]]["price"]["amount"] for each in (a, b, d)] == ["1.00", "2.00", "4.00"]
    assert [each["name"] for each in got(answer)["variants"]][-1] == "New"
    assert len(after) == 5
    assert refused(shop.client.get(f"{PATH}/{e['id']}"), 404) == [("not_found", "id")]


def test_a_reference_may_pass_to_another_variant_as_its_owner_is_removed(shop: Shop) -> None:
    reference = unique("r-")
    product = shop.product(variants=[{"name": "Old", "reference": reference}, {"name": "Kept"}])
    kept = product["variants"][1]
    told = {"variants": [{"id": kept["id"], "reference": reference}]}
    after = got(shop.client.patch(f"{PRODUCTS}/{product['id']}", json=told))["variants"]
    assert [(each["id"], each["reference"]) for each in after] == [(kept["id"], reference)]


def test_every_fault_of_the_variants_is_named_where_it_is(shop: Shop) -> None:
    taken = shop.product()["reference"]
    product = shop.product(variants=[{"name": "Red"}])
    red, stranger = product["variants"][0]["id"], shop.product(variants=[{"name": "x"}])
    told = [
        {"id": red},
        {"id": red},
        {"id": stranger["variants"][0]["id"]},
        {"id": "no id"},
        {"name": "ok", "reference": taken},
        {"reference": "new"},
        {"name": "twice", "reference": "new"},
        {"name": ""},
        {"name": "x", "tags": 5},
    ]
    answer = shop.client.patch(f"{PRODUCTS}/{product['id']}", json={"variants": told})
    assert set(refused(answer, 422)) == {
        ("ambiguous_parameter", "variants[1][id]"),
        ("not_found", "variants[2][id]"),
        ("invalid", "variants[3][id]"),
        ("parameter_not_unique", "variants[4][reference]"),
        ("parameter_missing", "variants[5][name]"),
        ("parameter_not_unique", "variants[6][reference]"),
        ("parameter_invalid_empty", "variants[7][name]"),
        ("invalid", "variants[8][tags]"),
    }
    assert got(shop.client.get(f"{PRODUCTS}/{product['id']}")) == product


def test_a_product_with_a_refused_variant_is_not_made(shop: Shop) -> None:
    reference = unique("r-")
    told = [{"name": "a", "reference": reference}, {"name": "b", "reference": reference}]
    answer = shop.client.post(PRODUCTS, json={"name": unique("Never "), "variants": told})
    assert refused(answer, 422) == [("parameter_not_unique", "variants[1][reference]")]
    newest = got(shop.client.get(PRODUCTS, params={"limit": 1}))["data"]
    assert not newest or not newest[0]["name"].startswith("Never ")


def test_deleting_a_product_deletes_its_variants(shop: Shop) -> None:
    product = shop.product(variants=[{"name": "Red", "sku": unique("SKU-")}])
    variant = product["variants"][0]
    profile = shop.profile()["id"]
    told = {"action": "product.viewed", "product": variant["id"], "profile": profile}
    shop.event(**told)
    got(shop.client.delete(f"{PRODUCTS}/{product['id']}"))
    for name in (variant["id"], variant["sku"]):
        assert refused(shop.client.get(f"{PATH}/{name}"), 404) == [("not_found", "id")]
    assert refused(shop.client.post(EVENTS, json=told), 422) == [("not_found", "product")]


@pytest.mark.parametrize("field", ["id", "reference", "sku"])
def test_a_variant_is_as_good_as_a_product_in_an_event(shop: Shop, field: str) -> None:
    told = {"name": "Red", "reference": unique("r-"), "sku": unique("s-"), "price": "7.25"}
    variant = shop.product(variants=[told])["variants"][0]
    event = shop.event(
        action="product.purchased", product=variant[field], profile=shop.profile()["id"]
    )
    assert (event["amount"], event["object"]["id"]) == ("7.25", variant["id"])


def test_a_product_told_by_its_name_alone_is_no_variant_of_that_name(shop: Shop) -> None:
    name = unique("Red ")
    variant = shop.product(variants=[{"name": name}])["variants"][0]
    order = shop.order(items=[{"product": {"name": name}}])
    assert order["items"][0]["product"]["id"] != variant["id"]
    assert order["items"][0]["product"]["type"] == "product"


def test_a_form_is_as_good_as_json(shop: Shop) -> None:
    form = {"name": "Bag", "variants[0][name]": "Red", "variants[1][name]": "Blue"}
    product = made(shop.client.post(PRODUCTS, data=form))
    assert names(product) == ["Red", "Blue"]
    path = f"{PRODUCTS}/{product['id']}"
    green = made(shop.client.post(f"{path}/variants", data={"name": "Green", "price[amount]": 3}))
    assert green["price"] == {"amount": "3.00", "currency": "USD"}
    changed = got(shop.client.patch(f"{PATH}/{green['id']}", data={"name": "Lime"}))
    assert changed["name"] == "Lime"
    kept = got(shop.client.patch(path, data={"variants[][name]": "Lime"}))
    assert [each["id"] for each in kept["variants"]] == [green["id"]]
