"""Touches and conversions, period after period of the business's calendar."""

import numpy as np

from footfall.attribution.run import Attribution
from footfall.attribution.words import EVER
from footfall.domain.money import format_minor
from footfall.domain.times import iso_utc
from footfall.reports.journey_bodies import TimelineReport, TimelineRow
from footfall.reports.paths import whole
from footfall.reports.periods import periods
from footfall.reports.question import Question
from footfall.reports.sales import sales_of, sums
from footfall.reports.words import Per


def timeline_report(attribution: Attribution, question: Question, per: Per) -> TimelineReport:
    """Return what happened in each period.

    Raises:
        CannotReport: there are too many of them.
    """
    sales = sales_of(attribution, question.by, question.currency, question.during)
    last_at = int(sales.converted_at.max(initial=0))
    within = question.bounded(_first_at(attribution, question), last_at)
    known = periods(per, within, question.zone, question.during)
    begins = [each.since_at for each in known]
    touched = {
        place: counts
        for place, *counts in (
            attribution.rows("touched", begins=begins, until_at=known[-1].until_at) if known else ()
        )
    }
    place, count = np.searchsorted(begins, sales.converted_at, side="right") - 1, len(known)
    nothing = ~sales.is_attributed
    conversions = np.bincount(place, minlength=count)
    net = sums(place, sales.net_minor, count)
    new = np.bincount(place[sales.is_first], minlength=count)
    unattributed = np.bincount(place[nothing], minlength=count)
    unattributed_net = sums(place[nothing], sales.net_minor[nothing], count)
    rows = []
    for i, each in enumerate(known):
        touches, external, active, passive, people = touched.get(i + 1, (0, 0, 0, 0, 0))
        row = TimelineRow(
            period=each.name,
            since=iso_utc(each.since_at),
            until=iso_utc(each.until_at),
            touches=touches,
            external=external,
            active=active,
            passive=passive,
            people=people,
            conversions=int(conversions[i]),
            net=format_minor(int(net[i]), question.currency),
            new_customers=int(new[i]),
            unattributed_conversions=int(unattributed[i]),
            unattributed=format_minor(int(unattributed_net[i]), question.currency),
        )
        rows.append(row)
    return TimelineReport(per=per, rows=rows, **whole(sales, question))


def _first_at(attribution: Attribution, question: Question) -> int:
    """Return when the first touch or conversion was."""
    if question.during.since_at != EVER.since_at:
        return question.during.since_at
    (first_at,) = attribution.rows("first_known", currency=question.currency)[0]
    return question.now if first_at is None else int(first_at)
