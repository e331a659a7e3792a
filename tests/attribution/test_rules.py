"""The rules: their weights sum to one, and precedence is what a plain loop says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall.attribution import rules
from footfall.attribution.paths import Ints
from footfall.attribution.words import ACTIVE, EXTERNAL, PASSIVE
from footfall.domain.times import DAY, HOUR

touches = st.lists(
    st.tuples(st.sampled_from([EXTERNAL, ACTIVE, PASSIVE]), st.integers(0, 5)),
    min_size=1,
    max_size=8,
).map(lambda told: sorted(told, key=lambda touch: -touch[1]))
paths = st.lists(touches, min_size=1, max_size=6)

Touches = list[tuple[int, int]]


def flat(told: list[Touches]) -> tuple[Ints, Ints, Ints]:
    """Return starts, kinds and ages; a touch is a kind and how many hours ago."""
    starts = np.cumsum([0] + [len(path) for path in told])
    kind = np.array([kind for path in told for kind, _ in path])
    age_us = np.array([hours * HOUR for path in told for _, hours in path])
    return starts, kind, age_us


def best(path: Touches, kinds: tuple[int, ...]) -> int | None:
    """Return the place of the last touch of the first class that there is."""
    for kind in kinds:
        places = [i for i, touch in enumerate(path) if touch[0] == kind]
        if places:
            return places[-1]
    return None


def winner(path: Touches, edition: str) -> int:
    """Return who wins, rule by rule (contract 7.3)."""
    external, own = best(path, (EXTERNAL,)), best(path, (ACTIVE, PASSIVE))
    if external is None or own is None:
        only = own if external is None else external
        assert only is not None
        return only
    if edition == "C" and path[own][1] < path[external][1]:
        return own
    return external


@given(paths, st.sampled_from("BC"))
def test_precedence_is_what_the_contract_says(told: list[Touches], edition: str) -> None:
    starts, kind, age_us = flat(told)
    weights = (
        rules.precedence(starts, kind)
        if edition == "B"
        else rules.precedence_of_later(starts, kind, age_us)
    )
    wanted = [start + winner(path, edition) for start, path in zip(starts, told, strict=False)]
    assert np.flatnonzero(weights).tolist() == wanted
    assert weights.sum() == len(told)


@given(paths, st.integers(1, 9 * DAY), st.floats(0, 0.5), st.floats(0, 0.5))
def test_the_weights_of_a_path_sum_to_one(
    told: list[Touches], half_life_us: int, first_share: float, last_share: float
) -> None:
    starts, kind, age_us = flat(told)
    at = np.array([start if path[0][0] else -1 for start, path in zip(starts, told, strict=False)])
    for weights in (
        rules.first(starts),
        rules.last(starts),
        rules.last_where(starts, kind == ACTIVE),
        rules.linear(starts),
        rules.time_decay(starts, age_us, half_life_us),
        rules.position(starts, first_share, last_share),
        rules.milestone(starts, at),
    ):
        assert (weights >= 0).all()
        np.testing.assert_allclose(np.add.reduceat(weights, starts[:-1]), 1.0, rtol=1e-12)


def test_a_touch_of_years_ago_decays_without_vanishing_alone() -> None:
    starts, age_us = np.array([0, 2]), np.array([4001 * DAY, 4000 * DAY])
    weights = rules.time_decay(starts, age_us, DAY)
    assert weights.tolist() == pytest.approx([1 / 3, 2 / 3])


@pytest.mark.parametrize(
    ("length", "shares", "weights"),
    [
        (1, (0.4, 0.4), [1]),
        (2, (0.4, 0.4), [0.5, 0.5]),
        (2, (0.3, 0.1), [0.75, 0.25]),
        (2, (0.0, 0.0), [0.5, 0.5]),
        (3, (0.4, 0.4), [0.4, 0.2, 0.4]),
        (4, (0.4, 0.4), [0.4, 0.1, 0.1, 0.4]),
        (3, (0.0, 0.0), [0, 1, 0]),
    ],
)
def test_position_gives_the_ends_their_shares(
    length: int, shares: tuple[float, float], weights: list[float]
) -> None:
    found = rules.position(np.array([0, length]), *shares)
    assert found.tolist() == pytest.approx(weights)


@pytest.mark.parametrize(
    ("length", "at", "weights"),
    [
        (5, 2, [0.3, 0.05, 0.3, 0.05, 0.3]),
        (3, 1, [1 / 3, 1 / 3, 1 / 3]),
        (3, 0, [0.6, 0.1, 0.3]),
        (3, -1, [3 / 7, 1 / 7, 3 / 7]),
        (1, 0, [1]),
        (2, -1, [0.5, 0.5]),
    ],
)
def test_a_milestone_has_its_share(length: int, at: int, weights: list[float]) -> None:
    found = rules.milestone(np.array([0, length]), np.array([at]))
    assert found.tolist() == pytest.approx(weights)
