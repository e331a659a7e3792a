"""``bootstrap`` and ``seed`` of reports: how sure the numbers are."""

from typing import Any, Final

from footfall.api.call import Call
from footfall.attribution.words import SAMPLES_MAX, SAMPLES_MIN, SEED, SEED_MAX, Resampling
from footfall.errors import Fault, Invalid
from footfall.reports.bodies import CreditReport, CreditRow

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


def read_resampling(call: Call, faults: list[Fault]) -> Resampling | None:
    """Return how often customers are to be drawn, if that is asked for."""
    samples = _whole(call, "bootstrap", SAMPLES_MIN, SAMPLES_MAX, faults)
    seed = _whole(call, "seed", 0, SEED_MAX, faults)
    if samples is None:
        return None
    return Resampling(samples) if seed is None else Resampling(samples, seed)


def interval_columns(
    report: CreditReport, row: CreditRow | None = None, model: str = ""
) -> list[Any]:
    """Return the columns that intervals add: without a row their names, with one its values."""
    if report.bootstrap is None:
        return []
    if row is None:
        return list(_COLUMNS)
    told = (row.conversions_interval or {}, row.credit_interval or {})
    return [end for ends in told for end in ends[model]]


def _whole(call: Call, name: str, least: int, most: int, faults: list[Fault]) -> int | None:
    text = call.query.get(name, "")
    if not text:
        return None
    if text.isascii() and text.isdigit() and len(text) <= 10 and least <= int(text) <= most:
        return int(text)
    faults.append(Invalid(f"“{name}” is a whole number from {least} to {most}.", name))
    return None
