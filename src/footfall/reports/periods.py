"""A time → the days, weeks, months … of the business that it consists of.

Periods begin where the calendar of the business's time zone says, so a day may have 23 or 25 hours;
the first and the last are cut off where the time that was asked about begins and ends. Pure.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from footfall.attribution.words import EVER, Range
from footfall.reports.words import PERIODS_MAX, CannotReport, Per

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_US: Final = timedelta(microseconds=1)


class Period(NamedTuple):
    """A period by its name, from ``since_at`` up to and without ``until_at`` (UTC microseconds)."""

    name: str
    since_at: int
    until_at: int


def periods(per: Per, known: Range, zone: ZoneInfo, during: Range = EVER) -> list[Period]:
    """Return the periods from one instant up to another, those without anything in them too.

    Args:
        known: in which of them anything can have happened; bounded.
        during: what was asked about, and cuts them off.

    Raises:
        CannotReport: there are more than ``PERIODS_MAX``.

    >>> [each.name for each in periods("week", Range(0, 8 * 86_400_000_000), ZoneInfo("UTC"))]
    ['1970-W01', '1970-W02']
    """
    if known.since_at >= known.until_at:
        return []
    found: list[Period] = []
    day = _first_day(per, (_EPOCH + known.since_at * _US).astimezone(zone).date())
    for name, begins_at, ends_at in _calendar(per, day, zone):
        if begins_at >= known.until_at:
            break
        clipped = Period(name, max(begins_at, during.since_at), min(ends_at, during.until_at))
        # Where clocks skip a whole day there is none.
        if clipped.since_at < clipped.until_at:
            found.append(clipped)
        if len(found) > PERIODS_MAX:
            raise CannotReport(
                f"That makes more than {PERIODS_MAX:,} periods; ask for longer ones, or for a "
                "shorter time with “since” and “until”.",
                "per",
            )
    return found


def _calendar(per: Per, day: date, zone: ZoneInfo) -> Iterator[tuple[str, int, int]]:
    while True:
        following = _next(per, day)
        yield _name(per, day), _begins_at(day, zone), _begins_at(following, zone)
        day = following


def _begins_at(day: date, zone: ZoneInfo) -> int:
    # A midnight that clocks skip is when they do so; where there are two, the day has both.
    return (datetime(day.year, day.month, day.day, tzinfo=zone) - _EPOCH) // _US


def _first_day(per: Per, day: date) -> date:
    if per == "day":
        return day
    if per == "week":
        return day - timedelta(days=day.weekday())
    if per == "month":
        return day.replace(day=1)
    if per == "quarter":
        return day.replace(month=day.month - (day.month - 1) % 3, day=1)
    return day.replace(month=1, day=1)


def _next(per: Per, day: date) -> date:
    if per == "day":
        return day + timedelta(days=1)
    if per == "week":
        return day + timedelta(days=7)
    months = {"month": 1, "quarter": 3, "year": 12}[per]
    month = day.month - 1 + months
    return date(day.year + month // 12, month % 12 + 1, 1)


def _name(per: Per, day: date) -> str:
    if per == "day":
        return day.isoformat()
    if per == "week":
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02}"
    if per == "month":
        return f"{day:%Y-%m}"
    if per == "quarter":
        return f"{day.year}-Q{(day.month + 2) // 3}"
    return str(day.year)
