"""Dividing money: against fractions of integers, whole to the unit at any size."""

from fractions import Fraction
from math import floor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall.attribution.allocate import allocate

amounts = st.one_of(st.integers(0, 10_000), st.integers(0, 2**62), st.just(2**53 + 1))
weights = st.lists(st.integers(0, 1000), min_size=1, max_size=30).filter(any)
conversions = st.lists(st.tuples(amounts, weights), max_size=6)


def by_fractions(amount: int, parts: list[int]) -> list[int]:
    """Divide by largest remainder, the earlier first among equal ones."""
    shares = [Fraction(amount * part, sum(parts)) for part in parts]
    credit = [floor(share) for share in shares]
    by_remainder = sorted(range(len(parts)), key=lambda i: (credit[i] - shares[i], i))
    for i in by_remainder[: amount - sum(credit)]:
        credit[i] += 1
    return credit


@given(conversions)
def test_money_is_divided_as_fractions_of_integers_say(told: list[tuple[int, list[int]]]) -> None:
    starts = np.cumsum([0] + [len(parts) for _, parts in told])
    flat = np.array([part for _, parts in told for part in parts], np.float64)
    net = np.array([amount for amount, _ in told], np.int64)
    wanted = [share for amount, parts in told for share in by_fractions(amount, parts)]
    assert allocate(net, flat, starts).tolist() == wanted


@given(st.integers(0, 2**62), st.lists(st.floats(1e-9, 1e9), min_size=1, max_size=30))
def test_no_unit_is_lost_whatever_the_weights(amount: int, parts: list[float]) -> None:
    credit = allocate(np.array([amount]), np.array(parts), np.array([0, len(parts)]))
    assert sum(credit.tolist()) == amount
    assert (credit >= 0).all()


@given(st.integers(0, 10**9), weights, st.sampled_from([0.001, 0.3, 7.0]))
def test_the_scale_of_weights_does_not_matter(amount: int, parts: list[int], scale: float) -> None:
    net, starts = np.array([amount]), np.array([0, len(parts)])
    usual = allocate(net, np.array(parts, np.float64), starts)
    assert allocate(net, np.array(parts) * scale, starts).tolist() == usual.tolist()


def test_equal_remainders_go_to_the_earlier_touch() -> None:
    credit = allocate(np.array([101, 2]), np.ones(5), np.array([0, 2, 5]))
    assert credit.tolist() == [51, 50, 1, 1, 0]


@pytest.mark.parametrize("amount", [2**53 + 1, 2**60 + 1, 2**62 - 1])
def test_an_amount_no_float_can_hold_keeps_its_last_unit(amount: int) -> None:
    credit = allocate(np.array([amount]), np.array([1.0, 1.0, 1.0]), np.array([0, 3]))
    assert credit.tolist() == by_fractions(amount, [1, 1, 1])


@pytest.mark.parametrize(
    ("net", "parts", "starts", "problem"),
    [
        ([-1], [1.0], [0, 1], "0 or more"),
        ([1], [-1.0], [0, 1], "0 or more"),
        ([1], [np.nan], [0, 1], "finite"),
        ([1], [np.inf], [0, 1], "finite"),
        ([1], [0.0, 0.0], [0, 2], "all be zero"),
        ([1, 1], [1.0], [0, 1, 1], "at least one touch"),
    ],
)
def test_what_cannot_be_divided_is_refused(
    net: list[int], parts: list[float], starts: list[int], problem: str
) -> None:
    with pytest.raises(ValueError, match=problem):
        allocate(np.array(net), np.array(parts), np.array(starts))


def test_nothing_is_divided_into_nothing() -> None:
    none = np.zeros(0, np.int64)
    assert allocate(none, np.zeros(0), np.zeros(1, np.int64)).tolist() == []
