"""Markov and Shapley: what holds for all journeys, and small ones worked out by hand."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from footfall.attribution import engine
from footfall.attribution.markov import ORDERS, markov, worth_of_sets
from footfall.attribution.paths import Journey, Paths, collect
from footfall.attribution.shapley import WIDEST_SET, shapley
from footfall.attribution.words import Game
from tests.attribution.histories import journeys

orders = st.sampled_from(ORDERS)
GAMES: tuple[Game, ...] = ("sum", "rate", "count", "chain")


def with_channel(paths: Paths, name: str) -> Paths:
    """Return the same paths among one more channel, which nobody met."""
    names = (*paths.channels, name)
    return Paths(names, *(getattr(paths, each) for each in Paths.__slots__[1:]))


@given(journeys, orders, st.booleans())
def test_the_chance_to_convert_is_conversions_by_journeys(
    told: list[Journey], order: int, with_nulls: bool
) -> None:
    paths = collect(told)
    all_of_them = paths.conversions.sum() + paths.nulls.sum() * with_nulls
    wanted = paths.conversions.sum() / all_of_them if all_of_them else 0.0
    chain = markov(paths, order, with_nulls=with_nulls)
    assert chain.conversion_rate == pytest.approx(wanted, rel=1e-12)


@given(journeys, orders)
def test_credit_is_all_conversions_and_all_value(told: list[Journey], order: int) -> None:
    paths = collect(told)
    for credit in (markov(paths, order).credit, *(shapley(paths, game) for game in GAMES)):
        assert credit.conversions.sum() == pytest.approx(paths.conversions.sum(), abs=1e-6)
        assert credit.value_minor.sum() == pytest.approx(paths.value_minor.sum(), abs=1e-3)


@given(journeys, orders)
def test_a_channel_that_nobody_met_changes_nothing(told: list[Journey], order: int) -> None:
    paths = collect(told)
    wider = with_channel(paths, "never")
    pairs = [(markov(paths, order).credit, markov(wider, order).credit)]
    pairs += [(shapley(paths, game), shapley(wider, game)) for game in GAMES]
    for before, after in pairs:
        np.testing.assert_allclose(after.conversions, [*before.conversions, 0], atol=1e-9)
        np.testing.assert_allclose(after.value_minor, [*before.value_minor, 0], atol=1e-6)


@given(journeys, st.integers(2, 4))
def test_staying_on_a_channel_changes_no_removal_effect(told: list[Journey], times: int) -> None:
    stretched = [
        each._replace(channels=[name for name in each.channels for _ in range(times)])
        for each in told
    ]
    before, after = markov(collect(told)), markov(collect(stretched))
    np.testing.assert_allclose(after.removal_of_conversions, before.removal_of_conversions)
    np.testing.assert_allclose(after.removal_of_value, before.removal_of_value)


@given(journeys, orders, st.integers(2, 1000))
def test_value_that_is_scaled_scales_credit(told: list[Journey], order: int, scale: int) -> None:
    scaled = [each._replace(value_minor=each.value_minor * scale) for each in told]
    before, after = collect(told), collect(scaled)
    pairs = [(markov(before, order).credit, markov(after, order).credit)]
    pairs += [(shapley(before, game), shapley(after, game)) for game in GAMES]
    for small, large in pairs:
        np.testing.assert_allclose(large.value_minor, small.value_minor * scale, atol=1e-4)
        np.testing.assert_allclose(large.conversions, small.conversions, atol=1e-9)


@given(journeys, st.randoms(use_true_random=False))
def test_the_order_of_journeys_does_not_matter(told: list[Journey], luck: object) -> None:
    shuffled = luck.sample(told, len(told))  # type: ignore[attr-defined]
    before, after = collect(told), collect(shuffled)
    assert before.channels == after.channels
    for order in ORDERS:
        these, those = markov(before, order).credit, markov(after, order).credit
        np.testing.assert_allclose(these.conversions, those.conversions, atol=1e-9)


@given(journeys)
def test_the_game_over_the_chain_is_the_mean_over_all_orders_of_joining(
    told: list[Journey],
) -> None:
    """Shapley's own definition, by every permutation."""
    paths = collect(told)
    count = len(paths.channels)
    assume(count and paths.conversions.sum())
    added = np.zeros(count)
    for joined in permutations(range(count)):
        is_in = np.zeros((count + 1, count), np.bool_)
        for place, channel in enumerate(joined):
            is_in[place + 1 :, channel] = True
        added[list(joined)] += np.diff(worth_of_sets(paths, is_in)[:, 0])
    wanted = added / added.sum() * paths.conversions.sum()
    np.testing.assert_allclose(shapley(paths, "chain").conversions, wanted, atol=1e-9)


def test_a_chain_by_hand() -> None:
    """a → b → sale once, a → nothing once: without a none is left, without b none is left."""
    chain = markov(collect([Journey("ab", 1, 500), Journey("a", 0, 0, 1)]))
    assert chain.conversion_rate == 0.5
    assert chain.removal_of_conversions.tolist() == [1, 1]
    assert chain.credit.conversions.tolist() == [0.5, 0.5]
    assert chain.credit.value_minor.tolist() == [250, 250]
    assert chain.states == 2


def test_the_sum_game_by_hand() -> None:
    credit = shapley(collect([Journey("aab", 1, 900), Journey("c", 2, 100)]))
    assert credit.conversions.tolist() == [0.5, 0.5, 2]
    assert credit.value_minor.tolist() == [450, 450, 100]


def test_the_exact_games_by_hand() -> None:
    """b alone converts as well as a and b do together, so a adds nothing."""
    paths = collect([Journey("ab", 1, 100, nulls=1), Journey("b", 1, 100, nulls=1)])
    assert shapley(paths, "rate").conversions.tolist() == [0, 2]
    assert shapley(paths, "count").conversions.tolist() == [0, 2]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("told", [[], [Journey("ab", 0, 0, 3)], [Journey("a", 1, 7)]])
def test_nothing_little_and_nobody_are_no_trouble(told: list[Journey], order: int) -> None:
    paths = collect(told)
    value = sum(each.value_minor for each in told)
    for credit in (markov(paths, order).credit, *(shapley(paths, game) for game in GAMES)):
        assert credit.value_minor.sum() == value
        assert np.isfinite(credit.conversions).all()


def test_names_may_contain_each_other_or_a_separator() -> None:
    told = [Journey(["eta", "beta > eta"], 1, 10), Journey(["beta"], 1, 30)]
    credit = shapley(collect(told))
    assert dict(zip(collect(told).channels, credit.value_minor.tolist(), strict=True)) == {
        "beta": 30,
        "beta > eta": 5,
        "eta": 5,
    }


@pytest.mark.parametrize("game", ["rate", "count", "chain"])
def test_more_channels_than_an_exact_game_can_take_are_refused(game: Game) -> None:
    paths = collect([Journey([str(i) for i in range(WIDEST_SET + 1)])])
    with pytest.raises(ValueError, match="group channels"):
        shapley(paths, game)
    assert shapley(paths).conversions.sum() == pytest.approx(1)


def test_more_channels_than_states_can_be_numbered_for_are_refused() -> None:
    paths = collect([Journey([str(i) for i in range(50_000)])])
    with pytest.raises(ValueError, match="too many for order 4"):
        markov(paths, 4)


@pytest.mark.parametrize("order", [0, 5])
def test_another_order_is_refused(order: int) -> None:
    with pytest.raises(ValueError, match="1 to 4"):
        markov(collect([]), order)


@pytest.mark.parametrize("journey", [Journey(""), Journey("a", -1), Journey("a", 1, -1)])
def test_what_is_no_journey_is_refused(journey: Journey) -> None:
    with pytest.raises(ValueError, match="at least one touch"):
        collect([journey])


def test_a_model_that_does_not_exist_is_refused() -> None:
    with pytest.raises(KeyError):
        engine.credit_whole("shapley_average", collect([Journey("a")]))
