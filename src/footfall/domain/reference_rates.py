"""The European Central Bank's euro foreign exchange reference rates: CSV text → rates.

Both files that the bank publishes: ``eurofxref.csv`` has one day, written ``27 November 2026``, and
``eurofxref-hist.csv`` all of them, written ``2026-11-27``. A line has a day and what one euro was
worth in the currency of each column; ``N/A`` is none, and a comma at the end is nothing. Columns of
currencies that exist no more (``ROL``, ``SKK`` …) are passed over.
"""

import csv
import io
import re
from datetime import date
from typing import Final, NamedTuple

from footfall.domain.money import is_currency

BASE: Final = "EUR"

DIGITS_MAX: Final = 9
DECIMALS_MAX: Final = 6
"""So that any 64-bit amount times any rate fits 128 bits."""

_DAY: Final = "Date"
_FIRST_DAY: Final = "1999-01-01"
_MONTHS: Final = {
    name: number
    for number, name in enumerate(
        (
            *("January", "February", "March", "April", "May", "June"),
            *("July", "August", "September", "October", "November", "December"),
        ),
        1,
    )
}
_LONG: Final = re.compile(r"(\d{1,2}) ([A-Z][a-z]+) (\d{4})", re.ASCII)
_NONE: Final = frozenset({"", "N/A"})
_CODE: Final = re.compile(r"[A-Z]{3}")
_RATE: Final = re.compile(rf"(\d{{1,{DIGITS_MAX}}})(?:\.(\d{{1,{DECIMALS_MAX}}}))?", re.ASCII)


class ReferenceRates(NamedTuple):
    """What a file tells.

    Attributes:
        rates: currency, day as ISO 8601, decimal text.
        passed_over: codes of columns that are no present currency.
    """

    rates: list[tuple[str, str, str]]
    passed_over: list[str]


def parse_rates(text: str) -> ReferenceRates:
    """Return the rates in a file's text.

    Raises:
        ValueError: it is no such file, or something in it is no day or no rate; the message names
            the line and the column.

    >>> parse_rates(chr(10).join(["Date, USD, ROL, ", "27 November 2026, 1.1, N/A, "])).rates
    [('USD', '2026-11-27', '1.1')]
    """
    lines = csv.reader(io.StringIO(text.removeprefix("\ufeff")), skipinitialspace=True, strict=True)
    try:
        heading = [name.strip() for name in next(lines, [])]
        columns = _columns(heading)
        rates: list[tuple[str, str, str]] = []
        days: set[str] = set()
        for cells in lines:
            told = [cell.strip() for cell in cells]
            if any(told):
                day = _day(told[0], lines.line_num)
                if day in days:
                    raise ValueError(f"line {lines.line_num} has {day} again; leave one of them")
                days.add(day)
                rates += _rates_of(told, day, columns, lines.line_num)
    except csv.Error as problem:
        raise ValueError(f"line {lines.line_num} is no CSV: {problem}") from None
    if not rates:
        raise ValueError("there is no rate in it")
    return ReferenceRates(rates, [name for name in heading[1:] if name and name not in columns])


def _columns(heading: list[str]) -> dict[str, int]:
    """Return the places of the columns of currencies there are."""
    named = [name for name in heading[1:] if name]
    is_one = heading[:1] == [_DAY] and all(_CODE.fullmatch(name) for name in named)
    if not is_one or not named or len(set(named)) < len(named):
        raise ValueError(
            "its first line is not “Date” and then codes of currencies, each once; give "
            "eurofxref.csv or eurofxref-hist.csv of the European Central Bank"
        )
    return {
        name: place
        for place, name in enumerate(heading)
        if place and name and is_currency(name) and name != BASE
    }


def _rates_of(
    told: list[str], day: str, columns: dict[str, int], line: int
) -> list[tuple[str, str, str]]:
    if len(told) <= max(columns.values(), default=0):
        raise ValueError(f"line {line} has fewer columns than the first")
    return [
        (name, day, _rate(told[place], name, line))
        for name, place in columns.items()
        if told[place] not in _NONE
    ]


def _rate(text: str, name: str, line: int) -> str:
    found = _RATE.fullmatch(text)
    digits = "" if found is None else "".join(part or "" for part in found.groups()).lstrip("0")
    if not 1 <= len(digits) <= DIGITS_MAX:
        raise ValueError(
            f"line {line}, {name}: “{text[:32]}” is no rate; give a number above zero of at most "
            f"{DIGITS_MAX} digits, {DECIMALS_MAX} of them after the point, or N/A"
        )
    return text


def _day(text: str, line: int) -> str:
    found = _LONG.fullmatch(text)
    # Written by hand, because what Python knows of months follows the locale.
    iso = f"{found[3]}-{_MONTHS.get(found[2], 0):02}-{found[1]:0>2}" if found else text
    try:
        day = date.fromisoformat(iso).isoformat()
    except ValueError:
        day = ""
    if day < _FIRST_DAY:
        raise ValueError(
            f"line {line}, {_DAY}: “{text[:32]}” is no day such as 2026-11-27 or 27 November 2026, "
            "since there are euros"
        )
    return day
