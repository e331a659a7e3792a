"""How sure credit is: the same for the same seed, of people, and no wider than chance makes it."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from footfall.attribution import bootstrap as module
from footfall.attribution.bootstrap import Bootstrap, bootstrap
from footfall.attribution.run import Attribution
from footfall.attribution.words import MODELS, RULES, Resampling, TooManySamples
from footfall.domain.times import HOUR
from tests.attribution.histories import History, histories
from tests.attribution.lake import START, Row, attach, attribution, campaign, order

Widths = dict[str, tuple[float, float]]


def asked_of(
    asked: Attribution, models: tuple[str, ...], samples: int = 40, seed: int = 1
) -> tuple[Bootstrap, Any]:
    compared = asked.compare("source", models, "USD")
    return bootstrap(asked, "source", "USD", models, Resampling(samples, seed)), compared


def customers(count: int, *, alike: bool = False, minor: int = 10_000) -> Attribution:
    """People of two touches and one order each, some of whom met another source first."""
    events: list[Row] = []
    for number in range(count):
        at, own = START + number * HOUR, {"session_id": number + 1}
        source = "google" if alike or number % 3 else "facebook"
        amount = minor if alike else minor * (1 + number % 5)
        events += [
            campaign(3 * number + 1, at, source, **own),
            campaign(3 * number + 2, at + 1, "news", **own),
            order(3 * number + 3, at + 2, amount, **own),
        ]
    return attribution(events=events)


@settings(max_examples=25, deadline=None)
@given(history=histories(), seed=st.integers(0, 2**32 - 1))
def test_the_same_seed_gives_the_same_intervals_whatever_else_is_asked(
    history: History, seed: int
) -> None:
    models = (*RULES, "markov_1", "shapley_sum")
    first, compared = asked_of(history.attribution(), models, seed=seed)
    again, _ = asked_of(history.attribution(), ("shapley_sum", "last"), seed=seed)
    for model in ("shapley_sum", "last"):
        for one, other in zip(first.intervals[model], again.intervals[model], strict=True):
            assert one.tolist() == other.tolist()
    for model in models:
        low, high = first.intervals[model].value_minor
        assert low.shape == (len(compared.values),)
        assert (low <= high).all()


def test_another_seed_gives_other_intervals() -> None:
    asked = customers(30)
    one, other = (asked_of(asked, ("last", "first"), seed=seed)[0] for seed in (1, 2))
    assert (
        one.intervals["first"].value_minor.tolist() != other.intervals["first"].value_minor.tolist()
    )


@pytest.mark.parametrize("model", MODELS)
def test_the_credit_lies_within_and_enough_customers_make_it_sure(model: str) -> None:
    widths = []
    for count in (20, 320):
        made, compared = asked_of(customers(count), (model,), samples=200)
        credit = compared.credit[model]
        for told, ends in zip(credit, made.intervals[model], strict=True):
            assert (ends[0] <= told + 1e-6).all()
            assert (told <= ends[1] + 1e-6).all()
        low, high = made.intervals[model].conversions
        widths.append(float((high - low).sum()) / count)
    # Sixteen times the customers, a quarter of the width.
    assert widths[1] <= widths[0] / 2 or widths[0] == 0


@pytest.mark.parametrize("model", MODELS)
def test_customers_who_are_all_alike_leave_nothing_to_chance(model: str) -> None:
    made, compared = asked_of(customers(12, alike=True), (model,))
    for told, ends in zip(compared.credit[model], made.intervals[model], strict=True):
        assert ends[0] == pytest.approx(told)
        assert ends[1] == pytest.approx(told)


@pytest.mark.parametrize("model", ["first", "last", "precedence", "markov_1", "shapley_sum"])
def test_a_hundredfold_of_money_makes_intervals_a_hundred_times_as_wide(model: str) -> None:
    small, _ = asked_of(customers(24, minor=100), (model,))
    large, _ = asked_of(customers(24, minor=10_000), (model,))
    of_money = [each.intervals[model].value_minor for each in (small, large)]
    assert of_money[1] == pytest.approx(100 * of_money[0])
    of_number = [each.intervals[model].conversions for each in (small, large)]
    assert of_number[0].tolist() == of_number[1].tolist()


def test_people_are_drawn_and_not_their_orders() -> None:
    """Ten orders of one person are of one customer, so nothing varies; of ten people they do."""
    events = [campaign(1, START, "google", session_id=1), campaign(2, START, "news", session_id=2)]
    sessions = [1] * 5 + [2] * 5
    events += [
        order(10 + i, START + HOUR + i, session_id=session) for i, session in enumerate(sessions)
    ]
    one = attribution(events=events, identity=[attach(1, 1, 7), attach(2, 2, 7)])
    two = attribution(events=events)
    alone, _ = asked_of(one, ("first",))
    assert alone.customers == 1
    low, high = alone.intervals["first"].conversions
    assert low.tolist() == high.tolist()
    apart, _ = asked_of(two, ("first",))
    assert apart.customers == 2
    low, high = apart.intervals["first"].conversions
    # Either person is drawn twice, and brings all of their five orders each time.
    assert (low.tolist(), high.tolist()) == ([0.0, 0.0], [10.0, 10.0])


def test_sales_that_nothing_explains_are_of_customers_too() -> None:
    events = [campaign(1, START, "google", session_id=1)]
    events += [order(10 + i, START + HOUR, session_id=1 + i) for i in range(20)]
    made, _ = asked_of(attribution(events=events), ("last", "markov_1"), samples=200)
    assert made.customers == 20
    for model in ("last", "markov_1"):
        low, high = made.intervals[model].conversions[:, 0].tolist()
        assert low == 0
        assert 2 <= high <= 5


def test_nothing_sold_has_no_intervals_to_tell() -> None:
    made, compared = asked_of(attribution(events=[campaign(1, START, "google")]), MODELS)
    assert made.customers == 0
    assert compared.values == ("google",)
    for each in made.intervals.values():
        assert each.value_minor.tolist() == [[0.0], [0.0]]


@settings(max_examples=40, deadline=None)
@given(
    paths=st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=5), min_size=1, max_size=12),
    chance=st.randoms(use_true_random=False),
)
def test_equal_paths_have_one_number_and_others_another(
    paths: list[list[int]], chance: Any
) -> None:
    def numbers(told: list[list[int]]) -> list[int]:
        codes = np.array([code for path in told for code in path], np.int64)
        starts = np.concatenate(([0], np.cumsum([len(path) for path in told])))
        return module._numbered(codes, starts, 4).tolist()

    found = numbers(paths)
    known = dict(zip(map(tuple, paths), found, strict=True))
    assert found == [known[tuple(path)] for path in paths]
    assert sorted(known.values()) == list(range(len(known)))
    shuffled = paths[:]
    chance.shuffle(shuffled)
    assert numbers(shuffled) == [known[tuple(path)] for path in shuffled]


def test_what_would_take_too_long_is_refused_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = customers(30)
    monkeypatch.setattr(module, "WORK_MAX", 60 * 90)
    with pytest.raises(TooManySamples, match="ask for 60 at most"):
        asked_of(asked, ("last",), samples=100)
    asked_of(asked, ("last",), samples=60)
    with pytest.raises(TooManySamples, match="a shorter time"):
        asked_of(asked, ("markov_2", "last", "first"), samples=100)
