"""Paths → what each channel adds to the sets of channels that it met people with.

Four games over sets of channels; order and repeats within a journey do not matter. The sum game
splits each journey evenly over its channels and costs one pass. The exact games compare each set
that was seen with those of its subsets that were seen, and can give a channel less than nothing.

Source: Shapley, “A value for n-person games” (1953); dividends: Harsanyi (1963); definitions in
docs/attribution.md, “Shapley”.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from footfall.attribution.markov import worth_of_sets
from footfall.attribution.paths import Credit, Floats, Ints, Paths, distinct
from footfall.attribution.words import Game, TooMuchForModel

WIDEST_SET: Final = 15
"""Channels of a set in the exact games, of all in the chain’s; each more doubles the work."""

WORD: Final = 62
"""Channels that one number holds, a bit each."""


class _Sets(NamedTuple):
    """The different sets of channels, with what came of journeys that met exactly those.

    Attributes:
        holds: shape (sets, channels).
        conversions, nulls, value_minor: shape (sets,).
    """

    holds: NDArray[np.bool_]
    conversions: Ints
    nulls: Ints
    value_minor: Ints


def shapley(paths: Paths, game: Game = "sum") -> Credit:
    """Return what each channel earned; adds up to all conversions and to all value.

    Args:
        game: ``sum``: a set is worth all conversions of journeys within it. ``rate``: it is worth
            the conversion rate of the journeys with exactly these channels, rescaled to what they
            earned; ``count`` their number of conversions. ``chain``: it is worth the chance to
            convert in the Markov chain of order 1 where all other channels lead to nothing.

    Raises:
        ValueError: an exact game where a journey met more than 15 different channels, or the
            chain's where all journeys together did.
    """
    if game == "chain":
        return _chain(paths)
    sets = _sets(paths)
    if game == "sum":
        per_channel = sets.holds / sets.holds.sum(axis=1, keepdims=True)
        return Credit(sets.conversions @ per_channel, sets.value_minor @ per_channel)
    if sets.holds.sum(axis=1).max(initial=0) > WIDEST_SET:
        raise _too_wide("A journey")
    earned = np.zeros((2, len(paths.channels)))
    for row in np.flatnonzero(sets.conversions):
        members = np.flatnonzero(sets.holds[row])
        shares = _shares(sets, members, game)
        earned[0, members] += shares * sets.conversions[row]
        earned[1, members] += shares * sets.value_minor[row]
    return Credit(earned[0], earned[1])


def _sets(paths: Paths) -> _Sets:
    number = np.zeros(len(paths.starts) - 1, np.int64)
    for first in range(0, len(paths.channels), WORD):
        bits = paths.codes - first
        is_here = (bits >= 0) & (bits < WORD)
        word = np.where(is_here, 1 << np.clip(bits, 0, WORD - 1), 0)
        word = np.bitwise_or.reduceat(word, paths.starts[:-1]) if len(number) else number
        known, place = distinct(word, 2 ** min(WORD, len(paths.channels) - first))
        number = distinct(number * len(known) + place, len(number) * len(known) + 1)[1]
    count = int(number.max(initial=-1)) + 1
    # All paths of a number have the same channels, so any of them shows which.
    shown = np.zeros(count, np.int64)
    shown[number] = np.arange(len(number))
    holds = np.zeros((count, len(paths.channels)), np.bool_)
    for row, path in enumerate(shown):
        holds[row, paths.codes[paths.starts[path] : paths.starts[path + 1]]] = True

    def added(counts: Ints) -> Ints:
        total = np.zeros(count, np.int64)
        np.add.at(total, number, counts)
        return total

    return _Sets(holds, added(paths.conversions), added(paths.nulls), added(paths.value_minor))


def _shares(sets: _Sets, members: Ints, game: Game) -> Floats:
    """Return the part of a set's worth that each of its members adds; parts sum to 1."""
    outside = np.ones(sets.holds.shape[1], np.bool_)
    outside[members] = False
    within = np.flatnonzero(~sets.holds[:, outside].any(axis=1))
    subset = sets.holds[np.ix_(within, members)] @ (1 << np.arange(len(members)))
    conversions = sets.conversions[within].astype(np.float64)
    if game == "rate":
        # Paths that nobody went are sets of no journeys.
        conversions /= np.maximum(conversions + sets.nulls[within], 1.0)
    worth = np.zeros(1 << len(members))
    worth[subset] = conversions
    return _added(worth, len(members))


def _chain(paths: Paths) -> Credit:
    """Return the credit of the game over the chain; channels nobody met cost nothing."""
    members = np.unique(paths.codes)
    count = len(members)
    if count > WIDEST_SET:
        raise _too_wide("Journeys")
    sets = np.ones((1 << count, len(paths.channels)), np.bool_)
    sets[:, members] = np.arange(1 << count)[:, None] >> np.arange(count) & 1 == 1
    worth = worth_of_sets(paths, sets)
    earned = np.zeros((2, len(paths.channels)))
    totals = (paths.conversions.sum(), paths.value_minor.sum())
    for each, (of_sets, total) in enumerate(zip(worth.T, totals, strict=True)):
        if total:
            earned[each, members] = _added(of_sets, count) * float(total)
    return Credit(earned[0], earned[1])


def _added(worth: Floats, members: int) -> Floats:
    """Return the part of the whole set's worth that each member adds; parts sum to 1.

    Args:
        worth: shape (2**members,), of each set by its members as bits; the empty one is worth 0.
    """
    numbers = np.arange(len(worth))
    size = np.bitwise_count(numbers.astype(np.uint32)).astype(np.int64)
    each = _dividends(worth, members) / np.maximum(size, 1)
    added = np.array([each[numbers >> i & 1 == 1].sum() for i in range(members)])
    shares: Floats = added / worth[-1]
    return shares


def _too_wide(who: str) -> TooMuchForModel:
    return TooMuchForModel(
        f"{who} met more than {WIDEST_SET} different channels; use the game “sum”, or group "
        "channels first."
    )


def _dividends(worth: Floats, members: int) -> Floats:
    """Return what each subset adds to all of its own subsets (Möbius transform)."""
    dividends = worth.copy()
    for i in range(members):
        halves = dividends.reshape(-1, 2, 1 << i)
        halves[:, 1] -= halves[:, 0]
    return dividends
