"""Sales in one currency: exact, by the rate of the day and zone of each, and none lost sight of."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from footfall.attribution.exchange import OLDEST_DAYS, Exchange
from footfall.attribution.receipts import receipts
from footfall.attribution.run import Attribution
from footfall.attribution.words import RULES, Range
from footfall.domain.money import LARGEST_MINOR, exponent_of
from footfall.domain.times import DAY, HOUR, parse_bound
from footfall.store.exchange_rates import Rate
from tests.attribution.lake import Row, attribution, campaign, credit_of, order

Days = Mapping[str, Mapping[str, str]]
UTC: Final = ZoneInfo("UTC")
MONDAY: Final = parse_bound("2026-03-02", UTC)
RATES: Final[Days] = {"2026-03-02": {"USD": "1.25", "JPY": "160", "KWD": "0.32", "GBP": "0.8"}}


def converted(
    *sales: Row,
    to: str = "EUR",
    rates: Days = RATES,
    zone: ZoneInfo = UTC,
    touches: Sequence[Row] = (),
) -> Attribution:
    def fetch(currencies: Sequence[str], first_day: str, last_day: str) -> list[Rate]:
        return [
            Rate(currency, day, rate)
            for day, told in sorted(rates.items())
            for currency, rate in told.items()
            if currency in currencies and first_day <= day <= last_day
        ]

    return attribution(exchange=Exchange(to, zone, fetch), events=[*touches, *sales])


def sale(number: int, minor: int, currency: str, at: int = MONDAY + HOUR) -> Row:
    return order(number, at, minor, currency=currency)


def total(asked: Attribution, currency: str = "EUR") -> tuple[int, int]:
    told = asked.compare("source", [], currency).total
    return told.conversions, told.net_minor


def left(asked: Attribution) -> dict[str, tuple[int, int]]:
    assert asked.exchange is not None
    found = asked.exchange.left(asked.connection)
    return {each.currency: (each.conversions, each.net_minor) for each in found}


def used(asked: Attribution) -> list[tuple[str, str, str, int]]:
    assert asked.exchange is not None
    found = asked.exchange.used(asked.connection)
    return [(each.currency, each.day, each.rate, each.conversions) for each in found]


@pytest.mark.parametrize(
    ("minor", "currency", "to", "worth"),
    [
        (12_500, "USD", "EUR", 10_000),
        (16_000, "JPY", "EUR", 10_000),
        (32_000, "KWD", "EUR", 10_000),
        (10_000, "EUR", "JPY", 16_000),
        (10_000, "EUR", "KWD", 32_000),
        (16_000, "JPY", "KWD", 32_000),
        (12_500, "USD", "GBP", 8_000),
        (777, "EUR", "EUR", 777),
        # Half to even: 0.5 to 0, 1.5 to 2, 2.5 to 2 of what 160 yen are a hundred of.
        (8, "JPY", "EUR", 5),
        (4, "JPY", "EUR", 2),
        (12, "JPY", "EUR", 8),
        (20, "JPY", "EUR", 12),
    ],
)
def test_minor_units_of_one_currency_become_those_of_another(
    minor: int, currency: str, to: str, worth: int
) -> None:
    assert total(converted(sale(1, minor, currency), to=to), to) == (1, worth)


amounts = st.one_of(st.integers(1, 10**6), st.integers(1, LARGEST_MINOR))
digits = st.integers(1, 10**9 - 1)
decimals = st.integers(0, 6)


def text(number: int, places: int) -> str:
    return format(Decimal(number).scaleb(-places), "f")


@settings(max_examples=60, deadline=None)
@given(
    minor=amounts,
    rates=st.tuples(digits, decimals, digits, decimals),
    pair=st.sampled_from([("USD", "JPY"), ("JPY", "KWD"), ("KWD", "JPY"), ("GBP", "CLF")]),
)
def test_it_is_the_decimal_quotient_rounded_once(
    minor: int, rates: tuple[int, int, int, int], pair: tuple[str, str]
) -> None:
    currency, to = pair
    texts = text(*rates[:2]), text(*rates[2:])
    asked = converted(
        sale(1, minor, currency), to=to, rates={"2026-03-02": dict(zip(pair, texts, strict=True))}
    )
    with localcontext(prec=200):
        exponents = (exponent_of(to) or 0) - (exponent_of(currency) or 0)
        exact = Decimal(minor) * Decimal(texts[1]) / Decimal(texts[0])
        worth = int(exact.scaleb(exponents).quantize(Decimal(1), ROUND_HALF_EVEN))
    if worth > LARGEST_MINOR:
        assert left(asked) == {currency: (1, minor)}
    elif worth:
        assert total(asked, to) == (1, worth)


def test_each_sale_has_the_rate_of_its_day_or_the_last_before_and_never_a_later_one() -> None:
    rates = {"2026-03-06": {"USD": "2"}, "2026-03-09": {"USD": "4"}}
    friday = parse_bound("2026-03-06", UTC)
    moments = [friday - 1, friday, friday + 3 * DAY - 1, friday + 3 * DAY]
    asked = converted(*(sale(i, 400, "USD", at) for i, at in enumerate(moments, 1)), rates=rates)
    rows = asked.connection.execute(
        "select conversion_id, currency, net_minor from told_conversions order by conversion_id"
    ).fetchall()
    assert rows == [(1, "USD", 400), (2, "EUR", 200), (3, "EUR", 200), (4, "EUR", 100)]
    assert used(asked) == [("USD", "2026-03-06", "0.5", 2), ("USD", "2026-03-09", "0.25", 1)]
    assert left(asked) == {"USD": (1, 400)}


@pytest.mark.parametrize(("days", "is_known"), [(OLDEST_DAYS, True), (OLDEST_DAYS + 1, False)])
def test_a_rate_is_good_for_a_week(days: int, is_known: bool) -> None:
    asked = converted(sale(1, 125, "USD", MONDAY + days * DAY))
    assert (left(asked) == {}) is is_known
    assert total(asked) == ((1, 100) if is_known else (0, 0))


def test_a_day_is_one_of_the_business_also_when_clocks_change() -> None:
    madrid = ZoneInfo("Europe/Madrid")
    rates = {"2026-03-28": {"USD": "1"}, "2026-03-29": {"USD": "2"}, "2026-03-30": {"USD": "4"}}
    begins = parse_bound("2026-03-29", madrid)
    ends = parse_bound("2026-03-30", madrid)
    assert ends - begins == 23 * HOUR
    moments = [begins - 1, begins, ends - 1, ends]
    sales = [sale(i, 100, "USD", at) for i, at in enumerate(moments, 1)]
    asked = converted(*sales, rates=rates, zone=madrid)
    assert [(day, count) for _, day, _, count in used(asked)] == [
        ("2026-03-28", 1),
        ("2026-03-29", 2),
        ("2026-03-30", 1),
    ]


def test_two_currencies_go_by_a_day_on_which_both_have_a_rate() -> None:
    rates = {"2026-03-02": {"USD": "1.25", "GBP": "0.8"}, "2026-03-03": {"USD": "2.5"}}
    asked = converted(sale(1, 125, "USD", MONDAY + DAY), to="GBP", rates=rates)
    assert used(asked) == [("USD", "2026-03-02", "0.64", 1)]


def test_sums_are_of_one_currency_and_what_has_no_rate_is_told_apart() -> None:
    sales = [sale(1, 125, "USD"), sale(2, 100, "EUR"), sale(3, 700, "BRL"), sale(4, 1, "BRL")]
    asked = converted(*sales)
    assert total(asked) == (2, 200)
    assert left(asked) == {"BRL": (2, 701)}
    assert asked.currencies() == ["BRL", "EUR"]
    assert asked.exchange is not None
    never = Range(0, MONDAY)
    assert asked.exchange.left(asked.connection, never) == []
    assert asked.exchange.used(asked.connection, never) == []


def test_refunds_and_cancellations_are_of_the_converted_amount() -> None:
    placed = sale(1, 1_250, "USD")
    gone = sale(2, 1_250, "USD")
    cancelled = gone | {"event_id": 3, "action": "order.cancelled"}
    asked = converted(placed, gone, cancelled)
    assert total(asked) == (1, 1_000)


def test_a_receipt_tells_both_amounts_and_its_credit_is_in_the_one_asked_for() -> None:
    touches = [
        campaign(1, MONDAY, "google", session_id=1),
        campaign(2, MONDAY + 1, "news", session_id=1),
        campaign(3, MONDAY + 2, "bing", session_id=1),
    ]
    asked = converted(sale(9, 125, "USD"), touches=touches)
    (receipt,) = receipts(asked, "order-9")
    told = receipt.exchanged
    assert told is not None
    assert told.rate is not None
    assert (told.currency, told.net_minor, told.rate.per_euro) == ("USD", 125, {"USD": "1.25"})
    assert (receipt.conversion.currency, receipt.conversion.net_minor) == ("EUR", 100)
    linear = [each.credit_minor["linear"] for each in receipt.considered]
    assert linear == [34, 33, 33]
    for model in RULES:
        of_report = credit_of(asked, model, "source", "EUR")
        of_receipt = {each.touch.source: each.credit_minor[model] for each in receipt.considered}
        assert of_report == {value: minor for value, minor in of_receipt.items() if minor}


def test_a_receipt_without_a_rate_keeps_its_currency_and_one_worth_nothing_says_so() -> None:
    rates = {"2026-03-02": {"JPY": "999"}}
    asked = converted(sale(1, 700, "BRL"), sale(2, 1, "JPY", MONDAY), rates=rates)
    (unknown,) = receipts(asked, "order-1")
    assert unknown.exchanged is not None
    assert unknown.exchanged.rate is None
    assert (unknown.conversion.currency, unknown.conversion.net_minor) == ("BRL", 700)
    (nothing,) = receipts(asked, "order-2")
    assert "less than any unit of EUR" in nothing.reason
