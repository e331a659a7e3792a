"""``bootstrap`` and ``seed`` of reports: how sure the numbers are."""

from typing import Any, Final

from footfall.attribution.words import SAMPLES_MAX, SAMPLES_MIN, SEED, SEED_MAX
from footfall.reports.credit_bodies import CreditReport, CreditRow

BOOTSTRAP: Final[dict[str, tuple[dict[str, Any], str]]] = {
    "bootstrap": (
        {"type": "integer", "minimum": SAMPLES_MIN, "maximum": SAMPLES_MAX},
        "Intervals of 95 %, from customers drawn again so many times.",
    ),
    "seed": (
        {"type": "integer", "minimum": 0, "maximum": SEED_MAX, "default": SEED},
        "Of chance: the same seed and sales give the same intervals.",
    ),
}

_COLUMNS: Final = ("conversions_low", "conversions_high", "credit_low", "credit_high")


def interval_columns(report: CreditReport) -> tuple[str, ...]:
    """Return the columns that a report with intervals has besides."""
    return () if report.bootstrap is None else _COLUMNS


def interval_cells(row: CreditRow, model: str) -> list[Any]:
    """Return what a row has in these columns."""
    if row.conversions_interval is None or row.credit_interval is None:
        return []
    return [*row.conversions_interval[model], *row.credit_interval[model]]
