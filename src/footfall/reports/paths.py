"""The ways to conversions: which, how many touches long, and how long they took.

A path has the touches that count, so those in their windows; conversions without any have none and
are told beside.
"""

from itertools import pairwise
from typing import Any, Final

import numpy as np

from footfall.attribution.paths import Ints
from footfall.attribution.run import Attribution
from footfall.domain.money import format_minor
from footfall.domain.times import DAY, HOUR, SECOND
from footfall.reports.journey_bodies import (
    LagReport,
    LagRow,
    LengthReport,
    LengthRow,
    PathReport,
    PathRow,
)
from footfall.reports.question import Question, reckoned
from footfall.reports.sales import Sales, sales_of, sums
from footfall.reports.words import LAG_NAMES

_BEGIN: Final = (0, HOUR, DAY, 3 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, 90 * DAY)
"""Where each of ``LAG_NAMES`` begins, microseconds."""


def path_report(attribution: Attribution, question: Question, top: int) -> PathReport:
    """Return the paths of most conversions.

    Args:
        top: how many at most.
    """
    sales = sales_of(attribution, question.by, question.currency, question.during)
    found: dict[tuple[int, ...], list[int]] = {}
    for place, codes in zip(sales.place.tolist(), paths_of(sales), strict=True):
        found.setdefault(codes, []).append(place)
    rows = [
        PathRow(
            [sales.values[code] for code in codes],
            len(codes),
            len(places),
            format_minor(int(sales.net_minor[places].sum()), question.currency),
        )
        for codes, places in found.items()
    ]
    rows.sort(key=lambda row: (-row.conversions, row.touches, row.path))
    return PathReport(by=question.by, paths=len(rows), rows=rows[:top], **whole(sales, question))


def length_report(attribution: Attribution, question: Question) -> LengthReport:
    """Return how many touches conversions have."""
    sales = sales_of(attribution, question.by, question.currency, question.during)
    lengths, place = np.unique(sales.touches, return_inverse=True)
    conversions, net = _counted(sales, place.astype(np.int64), len(lengths))
    rows = [
        LengthRow(int(length), count, format_minor(minor, question.currency))
        for length, count, minor in zip(lengths.tolist(), conversions, net, strict=True)
    ]
    return LengthReport(by=question.by, rows=rows, **whole(sales, question))


def lag_report(attribution: Attribution, question: Question) -> LagReport:
    """Return how long after their first touch people converted."""
    sales = sales_of(attribution, question.by, question.currency, question.during)
    age_us = age_of_first(sales)
    conversions, net = _counted(sales, lag_of(age_us), len(LAG_NAMES))
    median = int(np.sort(age_us)[(len(age_us) - 1) // 2]) // SECOND if len(age_us) else None
    rows = [
        LagRow(lag, count, format_minor(minor, question.currency))
        for lag, count, minor in zip(LAG_NAMES, conversions, net, strict=True)
    ]
    return LagReport(median_seconds=median, rows=rows, **whole(sales, question))


def paths_of(sales: Sales) -> list[tuple[int, ...]]:
    """Return the value codes of the touches of each attributed conversion, oldest first."""
    codes, starts = sales.found.value_code.tolist(), sales.found.starts.tolist()
    return [tuple(codes[begin:end]) for begin, end in pairwise(starts)]


def age_of_first(sales: Sales) -> Ints:
    """Return how long before each attributed conversion its first touch was, in microseconds."""
    return sales.found.age_us[sales.found.starts[:-1]]


def lag_of(age_us: Ints) -> Ints:
    """Return which of ``LAG_NAMES`` each length of time is in."""
    place: Ints = np.searchsorted(_BEGIN, age_us, side="right") - 1
    return place


def whole(sales: Sales, question: Question) -> dict[str, Any]:
    """Return the fields of ``Whole``."""
    unattributed = ~sales.is_attributed
    return {
        "conversions": len(sales.net_minor),
        "net": format_minor(int(sales.net_minor.sum()), question.currency),
        "unattributed_conversions": int(unattributed.sum()),
        "unattributed": format_minor(int(sales.net_minor[unattributed].sum()), question.currency),
        **reckoned(sales.attribution, question),
    }


def _counted(sales: Sales, group: Ints, count: int) -> tuple[list[int], list[int]]:
    """Return how many attributed conversions each group has, and their net value."""
    conversions: list[int] = np.bincount(group, minlength=count).tolist()
    net: list[int] = sums(group, sales.net_minor[sales.place], count).tolist()
    return conversions, net
