"""47,243 real baskets, deliveries and coupons: each basket has the winner that it should."""

from collections import Counter
from dataclasses import replace
from typing import Final

import numpy as np
import pytest

from footfall.attribution import engine
from footfall.attribution.definition import Definition
from footfall.attribution.words import ACTIVE
from footfall.domain.times import DAY, SECOND
from tests.attribution.reference import DATA, EXPECTED, Asked, complete_journey, parquet, table

# Redeemed again on another day is evidence again.
DEFINITION: Final = Definition(visit_us=0)
MODELS: Final = {
    "first": "first",
    "last": "last",
    "linear": "linear",
    "position_40_20_40": "position",
    "time_decay_hl7d": "time_decay",
}

Winners = dict[int, tuple[str, int, int]]


@pytest.fixture(scope="module")
def sales() -> dict[int, int]:
    return dict(parquet(DATA / "complete_journey" / "baskets.parquet", "basket_id, sales_cents"))


@pytest.fixture(scope="module")
def precedence() -> Asked:
    return Asked(complete_journey(DEFINITION), "campaign")


@pytest.fixture(scope="module")
def winners(precedence: Asked) -> Winners:
    """Return the evidence, campaign and UTC second that won each basket that anything won."""
    won = np.flatnonzero(precedence.weigh("precedence"))
    found = precedence.found
    query = "select converted_at from conversions order by conversion_id"
    at = precedence.connection.execute(query).fetchnumpy()["converted_at"][found.conversion_row]
    return {
        int(basket): (
            "active" if found.kind[touch] == ACTIVE else "passive",
            int(precedence.values[found.value_code[touch]]),
            int(moment - found.age_us[touch]) // SECOND,
        )
        for basket, moment, touch in zip(precedence.conversion_ids(), at, won, strict=True)
    }


def test_each_basket_has_the_winner_that_the_table_says(winners: Winners) -> None:
    columns = "basket_id, evidence, campaign_id, evidence_ts_local"
    rows = parquet(EXPECTED / "complete_journey_precedence.parquet", columns)
    assert winners == {basket: tuple(winner) for basket, *winner in rows}


def test_each_basket_has_as_many_candidates_as_the_table_says(precedence: Asked) -> None:
    found = precedence.found
    lengths = np.diff(found.starts)
    active = np.add.reduceat((found.kind == ACTIVE).astype(np.int64), found.starts[:-1])
    counts = zip(active.tolist(), (lengths - active).tolist(), strict=True)
    columns = "basket_id, active_candidates, passive_candidates"
    rows = parquet(EXPECTED / "complete_journey_precedence.parquet", columns)
    ours = dict(zip(precedence.conversion_ids().tolist(), counts, strict=True))
    assert ours == {basket: tuple(told) for basket, *told in rows}


def test_the_totals_by_campaign_are_as_the_table_says(
    winners: Winners, sales: dict[int, int]
) -> None:
    baskets: Counter[tuple[str, str]] = Counter()
    cents: Counter[tuple[str, str]] = Counter()
    for basket, minor in sales.items():
        evidence, campaign, _ = winners.get(basket, ("none", 0, 0))
        baskets[evidence, str(campaign)] += 1
        cents[evidence, str(campaign)] += minor
    for row in table("complete_journey_precedence_totals.csv"):
        key = row["evidence"], row["campaign_id"] or "0"
        assert (baskets.pop(key), cents[key]) == (int(row["baskets"]), int(row["sales_cents"]))
    assert not baskets


def test_rules_credit_types_of_campaign_as_the_table_says(sales: dict[int, int]) -> None:
    month = 30 * DAY
    windows = replace(DEFINITION, active_lookback_us=month, passive_lookback_us=month)
    told = Asked(complete_journey(windows, tie=1), "campaign")
    worth = np.array([sales[basket] for basket in told.conversion_ids().tolist()])
    path = DATA / "complete_journey" / "campaign_descriptions.csv.gz"
    types = {row["campaign_id"]: row["campaign_type"] for row in table(str(path))}
    for row in table("complete_journey_lookback30.csv"):
        if row["campaign_type"]:
            by_campaign = told.earned(told.weigh(MODELS[row["model"]]), worth)
            of_type = [
                each for name, each in by_campaign.items() if types[name] == row["campaign_type"]
            ]
            baskets, cents = np.sum(of_type, axis=0)
        else:
            baskets, cents = len(sales) - len(worth), sum(sales.values()) - worth.sum()
        assert baskets == pytest.approx(float(row["baskets"]), rel=1e-9)
        assert cents == pytest.approx(float(row["sales_cents"]), rel=1e-9)


def test_divided_money_is_all_of_it(precedence: Asked) -> None:
    weights = precedence.weigh("precedence")
    minor = engine.credit_touches(precedence.found, weights)
    sums = np.add.reduceat(minor, precedence.found.starts[:-1])
    assert (sums == precedence.found.net_minor).all()
