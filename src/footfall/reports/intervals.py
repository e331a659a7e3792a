"""How sure the numbers of a report are, put beside them."""

from collections.abc import Sequence
from math import ceil, floor
from typing import Final

from footfall.attribution.bootstrap import LEVEL, bootstrap
from footfall.attribution.paths import Floats
from footfall.attribution.run import Attribution, Comparison
from footfall.attribution.words import Range, Resampling
from footfall.domain.money import format_minor
from footfall.reports.bodies import CreditRow, ReportBootstrap

_SAME: Final = 1e-6
"""Minor units; what differs by less differs by rounding."""


def add_intervals(
    attribution: Attribution,
    compared: Comparison,
    rows: Sequence[CreditRow],
    models: Sequence[str],
    during: Range,
    resampling: Resampling | None,
) -> ReportBootstrap | None:
    """Put intervals into the rows of the report just made; return what they are of.

    Raises:
        TooManySamples: so many would take too long.
    """
    if resampling is None:
        return None
    made = bootstrap(attribution, compared.values, models, resampling, during)
    places = {value: i for i, value in enumerate(compared.values)}
    currency = compared.currency
    for row in rows:
        i = places[row.value]
        row.conversions_interval = {
            model: each.conversions[:, i].tolist() for model, each in made.intervals.items()
        }
        row.credit_interval = {
            model: _texts(each.value_minor[:, i], currency)
            for model, each in made.intervals.items()
        }
    return ReportBootstrap(*resampling, LEVEL, made.customers)


def _texts(ends: Floats, currency: str) -> list[str]:
    """Return the ends as whole units; what was reckoned lies between them."""
    low, high = ends.tolist()
    return [format_minor(floor(low + _SAME), currency), format_minor(ceil(high - _SAME), currency)]
