"""Products and orders as they are told: every form of a field, and every fault by name."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall.domain.objects import (
    BUILT_IN_KINDS,
    READERS,
    TEXT_LENGTHS,
    ObjectDraft,
    is_absent,
    read_order,
    read_product,
    sum_of,
)
from footfall.errors import Fault
from tests.builders import order
from tests.strategies import json_values

absences = st.sampled_from([None, False, ""])
fields = st.sampled_from(
    [
        *("name", "reference", "sku", "source", "price", "total", "amount", "currency", "brand"),
        *("description", "url", "image_url", "categories", "collection", "tags", "variants"),
        *("metadata", "items", "delivery", "payment_method"),
    ]
)


def product(**told: Any) -> tuple[ObjectDraft, list[tuple[str, str | None]]]:
    faults: list[Fault] = []
    draft = read_product({"name": "Mug"} | told, "USD", faults)
    return draft, [(fault.type, fault.parameter) for fault in faults]


def an_order(**told: Any) -> tuple[ObjectDraft, list[tuple[str, str | None]]]:
    faults: list[Fault] = []
    draft = read_order(order("1041") | told, "USD", faults)
    return draft, [(fault.type, fault.parameter) for fault in faults]


@pytest.mark.parametrize(
    ("price", "minor", "currency"),
    [
        ("19.90", 1990, "USD"),
        (19.9, 1990, "USD"),
        ({"amount": 300, "currency": "JPY"}, 300, "JPY"),
        ({"amount": "1.234", "currency": "kwd"}, 1234, "KWD"),
        ({"amount": "7"}, 700, "USD"),
        ({"amount": None}, None, None),
        (None, None, None),
        (0, 0, "USD"),
    ],
)
def test_a_price_is_a_number_a_text_or_a_money_object(
    price: Any, minor: int | None, currency: str | None
) -> None:
    draft, faults = product(price=price)
    assert faults == []
    assert (draft.amount_minor, draft.currency) == (minor, currency)


def test_a_scalar_price_takes_the_currency_beside_it() -> None:
    draft, _ = product(price=7, currency="JPY")
    assert (draft.amount_minor, draft.currency) == (7, "JPY")


@given(absences, st.sampled_from(["reference", "sku", "source", "brand", "tags", "metadata"]))
def test_an_absent_field_is_as_good_as_none(absent: Any, name: str) -> None:
    assert product(**{name: absent}) == product()


@pytest.mark.parametrize("name", ["reference", "sku", "name"])
def test_whole_numbers_are_their_text(name: str) -> None:
    draft, faults = product(**{name: 17})
    assert faults == []
    assert getattr(draft, name) == "17"


@pytest.mark.parametrize(("name", "limit"), TEXT_LENGTHS.items())
def test_texts_that_identify_are_never_cut(name: str, limit: int) -> None:
    assert getattr(product(**{name: "x" * limit})[0], name) == "x" * limit
    assert product(**{name: "x" * (limit + 1)})[1] == [("invalid", name)]


@pytest.mark.parametrize(
    ("told", "identity"),
    [
        ({"reference": "r", "sku": "s"}, ("product", "reference", "", "r")),
        ({"reference": "r", "source": "woo"}, ("product", "reference", "woo", "r")),
        ({"sku": "s", "source": "woo"}, ("product", "sku", "woo", "s")),
        ({"source": "woo"}, ("product", "name", "", "Mug")),
    ],
)
def test_a_product_is_found_by_reference_else_sku_else_name(
    told: dict[str, str], identity: tuple[str, ...]
) -> None:
    assert product(**told)[0].identity() == identity


def test_what_has_nothing_to_be_found_by_has_no_identity() -> None:
    assert ObjectDraft("product").identity() is None


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        ({}, ("parameter_missing", "name")),
        ({"name": None}, ("parameter_invalid_empty", "name")),
        ({"name": ""}, ("parameter_invalid_empty", "name")),
        ({"name": False}, ("parameter_invalid_empty", "name")),
    ],
)
def test_a_missing_name_and_an_empty_one_are_told_apart(
    told: dict[str, Any], fault: tuple[str, str]
) -> None:
    faults: list[Fault] = []
    read_product(told, "USD", faults)
    assert [(each.type, each.parameter) for each in faults] == [fault]


def test_an_update_may_leave_the_name_out_but_not_empty_it() -> None:
    faults: list[Fault] = []
    read_product({"sku": "s"}, "USD", faults, partial=True)
    assert faults == []
    read_product({"name": ""}, "USD", faults, partial=True)
    assert [fault.parameter for fault in faults] == ["name"]


def test_every_fault_of_a_product_is_named() -> None:
    told = {"sku": [], "price": "-1", "categories": "a", "variants": {}, "metadata": []}
    assert {name for _, name in product(**told)[1]} == told.keys()


@pytest.mark.parametrize(
    ("price", "parameter"),
    [
        ({"amount": "x"}, "amount"),
        ({"amount": 1, "currency": "XAU"}, "currency"),
        ({"amount": 1, "converted_amount": -1}, "converted_amount"),
        ([], "price"),
        ("free", "price"),
    ],
)
def test_a_fault_of_a_price_names_the_part(price: Any, parameter: str) -> None:
    assert product(price=price)[1] == [("invalid", parameter)]


def test_the_converted_price_is_kept() -> None:
    price = {"amount": "29.99", "currency": "EUR", "converted_amount": "33.50"}
    data = product(price=price)[0].data
    assert data == {"converted_price": {"amount_minor": 3350, "currency": "USD"}}


def test_an_order_has_its_total_else_its_amount() -> None:
    assert an_order(amount="1", currency="EUR")[0].amount_minor == 4200
    draft, _ = an_order(total=None, amount="1", currency="EUR")
    assert (draft.amount_minor, draft.currency) == (100, "EUR")
    assert an_order(total=None)[0].amount_minor is None


def test_an_order_is_delivered_unless_it_is_collected() -> None:
    assert an_order()[0].data == {"delivery": "deliver"}
    assert an_order(delivery="collect")[0].data == {"delivery": "collect"}
    assert an_order(delivery="drone")[1] == [("invalid", "delivery")]


def test_lines_are_products_with_a_quantity_and_a_price() -> None:
    lines = [
        {"product": "MUG", "quantity": "2", "price": "3.50"},
        {"product": {"name": "Cup", "price": 4}, "quantity": 3.0},
        {"name": "Plate", "reference": 17, "quantity": 1},
    ]
    draft, faults = an_order(items=lines)
    assert faults == []
    assert draft.items is not None
    named, told, older = draft.items
    assert (named.named, named.quantity, named.price_minor) == ("MUG", 2, 350)
    assert told.product is not None
    assert (told.product.name, told.quantity, told.price_minor) == ("Cup", 3, None)
    assert older.product is not None
    assert (older.product.name, older.product.reference) == ("Plate", "17")


@pytest.mark.parametrize(
    ("line", "type_of_fault", "parameter"),
    [
        ({}, "parameter_missing", "items[0][product]"),
        ({"product": True}, "invalid", "items[0][product]"),
        ({"product": {"sku": "A"}}, "parameter_missing", "items[0][product][name]"),
        ({"product": "A", "quantity": 0}, "invalid", "items[0][quantity]"),
        ({"product": "A", "quantity": -1}, "invalid", "items[0][quantity]"),
        ({"product": "A", "quantity": 1.5}, "invalid", "items[0][quantity]"),
        ({"product": "A", "price": "much"}, "invalid", "items[0][price]"),
    ],
)
def test_a_line_that_cannot_be_read_says_where(
    line: dict[str, Any], type_of_fault: str, parameter: str
) -> None:
    _, faults = an_order(items=[line])
    assert faults == [(type_of_fault, parameter)]


@given(
    st.lists(st.tuples(st.integers(1, 99), st.integers(0, 10**6), st.sampled_from(["USD", "EUR"])))
)
def test_lines_are_summed_in_one_currency_or_not_at_all(lines: list[tuple[int, int, str]]) -> None:
    total = sum_of(lines)
    if len({currency for *_, currency in lines}) == 1:
        assert total == (sum(count * price for count, price, _ in lines), lines[0][2])
    else:
        assert total is None


@pytest.mark.parametrize("reference", [None, "", False])
def test_an_order_without_a_reference_is_refused(reference: object) -> None:
    assert an_order(reference=reference)[1] == [("parameter_invalid_empty", "reference")]


@given(
    kind=st.sampled_from(BUILT_IN_KINDS),
    told=st.dictionaries(fields, json_values | absences, max_size=6),
)
def test_any_parameters_are_read_or_refused_with_their_name(
    kind: str, told: dict[str, Any]
) -> None:
    faults: list[Fault] = []
    draft = READERS[kind](told, "USD", faults)
    assert (draft.amount_minor is None) == (draft.currency is None)
    parts = {"amount", "currency", "converted_amount", "converted_currency"}
    named = {(fault.parameter or "").partition("[")[0] for fault in faults}
    assert named <= told.keys() | {"name", "reference", "code"} | parts


@given(json_values)
def test_only_null_false_and_the_empty_text_are_absent(value: Any) -> None:
    # 0 and 0.0 are equal to False, and are values.
    assert is_absent(value) == (value is None or value is False or value == "")
