"""Journeys → distinct paths with their counts: the value that every model is handed.

A *journey* is what one person met in order, ended by a conversion or by nothing. Journeys along the
same channels are one path here, so models cost as much as there are different paths, not as much
as there are people. Channels are numbers inside; their names come back with the result.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_COUNTABLE: Final = 2**22


class Journey(NamedTuple):
    """One way to a conversion, or to none.

    Attributes:
        channels: of its touches, oldest first; at least one.
        conversions: how many ended in one, with ``value_minor`` in all.
        nulls: how many ended in nothing.
    """

    channels: Sequence[str]
    conversions: int = 1
    value_minor: int = 0
    nulls: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Paths:
    """Distinct paths, one after the other in flat arrays.

    Attributes:
        channels: their names; the number of a channel is its place here.
        codes: shape (touches,), channel numbers, each path's oldest first.
        starts: shape (paths + 1,), where each path begins in ``codes``; the last is its length.
        conversions, nulls: shape (paths,), how many journeys ended so.
        value_minor: shape (paths,), minor units of one currency earned by all of them.
    """

    channels: tuple[str, ...]
    codes: Ints
    starts: Ints
    conversions: Ints
    nulls: Ints
    value_minor: Ints

    @property
    def lengths(self) -> Ints:
        return np.diff(self.starts)


class Credit(NamedTuple):
    """What each channel earned.

    Attributes:
        conversions: shape (channels,).
        value_minor: shape (channels,). Rules divide each conversion and give whole minor units;
            models that look at all journeys give fractions, which only their sum makes whole.
    """

    conversions: Floats
    value_minor: Ints | Floats


def collect(journeys: Iterable[Journey]) -> Paths:
    """Return the paths of journeys, equal ones added up; channels in order of their names.

    Raises:
        ValueError: a journey has no touch, or a count or value is negative.
    """
    added: dict[tuple[str, ...], list[int]] = {}
    for journey in journeys:
        counts = (journey.conversions, journey.nulls, journey.value_minor)
        if not journey.channels or min(counts) < 0:
            raise ValueError("a journey has at least one touch, and its counts are 0 or more")
        total = added.setdefault(tuple(journey.channels), [0, 0, 0])
        for i, count in enumerate(counts):
            total[i] += count
    names = tuple(sorted({name for path in added for name in path}))
    number = {name: i for i, name in enumerate(names)}
    codes = [number[name] for path in added for name in path]
    lengths = [len(path) for path in added]
    conversions, nulls, value = np.array(list(added.values()), np.int64).reshape(-1, 3).T
    starts = np.concatenate(([0], np.cumsum(lengths, dtype=np.int64)))
    return Paths(names, np.array(codes, np.int64), starts, conversions, nulls, value)


def distinct(values: Ints, below: int) -> tuple[Ints, Ints]:
    """Return the different values in ascending order, and for each value its place among them.

    Args:
        values: shape (n,), each ≥ 0 and < ``below``.
    """
    if below > _COUNTABLE:
        return np.unique(values, return_inverse=True)
    # Counting what there can be is several times faster than sorting what there is.
    known = np.flatnonzero(np.bincount(values, minlength=1))
    places = np.zeros(below, np.int64)
    places[known] = np.arange(len(known))
    return known, places[values]
