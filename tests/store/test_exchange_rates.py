"""Rates are kept once for each currency and day, on both engines, and found in order."""

from collections.abc import Iterator

import pytest

from footfall.store import exchange_rates, schema
from footfall.store.engine import Engines, open_engines
from footfall.store.exchange_rates import Kept, Known, Rate

RATES = [
    Rate("USD", "2026-03-02", "1.0823"),
    Rate("USD", "2026-03-03", "1.08"),
    Rate("JPY", "2026-03-02", "162.55"),
]


@pytest.fixture
def engines(database_url: str) -> Iterator[Engines]:
    engines = open_engines(database_url)
    schema.upgrade(engines)
    yield engines
    engines.dispose()


def keep(engines: Engines, *rates: Rate) -> Kept:
    return exchange_rates.keep(engines, rates, at=1)


def test_a_rate_is_new_then_known_then_changed(engines: Engines) -> None:
    assert keep(engines, *RATES) == Kept(new=3, changed=0, same=0)
    other = Rate("USD", "2026-03-03", "1.09")
    assert keep(engines, *RATES[:1], other) == Kept(new=0, changed=1, same=1)
    with engines.read.begin() as connection:
        assert exchange_rates.latest(connection, "USD", 5) == [other, RATES[0]]
        assert exchange_rates.latest(connection, "USD", 1) == [other]
        assert exchange_rates.known(connection) == [
            Known("JPY", "2026-03-02", "2026-03-02", 1, "162.55"),
            Known("USD", "2026-03-02", "2026-03-03", 2, "1.09"),
        ]


def test_rates_are_found_by_currency_and_day_both_ends_included(engines: Engines) -> None:
    keep(engines, *RATES)
    with engines.read.begin() as connection:

        def between(first: str, last: str, *currencies: str) -> list[Rate]:
            return exchange_rates.between(connection, currencies, first, last)

        assert between("2026-03-02", "2026-03-03", "USD", "JPY") == [RATES[2], RATES[0], RATES[1]]
        assert between("2026-03-03", "2026-03-09", "USD") == [RATES[1]]
        assert between("2026-02-01", "2026-03-01", "USD") == []
        assert between("2026-03-02", "2026-03-03", "GBP") == []


def test_all_rates_since_there_are_euros_are_kept_at_once(engines: Engines) -> None:
    many = [
        Rate(currency, f"20{year:02}-{month:02}-{day:02}", f"1.{day:02}{month:02}")
        for currency in ("USD", "GBP", "CHF")
        for year in range(10)
        for month in range(1, 13)
        for day in range(1, 29)
    ]
    assert keep(engines, *many).new == len(many)
    assert keep(engines, *many).same == len(many)
