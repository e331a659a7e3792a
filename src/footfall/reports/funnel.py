"""How many people something reached, who met more, who converted, and who did so again.

People are counted once for each value, by the touches and conversions of the time that is asked
about. A conversion is a value's where a touch of it in that time counts for it, so whoever
converted was reached.
"""

import numpy as np

from footfall.attribution.paths import Ints
from footfall.attribution.run import Attribution
from footfall.reports.journey_bodies import FunnelReport, FunnelRow
from footfall.reports.question import Question, reckoned
from footfall.reports.sales import sales_of

_EVERYBODY = "(all)"


def funnel_report(attribution: Attribution, question: Question) -> FunnelReport:
    """Return the funnel of each value of a dimension, and of all together."""
    sales = sales_of(attribution, question.by, question.currency, question.during)
    during = question.during
    reached = attribution.rows("reached", **during._asdict())
    count = len(sales.values)
    known = sales.touched_at >= during.since_at
    of, code = sales.of_sale[known], sales.found.value_code[known].astype(np.int64)
    # One more value stands for all of them.
    pairs = np.unique(np.concatenate((of * (count + 1) + code, of * (count + 1) + count)))
    sale, value = pairs // (count + 1), pairs % (count + 1)
    converted, again = _people(sales.person_id[sale], value, count + 1)
    rows: list[FunnelRow] = []
    people = FunnelRow(_EVERYBODY, 0, 0, 0, 0)
    for value_code, met, met_again in reached:
        i = count if value_code is None else value_code
        name = _EVERYBODY if value_code is None else sales.values[value_code]
        row = FunnelRow(name, met, met_again, int(converted[i]), int(again[i]))
        if value_code is None:
            people = row
        else:
            rows.append(row)
    rows.sort(key=lambda row: (-row.reached, row.value))
    return FunnelReport(by=question.by, people=people, rows=rows, **reckoned(attribution, question))


def _people(person_id: Ints, value: Ints, count: int) -> tuple[Ints, Ints]:
    """Return how many people have a conversion of each value, and how many have several.

    Args:
        person_id, value: shape (conversions and their values,), each pair once a conversion.
    """
    _, number = np.unique(person_id, return_inverse=True)
    codes, conversions = np.unique(number * count + value, return_counts=True)
    of = codes % count
    return (
        np.bincount(of, minlength=count),
        np.bincount(of[conversions > 1], minlength=count),
    )
