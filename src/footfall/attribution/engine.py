"""Touches and conversions → candidates → credit per touch, and per channel, under each model.

The one module here that runs SQL. It is handed a DuckDB connection with the relations below and
a ``Definition``; where they come from (files, the lake) is its caller's business.

``touches``: touch_id bigint (of those received together the earlier has the smaller one), person_id
bigint, touched_at bigint, received_at bigint, kind tinyint, is_direct boolean, value_code integer
(what is credited: a number for each channel …).
``coded_touches`` and ``asked_tellings``: what ``touches`` are joined of, by ``telling_no``.
``conversions``: conversion_id bigint, person_id bigint, converted_at bigint, net_minor bigint ≥ 0,
is_asked boolean (whether its credit is wanted: the others only end journeys). The W-shaped rule
reads ``told_milestones`` too: person_id bigint, reached_at bigint. Times are UTC microseconds. No
currency is known here: ask for one at a time.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from duckdb import DuckDBPyConnection

from footfall.attribution import rules
from footfall.attribution.allocate import allocate
from footfall.attribution.definition import Definition
from footfall.attribution.markov import markov
from footfall.attribution.paths import Credit, Floats, Ints, Paths
from footfall.attribution.shapley import shapley
from footfall.attribution.statements import statement
from footfall.attribution.words import CHAINS, EVER, FOREVER, GAMES, W_SHAPED, Range


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Conversions that have touches in their windows, and those touches.

    Attributes:
        conversion_row: shape (conversions,), their places in the order of ``conversion_id``.
        net_minor: shape (conversions,).
        starts: shape (conversions + 1,), where the touches of each begin; oldest first.
        touch_id, age_us, kind, value_code: shape (touches,); as in ``sql/candidates.sql``.
        is_direct: shape (touches,).
        milestone: shape (conversions,), the touch that led to the milestone of each as a number
            within all touches, -1 where there was none; ``None`` unless it was asked for.
    """

    conversion_row: Ints
    net_minor: Ints
    starts: Ints
    touch_id: Ints
    age_us: Ints
    kind: Ints
    is_direct: rules.Bools
    value_code: Ints
    milestone: Ints | None = None


def candidates(
    connection: DuckDBPyConnection, definition: Definition, models: Sequence[str] = ()
) -> Candidates:
    """Return the touches that count for each conversion; conversions without any are left out.

    Args:
        models: that they will be weighed by.
    """
    found = _fetch(
        connection,
        "candidates",
        external_us=_window(definition.external_lookback_us),
        active_us=_window(definition.active_lookback_us),
        passive_us=_window(definition.passive_lookback_us),
        is_split=definition.journeys == "split",
    )
    values = connection.execute("select net_minor from conversions order by conversion_id")
    net_minor = values.fetchnumpy()["net_minor"].astype(np.int64)
    kept = _kept(found["conversion_row"], found["value_code"], definition)
    row, starts = _grouped(found["conversion_row"][kept])
    of_touches = {name: values[kept] for name, values in found.items() if name != "conversion_row"}
    milestone = None
    if W_SHAPED in models:
        reached = _fetch(connection, "reached_milestones")
        of_row = np.isin(reached["conversion_row"], row)
        place = np.searchsorted(row, reached["conversion_row"][of_row])
        milestone = led_to(starts, of_touches["age_us"], place, reached["age_us"][of_row])
    return Candidates(
        conversion_row=row,
        net_minor=net_minor[row],
        starts=starts,
        milestone=milestone,
        **of_touches,
    )


def led_to(starts: Ints, age_us: Ints, place: Ints, milestone_age_us: Ints) -> Ints:
    """Return the touch of each conversion that led to its milestone, -1 where there was none.

    The milestone is the first one since the first touch that counts; the touch that led to it is
    the last one until then, in the same instant included.

    Args:
        starts: shape (conversions + 1,), where the touches of each begin.
        age_us: shape (touches,), before the conversion.
        place: shape (milestones,), which conversion each came before.
        milestone_age_us: shape (milestones,), how long before it.
    """
    oldest = np.full(len(starts) - 1, -1, np.int64)
    if not len(place):
        return oldest
    since = milestone_age_us <= age_us[starts[:-1]][place]
    np.maximum.at(oldest, place[since], milestone_age_us[since])
    until = age_us >= np.repeat(oldest, np.diff(starts))
    latest = np.maximum.reduceat(np.where(until, np.arange(len(age_us)), -1), starts[:-1])
    touch: Ints = np.where(oldest >= 0, latest, -1)
    return touch


def weigh(model: str, found: Candidates, definition: Definition) -> Floats:
    """Return the weights of all candidates under one of the models that are rules.

    Raises:
        KeyError: no such model.
    """
    if not len(found.conversion_row):
        return np.zeros(0)
    return _RULES[model](found, definition)


def credit_touches(found: Candidates, weights: Floats) -> Ints:
    """Return minor units per candidate; those of a conversion sum to its net value."""
    return allocate(found.net_minor, weights, found.starts)


def credit_values(found: Candidates, weights: Floats, count: int) -> Credit:
    """Return what each of ``count`` channels, campaigns … earned under a rule."""
    conversions = np.bincount(found.value_code, weights, count).astype(np.float64)
    # Not by way of floats, which hold no odd number beyond 2**53.
    minor = np.zeros(count, np.int64)
    np.add.at(minor, found.value_code, credit_touches(found, weights))
    return Credit(conversions, minor)


def paths(
    connection: DuckDBPyConnection,
    found: Candidates,
    definition: Definition,
    names: tuple[str, ...],
    during: Range = EVER,
) -> Paths:
    """Return the journeys to conversions and to nothing, for models that look at all together.

    Args:
        during: when the last touch of a journey to nothing was.
    """
    person, code = _unconverted(connection, definition, during)
    kept = _kept(person, code, definition)
    people, ends = _grouped(person[kept])
    won, gone = len(found.conversion_row), len(people)
    none = np.zeros(gone, np.int64)
    return Paths(
        names,
        np.concatenate((found.value_code, code[kept])).astype(np.int64),
        np.concatenate((found.starts[:-1], found.starts[-1] + ends)),
        np.concatenate((np.ones(won, np.int64), none)),
        np.concatenate((np.zeros(won, np.int64), np.ones(gone, np.int64))),
        np.concatenate((found.net_minor, none)),
    )


def _unconverted(
    connection: DuckDBPyConnection, definition: Definition, during: Range
) -> tuple[Ints, Ints]:
    """Return the touches of journeys to nothing: whose each is, and what it is credited by.

    Each person's oldest first. Relations mostly lie in that order, which costs far less to see than
    to make, so that nothing is sorted in SQL, nor joined, which would mix the order up.
    """
    found = _fetch(connection, "all_touches")
    tellings = connection.execute("from asked_tellings").fetchnumpy()
    most = max(each["telling_no"].max(initial=-1) for each in (found, tellings))
    code_of = np.full(int(most) + 1, -1, np.int32)
    code_of[tellings["telling_no"]] = tellings["value_code"]
    code = code_of[found["telling_no"]]
    is_credited = code >= 0
    if not is_credited.all():
        # Bots met them.
        code = code[is_credited]
        found = {name: values[is_credited] for name, values in found.items()}
    person, touched = found["person_id"], found["touched_at"]
    order = in_order((person, touched, found["received_at"], found["touch_id"]))
    del found
    if order is not None:
        person, touched, code = person[order], touched[order], code[order]
    people, starts = _grouped(person)
    ended = _fetch(connection, "ended")
    has_ended = np.isin(people, ended["person_id"], assume_unique=True)
    last_at = touched[starts[1:] - 1]
    is_asked = (last_at >= during.since_at) & (last_at < during.until_at)
    if definition.journeys == "all":
        kept = np.repeat(is_asked & ~has_ended, np.diff(starts))
        return person[kept], code[kept]
    # What came after somebody's last conversion is a journey of its own.
    since = np.full(len(people), -FOREVER)
    since[has_ended] = ended["last_at"][np.searchsorted(ended["person_id"], people[has_ended])]
    lengths = np.diff(starts)
    kept = np.repeat(is_asked, lengths) & (touched > np.repeat(since, lengths))
    return person[kept], code[kept]


def in_order(keys: tuple[Ints, ...]) -> Ints | None:
    """Return what puts rows in the order of some keys, the first one first; ``None``: they are.

    Rows that are sorted but for a few, or in two parts that are, take little more than a look.

    Args:
        keys: each of shape (n,); no two rows have all of them the same.
    """
    if not _descents(keys).any():
        return None
    order: Ints = np.argsort(keys[0], kind="stable")
    first = keys[0][order]
    is_wrong = _descents(tuple(key[order] for key in keys))
    wrong = np.flatnonzero(np.isin(first, np.unique(first[1:][is_wrong])))
    rows = order[wrong]
    order[wrong] = rows[np.lexsort(tuple(key[rows] for key in reversed(keys)))]
    return order


def _descents(keys: tuple[Ints, ...]) -> rules.Bools:
    """Return shape (n - 1,): which rows are not after the one before."""
    is_after = np.zeros(max(len(keys[0]) - 1, 0), np.bool_)
    for key in reversed(keys):
        is_after &= key[1:] == key[:-1]
        is_after |= key[1:] > key[:-1]
    return ~is_after


def _fetch(connection: DuckDBPyConnection, name: str, **values: Any) -> dict[str, Any]:
    columns: Mapping[str, Any] = connection.execute(statement(name), values).fetchnumpy()
    return dict(columns)


def _window(lookback_us: int | None) -> int:
    return FOREVER if lookback_us is None else lookback_us


def _kept(group: Ints, value_code: Ints, definition: Definition) -> rules.Bools:
    """Tell which touches are left when repeats of a channel in a row are one touch, the last."""
    kept = np.ones(len(group), np.bool_)
    if definition.repeats == "collapsed":
        kept[:-1] = (group[1:] != group[:-1]) | (value_code[1:] != value_code[:-1])
    return kept


def _grouped(group: Ints) -> tuple[Ints, Ints]:
    """Return the different groups of sorted numbers, and where each begins."""
    begins = np.flatnonzero(np.diff(group, prepend=-1 if len(group) else 0))
    if len(group) and group[0] == -1:
        begins = np.concatenate(([0], begins))
    return group[begins], np.append(begins, len(group))


def _milestone(found: Candidates) -> Ints:
    if found.milestone is None:
        raise ValueError(f"Name {W_SHAPED} when you ask for candidates.")
    return found.milestone


_RULES: Final[dict[str, Callable[[Candidates, Definition], Floats]]] = {
    "first": lambda found, _: rules.first(found.starts),
    "last": lambda found, _: rules.last(found.starts),
    "last_non_direct": lambda found, _: rules.last_where(found.starts, ~found.is_direct),
    "linear": lambda found, _: rules.linear(found.starts),
    "time_decay": lambda found, definition: rules.time_decay(
        found.starts, found.age_us, definition.half_life_us
    ),
    "position": lambda found, definition: rules.position(
        found.starts, definition.first_share, definition.last_share
    ),
    W_SHAPED: lambda found, definition: rules.milestone(
        found.starts, _milestone(found), definition.milestone_share
    ),
    "precedence": lambda found, definition: (
        rules.precedence_of_later(found.starts, found.kind, found.age_us)
        if definition.edition == "C"
        else rules.precedence(found.starts, found.kind)
    ),
}


def credit_whole(model: str, journeys: Paths) -> Credit:
    """Return what each channel earned under a model that looks at all journeys together.

    Raises:
        KeyError: no such model.
    """
    if model not in CHAINS + GAMES:
        raise KeyError(model)
    kind, _, which = model.partition("_")
    if kind == "markov":
        return markov(journeys, int(which)).credit
    return shapley(journeys, which)  # type: ignore[arg-type]
