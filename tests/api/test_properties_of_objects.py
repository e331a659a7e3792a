"""Values of the properties that a business gave to built-in objects."""

from typing import Any

import pytest

from tests.api.shop import Shop, got, made, refused, unique

RESOURCES = {
    "product": ("/v1/attribution/products", "name"),
    "order": ("/v1/attribution/orders", "reference"),
    "cart": ("/v1/attribution/carts", "reference"),
    "refund": ("/v1/attribution/refunds", "reference"),
    "coupon": ("/v1/coupons", "code"),
    "app": ("/v1/attribution/apps", "name"),
    "form": ("/v1/forms", "name"),
}
kinds = pytest.mark.parametrize("kind", RESOURCES)


def give_properties(shop: Shop, kind: str) -> tuple[str, str]:
    """The keys of a unique text and of money, which objects of a kind have besides."""
    told = [
        {"name": unique("code "), "kind": "text", "unique": True},
        {"name": unique("fee "), "kind": "money"},
    ]
    known = got(shop.client.get(f"/v1/objects/{kind}"))["properties"]
    wanted = {"properties": [*({"id": each["id"]} for each in known), *told]}
    added = got(shop.client.patch(f"/v1/objects/{kind}", json=wanted))["properties"]
    code, fee = (f"property_by_id[{each['id']}]" for each in added[-2:])
    return code, fee


def values(answer: dict[str, Any]) -> list[Any]:
    return [each["value"] for each in answer["properties"]]


def an_object(shop: Shop, kind: str, **told: Any) -> dict[str, Any]:
    path, name = RESOURCES[kind]
    return made(shop.client.post(path, json={name: unique("x")} | told))


@kinds
def test_values_are_told_by_id_and_answered_everywhere(shop: Shop, kind: str) -> None:
    code, fee = give_properties(shop, kind)
    one = an_object(shop, kind, **{code: "a", fee: "2.5"})
    assert values(one) == ["a", {"amount": "2.50", "currency": "USD"}]
    path = f"{RESOURCES[kind][0]}/{one['id']}"
    assert got(shop.client.get(path)) == one
    assert one in got(shop.client.get(RESOURCES[kind][0], params={"limit": 100}))["data"]
    changed = got(shop.client.patch(path, json={code: None, fee: 3, "metadata": {"a": 1}}))
    assert values(changed) == [{"amount": "3.00", "currency": "USD"}]
    assert values(got(shop.client.patch(path, json={"metadata": {"a": 2}}))) == values(changed)


@kinds
def test_a_unique_value_is_one_objects_until_it_lets_go(shop: Shop, kind: str) -> None:
    code, _ = give_properties(shop, kind)
    path, name = RESOURCES[kind]
    first, second = an_object(shop, kind, **{code: "a"}), an_object(shop, kind)
    refusal = [("parameter_not_unique", code)]
    assert refused(shop.client.post(path, json={name: unique("x"), code: "a"}), 422) == refusal
    assert refused(shop.client.patch(f"{path}/{second['id']}", json={code: "a"}), 422) == refusal
    got(shop.client.patch(f"{path}/{first['id']}", json={code: ""}))
    assert values(got(shop.client.patch(f"{path}/{second['id']}", json={code: "a"}))) == ["a"]
    got(shop.client.delete(f"{path}/{second['id']}"))
    assert values(an_object(shop, kind, **{code: "a"})) == ["a"]


@kinds
def test_bad_values_are_named_beside_the_other_faults(shop: Shop, kind: str) -> None:
    _, fee = give_properties(shop, kind)
    path, name = RESOURCES[kind]
    told = {name: unique("x"), "metadata": [], fee: "much", "property_by_id[nobody]": 1}
    for answer in (
        shop.client.post(path, json=told),
        shop.client.patch(f"{path}/{an_object(shop, kind)['id']}", json=told),
    ):
        assert sorted(refused(answer, 422)) == sorted(
            [("invalid", "metadata"), ("invalid", fee), ("not_found", "property_by_id[nobody]")]
        )


def test_a_variant_has_the_properties_of_products(shop: Shop) -> None:
    code, _ = give_properties(shop, "product")
    product = shop.product(variants=[{"name": "Red"}])
    path = f"/v1/attribution/products/{product['id']}"
    variant = made(shop.client.post(f"{path}/variants", json={"name": "Blue", code: "b"}))
    assert values(variant) == ["b"]
    assert variant in got(shop.client.get(path))["variants"]
    got(shop.client.delete(path))
    assert values(shop.product(**{code: "b"})) == ["b"]


def test_values_inside_another_object_are_refused_not_lost(shop: Shop) -> None:
    code, _ = give_properties(shop, "product")
    inside = {"name": "Red", "property_by_id": {code[15:-1]: "a"}}
    told = {"name": "Bag", "reference": unique("r-"), "variants": [inside]}
    answer = shop.client.post("/v1/attribution/products", json=told)
    assert refused(answer, 422) == [("not_allowed", "variants[0][property_by_id]")]
    told = {"reference": unique("r-"), "items": [{"product": inside}]}
    answer = shop.client.post("/v1/attribution/orders", json=told)
    assert refused(answer, 422) == [("not_allowed", "items[0][product][property_by_id]")]
