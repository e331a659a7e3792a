"""Sales in several currencies → one, each by the rates of its own day.

Replaces ``told_conversions`` by itself with other amounts, so whatever reads it afterwards reads
one currency. What no rate is known for keeps its currency, and so is in no sum; ``Exchange`` says
which rates were used and what was left. Rates are exact fractions of the published decimals.

Source: docs/attribution.md, “Currencies”.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Context, Decimal
from fractions import Fraction
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from duckdb import DuckDBPyConnection

from footfall.attribution.statements import statement
from footfall.attribution.words import EVER, Range
from footfall.domain.money import exponent_of
from footfall.domain.reference_rates import BASE
from footfall.domain.times import DAY, parse_bound
from footfall.store.exchange_rates import Rate

OLDEST_DAYS: Final = 7
"""A rate that was published longer before a sale's day is none for it; holidays are shorter."""

_LISTS: Final = (
    "currencies",
    "since",
    "until",
    "days",
    "numerators",
    "denominators",
    "from_euros",
    "to_euros",
)

_SHOWN: Final = Context(prec=10)

Fetch = Callable[[Sequence[str], str, str], list[Rate]]
"""Gives the rates of some currencies from one day to another, both included, oldest first."""


class Used(NamedTuple):
    """A rate that conversions were converted with.

    Attributes:
        day: of the rates, ISO 8601.
        per_euro: what was published, as decimal texts by currency.
        conversions: how many.
    """

    currency: str
    day: str
    per_euro: dict[str, str]
    rate: str
    conversions: int


class Left(NamedTuple):
    """Conversions of a currency that no rate is known for.

    Attributes:
        first_at, last_at: UTC microseconds.
    """

    currency: str
    conversions: int
    net_minor: int
    first_at: int
    last_at: int


class Exchanged(NamedTuple):
    """What a conversion was before it was converted ``to`` another currency.

    Attributes:
        rate: ``None`` where none is known.
    """

    to: str
    currency: str
    gross_minor: int
    refunded_minor: int
    net_minor: int
    rate: Used | None


@dataclass(frozen=True, slots=True)
class Exchange:
    """The wish to have all sales in one currency.

    Attributes:
        to: ISO 4217.
        zone: in which a sale's day begins.
        fetch: where rates come from.
    """

    to: str
    zone: ZoneInfo
    fetch: Fetch

    def apply(self, connection: DuckDBPyConnection) -> None:
        """Convert ``told_conversions``; make ``exchanged`` of what they were."""
        rows = self._rows(connection)
        columns: list[Any] = [list(column) for column in zip(*rows, strict=True)]
        lists = dict(zip(_LISTS, columns or [[]] * len(_LISTS), strict=True))
        connection.execute(
            f"create or replace temp table exchange as {statement('exchange')}", lists
        )
        told = {"to": self.to}
        for table in ("exchanged", "converted"):
            text = f"create or replace temp table {table} as {statement(table)}"
            connection.execute(text, told)
        views = connection.execute(
            "select 1 from duckdb_views() where temporary and view_name = 'told_conversions'"
        )
        if views.fetchall():
            # What is kept in files is shown by a view, which no table may take the name of.
            connection.execute("drop view told_conversions")
        connection.execute("create or replace temp table told_conversions as from converted")

    def used(self, connection: DuckDBPyConnection, during: Range = EVER) -> list[Used]:
        """Return the rates that conversions of a time were converted with."""
        rows = connection.execute(statement("exchange_used"), during._asdict()).fetchall()
        return [self._used(*row) for row in rows]

    def left(self, connection: DuckDBPyConnection, during: Range = EVER) -> list[Left]:
        """Return what no rate is known for, of conversions of a time."""
        rows = connection.execute(statement("exchange_left"), during._asdict()).fetchall()
        return [Left(*row) for row in rows]

    def of(self, connection: DuckDBPyConnection, conversion_id: int) -> Exchanged | None:
        """Return what a conversion was before; ``None``: it is in this currency by itself."""
        values = {"conversion_id": conversion_id}
        row = connection.execute(statement("exchanged_of"), values).fetchone()
        if row is None:
            return None
        currency, gross_minor, refunded_minor, net_minor, day, from_euro, to_euro = row
        used = None if day is None else self._used(currency, day, from_euro, to_euro, 1)
        return Exchanged(self.to, currency, gross_minor, refunded_minor, net_minor, used)

    def _used(
        self, currency: str, day: str, from_euro: str, to_euro: str, conversions: int
    ) -> Used:
        rate = _SHOWN.divide(Decimal(to_euro), Decimal(from_euro))
        published = {currency: from_euro, self.to: to_euro}
        per_euro = {name: rate for name, rate in published.items() if name != BASE}
        return Used(currency, day, per_euro, format(rate, "f"), conversions)

    def _rows(self, connection: DuckDBPyConnection) -> list[tuple[Any, ...]]:
        """Return which rate is in force when, as the statement reads them."""
        spans = connection.execute(
            "select currency, min(converted_at), max(converted_at) from told_conversions "
            "where currency <> $to group by currency",
            {"to": self.to},
        ).fetchall()
        if not spans:
            return []
        # A day of some zone may begin half a day before or after the same day of UTC.
        first = _day_of(min(since for _, since, _ in spans)) - timedelta(days=OLDEST_DAYS + 1)
        last = _day_of(max(until for _, _, until in spans)) + timedelta(days=1)
        wanted = sorted({currency for currency, _, _ in spans} | {self.to})
        known: dict[str, dict[str, str]] = {}
        for rate in self.fetch(wanted, first.isoformat(), last.isoformat()):
            known.setdefault(rate.day, {BASE: "1"})[rate.currency] = rate.rate
        days = sorted(known)
        return [row for currency, _, _ in spans for row in self._in_force(currency, days, known)]

    def _in_force(
        self, currency: str, days: list[str], known: dict[str, dict[str, str]]
    ) -> list[tuple[Any, ...]]:
        both = [day for day in days if currency in known[day] and self.to in known[day]]
        rows = []
        for place, day in enumerate(both):
            too_old = date.fromisoformat(day) + timedelta(days=OLDEST_DAYS + 1)
            until = min([too_old.isoformat(), *both[place + 1 : place + 2]])
            from_euro, to_euro = known[day][currency], known[day][self.to]
            factor = _factor(from_euro, to_euro, currency, self.to)
            span = (parse_bound(day, self.zone), parse_bound(until, self.zone))
            terms = (str(factor.numerator), str(factor.denominator))
            rows.append((currency, *span, day, *terms, from_euro, to_euro))
        return rows


def _factor(from_euro: str, to_euro: str, currency: str, to: str) -> Fraction:
    """Return by what minor units of one currency become those of another.

    >>> _factor("1.25", "160", "USD", "JPY")
    Fraction(32, 25)
    """
    shift = (exponent_of(to) or 0) - (exponent_of(currency) or 0)
    return Fraction(to_euro) / Fraction(from_euro) * Fraction(10) ** shift


def _day_of(at: int) -> date:
    return date(1970, 1, 1) + timedelta(days=at // DAY)
