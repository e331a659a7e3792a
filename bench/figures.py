"""What was measured: one ``Figure`` per number, with the target it has to meet, if any."""

from dataclasses import dataclass, field
from statistics import median
from typing import Any, Literal

Unit = Literal["ratio", "/s", "ms", "µs", "s", "MB", "events", "rows", "GBP"]

_FORMATS: dict[Unit, str] = {
    "ratio": "{:.2f} ×",
    "/s": "{:,.0f} /s",
    "ms": "{:,.2f} ms",
    "µs": "{:,.2f} µs",
    "s": "{:.2f} s",
    "MB": "{:,.0f} MB",
    "events": "{:,.0f} events",
    "rows": "{:,.0f} rows",
    "GBP": "{:,.2f} GBP",
}


def written(value: float, unit: Unit) -> str:
    """Return a number with its unit, as people read it."""
    return _FORMATS[unit].format(value)


@dataclass(frozen=True, slots=True)
class Target:
    """A bound, itself allowed."""

    bound: float
    is_least: bool

    def is_met(self, value: float) -> bool:
        return value >= self.bound if self.is_least else value <= self.bound

    def written(self, unit: Unit) -> str:
        return f"{'≥' if self.is_least else '≤'} {written(self.bound, unit)}"


def at_least(bound: float) -> Target:
    return Target(bound, is_least=True)


def at_most(bound: float) -> Target:
    return Target(bound, is_least=False)


@dataclass(frozen=True, slots=True)
class Figure:
    """One number that was measured.

    Attributes:
        note: what it was compared with, or how it was found.
    """

    section: str
    name: str
    value: float
    unit: Unit
    target: Target | None = None
    note: str = ""

    @property
    def is_met(self) -> bool | None:
        """Whether the target is met; ``None`` without one."""
        return self.target.is_met(self.value) if self.target is not None else None

    def as_json(self) -> dict[str, Any]:
        target = self.target.written(self.unit) if self.target is not None else None
        return {
            "section": self.section,
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "target": target,
            "is_met": self.is_met,
            "note": self.note,
        }


@dataclass(slots=True)
class Findings:
    """Everything a run of the benchmark found.

    Attributes:
        runs: the single runs behind the figures.
        skipped: what was not measured, and why.
        failed: what went wrong while it was measured.
    """

    figures: list[Figure] = field(default_factory=list)
    runs: list[dict[str, Any]] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def add(
        self,
        section: str,
        name: str,
        value: float,
        unit: Unit,
        target: Target | None = None,
        note: str = "",
    ) -> None:
        self.figures.append(Figure(section, name, value, unit, target, note))

    @property
    def missed(self) -> list[Figure]:
        return [figure for figure in self.figures if figure.is_met is False]


def percentile(values: list[float], share: float) -> float:
    """Return the value that this share of the values does not exceed."""
    if share == 0.5:
        return median(values)
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
