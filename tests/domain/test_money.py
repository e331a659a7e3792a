"""Amounts in major units become exact minor units, and what rounding loses is kept."""

from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from iso4217 import Currency

from footfall.domain.money import (
    LARGEST_MINOR,
    Amount,
    Price,
    PriceError,
    exponent_of,
    format_minor,
    is_currency,
    parse_amount,
    parse_currency,
    parse_price,
)

CODES = sorted(currency.code for currency in Currency if currency.exponent is not None)

codes = st.sampled_from(CODES)
minors = st.integers(-LARGEST_MINOR, LARGEST_MINOR)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=4,
)


def exactly(text: str, currency: str) -> int:
    """The rule restated: scale by the exponent, round half to even."""
    exponent = exponent_of(currency)
    assert exponent is not None
    return int((Decimal(text) * 10**exponent).to_integral_value(ROUND_HALF_EVEN))


@pytest.mark.parametrize(
    ("code", "exponent"),
    [("JPY", 0), ("CLP", 0), ("USD", 2), ("UYU", 2), ("KWD", 3), ("CLF", 4), ("UYW", 4)],
)
def test_a_currency_has_the_decimals_of_iso_4217(code: str, exponent: int) -> None:
    assert exponent_of(code) == exponent
    assert is_currency(code)


@pytest.mark.parametrize("code", ["XXX", "XAU", "XTS", "XDR", "ABC", "usd", "", "$", "DEM"])
def test_what_has_no_minor_unit_or_is_withdrawn_is_no_currency(code: str) -> None:
    assert exponent_of(code) is None
    assert not is_currency(code)


def test_a_currency_is_read_in_any_case_of_letters() -> None:
    assert parse_currency("usd") == parse_currency("USD") == "USD"


@pytest.mark.parametrize("value", ["", "US", "dollars", "XAU", "ußd", None, 840, ["USD"], True])
def test_an_unknown_currency_is_refused_with_examples(value: object) -> None:
    with pytest.raises(ValueError, match="USD, EUR or JPY"):
        parse_currency(value)


@pytest.mark.parametrize(
    ("value", "currency", "minor"),
    [
        (395, "USD", 39500),
        (89.9, "USD", 8990),
        (0.1 + 0.7, "USD", 80),
        (1.1, "KWD", 1100),
        (4.35, "USD", 435),
        (1e3, "USD", 100_000),
        (1234567.89, "USD", 123_456_789),
        (0, "USD", 0),
        (-0.0, "USD", 0),
        ("395.00", "USD", 39500),
        ("89.9", "USD", 8990),
        ("0089.90", "USD", 8990),
        ("1e2", "USD", 10_000),
        ("89.900000", "USD", 8990),
        (500, "JPY", 500),
        ("500.00", "JPY", 500),
        ("92233720368547758.07", "USD", LARGEST_MINOR),
    ],
)
def test_major_units_are_scaled_by_the_exponent(value: object, currency: str, minor: int) -> None:
    amount = parse_amount(value, currency)
    assert amount.minor == minor


@pytest.mark.parametrize(
    ("value", "currency", "amount"),
    [
        ("0.125", "USD", Amount(12, "0.125")),
        ("0.135", "USD", Amount(14, "0.135")),
        (0.125, "USD", Amount(12, "0.125")),
        (2.5, "JPY", Amount(2, "2.5")),
        (3.5, "JPY", Amount(4, "3.5")),
        ("1.00049", "KWD", Amount(1000, "1.00049")),
        (1e-7, "USD", Amount(0, "1e-07")),
        ("0.5e-99", "USD", Amount(0, "0.5e-99")),
    ],
)
def test_more_decimals_than_the_currency_has_round_to_even_and_keep_the_original(
    value: object, currency: str, amount: Amount
) -> None:
    assert parse_amount(value, currency) == amount


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("", "plain decimal"),
        (" ", "plain decimal"),
        ("89,90", "no thousands separator"),
        ("1,000.00", "no thousands separator"),
        ("1 000", "plain decimal"),
        ("1_000", "plain decimal"),
        ("$5", "plain decimal"),
        ("5 USD", "plain decimal"),
        ("٥", "plain decimal"),
        ("0x10", "plain decimal"),
        ("NaN", "plain decimal"),
        ("Infinity", "plain decimal"),
        ("1" * 65, "plain decimal"),
        ("1e9999", "plain decimal"),
        (float("nan"), "plain decimal"),
        (float("inf"), "plain decimal"),
        ("1e400", "too large"),
        (1e300, "too large"),
        (10**400, "too large"),
        ("92233720368547758.08", "too large"),
        (LARGEST_MINOR, "too large"),
        (-1, "negative"),
        (-0.01, "negative"),
        ("-0.001", "negative"),
        (True, "neither"),
        (None, "neither"),
        ([1], "neither"),
        ({"amount": 1}, "neither"),
    ],
)
def test_what_is_no_amount_is_refused_with_its_problem(value: object, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        parse_amount(value, "USD")


def test_an_amount_in_no_currency_is_refused() -> None:
    with pytest.raises(ValueError, match="ISO 4217"):
        parse_amount(1, "XAU")


@pytest.mark.parametrize("value", [-5, -5.0, "-5.00"])
def test_a_negative_amount_is_taken_where_it_may_be_one(value: object) -> None:
    assert parse_amount(value, "USD", allow_negative=True) == Amount(-500, None)


@given(value=anything, currency=codes)
def test_any_json_value_is_an_amount_in_range_or_a_value_error(
    value: object, currency: str
) -> None:
    try:
        amount = parse_amount(value, currency)
    except ValueError:
        return
    assert 0 <= amount.minor <= LARGEST_MINOR


@given(value=st.floats(0, 1e13), currency=codes)
@example(value=0.285, currency="USD")
@example(value=9007199254740993.0, currency="JPY")
@example(value=99999999999.99, currency="USD")
@example(value=9999999999999.998, currency="USD")
def test_a_float_counts_as_the_shortest_decimal_that_denotes_it(
    value: float, currency: str
) -> None:
    assert parse_amount(value, currency).minor == exactly(repr(value), currency)


@given(value=st.decimals(0, 10**12, allow_nan=False, places=6), currency=codes)
def test_a_text_is_scaled_exactly(value: Decimal, currency: str) -> None:
    text = f"{value:f}"
    amount = parse_amount(text, currency)
    assert amount.minor == exactly(text, currency)
    unchanged = Decimal(format_minor(amount.minor, currency)) == value
    assert amount.original == (None if unchanged else text)


@pytest.mark.parametrize("currency", CODES)
@given(minor=minors)
@example(minor=0)
@example(minor=-1)
@example(minor=LARGEST_MINOR)
def test_what_is_shown_reads_back_as_itself_in_every_currency(currency: str, minor: int) -> None:
    shown = format_minor(minor, currency)
    assert parse_amount(shown, currency, allow_negative=True) == Amount(minor, None)


@pytest.mark.parametrize(
    ("minor", "currency", "shown"),
    [
        (8990, "USD", "89.90"),
        (5, "USD", "0.05"),
        (-5, "USD", "-0.05"),
        (0, "USD", "0.00"),
        (89, "JPY", "89"),
        (1500, "KWD", "1.500"),
    ],
)
def test_every_decimal_of_the_currency_is_shown(minor: int, currency: str, shown: str) -> None:
    assert format_minor(minor, currency) == shown


def test_a_money_object_with_its_converted_pair_is_read_whole() -> None:
    money = {
        "amount": "29.99",
        "currency": "EUR",
        "converted_amount": 3250,
        "converted_currency": "JPY",
    }
    price = parse_price(money, default_currency="USD")
    assert price == Price(2999, "EUR", None, 3250, "JPY")


def test_a_scalar_price_takes_the_currency_beside_it() -> None:
    assert parse_price("29.99", default_currency="USD", currency="eur") == Price(2999, "EUR")
    assert parse_price(30, default_currency="USD") == Price(3000, "USD")


def test_a_money_object_names_its_own_currency_before_the_one_beside() -> None:
    assert parse_price(
        {"amount": 1, "currency": "EUR"}, default_currency="USD", currency="JPY"
    ) == (Price(100, "EUR"))
    assert parse_price({"amount": 1}, default_currency="USD", currency="JPY") == Price(1, "JPY")


def test_what_rounding_lost_of_a_price_is_kept() -> None:
    price = parse_price({"amount": "0.125"}, default_currency="USD")
    assert price == Price(12, "USD", "0.125")


@pytest.mark.parametrize("absent", [None, "", False])
def test_a_price_that_is_absent_is_none(absent: object) -> None:
    assert parse_price(absent, default_currency="USD") is None
    money = {"amount": absent, "currency": "USD", "converted_amount": absent}
    assert parse_price(money, default_currency="USD") is None


def test_the_currency_falls_back_to_the_reporting_currency() -> None:
    money = {"amount": 1, "currency": None, "converted_amount": 2, "converted_currency": ""}
    assert parse_price(money, default_currency="UYU") == Price(100, "UYU", None, 200, "UYU")


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ({"amount": "a lot", "currency": "USD"}, "amount"),
        ({"amount": -1, "currency": "USD"}, "amount"),
        ({"amount": 1, "currency": "gold"}, "currency"),
        ({"amount": 1, "currency": 840}, "currency"),
        ({"amount": 1, "converted_amount": "1,5"}, "converted_amount"),
        ({"amount": 1, "converted_amount": 1, "converted_currency": "ABC"}, "converted_currency"),
        ("a lot", None),
        (True, None),
        ([], None),
    ],
)
def test_a_price_that_cannot_be_read_names_the_part(value: object, field: str | None) -> None:
    with pytest.raises(PriceError) as refused:
        parse_price(value, default_currency="USD")
    assert refused.value.field == field


def test_a_bad_currency_beside_a_scalar_price_is_named() -> None:
    with pytest.raises(PriceError) as refused:
        parse_price(1, default_currency="USD", currency="gold")
    assert refused.value.field == "currency"


@given(
    value=anything
    | st.fixed_dictionaries(
        {},
        optional={
            "amount": anything,
            "currency": anything | codes,
            "converted_amount": anything,
            "converted_currency": anything | codes,
        },
    ),
    beside=anything | codes,
)
def test_any_json_value_is_a_price_or_none_or_a_price_error(value: object, beside: object) -> None:
    try:
        price = parse_price(value, default_currency="USD", currency=beside)
    except PriceError:
        return
    assert price is None or is_currency(price.currency)
