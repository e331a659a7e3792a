"""How sure credit is: the same report for customers drawn again and again from those there were.

Each sample draws as many customers as there were, with replacement, and takes all conversions of
each as often as they were drawn; the interval of a number is what lies between its percentiles.
Customers are whoever converted in the report's time, also those whose sale nothing explains.
Journeys to nothing, which chains and rates need, are drawn by themselves. The same seed and data
give the same intervals, whatever else is asked for beside them.

Nothing is reckoned from touches again. A rule's credit is a sum over customers, so a sample is one
product with how often each was drawn; for models of all journeys together the distinct paths stay,
and only how many went along each is another.

Source: Efron, “Bootstrap methods: another look at the jackknife”, Annals of Statistics 7 (1979);
docs/attribution.md, “How sure credit is”.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
from scipy.sparse import csr_array

from footfall.attribution import engine
from footfall.attribution.engine import Candidates
from footfall.attribution.paths import Credit, Floats, Ints, Paths, distinct
from footfall.attribution.run import Attribution
from footfall.attribution.shapley import WIDEST_SET
from footfall.attribution.statements import statement
from footfall.attribution.words import (
    EVER,
    RULES,
    SAMPLES_MIN,
    Dimension,
    Range,
    Resampling,
    TooManySamples,
)

LEVEL: Final = 0.95
WORK_MAX: Final = 4 * 10**8
"""Samples times what one has to look at, in touches of a rule: half a minute at most or so."""

_OF_A_PATH: Final = 4
"""What a touch of a path costs in a model of all journeys, beside one of a rule."""

_AT_ONCE: Final = 40
"""Multiplications of whole arrays that cost as much."""

_ROUNDS: Final = 100
"""Steps of a chain until next to nothing is under way."""

_CELLS: Final = 2**22


class Intervals(NamedTuple):
    """What lies between the percentiles; shape (2, channels), lower ends first."""

    conversions: Floats
    value_minor: Floats


class Bootstrap(NamedTuple):
    """The intervals of a report by model, and how many customers they were drawn from.

    Attributes:
        values: of the dimension, in the order of the intervals' channels.
    """

    values: tuple[str, ...]
    intervals: dict[str, Intervals]
    customers: int


def bootstrap(
    attribution: Attribution,
    by: Dimension,
    currency: str,
    models: Sequence[str],
    resampling: Resampling,
    during: Range = EVER,
) -> Bootstrap:
    """Return how sure the credit is that ``Attribution.compare`` gives when asked the same.

    Raises:
        TooManySamples: so many samples of so much would take too long.
    """
    values = attribution.ask(by, currency, during)
    found = attribution.candidates(models)
    told = attribution.connection.execute(statement("customers")).fetchnumpy()
    person = told["person_id"].astype(np.int64)
    customers = np.unique(person[told["is_asked"].astype(np.bool_)])
    owner = np.searchsorted(customers, person[found.conversion_row])
    drawn = _Drawn(len(customers), resampling)
    samples = resampling.samples
    by_rule = [model for model in models if model in RULES]
    whole = [model for model in models if model not in RULES]
    made: dict[str, Intervals] = {}
    if by_rule:
        _bound(samples, len(by_rule) * (len(customers) + len(found.value_code)))
        made |= _of_rules(attribution, by_rule, found, owner, len(values), drawn)
    if whole:
        journeys = engine.paths(
            attribution.connection, found, attribution.definition, values, during
        )
        paths = _Resampled(found, owner, journeys)
        _bound(samples, sum(_cost(model, paths, len(values)) for model in whole))
        made |= _of_whole(whole, paths, drawn)
    return Bootstrap(values, {model: made[model] for model in models}, len(customers))


def ends(samples: Floats) -> Floats:
    """Return the percentiles of samples; shape (samples, channels) → (2, channels)."""
    edge = (1 - LEVEL) / 2
    if not samples.size:
        return np.zeros((2, samples.shape[1]))
    found: Floats = np.quantile(samples, [edge, 1 - edge], axis=0)
    return found


class _Drawn:
    """How often each customer is in each sample; asked again it gives the same."""

    def __init__(self, customers: int, resampling: Resampling) -> None:
        self.customers = customers
        self.samples, self.seed = resampling

    def __iter__(self) -> Iterator[Ints]:
        """Yield arrays of shape (customers,), one for each sample."""
        chance = np.random.default_rng([self.seed, 0])
        for _ in range(self.samples):
            drawn = chance.integers(0, max(self.customers, 1), self.customers)
            yield np.bincount(drawn, minlength=self.customers)

    def batches(self) -> Iterator[Ints]:
        """Yield the same, some samples at once: shape (customers, samples)."""
        size = max(1, min(64, _CELLS // max(self.customers, 1)))
        batch: list[Ints] = []
        for drawn in self:
            batch.append(drawn)
            if len(batch) == size:
                yield np.stack(batch, axis=1)
                batch = []
        if batch:
            yield np.stack(batch, axis=1)


class _Resampled:
    """The distinct paths of all journeys, and how many of a sample went along each.

    Attributes:
        codes: of all distinct paths, one after the other.
        won: shape (conversions,), the number of each one's path.
        lost: shape (paths,), how many journeys along each led to nothing.
    """

    def __init__(self, found: Candidates, owner: Ints, journeys: Paths) -> None:
        is_lost = journeys.nulls > 0
        lost = np.repeat(is_lost, journeys.lengths)
        codes = np.concatenate((found.value_code, journeys.codes[lost])).astype(np.int64)
        lengths = np.concatenate((np.diff(found.starts), journeys.lengths[is_lost]))
        starts = np.concatenate(([0], np.cumsum(lengths, dtype=np.int64)))
        number = _numbered(codes, starts, len(journeys.channels))
        shown = np.unique(number, return_index=True)[1]
        self._owner, self._net_minor = owner, found.net_minor
        self.won = number[: len(owner)]
        self.lost = np.bincount(number[len(owner) :], journeys.nulls[is_lost], len(shown)).astype(
            np.int64
        )
        lengths = lengths[shown]
        self._starts = np.concatenate(([0], np.cumsum(lengths, dtype=np.int64)))
        behind = np.repeat(starts[:-1][shown] - self._starts[:-1], lengths)
        self.codes = codes[behind + np.arange(len(behind))]
        self.channels = journeys.channels

    def sample(self, drawn: Ints, chance: np.random.Generator) -> Paths:
        """Return the paths with the conversions of customers as often as they were drawn."""
        times = drawn[self._owner]
        count = len(self.lost)
        nulls, total = self.lost, int(self.lost.sum())
        if total:
            nulls = chance.multinomial(total, self.lost / total)
        value = np.zeros(count, np.int64)
        np.add.at(value, self.won, times * self._net_minor)
        conversions = np.bincount(self.won, times, count).astype(np.int64)
        return Paths(self.channels, self.codes, self._starts, conversions, nulls, value)


def _of_rules(
    attribution: Attribution,
    models: Sequence[str],
    found: Candidates,
    owner: Ints,
    count: int,
    drawn: _Drawn,
) -> dict[str, Intervals]:
    touched = np.repeat(owner, np.diff(found.starts))
    shape = (count, drawn.customers)
    sums: list[csr_array] = []
    for model in models:
        weights = engine.weigh(model, found, attribution.definition)
        minor = engine.credit_touches(found, weights)
        sums += [
            csr_array((shares, (found.value_code, touched)), shape=shape)
            for shares in (weights, minor.astype(np.float64))
        ]
    samples: list[list[Floats]] = [[] for _ in sums]
    for times in drawn.batches():
        for each, of_customers in zip(samples, sums, strict=True):
            each.append((of_customers @ times.astype(np.float64)).T)
    found_ends = [ends(np.concatenate(each)) for each in samples]
    pairs = zip(found_ends[::2], found_ends[1::2], strict=True)
    return {model: Intervals(*pair) for model, pair in zip(models, pairs, strict=True)}


def _of_whole(models: Sequence[str], paths: _Resampled, drawn: _Drawn) -> dict[str, Intervals]:
    chance = np.random.default_rng([drawn.seed, 1])
    credited: dict[str, list[Credit]] = {model: [] for model in models}
    nothing = Credit(np.zeros(len(paths.channels)), np.zeros(len(paths.channels)))
    for times in drawn:
        journeys = paths.sample(times, chance)
        is_any = journeys.conversions.any()
        for model, samples in credited.items():
            samples.append(engine.credit_whole(model, journeys) if is_any else nothing)
    return {
        model: Intervals(
            ends(np.stack([each.conversions for each in samples])),
            ends(np.stack([each.value_minor for each in samples]).astype(np.float64)),
        )
        for model, samples in credited.items()
    }


def _numbered(codes: Ints, starts: Ints, channels: int) -> Ints:
    """Return a number for each path; equal paths have the same, by what they are made of."""
    lengths = np.diff(starts)
    number = np.zeros(len(lengths), np.int64)
    going_on = np.flatnonzero(lengths)
    place, given = 0, 1
    while len(going_on):
        # Each step of the way gives new numbers, so a path and its beginning have two.
        name = number[going_on] * channels + codes[starts[:-1][going_on] + place]
        number[going_on] = given + distinct(name, given * channels)[1]
        given = int(number[going_on].max()) + 1
        place += 1
        going_on = going_on[lengths[going_on] > place]
    return distinct(number, given)[1]


def _cost(model: str, paths: _Resampled, channels: int) -> int:
    """Return about how much one sample has to look at under a model of all journeys together."""
    touches = len(paths.codes) + len(paths.won)
    kind, _, which = model.partition("_")
    sets = min(1 << min(channels, WIDEST_SET), len(paths.lost))
    if kind == "markov":
        moves = min(touches, int(channels ** (int(which) + 1)))
        more = _ROUNDS * moves * (channels + 1)
    elif which == "chain":
        more = _ROUNDS * (1 << min(channels, WIDEST_SET)) * channels**2
    else:
        more = 0 if which == "sum" else sets**2 * channels
    return _OF_A_PATH * touches + more // _AT_ONCE


def _bound(samples: int, each: int) -> None:
    """Refuse what would take too long.

    Args:
        each: what one sample has to look at.
    """
    if samples * each <= WORK_MAX:
        return
    most = WORK_MAX // each
    remedy = (
        f"ask for {most} at most, or for fewer models"
        if most >= SAMPLES_MIN
        else "ask for fewer models, or for a shorter time"
    )
    raise TooManySamples(f"{samples:,} samples of so many journeys would take too long; {remedy}.")
