"""Carts: what is in them now, made by hand."""

from typing import Any

from sqlalchemy import insert, select

from footfall.domain.public_ids import Kind, PublicIds
from footfall.store.engine import Engines
from footfall.store.tables import open_carts
from tests.api.shop import Shop, got, made, refused, unique

PATH = "/v1/attribution/carts"
ITEMS = "/v1/attribution/items"


def quantities(cart: dict[str, Any]) -> list[tuple[str, int]]:
    return [(item["product"]["id"], item["quantity"]) for item in cart["items"]]


def test_a_cart_is_answered_as_told_and_read_back(shop: Shop) -> None:
    product = shop.product(price=2)["id"]
    cart = shop.cart(
        source="woo", total=50, items=[{"product": product, "quantity": 2}], metadata={"a": 1}
    )
    assert (cart["type"], cart["source"], cart["metadata"]) == ("cart", "woo", {"a": 1})
    assert cart["total"] == {"amount": "50.00", "currency": "USD"}
    (item,) = cart["items"]
    assert (item["cart"], item["order"], item["quantity"]) == (cart["id"], None, 2)
    assert item["price"] == {"amount": "2.00", "currency": "USD"}
    for name in (cart["id"], cart["reference"]):
        assert got(shop.client.get(f"{PATH}/{name}")) == cart
    assert got(shop.client.get(PATH, params={"limit": 1}))["data"] == [cart]


def test_a_cart_needs_nothing(shop: Shop) -> None:
    cart = made(shop.client.post(PATH, json={}))
    assert (cart["reference"], cart["total"], cart["items"]) == (None, None, [])


def test_a_cart_is_worth_what_was_told_and_nothing_else(shop: Shop) -> None:
    assert shop.cart(items=[{"product": shop.product(price=2)["id"]}])["total"] is None


def test_a_cart_with_faults_is_refused_for_all_of_them(shop: Shop) -> None:
    told = {
        "reference": shop.cart()["reference"],
        "total": "much",
        "items": [{"product": "nothing"}, {"product": {"sku": "x"}}],
    }
    assert sorted(refused(shop.client.post(PATH, json=told), 422)) == [
        ("invalid", "total"),
        ("not_found", "items[0][product]"),
        ("parameter_missing", "items[1][product][name]"),
        ("parameter_not_unique", "reference"),
    ]


def test_an_update_with_items_is_the_whole_cart(shop: Shop) -> None:
    first, second, third = (shop.product()["id"] for _ in range(3))
    cart = shop.cart(items=[{"product": first}, {"product": second, "quantity": 2}])
    path = f"{PATH}/{cart['reference']}"
    assert got(shop.client.patch(path, json={"total": 3}))["items"] == cart["items"]
    told = {"items": [{"product": third}, {"product": second, "quantity": 5}]}
    changed = got(shop.client.patch(path, json=told))
    assert sorted(quantities(changed)) == sorted([(second, 5), (third, 1)])
    kept = {item["product"]["id"]: item["id"] for item in changed["items"]}
    assert kept[second] == cart["items"][1]["id"]
    assert got(shop.client.patch(path, json={"items": []}))["items"] == []


def test_a_refused_update_leaves_the_cart_as_it_was(shop: Shop) -> None:
    cart = shop.cart(items=[{"product": shop.product()["id"]}])
    told = {"items": [{"product": {"name": "New"}}, {"product": "nothing"}]}
    answer = shop.client.patch(f"{PATH}/{cart['id']}", json=told)
    assert refused(answer, 422) == [("not_found", "items[1][product]")]
    assert got(shop.client.get(f"{PATH}/{cart['id']}")) == cart


def test_an_item_of_a_cart_is_changed_and_deleted_by_itself(shop: Shop) -> None:
    cart = shop.cart(items=[{"product": shop.product(price=2)["id"]}], total=9)
    address = f"{ITEMS}/{cart['items'][0]['id']}"
    assert got(shop.client.patch(address, json={"quantity": 4}))["quantity"] == 4
    assert refused(shop.client.patch(address, json={"quantity": "few"}), 422) == [
        ("invalid", "quantity")
    ]
    got(shop.client.delete(address))
    after = got(shop.client.get(f"{PATH}/{cart['id']}"))
    assert (after["items"], after["total"]["amount"]) == ([], "9.00")


def test_a_deleted_cart_is_gone(shop: Shop) -> None:
    cart = shop.cart(items=[{"product": shop.product()["id"]}])
    item = f"{ITEMS}/{cart['items'][0]['id']}"
    assert got(shop.client.delete(f"{PATH}/{cart['reference']}"))["id"] == cart["id"]
    for method in ("GET", "PATCH", "DELETE"):
        for address in (f"{PATH}/{cart['id']}", item):
            answer = shop.client.request(method, address, content=b"{}")
            assert refused(answer, 404) == [("not_found", "id")]


def test_a_deleted_cart_is_nobodys_open_cart(
    shop: Shop, beside: Engines, public_ids: PublicIds
) -> None:
    cart, other = made(shop.client.post(PATH, json={})), made(shop.client.post(PATH, json={}))
    rows = {each["id"]: public_ids[Kind.OBJECT].decode(each["id"]) for each in (cart, other)}
    with beside.write.begin() as connection:
        for row_id in rows.values():
            values = {"owner": f"p{row_id}", "object_id": row_id}
            connection.execute(insert(open_carts).values(values))
    got(shop.client.delete(f"{PATH}/{cart['id']}"))
    with beside.read.begin() as connection:
        left = set(connection.execute(select(open_carts.c.object_id)).scalars())
    assert left & set(rows.values()) == {rows[other["id"]]}


def test_a_form_is_as_good_as_json(shop: Shop) -> None:
    product = shop.product()["id"]
    told = {"reference": unique("cart-"), "items[][product]": product, "total[amount]": "5"}
    cart = made(shop.client.post(PATH, data=told))
    assert (quantities(cart), cart["total"]["amount"]) == ([(product, 1)], "5.00")
    path = f"{PATH}/{cart['id']}"
    changed = got(
        shop.client.patch(path, data={"items[0][product]": product, "items[0][quantity]": "7"})
    )
    assert quantities(changed) == [(product, 7)]
