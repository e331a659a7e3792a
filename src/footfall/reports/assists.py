"""What helped and what finished: each channel at the end of paths, and on the way there.

A conversion assists a channel if the channel is on its path and not at its end, once, however often
it is met; what ended a path has not assisted it. Source: Google Analytics (Universal), "Assisted
Conversions".
"""

import numpy as np

from footfall.attribution.run import Attribution
from footfall.domain.money import format_minor
from footfall.reports.journey_bodies import AssistReport, AssistRow
from footfall.reports.paths import whole
from footfall.reports.question import Question
from footfall.reports.sales import sales_of, sums

_DIGITS = 4


def assist_report(attribution: Attribution, question: Question) -> AssistReport:
    """Return how often each value ended a path, and how often it assisted."""
    sales = sales_of(attribution, question.by, question.currency, question.during)
    code, starts = sales.found.value_code.astype(np.int64), sales.found.starts
    first, last = code[starts[:-1]], code[starts[1:] - 1]
    net, count = sales.net_minor[sales.place], len(sales.values)
    # Each value once for each path.
    of = np.repeat(np.arange(len(last)), sales.touches)
    pairs = np.unique(of * count + code)
    path, value = pairs // max(count, 1), pairs % max(count, 1)
    helped = value != last[path]
    assisted = np.bincount(value[helped], minlength=count)
    assisted_net = sums(value[helped], net[path[helped]], count)
    ended, ended_net = np.bincount(last, minlength=count), sums(last, net, count)
    began = np.bincount(first, minlength=count)
    rows = [
        AssistRow(
            name,
            int(began[i]),
            int(ended[i]),
            format_minor(int(ended_net[i]), question.currency),
            int(assisted[i]),
            format_minor(int(assisted_net[i]), question.currency),
            round(int(assisted[i]) / int(ended[i]), _DIGITS) if ended[i] else None,
        )
        for i, name in enumerate(sales.values)
        if ended[i] or assisted[i]
    ]
    rows.sort(key=lambda row: (-row.assisted, -row.last, row.value))
    return AssistReport(by=question.by, rows=rows, **whole(sales, question))
