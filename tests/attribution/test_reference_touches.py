"""62,483 real touches: every table that independent arithmetic made of them comes out again."""

from collections import defaultdict
from dataclasses import replace
from typing import Final

import numpy as np
import pytest

from footfall.attribution import engine, words
from footfall.attribution.definition import Definition
from footfall.attribution.markov import ORDERS, markov
from footfall.attribution.paths import Floats, Paths
from footfall.attribution.shapley import shapley
from footfall.domain.times import DAY, SECOND
from tests.attribution.reference import TOUCH_CHANNELS, Asked, table, touches

ALWAYS: Final = Definition(external_lookback_us=None, visit_us=0)
RESET: Final = replace(ALWAYS, journeys="split")

MODELS: Final[dict[str, tuple[str, int]]] = {
    "first": ("first", 7 * DAY),
    "last": ("last", 7 * DAY),
    "last_non_direct[Paid Search]": ("last_non_direct", 7 * DAY),
    "linear": ("linear", 7 * DAY),
    "position_40_20_40": ("position", 7 * DAY),
    "time_decay_hl1d": ("time_decay", DAY),
    "time_decay_hl7d": ("time_decay", 7 * DAY),
}
"""The tables' names of models, with ours and the half-life that they stand for."""

EXACT: Final = ("first", "last", "last_non_direct[Paid Search]")
GAMES: Final = {
    "set_sum": "sum",
    "exact_set_rate": "rate",
    "exact_set_count": "count",
    "markov_chain_game_order1": "chain",
}


def asked(definition: Definition) -> Asked:
    told = Asked(touches(definition))
    # Nothing in the file is direct; the table takes a channel that often comes last for it.
    paid = told.values.index("Paid Search")
    told.found = replace(told.found, is_direct=told.found.value_code == paid)
    return told


@pytest.fixture(scope="module")
def reset() -> Asked:
    return asked(RESET)


@pytest.fixture(scope="module")
def journeys(reset: Asked) -> Paths:
    return engine.paths(reset.connection, reset.found, RESET, reset.values)


@pytest.fixture(scope="module", params=[7, 30])
def lookback(request: pytest.FixtureRequest) -> tuple[str, Asked]:
    definition = replace(ALWAYS, external_lookback_us=request.param * DAY)
    return str(request.param), asked(definition)


def weigh(told: Asked, name: str) -> Floats:
    model, half_life_us = MODELS[name]
    return told.weigh(model, replace(told.definition, half_life_us=half_life_us))


def check(rows: list[dict[str, str]], told: Asked) -> None:
    """Compare each model of a table; money in it is in major units."""
    assert len({row["model"] for row in rows}) >= 5
    for row in rows:
        conversions, minor = told.earned(weigh(told, row["model"]))[row["channel"]]
        closeness = 0.0 if row["model"] in EXACT else 1e-9
        assert conversions == pytest.approx(float(row["conversions"]), rel=closeness, abs=0)
        assert minor / 100 == pytest.approx(float(row["value"]), rel=closeness, abs=0)


def test_rules_credit_split_journeys_as_the_table_says(reset: Asked) -> None:
    check(table("touches_reset_heuristics.csv"), reset)


def test_rules_credit_windows_as_the_table_says(lookback: tuple[str, Asked]) -> None:
    days, told = lookback
    rows = table("touches_lookback_heuristics.csv")
    check([row for row in rows if row["lookback_days"] == days], told)


def test_each_touch_of_the_sample_has_its_credit() -> None:
    told = asked(replace(ALWAYS, external_lookback_us=7 * DAY))
    rows = table("touches_credit_sample_lookback7.csv")
    sample = defaultdict(list)
    for row in rows:
        sample[row["customer_id"], int(row["conversion_ts"])].append(row)
    at = conversions_at(told)
    names = [name for name in MODELS if f"credit_{name}" in rows[0]]
    assert len(names) == 5
    weights = {name: weigh(told, name) for name in names}
    by_moment = {(moment, channels): place for place, (moment, channels) in enumerate(at)}
    for (_, moment), touched in sample.items():
        channels = tuple(row["channel"] for row in touched)
        place = by_moment[moment * SECOND, channels]
        of_touches = slice(told.found.starts[place], told.found.starts[place + 1])
        for name in names:
            wanted = [float(row[f"credit_{name}"]) for row in touched]
            np.testing.assert_allclose(weights[name][of_touches], wanted, rtol=1e-9, atol=0)


def conversions_at(told: Asked) -> list[tuple[int, tuple[str, ...]]]:
    """Return when each conversion with candidates was, and along which channels."""
    query = "select converted_at from conversions order by conversion_id"
    moments = told.connection.execute(query).fetchnumpy()["converted_at"]
    names = np.array(told.values)[told.found.value_code]
    paths = np.split(names, told.found.starts[1:-1])
    rows = told.found.conversion_row
    return [(int(moments[row]), tuple(path)) for row, path in zip(rows, paths, strict=True)]


def test_journeys_are_split_as_the_table_says(journeys: Paths) -> None:
    counted: dict[tuple[str, str, int], int] = defaultdict(int)
    for row in table("touches_journeys.csv.gz"):
        minor = round(float(row["value"]) * 100)
        counted[row["path"], row["converted"], minor] += 1
    ours: dict[tuple[str, str, int], int] = defaultdict(int)
    for i, path in enumerate(np.split(journeys.codes, journeys.starts[1:-1])):
        names = " > ".join(journeys.channels[code] for code in path)
        ours[names, str(journeys.conversions[i]), int(journeys.value_minor[i])] += 1
    assert ours == counted


@pytest.mark.parametrize("model", words.RULES)
def test_divided_money_is_all_of_it_and_no_touch_is_a_unit_off(reset: Asked, model: str) -> None:
    weights = reset.weigh(model)
    minor = engine.credit_touches(reset.found, weights)
    net, lengths = reset.found.net_minor, np.diff(reset.found.starts)
    assert (np.add.reduceat(minor, reset.found.starts[:-1]) == net).all()
    assert int(minor.sum()) == 1_142_350
    assert (np.abs(minor - weights * np.repeat(net, lengths)) < 1).all()


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("with_nulls", [True, False])
def test_the_chain_is_as_the_table_says(journeys: Paths, order: int, with_nulls: bool) -> None:
    chain = markov(journeys, order, with_nulls=with_nulls)
    told = zip(
        chain.removal_of_conversions,
        chain.removal_of_value,
        chain.credit.conversions,
        chain.credit.value_minor / 100,
        strict=True,
    )
    ours = dict(zip(journeys.channels, told, strict=True))
    columns = ("removal_effect_conversions", "removal_effect_value", "conversions", "value")
    rows = [
        row
        for row in table("touches_reset_markov_exact.csv")
        if row["order"] == str(order) and row["with_null_paths"] == str(int(with_nulls))
    ]
    assert [row["channel"] for row in rows] == list(TOUCH_CHANNELS)
    for row in rows:
        wanted = [float(row[column]) for column in columns]
        np.testing.assert_allclose(ours[row["channel"]], wanted, rtol=1e-8)
        assert chain.conversion_rate == pytest.approx(float(row["p_conversion"]), rel=1e-8)
        assert chain.states == int(row["n_states"])
    assert chain.live_mass < 1e-15


@pytest.mark.parametrize("name", GAMES)
def test_each_game_is_as_the_table_says(journeys: Paths, name: str) -> None:
    credit = shapley(journeys, GAMES[name])  # type: ignore[arg-type]
    rows = [row for row in table("touches_reset_shapley.csv") if row["game"] == name]
    assert [row["channel"] for row in rows] == list(journeys.channels)
    wanted = [float(row["conversions"]) for row in rows]
    np.testing.assert_allclose(credit.conversions, wanted, rtol=1e-9)
    if all(row["value"] for row in rows):
        value = [float(row["value"]) for row in rows]
        np.testing.assert_allclose(credit.value_minor / 100, value, rtol=1e-9)
    assert credit.value_minor.sum() == pytest.approx(1_142_350, rel=1e-12)


SAME_DEFINITION: Final = {
    ("channelattribution", "first"): "first",
    ("channelattribution", "last"): "last",
    ("channelattribution", "linear"): "linear",
    ("mam2", "position_40_20_40"): "position_40_20_40",
    ("mam2", "time_decay_hl1d"): "time_decay_hl1d",
    ("mam2", "time_decay_hl7d"): "time_decay_hl7d",
}


@pytest.mark.parametrize("library", SAME_DEFINITION, ids="-".join)
def test_a_library_with_the_same_definition_gives_the_same(
    reset: Asked, library: tuple[str, str]
) -> None:
    ours = reset.earned(weigh(reset, SAME_DEFINITION[library]))
    for row in library_rows(*library):
        assert ours[row["channel"]][0] == pytest.approx(float(row["conversions"]), rel=1e-9)


@pytest.mark.parametrize("order", ORDERS)
def test_a_simulated_chain_comes_as_near_as_its_luck_allows(journeys: Paths, order: int) -> None:
    ours = dict(zip(journeys.channels, markov(journeys, order).credit.conversions, strict=True))
    for seed in range(5):
        for row in library_rows("channelattribution", f"markov{order}_default_nsim1e5_seed{seed}"):
            assert ours[row["channel"]] == pytest.approx(float(row["conversions"]), rel=0.03)


def test_the_exact_removal_effects_of_a_library_are_ours(journeys: Paths) -> None:
    ours = dict(zip(journeys.channels, markov(journeys).removal_of_conversions, strict=True))
    for row in library_rows("mam1", "markov1_removal_effect"):
        assert ours[row["channel"]] == pytest.approx(float(row["conversions"]), rel=1e-9)


def library_rows(library: str, model: str) -> list[dict[str, str]]:
    rows = table("touches_reset_library_results.csv")
    found = [
        row
        for row in rows
        if (row["library"], row["model"]) == (library, model) and row["conversions"]
    ]
    assert len(found) == len(TOUCH_CHANNELS)
    return found
