"""Weights of touches → minor units that sum exactly to what is divided.

The only place where attribution divides money. Pure.
"""

from fractions import Fraction
from math import floor
from typing import Final

import numpy as np

from footfall.attribution.paths import Floats, Ints

_SAME: Final = 1e-9
"""Remainders that differ by less are equal: what sets them apart is rounding."""

_LARGE: Final = int(_SAME / 4 / np.finfo(np.longdouble).eps)
"""From here on rounding could reach a remainder: these few are divided as fractions of integers."""


def allocate(amount_minor: Ints, weights: Floats, starts: Ints) -> Ints:
    """Split the values of conversions among their touches without losing a unit.

    Largest remainder: every touch gets the whole units of its share, and what is left over goes one
    unit each to the largest remainders, the earlier touch first among equal ones.

    Args:
        amount_minor: shape (conversions,), net values ≥ 0 in minor units (USD 1.00 is 100).
        weights: shape (touches,), each conversion's oldest first, ≥ 0, any scale.
        starts: shape (conversions + 1,), where each conversion begins in ``weights``.

    Returns:
        Shape (touches,), minor units; those of a conversion sum to its amount.

    Raises:
        ValueError: an amount or weight is negative or not finite, or all weights of a conversion
            are zero, or it has none.

    Source: largest-remainder apportionment; Balinski & Young, *Fair Representation*, 2nd ed.

    >>> allocate(np.array([100, 5]), np.array([1.0, 1, 1, 2, 1]), np.array([0, 3, 5])).tolist()
    [34, 33, 33, 3, 2]
    """
    touches = np.diff(starts)
    least = min(amount_minor.min(initial=0), weights.min(initial=0))
    if least < 0 or not np.isfinite(weights).all():
        raise ValueError("amounts and weights must be finite and 0 or more")
    if not touches.all():
        raise ValueError("what is divided needs at least one touch")
    if not len(touches):
        return np.zeros(0, np.int64)
    wide = weights.astype(np.longdouble)
    totals = np.add.reduceat(wide, starts[:-1])
    if not totals.all():
        raise ValueError("the weights of a conversion must not all be zero")
    is_large = amount_minor > _LARGE
    shares = np.repeat(np.where(is_large, 0, amount_minor) / totals, touches) * wide
    credit: Ints = np.floor(shares).astype(np.int64)
    left = np.where(is_large, 0, amount_minor) - np.add.reduceat(credit, starts[:-1])
    conversion = np.repeat(np.arange(len(touches)), touches)
    remainder = np.round((shares - credit) / _SAME).astype(np.int64)
    by_remainder = np.lexsort((-remainder, conversion))
    rank = np.arange(len(weights)) - np.repeat(starts[:-1], touches)
    credit[by_remainder[rank < np.repeat(left, touches)]] += 1
    for row in np.flatnonzero(is_large):
        of_row = slice(starts[row], starts[row + 1])
        credit[of_row] = _exactly(int(amount_minor[row]), weights[of_row])
    return credit


def _exactly(amount_minor: int, weights: Floats) -> list[int]:
    """Divide one amount of any size by the same rule."""
    parts = [Fraction(weight) for weight in weights.tolist()]
    total = sum(parts)
    shares = [amount_minor * part / total for part in parts]
    credit = [floor(share) for share in shares]
    remainder = [
        round((share - whole) / Fraction(_SAME))
        for share, whole in zip(shares, credit, strict=True)
    ]
    largest = sorted(range(len(parts)), key=lambda i: -remainder[i])
    for i in largest[: amount_minor - sum(credit)]:
        credit[i] += 1
    return credit


def whole_units(amounts: Floats | Ints) -> Ints:
    """Round amounts so that their sum is rounded, too: what models of all journeys together give.

    Whole ones come back as they are.

    Args:
        amounts: any shape (n,), minor units with fractions, of either sign.

    >>> whole_units(np.array([0.4, 0.4, 0.2])).tolist()
    [1, 0, 0]
    """
    if amounts.dtype.kind == "i":
        return amounts.astype(np.int64)
    whole: Ints = np.floor(amounts).astype(np.int64)
    left = round(float(amounts.sum())) - int(whole.sum())
    by_remainder = np.argsort(np.round((whole - amounts) / _SAME), kind="stable")
    whole[by_remainder[:left]] += 1
    return whole
