"""Refunds: what goes back, linked to its order by id or reference."""

from typing import Any

import pytest

from tests.api.shop import Shop, got, made, refused, unique

PATH = "/v1/attribution/refunds"


@pytest.mark.parametrize("parameter", ["order", "order_id"])
@pytest.mark.parametrize("name", ["id", "reference"])
def test_a_refund_is_answered_as_told_and_read_back(shop: Shop, parameter: str, name: str) -> None:
    order = shop.order()
    refund = shop.refund(
        source="woo",
        amount="10.5",
        currency="EUR",
        total={"amount": 42, "currency": "EUR"},
        metadata={"why": "broken"},
        **{parameter: order[name]},
    )
    assert (refund["type"], refund["order"], refund["source"]) == ("refund", order["id"], "woo")
    assert (refund["amount"], refund["currency"]) == ("10.50", "EUR")
    assert refund["total"] == {"amount": "42.00", "currency": "EUR"}
    assert refund["metadata"] == {"why": "broken"}
    for each in (refund["id"], refund["reference"]):
        assert got(shop.client.get(f"{PATH}/{each}")) == refund
    assert got(shop.client.get(PATH, params={"limit": 1}))["data"] == [refund]


def test_a_reference_or_an_amount_is_needed(shop: Shop) -> None:
    assert refused(shop.client.post(PATH, json={}), 422) == [("object_invalid", "reference")]
    refund = made(shop.client.post(PATH, json={"amount": 5}))
    assert (refund["amount"], refund["currency"], refund["order"]) == ("5.00", "USD", None)
    refund = made(shop.client.post(PATH, json={"reference": unique("r-")}))
    assert (refund["amount"], refund["currency"], refund["total"]) == (None, None, None)


@pytest.mark.parametrize(
    ("told", "faults"),
    [
        ({"order": "nothing"}, [("not_found", "order")]),
        ({"order_id": "nothing"}, [("not_found", "order_id")]),
        ({"order": ["x"]}, [("invalid", "order")]),
        (
            {"order": "a", "order_id": "b"},
            [("ambiguous_parameter", "order_id"), ("not_found", "order")],
        ),
        (
            {"order": "nothing", "amount": -1, "metadata": []},
            [("invalid", "amount"), ("invalid", "metadata"), ("not_found", "order")],
        ),
    ],
)
def test_a_refund_with_faults_is_refused_for_all_of_them(
    shop: Shop, told: dict[str, Any], faults: list[tuple[str, str]]
) -> None:
    body = {"reference": unique("r-")} | told
    assert sorted(refused(shop.client.post(PATH, json=body), 422)) == sorted(faults)
    refund = shop.refund()
    answer = shop.client.patch(f"{PATH}/{refund['id']}", json=told)
    assert sorted(refused(answer, 422)) == sorted(faults)
    assert got(shop.client.get(f"{PATH}/{refund['id']}")) == refund


def test_an_order_is_named_by_no_product(shop: Shop) -> None:
    told = {"reference": unique("r-"), "order": shop.product()["id"]}
    assert refused(shop.client.post(PATH, json=told), 422) == [("not_found", "order")]


def test_an_order_that_several_sources_have_is_ambiguous(shop: Shop) -> None:
    order = shop.order(source="a")
    shop.order(source="b", reference=order["reference"])
    told = {"reference": unique("r-"), "order": order["reference"]}
    assert refused(shop.client.post(PATH, json=told), 422) == [("ambiguous_parameter", "order")]


def test_an_update_links_another_order_and_keeps_the_rest(shop: Shop) -> None:
    refund, order = shop.refund(amount=5), shop.order()
    path = f"{PATH}/{refund['reference']}"
    assert got(shop.client.patch(path, json={"order": order["reference"]}))["order"] == order["id"]
    changed = got(shop.client.patch(path, json={"amount": {"amount": 7, "currency": "EUR"}}))
    assert (changed["amount"], changed["currency"], changed["order"]) == (
        "7.00",
        "EUR",
        order["id"],
    )


def test_a_reference_is_unique_in_its_source(shop: Shop) -> None:
    refund = shop.refund(source="a")
    told = {"reference": refund["reference"], "source": "a"}
    assert refused(shop.client.post(PATH, json=told), 422) == [
        ("parameter_not_unique", "reference")
    ]
    assert shop.refund(reference=refund["reference"], source="b")["id"] != refund["id"]


def test_a_deleted_refund_is_gone_and_its_order_stays(shop: Shop) -> None:
    order = shop.order()
    refund = shop.refund(order=order["id"])
    assert got(shop.client.delete(f"{PATH}/{refund['reference']}"))["id"] == refund["id"]
    for method in ("GET", "PATCH", "DELETE"):
        answer = shop.client.request(method, f"{PATH}/{refund['id']}", content=b"{}")
        assert refused(answer, 404) == [("not_found", "id")]
    assert got(shop.client.get(f"/v1/attribution/orders/{order['id']}")) == order


def test_a_form_is_as_good_as_json(shop: Shop) -> None:
    order = shop.order()
    told = {"reference": unique("r-"), "amount": "3", "order": order["id"], "total[amount]": "9"}
    refund = made(shop.client.post(PATH, data=told))
    assert (refund["order"], refund["total"]["amount"]) == (order["id"], "9.00")
    changed = got(shop.client.patch(f"{PATH}/{refund['id']}", data={"amount": "4"}))
    assert changed["amount"] == "4.00"


def test_a_change_without_a_currency_stays_in_the_one_there_is(shop: Shop) -> None:
    refund = shop.refund(amount="5", currency="EUR")
    changed = got(shop.client.patch(f"{PATH}/{refund['id']}", json={"amount": "6"}))
    assert (changed["amount"], changed["currency"]) == ("6.00", "EUR")
    answer = shop.client.patch(f"{PATH}/{refund['id']}", json={"currency": "USD"})
    assert refused(answer, 422) == [("parameter_missing", "amount")]
