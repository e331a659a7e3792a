"""The weights of a path's touches, for the models that are rules.

Every rule takes many paths at once: flat arrays over touches, each path's oldest first, and
``starts`` of shape (paths + 1,) with where each begins. It returns weights of shape (touches,) that
sum to 1 in each path. No path is empty. Pure; nothing here knows channels, people or money.

Source: definitions in docs/attribution.md, "Models".
"""

import numpy as np
from numpy.typing import NDArray

from footfall.attribution.paths import Floats, Ints
from footfall.attribution.words import EXTERNAL, PASSIVE

Bools = NDArray[np.bool_]


def first(starts: Ints) -> Floats:
    """Give all to the first touch."""
    return _only(starts, starts[:-1])


def last(starts: Ints) -> Floats:
    """Give all to the last touch."""
    return _only(starts, starts[1:] - 1)


def last_where(starts: Ints, counts: Bools) -> Floats:
    """Give all to the last touch that counts, or to the last one of a path where none does.

    Args:
        counts: shape (touches,); “last non-direct” counts all touches but direct ones.
    """
    touches = np.arange(len(counts))
    latest = np.maximum.reduceat(np.where(counts, touches, -1), starts[:-1])
    return _only(starts, np.where(latest >= 0, latest, starts[1:] - 1))


def linear(starts: Ints) -> Floats:
    """Give all touches the same; a channel met twice counts twice."""
    lengths = np.diff(starts)
    return np.repeat(1.0 / lengths, lengths)


def time_decay(starts: Ints, age_us: Ints, half_life_us: int) -> Floats:
    """Halve a touch's weight with every ``half_life_us`` that it lies before the conversion.

    Args:
        age_us: shape (touches,), microseconds from the touch to its conversion, ≥ 0.
    """
    # Counted from the youngest touch of each path, or all weights of an old path would vanish.
    youngest = np.minimum.reduceat(age_us, starts[:-1])
    age = age_us - np.repeat(youngest, np.diff(starts))
    return _normal(starts, np.exp2(-age / half_life_us))


def position(starts: Ints, first_share: float = 0.4, last_share: float = 0.4) -> Floats:
    """Give the ends their shares, and divide the rest evenly among the touches between (U-shaped).

    With nothing between, the two ends share all in the proportion of their shares; a single touch
    has it all.
    """
    lengths = np.diff(starts)
    between = np.repeat((1.0 - first_share - last_share) / np.maximum(lengths - 2, 1), lengths)
    between[starts[:-1]] = first_share
    between[starts[1:] - 1] = last_share
    # Two ends of no share at all would divide nothing by nothing.
    if first_share + last_share == 0:
        between[np.repeat(lengths == 2, lengths)] = 1.0
    between[np.repeat(lengths == 1, lengths)] = 1.0
    return _normal(starts, between)


def milestone(starts: Ints, at: Ints, share: float = 0.3) -> Floats:
    """Give first touch, milestone and last touch a share each, the others the rest (W-shaped).

    The milestone is the touch that led to it, such as the last one before somebody signed up. Where
    it falls on an end, or a path has none, the shares of what there is are rescaled to the whole.

    Args:
        at: shape (paths,), the touch that led to the milestone as a number within all touches; -1
            where there was none.
    """
    lengths = np.diff(starts)
    weights = np.zeros(int(starts[-1]))
    has = at >= 0
    np.add.at(weights, starts[:-1], share)
    np.add.at(weights, starts[1:] - 1, share)
    np.add.at(weights, at[has], share)
    others = weights == 0
    count = np.add.reduceat(others.astype(np.int64), starts[:-1])
    rest = (1.0 - 3 * share) / np.maximum(count, 1)
    return _normal(starts, np.where(others, np.repeat(rest, lengths), weights))


def precedence(starts: Ints, kind: Ints) -> Floats:
    """Give all to the last touch of the strongest class: external, then active, then passive.

    Args:
        kind: shape (touches,), ``EXTERNAL``, ``ACTIVE`` or ``PASSIVE``.

    Source: contract 7.3, edition B.
    """
    return _only(starts, _last_strongest(starts, kind))


def precedence_of_later(starts: Ints, kind: Ints, age_us: Ints) -> Floats:
    """Do the same, but let external evidence lose to own evidence that came after it.

    What stands against the last external touch is the one that would win without any; it must be
    strictly later.

    Args:
        age_us: shape (touches,), microseconds from the touch to its conversion, ≥ 0.

    Source: contract 7.3, edition C.
    """
    winner = _last_strongest(starts, kind)
    own = _last_strongest(starts, np.where(kind == EXTERNAL, PASSIVE + 1, kind))
    # Without any own evidence that is an external touch, and not later than the last of them.
    return _only(starts, np.where(age_us[own] < age_us[winner], own, winner))


def _last_strongest(starts: Ints, kind: Ints) -> Ints:
    strongest = np.minimum.reduceat(kind, starts[:-1])
    is_strongest = kind == np.repeat(strongest, np.diff(starts))
    touches = np.arange(len(kind))
    found: Ints = np.maximum.reduceat(np.where(is_strongest, touches, -1), starts[:-1])
    return found


def _only(starts: Ints, winners: Ints) -> Floats:
    weights = np.zeros(int(starts[-1]))
    weights[winners] = 1.0
    return weights


def _normal(starts: Ints, weights: Floats) -> Floats:
    totals = np.add.reduceat(weights, starts[:-1])
    shares: Floats = weights / np.repeat(totals, np.diff(starts))
    return shares
