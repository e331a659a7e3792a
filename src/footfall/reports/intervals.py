"""How sure the numbers of a report are, put beside them."""

from math import ceil, floor
from typing import Final

from footfall.attribution.bootstrap import LEVEL, bootstrap
from footfall.attribution.paths import Floats
from footfall.attribution.run import Attribution
from footfall.attribution.words import SOLD, Resampling
from footfall.domain.money import format_minor
from footfall.reports.credit_bodies import CreditReport, ReportBootstrap
from footfall.reports.question import Question
from footfall.reports.words import CannotReport

_SAME: Final = 1e-6
"""Minor units; what differs by less differs by rounding."""


def add_intervals(
    attribution: Attribution, question: Question, report: CreditReport, resampling: Resampling
) -> None:
    """Put intervals into the rows of a report, and what they are of.

    Raises:
        CannotReport: it is of what was sold, or by the time of the touch.
        TooManySamples: so many would take too long.
    """
    by = question.by
    if by in SOLD or question.date_basis == "touch":
        raise CannotReport(
            "Intervals are of what touches earned by the time of the sale; leave out “bootstrap”, "
            f"“date_basis=touch” and {' and '.join(f'“by={each}”' for each in SOLD)}.",
            "bootstrap",
        )
    made = bootstrap(
        attribution,
        by,  # type: ignore[arg-type]
        question.currency,
        report.models,
        resampling,
        question.during,
    )
    for row in report.rows:
        i = made.values.index(row.value)
        row.conversions_interval = {
            model: each.conversions[:, i].tolist() for model, each in made.intervals.items()
        }
        row.credit_interval = {
            model: _texts(each.value_minor[:, i], question.currency)
            for model, each in made.intervals.items()
        }
    report.bootstrap = ReportBootstrap(*resampling, LEVEL, made.customers)


def _texts(ends: Floats, currency: str) -> list[str]:
    """Return the ends as whole units; what was reckoned lies between them."""
    low, high = ends.tolist()
    return [format_minor(floor(low + _SAME), currency), format_minor(ceil(high - _SAME), currency)]
