"""Paths → what each channel is worth to the chain of states that they make, exactly.

A state is the last ``order`` channels of a journey. Journeys lead from the start through states to
a conversion or to nothing; a channel's removal effect is the part of all conversions that is lost
when every state with it leads to nothing. Nothing is simulated: the chance to convert is summed
step by step until next to no journey is under way, and how much is left is reported.

Source: Anderl, Becker, von Wangenheim & Schumann, “Mapping the customer journey”, International
Journal of Research in Marketing 33 (2016); definitions in docs/attribution.md, “Markov”.
"""

from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from footfall.attribution.paths import Credit, Floats, Ints, Paths, distinct
from footfall.attribution.words import TooMuchForModel

ORDERS: Final = (1, 2, 3, 4)

LIVE_MASS: Final = 1e-15
"""The sum ends when this part of all journeys, at most, is still under way."""

_STEPS_MAX: Final = 1_000_000
_WIDEST: Final = 2**62
_CELLS_MAX: Final = 2**24

Bools = NDArray[np.bool_]


class _Steps(NamedTuple):
    """Every path as a walk through numbered states, repeats of a state left out.

    Attributes:
        states: shape (steps,), numbers of states.
        starts: shape (paths + 1,), where each path begins in ``states``.
        holds: shape (states, channels), whether a state has a channel.
    """

    states: Ints
    starts: Ints
    holds: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Markov:
    """What the chain says of its channels.

    Attributes:
        credit: what each channel earned; adds up to all conversions and to all value.
        removal_of_conversions, removal_of_value: shape (channels,), 0 to 1.
        conversion_rate: the chance of a journey to convert.
        states: how many the chain has.
        live_mass: at most this part of the journeys was left out of every sum.
    """

    credit: Credit
    removal_of_conversions: Floats
    removal_of_value: Floats
    conversion_rate: float
    states: int
    live_mass: float


def markov(paths: Paths, order: int = 1, *, with_nulls: bool = True) -> Markov:
    """Return each channel's removal effect and its part of all conversions and value.

    A repeated state counts once: staying where one is changes no chance to convert. A conversion
    from a state is worth the mean of those seen there.

    Args:
        order: how many channels back a state remembers, 1 to 4.
        with_nulls: whether journeys that ended in nothing are in the chain.

    Raises:
        ValueError: another order, or more different channels than states can be numbered for.
    """
    if order not in ORDERS:
        raise ValueError(f"The order of a Markov chain is 1 to {ORDERS[-1]}, not {order}.")
    paths = _travelled(paths, with_nulls=with_nulls)
    walks = _walks(paths, order)
    # Column 0 is the whole chain, column c + 1 the one without channel c.
    if walks.holds.size > _CELLS_MAX:
        raise TooMuchForModel(
            f"{walks.holds.shape[1]:,} channels in {len(walks.holds):,} states are too many for "
            "a Markov chain; group them first, or take a lower order."
        )
    is_open = np.concatenate((np.ones((len(walks.holds), 1), np.bool_), ~walks.holds), axis=1)
    reached, live_mass = _reach(*_chain(walks, paths), is_open)
    effects = 1.0 - np.divide(
        reached[1:], reached[0], out=np.ones_like(reached[1:]), where=reached[0] > 0
    )
    total = effects.sum(axis=0)
    shares = np.divide(effects, total, out=np.zeros_like(effects), where=total > 0)
    credit = Credit(
        shares[:, 0] * float(paths.conversions.sum()), shares[:, 1] * float(paths.value_minor.sum())
    )
    return Markov(
        credit, effects[:, 0], effects[:, 1], float(reached[0, 0]), len(walks.holds), live_mass
    )


def worth_of_sets(paths: Paths, sets: Bools) -> Floats:
    """Return what a journey earns in the chain of order 1 when only some channels lead on.

    Args:
        sets: shape (sets, channels), the channels that each leaves open.

    Returns:
        Shape (sets, 2), conversions and minor units of one journey.
    """
    paths = _travelled(paths, with_nulls=True)
    walks = _walks(paths, 1)
    is_open = ~(walks.holds @ ~sets.T)
    return _reach(*_chain(walks, paths), is_open)[0]


def _travelled(paths: Paths, *, with_nulls: bool) -> Paths:
    """Return the paths that anybody went, or every state of the others would be one nobody left."""
    nulls = paths.nulls if with_nulls else np.zeros_like(paths.nulls)
    is_there = paths.conversions + nulls > 0
    if is_there.all():
        return replace(paths, nulls=nulls)
    lengths = paths.lengths[is_there]
    return replace(
        paths,
        codes=paths.codes[np.repeat(is_there, paths.lengths)],
        starts=np.concatenate(([0], np.cumsum(lengths, dtype=np.int64))),
        conversions=paths.conversions[is_there],
        nulls=nulls[is_there],
        value_minor=paths.value_minor[is_there],
    )


def _walks(paths: Paths, order: int) -> _Steps:
    """Number the states of every path: each window of ``order`` channels, or a short path whole."""
    base = len(paths.channels) + 1
    if base**order > _WIDEST:
        raise TooMuchForModel(
            f"{base - 1} channels are too many for order {order}; group them first."
        )
    # Half as wide where that is enough: what takes time here is memory.
    narrow: type = np.int32 if base**order < 2**31 else np.int64
    digits: NDArray[np.signedinteger] = (paths.codes + 1).astype(narrow)
    names = digits.copy()
    for back in range(1, order):
        earlier = np.zeros_like(digits)
        earlier[back:] = digits[:-back]
        for place in range(back):
            earlier[_at(paths.starts, place)] = 0
        earlier *= base**back
        names += earlier
    is_state = np.ones(len(digits), np.bool_)
    for place in range(order - 1):
        is_state[_at(paths.starts, place)] = False
    short = paths.lengths < order
    is_state[paths.starts[1:][short] - 1] = True
    known, states = distinct(names[is_state], base**order)
    begins = np.concatenate(([0], np.cumsum(np.maximum(paths.lengths - order + 1, 1))))
    is_move = np.ones(len(states), np.bool_)
    is_move[1:] = states[1:] != states[:-1]
    is_move[begins[:-1]] = True
    # How many moves there are before each state, and so before each path.
    before = np.concatenate(([0], np.cumsum(is_move)))
    starts = before[begins]
    holds = np.zeros((len(known), base), np.bool_)
    for back in range(order):
        holds[np.arange(len(known)), known // base**back % base] = True
    return _Steps(states[is_move], starts, holds[:, 1:])


def _at(starts: Ints, place: int) -> Ints:
    """Return where the touch at a place is of each path that is so long."""
    at = starts[:-1] + place
    found: Ints = at[at < starts[1:]]
    return found


def _chain(walks: _Steps, paths: Paths) -> tuple[csr_array, Floats, Floats]:
    """Return the chances from state to state, to begin in one, and what one leads to at once.

    Returns:
        Shapes (states, states) transposed, (states,), and (states, 2): conversions and value.
    """
    size = len(walks.holds)
    journeys = paths.conversions + paths.nulls
    moves = np.diff(walks.starts) - 1
    is_last = np.zeros(len(walks.states), np.bool_)
    is_last[walks.starts[1:] - 1] = True
    counts = np.repeat(journeys, moves).astype(np.float64)
    begins = walks.states[walks.starts[:-1]]
    ends = walks.states[walks.starts[1:] - 1]
    start = np.bincount(begins, journeys, size)
    worth = np.stack(
        [np.bincount(ends, paths.conversions, size), np.bincount(ends, paths.value_minor, size)], 1
    )
    origin = walks.states[:-1][~is_last[:-1]]
    target = walks.states[1:][~is_last[:-1]]
    pair, place = distinct(target.astype(np.int64) * size + origin, max(size * size, 1))
    counted = np.bincount(place, counts, len(pair))
    target, origin = np.divmod(pair, max(size, 1))
    leaving = np.bincount(origin, counted, size) + np.bincount(ends, journeys, size)
    chain = csr_array((counted / leaving[origin], (target, origin)), shape=(size, size))
    return chain, start / max(float(journeys.sum()), 1.0), worth / leaving[:, None]


def _reach(chain: csr_array, start: Floats, worth: Floats, is_open: Bools) -> tuple[Floats, float]:
    """Return what a journey earns where only some states lead on, and the mass left under way.

    Args:
        is_open: shape (states, chains), the states that each chain has; all of them run at once.

    Returns:
        Shape (chains, 2), conversions and value of one journey.
    """
    open_states = is_open.astype(np.float64)
    under_way = start[:, None] * open_states
    reached = np.zeros((is_open.shape[1], 2))
    for _ in range(_STEPS_MAX):
        live_mass = float(under_way.sum(axis=0).max())
        if live_mass < LIVE_MASS:
            return reached, live_mass
        reached += under_way.T @ worth
        under_way = (chain @ under_way) * open_states
    raise TooMuchForModel(
        f"Journeys go on too long for a Markov chain: {live_mass:.1e} of them did not end within "
        f"{_STEPS_MAX:,} steps."
    )
