"""Orders: with items of their own, worth what was told or what the items are worth."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from footfall.domain.public_ids import Kind, PublicIds
from footfall.store.engine import Engines
from footfall.store.tables import actions, events, sightings
from tests.api.shop import Shop, got, made, refused, unique

PATH = "/v1/attribution/orders"
ITEMS = "/v1/attribution/items"
PRODUCTS = "/v1/attribution/products"


def usd(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "USD"}


def test_an_order_is_answered_as_told_and_read_back(shop: Shop) -> None:
    product = shop.product(sku=unique("SKU-"), price=4)
    order = shop.order(
        source="custom_store",
        name="First order",
        delivery="collect",
        payment_method="card",
        sales_channel="web",
        total={"amount": "395.00", "currency": "EUR"},
        items=[
            {"product": product["id"], "quantity": "2", "price": {"amount": 3, "currency": "EUR"}}
        ],
        metadata={"gift": True},
    )
    assert order["type"] == "order"
    assert order["name"] == "First order"
    assert (order["delivery"], order["payment_method"]) == ("collect", "card")
    assert (order["sales_channel"], order["source"]) == ("web", "custom_store")
    assert order["total"] == {"amount": "395.00", "currency": "EUR"}
    assert order["total_computed"] is False
    assert order["metadata"] == {"gift": True}
    (item,) = order["items"]
    assert item["type"] == "item"
    assert item["product"] == {
        "id": product["id"],
        "type": "product",
        "name": product["name"],
        "reference": product["reference"],
        "sku": product["sku"],
    }
    assert (item["quantity"], item["price"]) == (2, {"amount": "3.00", "currency": "EUR"})
    assert (item["order"], item["cart"]) == (order["id"], None)
    for name in (order["id"], order["reference"]):
        assert got(shop.client.get(f"{PATH}/{name}")) == order
    assert got(shop.client.get(PATH, params={"limit": 1}))["data"] == [order]


def test_only_the_reference_is_required_and_what_is_missing_has_defaults(shop: Shop) -> None:
    order = made(shop.client.post(PATH, json={"reference": 1001}))
    assert (order["reference"], order["delivery"], order["items"]) == ("1001", "deliver", [])
    assert (order["total"], order["total_computed"]) == (None, False)
    assert refused(shop.client.post(PATH, json={}), 422) == [("parameter_missing", "reference")]
    for empty in (None, "", False):
        answer = shop.client.post(PATH, json={"reference": empty})
        assert refused(answer, 422) == [("parameter_invalid_empty", "reference")]


def test_an_amount_with_its_currency_is_as_good_as_a_total(shop: Shop) -> None:
    order = shop.order(amount="1500", currency="JPY")
    assert order["total"] == {"amount": "1500", "currency": "JPY"}


def test_without_a_total_the_items_are_summed_at_the_products_prices(shop: Shop) -> None:
    first, second = shop.product(price="2.50"), shop.product(price=10)
    lines = [
        {"product": first["id"], "quantity": 3},
        {"product": second["reference"], "price": "8.00"},
    ]
    order = shop.order(items=lines)
    assert (order["total"], order["total_computed"]) == (usd("15.50"), True)
    # What was sold stays sold at its price.
    got(shop.client.patch(f"{PRODUCTS}/{first['id']}", json={"price": 99}))
    assert got(shop.client.get(f"{PATH}/{order['id']}")) == order


@pytest.mark.parametrize("price", [None, {"amount": 5, "currency": "EUR"}])
def test_no_sum_is_better_than_a_wrong_one(shop: Shop, price: Any) -> None:
    lines = [
        {"product": shop.product(price=price)["id"]},
        {"product": shop.product(price=2)["id"]},
    ]
    order = shop.order(items=lines)
    assert (order["total"], order["total_computed"]) == (None, False)
    got(shop.client.delete(f"{ITEMS}/{order['items'][0]['id']}"))
    after = got(shop.client.get(f"{PATH}/{order['id']}"))
    assert (after["total"], after["total_computed"]) == (usd("2.00"), True)


def test_a_reference_is_unique_in_its_source(shop: Shop) -> None:
    order = shop.order(source="a")
    told = {"reference": order["reference"], "source": "a"}
    taken = [("parameter_not_unique", "reference")]
    assert refused(shop.client.post(PATH, json=told), 422) == taken
    other = shop.order(reference=order["reference"], source="b")
    answer = shop.client.patch(f"{PATH}/{other['id']}", json={"source": "a"})
    assert refused(answer, 422) == [("parameter_not_unique", "source")]
    answer = shop.client.get(f"{PATH}/{order['reference']}")
    assert refused(answer, 422) == [("ambiguous_parameter", "id")]
    third = shop.order(source="a")
    answer = shop.client.patch(f"{PATH}/{third['id']}", json={"reference": order["reference"]})
    assert refused(answer, 422) == taken
    # A product may have the reference of an order.
    shop.product(reference=order["reference"], source="a")


def test_every_fault_is_named_at_once(shop: Shop) -> None:
    taken = shop.order()["reference"]
    ambiguous = unique("r-")
    for source in ("a", "b"):
        shop.product(reference=ambiguous, source=source)
    lines: list[dict[str, Any]] = [
        {"product": "no-such-product"},
        {"product": shop.product()["id"], "quantity": 0, "price": "much"},
        {"quantity": 2},
        {"product": {"reference": "without-a-name"}},
        {"product": ambiguous},
    ]
    body = {
        "reference": taken,
        "delivery": "fly",
        "total": {"amount": 1, "currency": "XXX"},
        "metadata": [],
        "items": lines,
    }
    assert sorted(refused(shop.client.post(PATH, json=body), 422)) == sorted(
        [
            ("parameter_not_unique", "reference"),
            ("invalid", "delivery"),
            ("invalid", "currency"),
            ("invalid", "metadata"),
            ("not_found", "items[0][product]"),
            ("invalid", "items[1][quantity]"),
            ("invalid", "items[1][price]"),
            ("parameter_missing", "items[2][product]"),
            ("parameter_missing", "items[3][product][name]"),
            ("ambiguous_parameter", "items[4][product]"),
        ]
    )


def test_a_product_inside_an_item_is_found_or_made(shop: Shop) -> None:
    known = shop.product(source="woo", price=5)
    new = {
        "name": "New",
        "reference": 17,
        "sku": unique("SKU-"),
        "source": unique("woo-"),
        "price": "3.00",
        "variants": [{"name": "Blue"}],
    }
    by_sku = {"name": "New", "sku": new["sku"], "source": new["source"]}
    told = {"name": "Other", "reference": known["reference"], "source": "woo", "price": 99}
    lines = [{"product": told}, {"product": new}, {"product": by_sku, "quantity": 2}]
    order = shop.order(items=lines)
    first, second, third = (item["product"] for item in order["items"])
    # Finding does not update.
    assert got(shop.client.get(f"{PRODUCTS}/{known['id']}")) == known
    assert first["id"] == known["id"]
    assert second["id"] == third["id"]
    assert order["total"] == usd("14.00")
    product = got(shop.client.get(f"{PRODUCTS}/{second['id']}"))
    assert (product["reference"], product["sku"]) == ("17", new["sku"])
    assert [(each["name"], each["source"]) for each in product["variants"]] == [
        ("Blue", new["source"])
    ]


def test_a_refused_order_leaves_no_products_behind(shop: Shop) -> None:
    reference = unique("never-")
    lines = [{"product": {"name": "Never", "reference": reference}}, {"product": "nothing"}]
    answer = shop.client.post(PATH, json={"reference": unique("o-"), "items": lines})
    assert refused(answer, 422) == [("not_found", "items[1][product]")]
    answer = shop.client.get(f"{PRODUCTS}/{reference}")
    assert refused(answer, 404) == [("not_found", "id")]


def test_the_same_product_twice_stays_two_lines(shop: Shop) -> None:
    product = shop.product(price=1)["id"]
    order = shop.order(items=[{"product": product}, {"product": product, "quantity": 2}])
    assert [item["quantity"] for item in order["items"]] == [1, 2]
    assert len({item["id"] for item in order["items"]}) == 2


def test_an_older_plugins_line_is_the_product_itself(shop: Shop) -> None:
    order = shop.order(
        items=[{"name": "Mug", "reference": unique("m-"), "price": 2, "quantity": 4}]
    )
    assert order["items"][0]["product"]["name"] == "Mug"
    assert order["total"] == usd("8.00")


def test_an_update_changes_attributes_and_makes_no_event(shop: Shop) -> None:
    order = shop.order(items=[{"product": shop.product(price=2)["id"]}], metadata={"a": 1})
    told = {"name": "Renamed", "delivery": "collect", "payment_method": None}
    changed = got(shop.client.patch(f"{PATH}/{order['reference']}", json=told))
    assert changed == {
        **order,
        "name": "Renamed",
        "delivery": "collect",
        "updated_at": changed["updated_at"],
    }
    told_total = got(shop.client.patch(f"{PATH}/{order['id']}", json={"total": "9.99"}))
    assert (told_total["total"], told_total["total_computed"]) == (usd("9.99"), False)
    found = got(shop.client.get("/v1/attribution/events", params={"order": order["id"]}))
    assert found["data"] == []


def test_an_update_that_tells_items_is_refused_with_the_way_to_do_it(shop: Shop) -> None:
    order = shop.order(items=[{"product": shop.product()["id"]}])
    for lines in ([], [{"product": "x"}]):
        answer = shop.client.patch(f"{PATH}/{order['id']}", json={"items": lines, "name": "x"})
        assert refused(answer, 422) == [("not_allowed", "items")]
        assert "/v1/attribution/items/{item}" in answer.json()["errors"][0]["message"]
    assert got(shop.client.get(f"{PATH}/{order['id']}")) == order


def test_a_deleted_order_is_gone_with_its_items(shop: Shop) -> None:
    order = shop.order(items=[{"product": shop.product()["id"]}])
    item = order["items"][0]["id"]
    assert got(shop.client.delete(f"{PATH}/{order['reference']}")) == {
        "id": order["id"],
        "deleted": True,
    }
    for name in (order["id"], order["reference"]):
        assert refused(shop.client.get(f"{PATH}/{name}"), 404) == [("not_found", "id")]
    for method in ("GET", "PATCH", "DELETE"):
        answer = shop.client.request(method, f"{ITEMS}/{item}", content=b"{}")
        assert refused(answer, 404) == [("not_found", "id")]
    assert shop.order(reference=order["reference"])["id"] != order["id"]


def test_events_take_the_value_of_an_order_as_it_is_now(shop: Shop) -> None:
    order, profile = shop.order(), shop.profile()["id"]
    item = shop.item(order["id"], product=shop.product(price=3)["id"])
    placed = shop.event(action="order.placed", order=order["id"], profile=profile)
    assert placed["amount"] == "3.00"
    got(shop.client.patch(f"{ITEMS}/{item['id']}", json={"quantity": 2}))
    confirmed = shop.event(action="order.confirmed", order=order["id"], profile=profile)
    assert confirmed["amount"] == "6.00"


def test_an_item_is_added_changed_and_deleted(shop: Shop) -> None:
    product, other = shop.product(price=2), shop.product(price=7)
    order = shop.order()
    path = f"{PATH}/{order['reference']}/items"
    item = made(shop.client.post(path, json={"product": product["id"], "quantity": 3}))
    assert (item["quantity"], item["price"], item["order"]) == (3, usd("2.00"), order["id"])
    address = f"{ITEMS}/{item['id']}"
    assert got(shop.client.get(address)) == item
    changed = got(shop.client.patch(address, json={"quantity": 5}))
    assert changed == {**item, "quantity": 5}
    changed = got(shop.client.patch(address, json={"price": "1.50"}))
    assert (changed["price"], changed["quantity"]) == (usd("1.50"), 5)
    changed = got(shop.client.patch(address, json={"product": other["reference"]}))
    assert (changed["price"], changed["product"]["id"]) == (usd("7.00"), other["id"])
    assert got(shop.client.get(f"{PATH}/{order['id']}"))["total"] == usd("35.00")
    assert got(shop.client.patch(address, json={})) == changed
    assert got(shop.client.delete(address)) == {"id": item["id"], "deleted": True}
    assert refused(shop.client.get(address), 404) == [("not_found", "id")]
    assert got(shop.client.get(f"{PATH}/{order['id']}"))["total"] is None


def test_an_item_may_tell_its_product(shop: Shop) -> None:
    order = shop.order()
    inline = {"name": "Mug", "reference": unique("mug-"), "price": 4}
    item = shop.item(order["id"], product=inline, quantity=2)
    assert item["price"] == usd("4.00")
    again = got(shop.client.patch(f"{ITEMS}/{item['id']}", json={"product": inline}))
    assert again["product"] == item["product"]


@pytest.mark.parametrize(
    ("told", "faults"),
    [
        ({}, [("parameter_missing", "product")]),
        ({"product": ["x"]}, [("invalid", "product")]),
        ({"product": "nothing"}, [("not_found", "product")]),
        ({"product": {"sku": "x"}}, [("parameter_missing", "product[name]")]),
        (
            {"product": "nothing", "quantity": -1, "price": "x"},
            [("invalid", "quantity"), ("invalid", "price"), ("not_found", "product")],
        ),
    ],
)
def test_an_item_that_cannot_be_is_refused(
    shop: Shop, told: dict[str, Any], faults: list[tuple[str, str]]
) -> None:
    order = shop.order(items=[{"product": shop.product(price=1)["id"]}])
    answer = shop.client.post(f"{PATH}/{order['id']}/items", json=told)
    assert refused(answer, 422) == faults
    if told:
        item = order["items"][0]["id"]
        assert refused(shop.client.patch(f"{ITEMS}/{item}", json=told), 422) == faults
    assert got(shop.client.get(f"{PATH}/{order['id']}")) == order


def test_items_of_an_order_that_is_not_there_are_not_made(shop: Shop) -> None:
    told = {"product": {"name": "Never", "reference": unique("never-")}}
    answer = shop.client.post(f"{PATH}/nothing/items", json=told)
    assert refused(answer, 404) == [("not_found", "id")]
    answer = shop.client.get(f"{PRODUCTS}/{told['product']['reference']}")
    assert answer.status_code == 404


def test_a_told_total_stays_whatever_becomes_of_the_items(shop: Shop) -> None:
    order = shop.order(total=50)
    item = shop.item(order["id"], product=shop.product(price=1)["id"])
    got(shop.client.patch(f"{ITEMS}/{item['id']}", json={"quantity": 9}))
    after = got(shop.client.get(f"{PATH}/{order['id']}"))
    assert (after["total"], after["total_computed"]) == (usd("50.00"), False)


def test_a_form_is_as_good_as_json(shop: Shop) -> None:
    reference, product = unique("o-"), shop.product(price=2)["id"]
    form = {
        "reference": reference,
        "items[0][product]": product,
        "items[0][quantity]": "3",
        "items[1][product][name]": "Wrap",
        "items[1][price]": "0.50",
    }
    order = made(shop.client.post(PATH, data=form))
    assert order["total"] == usd("6.50")
    item = made(shop.client.post(f"{PATH}/{reference}/items", data={"product": product}))
    changed = got(shop.client.patch(f"{ITEMS}/{item['id']}", data={"price[amount]": "1"}))
    assert changed["price"] == usd("1.00")
    assert got(shop.client.patch(f"{PATH}/{reference}", data={"name": "x"}))["total"] == usd("7.50")


def test_paths_work_without_their_version(shop: Shop) -> None:
    order = made(shop.client.post("/attribution/orders", json={"reference": unique("o-")}))
    item = made(
        shop.client.post(
            f"/attribution/orders/{order['id']}/items", json={"product": shop.product()["id"]}
        )
    )
    assert got(shop.client.get(f"/attribution/items/{item['id']}")) == item


prices = st.none() | st.integers(0, 10**9).map(lambda minor: f"{minor / 100:.2f}")
places = st.integers(0, 5)
steps = st.one_of(
    st.tuples(st.just("add"), places, st.integers(1, 1000), prices),
    st.tuples(st.just("quantity"), places, st.integers(1, 1000), st.none()),
    st.tuples(st.just("price"), places, st.none(), prices),
    st.tuples(st.just("product"), places, places, prices),
    st.tuples(st.just("remove"), places, st.none(), st.none()),
)


@pytest.fixture(scope="module")
def assortment(shop: Shop) -> list[str]:
    """Products at several prices, one in another currency, one without a price."""
    told: list[Any] = ["0.01", "19.99", 250, 0, {"amount": 3, "currency": "JPY"}, None]
    return [shop.product(price=price)["id"] for price in told]


def apply(shop: Shop, order: dict[str, Any], step: Any, assortment: list[str]) -> None:
    what, place, value, price = step
    priced = {} if price is None else {"price": price}
    lines = order["items"]
    if what == "add":
        shop.item(order["id"], product=assortment[place], quantity=value, **priced)
    elif lines:
        address = f"{ITEMS}/{lines[place % len(lines)]['id']}"
        if what == "remove":
            got(shop.client.delete(address))
        else:
            told = {"quantity": value} if what == "quantity" else priced
            if what == "product":
                told = {"product": assortment[value], **priced}
            got(shop.client.patch(address, json=told))


def sum_of_items(order: dict[str, Any]) -> dict[str, str] | None:
    prices = [item["price"] for item in order["items"]]
    if not prices or None in prices or len({price["currency"] for price in prices}) > 1:
        return None
    total = sum(item["quantity"] * Decimal(item["price"]["amount"]) for item in order["items"])
    return {"amount": str(total), "currency": prices[0]["currency"]}


@settings(max_examples=40)
@given(st.lists(steps, min_size=1, max_size=8))
def test_a_summed_total_is_the_sum_of_the_items_whatever_happens_to_them(
    shop: Shop, assortment: list[str], story: list[Any]
) -> None:
    order = shop.order(items=[{"product": assortment[1]}])
    assert order["total"] == sum_of_items(order)
    for step in story:
        apply(shop, order, step, assortment)
        order = got(shop.client.get(f"{PATH}/{order['id']}"))
        assert order["total"] == sum_of_items(order)
        assert order["total_computed"] is (order["total"] is not None)


@pytest.fixture
def reported(shop: Shop, beside: Engines, public_ids: PublicIds) -> Iterator[dict[str, Any]]:
    """An order that was placed for 42.00, and was reported again in three ways."""
    order = shop.order(total="42.00")
    profile = shop.profile()["id"]
    event = shop.event(
        action="order.placed", order=order["id"], profile=profile, tracked_at=1665684173
    )
    row_id = public_ids[Kind.EVENT].decode(event["id"])
    second = 1_000_000
    at = 1665684173 * second
    session = shop.session()
    got(shop.client.patch(f"/v1/sessions/{session}", json={"profile": profile}))
    session_id = public_ids[Kind.SESSION].decode(
        got(shop.client.get(f"/v1/sessions/{session}"))["id"]
    )
    with beside.write.begin() as connection:
        counted = connection.execute(select(events).where(events.c.id == row_id)).one()
        common = {
            name: getattr(counted, name)
            for name in ("business_id", "object_id", "action_id", "profile_id", "received_at")
        } | {"event_id": row_id, "flags": 0, "session_id": None}
        told: list[dict[str, Any]] = [
            {"amount_minor": 4200, "currency": "USD", "tracked_at": at, "occurred_at": at},
            {
                "amount_minor": 4100,
                "currency": "USD",
                "tracked_at": at + second,
                "occurred_at": at + second,
                "profile_id": None,
                "session_id": session_id,
            },
            {"amount_minor": None, "currency": None, "tracked_at": None, "occurred_at": 7},
        ]
        for each in told:
            connection.execute(insert(sightings).values(common | each))
        name = connection.execute(
            select(actions.c.name).where(actions.c.id == counted.action_id)
        ).scalar_one()
    yield {"order": order, "event": event["id"], "profile": profile, "session": session}
    assert name == "order.placed"


def test_sightings_say_what_differs_from_the_event_that_counts(
    shop: Shop, reported: dict[str, Any]
) -> None:
    for name in (reported["order"]["id"], reported["order"]["reference"]):
        told = got(shop.client.get(f"{PATH}/{name}/sightings"))
        silent, other, same = told["data"]
        assert told["has_more"] is False
        for each in (silent, other, same):
            assert (each["type"], each["action"]) == ("sighting", "order.placed")
            assert (each["event"], each["profile"]) == (reported["event"], reported["profile"])
        assert same["differs"] == {"amount": False, "time": False}
        assert (same["amount"], same["currency"], same["session"]) == ("42.00", "USD", None)
        assert other["differs"] == {"amount": True, "time": True}
        assert (other["tracked_at"], other["session"]) == (
            "2022-10-13T18:02:54Z",
            reported["session"],
        )
        assert silent["differs"] == {"amount": False, "time": False}
        assert (silent["amount"], silent["tracked_at"]) == (None, None)


def test_sightings_come_in_pages(shop: Shop, reported: dict[str, Any]) -> None:
    path = f"{PATH}/{reported['order']['id']}/sightings"
    whole = got(shop.client.get(path))["data"]
    first = got(shop.client.get(path, params={"limit": 2}))
    assert (first["data"], first["has_more"]) == (whole[:2], True)
    rest = got(shop.client.get(path, params={"starting_after": whole[1]["id"]}))
    assert (rest["data"], rest["has_more"]) == (whole[2:], False)
    other = shop.order()["id"]
    answer = shop.client.get(f"{PATH}/{other}/sightings", params={"starting_after": whole[0]["id"]})
    assert refused(answer, 422) == [("not_found", "starting_after")]
    assert got(shop.client.get(f"{PATH}/{other}/sightings")) == {"data": [], "has_more": False}
    assert refused(shop.client.get(f"{PATH}/nothing/sightings"), 404) == [("not_found", "id")]


def test_a_change_without_a_currency_stays_in_the_one_there_is(shop: Shop) -> None:
    order = shop.order(total={"amount": "5", "currency": "EUR"})
    changed = got(shop.client.patch(f"{PATH}/{order['id']}", json={"total": "7"}))
    assert changed["total"] == {"amount": "7.00", "currency": "EUR"}
    line = {"product": shop.product()["id"], "price": "4"}
    item = made(shop.client.post(f"{PATH}/{order['id']}/items", json=line))
    assert item["price"] == {"amount": "4.00", "currency": "EUR"}
    address = f"/v1/attribution/items/{item['id']}"
    assert got(shop.client.patch(address, json={"price": "3"}))["price"]["currency"] == "EUR"
    answer = shop.client.patch(f"{PATH}/{order['id']}", json={"currency": "USD"})
    assert refused(answer, 422) == [("parameter_missing", "amount")]


def test_the_id_of_a_deleted_item_is_never_another_ones(shop: Shop) -> None:
    product = shop.product()["id"]
    order = shop.order(items=[{"product": product}])
    gone = order["items"][0]["id"]
    got(shop.client.delete(f"{ITEMS}/{gone}"))
    line = made(shop.client.post(f"{PATH}/{order['id']}/items", json={"product": product}))
    assert line["id"] != gone
    assert shop.client.delete(f"{ITEMS}/{gone}").status_code == 404
