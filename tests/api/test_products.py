"""Products: the catalogue, by id, reference or SKU."""

from tests.api.shop import Shop, got, refused, unique

PATH = "/v1/attribution/products"


def test_a_product_is_answered_as_told_and_read_back(shop: Shop) -> None:
    product = shop.product(
        name="Canvas bag",
        reference=1001,
        sku="BAG-1",
        source=unique("shop-"),
        brand="Acme",
        description="A bag.",
        url="https://shop.example.com/bag",
        image_url="https://shop.example.com/bag.png",
        price={"amount": "24.9", "currency": "EUR"},
        categories=["Bags"],
        collection=["Spring"],
        tags=["new"],
        variants=[{"name": "Red", "sku": "BAG-1-R"}],
        metadata={"stock": 3},
    )
    assert product["type"] == "product"
    assert product["reference"] == "1001"
    assert product["price"] == {"amount": "24.90", "currency": "EUR"}
    assert product["categories"] == ["Bags"]
    assert product["collection"] == ["Spring"]
    assert [(each["type"], each["name"], each["sku"]) for each in product["variants"]] == [
        ("variant", "Red", "BAG-1-R")
    ]
    assert product["metadata"] == {"stock": 3}
    assert got(shop.client.get(f"{PATH}/{product['id']}")) == product


def test_a_price_converted_by_the_caller_is_kept_beside_it(shop: Shop) -> None:
    price = {
        "amount": "24.90",
        "currency": "EUR",
        "converted_amount": "27.00",
        "converted_currency": "USD",
    }
    product = shop.product(price=price)
    assert product["price"] == price
    changed = got(shop.client.patch(f"{PATH}/{product['id']}", json={"price": 20}))
    assert changed["price"] == {"amount": "20.00", "currency": "EUR"}


def test_a_price_may_be_a_number_with_its_currency_beside(shop: Shop) -> None:
    product = shop.product(price=1500, currency="JPY")
    assert product["price"] == {"amount": "1500", "currency": "JPY"}


def test_only_the_name_is_required(shop: Shop) -> None:
    assert refused(shop.client.post(PATH, json={}), 422) == [("parameter_missing", "name")]
    for empty in (None, ""):
        answer = shop.client.post(PATH, json={"name": empty})
        assert refused(answer, 422) == [("parameter_invalid_empty", "name")]
    assert shop.client.post(PATH, json={"name": "Bag"}).status_code == 201


def test_every_fault_is_named_at_once(shop: Shop) -> None:
    body = {"name": "x" * 1025, "price": {"amount": "much"}, "tags": "new", "metadata": []}
    assert {name for _, name in refused(shop.client.post(PATH, json=body), 422)} == {
        "name",
        "amount",
        "tags",
        "metadata",
    }


def test_a_reference_is_unique_in_its_source(shop: Shop) -> None:
    reference = unique("r-")
    product = shop.product(reference=reference)
    body = {"name": "Another", "reference": reference}
    assert refused(shop.client.post(PATH, json=body), 422) == [
        ("parameter_not_unique", "reference")
    ]
    other = shop.product(reference=reference, source="other")
    answer = shop.client.patch(f"{PATH}/{other['id']}", json={"reference": product["sku"] or 5})
    assert got(answer)["reference"] == "5"


def test_an_update_cannot_take_the_reference_of_another(shop: Shop) -> None:
    first, second = shop.product(), shop.product()
    answer = shop.client.patch(f"{PATH}/{second['id']}", json={"reference": first["reference"]})
    assert refused(answer, 422) == [("parameter_not_unique", "reference")]


def test_a_product_is_found_by_reference_and_by_sku(shop: Shop) -> None:
    product = shop.product(sku=unique("SKU-"))
    for name in (product["reference"], product["sku"]):
        assert got(shop.client.get(f"{PATH}/{name}")) == product


def test_an_id_wins_over_a_reference_that_reads_like_it(shop: Shop) -> None:
    product = shop.product()
    shop.product(reference=product["id"])
    assert got(shop.client.get(f"{PATH}/{product['id']}"))["id"] == product["id"]


def test_a_reference_that_several_sources_use_is_ambiguous(shop: Shop) -> None:
    reference = unique("r-")
    shop.product(reference=reference, source="a")
    shop.product(reference=reference, source="b")
    for method in ("GET", "PATCH", "DELETE"):
        answer = shop.client.request(method, f"{PATH}/{reference}", content=b"{}")
        assert refused(answer, 422) == [("ambiguous_parameter", "id")]


def test_events_notice_that_a_reference_became_ambiguous(shop: Shop) -> None:
    reference, profile = unique("r-"), shop.profile()["id"]
    shop.product(reference=reference, source="a")
    body = {"action": "product.viewed", "product": reference, "profile": profile}
    assert shop.client.post("/v1/attribution/events", json=body).status_code == 201
    shop.product(reference=reference, source="b")
    answer = shop.client.post("/v1/attribution/events", json=body)
    assert refused(answer, 422) == [("ambiguous_parameter", "product")]


def test_events_take_a_changed_price_at_once(shop: Shop) -> None:
    product, profile = shop.product(price=10), shop.profile()["id"]
    told = {"action": "product.purchased", "product": product["id"], "profile": profile}
    assert shop.event(**told)["amount"] == "10.00"
    got(shop.client.patch(f"{PATH}/{product['id']}", json={"price": 12.5}))
    assert shop.event(**told)["amount"] == "12.50"


def test_an_update_tells_absent_lists_from_empty_ones(shop: Shop) -> None:
    product = shop.product(variants=[{"name": "Red"}], tags=["new"])
    path = f"{PATH}/{product['id']}"
    assert got(shop.client.patch(path, json={"brand": "Acme"}))["variants"] == product["variants"]
    emptied = got(shop.client.patch(path, json={"variants": []}))
    assert (emptied["variants"], emptied["tags"], emptied["brand"]) == ([], ["new"], "Acme")


def test_an_update_cannot_empty_the_name(shop: Shop) -> None:
    answer = shop.client.patch(f"{PATH}/{shop.product()['id']}", json={"name": ""})
    assert refused(answer, 422) == [("parameter_invalid_empty", "name")]


def test_a_deleted_product_is_gone_and_its_events_stay(shop: Shop) -> None:
    product, profile = shop.product(sku=unique("SKU-")), shop.profile()["id"]
    told = {"action": "product.viewed", "product": product["id"], "profile": profile}
    event = shop.event(**told)
    assert got(shop.client.delete(f"{PATH}/{product['sku']}")) == {
        "id": product["id"],
        "deleted": True,
    }
    for name in (product["id"], product["reference"], product["sku"]):
        assert refused(shop.client.get(f"{PATH}/{name}"), 404) == [("not_found", "id")]
    answer = shop.client.post("/v1/attribution/events", json=told)
    assert refused(answer, 422) == [("not_found", "product")]
    assert got(shop.client.get(f"/v1/attribution/events/{event['id']}")) == event
    assert shop.product(reference=product["reference"])["id"] != product["id"]


def test_a_form_is_as_good_as_json(shop: Shop) -> None:
    answer = shop.client.post(
        PATH, data={"name": "Bag", "price[amount]": "9.5", "price[currency]": "USD", "tags[]": "a"}
    )
    assert answer.status_code == 201, answer.text
    assert answer.json()["price"] == {"amount": "9.50", "currency": "USD"}
    assert answer.json()["tags"] == ["a"]


def test_a_change_of_price_without_a_currency_stays_in_the_one_there_is(shop: Shop) -> None:
    product = shop.product(price={"amount": "5", "currency": "EUR"})
    address = f"/v1/attribution/products/{product['id']}"
    for price in ("6", {"amount": "6"}):
        changed = got(shop.client.patch(address, json={"price": price}))
        assert changed["price"] == {"amount": "6.00", "currency": "EUR"}
