"""Turns the times people and clients write into UTC microseconds, and back into what answers show.

Called by ingestion for every event's claimed time, by the API for the times in answers, by reports
for hours and zones, and by the command line for expiries and durations. Every instant here is an
``int`` of microseconds since 1970 in UTC; there is no instant without a zone and none before 1970.
Nothing here corrects a claimed time: it is kept, or it is refused with a remedy.
"""

import re
import time
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Final, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo, available_timezones

__all__ = [
    "DAY",
    "HOUR",
    "MINUTE",
    "SECOND",
    "Instant",
    "Microseconds",
    "hour_of",
    "iso_utc",
    "now_us",
    "occurred_at",
    "parse_duration",
    "parse_expiry",
    "parse_instant",
    "parse_timezone",
    "unix_seconds",
]

Microseconds: TypeAlias = int

SECOND: Final[Microseconds] = 1_000_000
MINUTE: Final[Microseconds] = 60 * SECOND
HOUR: Final[Microseconds] = 60 * MINUTE
DAY: Final[Microseconds] = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LAST: Final[Microseconds] = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND

# From here on a count of seconds would lie in the year 5138, while a count of milliseconds
# lies in 1973 or later: nobody means the former.
_LOOKS_LIKE_MILLISECONDS = 100_000_000_000

# The calendar forms of ISO 8601; week and ordinal dates are left to people with a converter.
_ISO = re.compile(
    r"(?:\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?"
    r"|\d{8}T\d{4}(?:\d\d(?:[.,]\d{1,9})?)?)"
    r"(?P<zone>Z|[+-]\d\d(?::?\d\d)?)?",
    re.ASCII | re.IGNORECASE,
)
_DURATION = re.compile(r"(\d{1,6})([smhdw])", re.ASCII)
_UNITS = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}

_FORMS = "Send Unix seconds, or ISO 8601 with a zone such as 2022-10-13T18:02:53Z."


class Instant(NamedTuple):
    """A claimed time that was accepted, and whether it lies ahead of its receipt."""

    tracked_at: Microseconds
    is_ahead: bool


def now_us() -> Microseconds:
    """Return the present time."""
    return time.time_ns() // 1000


def parse_instant(value: object, *, received_at: Microseconds) -> Instant:
    """Return the time a caller claims for an event.

    Takes Unix seconds (number or digit string) and ISO 8601 date-times with a zone. A claim up to
    24 hours after ``received_at`` is kept and marked as ahead. Digits beyond the microsecond are
    dropped.

    Raises:
        ValueError: not one of those forms, without a zone, in milliseconds, before 1970, or further
            ahead.

    Source: contract 2.7.

    >>> parse_instant("2022-10-13T20:02:53+02:00", received_at=1_700_000_000 * SECOND)
    Instant(tracked_at=1665684173000000, is_ahead=False)
    """
    # First and alone: this is what nearly every event of a batch carries.
    if type(value) is int and 0 <= value < _LOOKS_LIKE_MILLISECONDS:
        tracked_at = value * SECOND
        if tracked_at <= received_at:
            return Instant(tracked_at, False)
        return _ahead(tracked_at, received_at)
    tracked_at = _claimed(value)
    if tracked_at < 0:
        raise ValueError(f"The time lies before 1970, which cannot be stored. {_FORMS}")
    return _ahead(tracked_at, received_at)


def occurred_at(tracked_at: Microseconds | None, received_at: Microseconds) -> Microseconds:
    """Return the time analysis uses: the claimed one, or the receipt when that came first.

    Nothing has happened after it arrived, so a clock that runs fast never moves an event into the
    future. The claim itself is stored beside this time and stays as it was sent.

    >>> occurred_at(None, 5), occurred_at(3, 5), occurred_at(9, 5)
    (5, 3, 5)
    """
    if tracked_at is None or tracked_at > received_at:
        return received_at
    return tracked_at


def unix_seconds(at: Microseconds) -> int:
    """Return whole Unix seconds, the form of ``created_at`` in answers."""
    return at // SECOND


def iso_utc(at: Microseconds) -> str:
    """Return ISO 8601 in UTC with ``Z`` and no more decimals than the instant has.

    >>> iso_utc(1665684173_000000), iso_utc(1665684173_250000)
    ('2022-10-13T18:02:53Z', '2022-10-13T18:02:53.25Z')
    """
    text = (_EPOCH + timedelta(microseconds=at)).replace(tzinfo=None).isoformat()
    return (text.rstrip("0") if "." in text else text) + "Z"


def hour_of(at: Microseconds) -> Microseconds:
    """Return the start of the UTC hour an instant falls in."""
    return at - at % HOUR


def parse_timezone(name: object) -> ZoneInfo:
    """Return the time zone with an IANA name such as ``America/Montevideo``.

    Raises:
        ValueError: the zone database knows no such name.
    """
    if not isinstance(name, str) or name not in _zone_names():
        raise ValueError(
            "The time zone is not known. Give an IANA name such as UTC, Europe/Madrid or "
            "America/Montevideo, with its capitals."
        )
    return ZoneInfo(name)


def parse_bound(text: str, zone: ZoneInfo) -> Microseconds:
    """Return the instant at which a range begins, or before which it ends.

    A date is the instant at which that day begins in ``zone``, whatever its clocks do then; a
    date-time needs a zone of its own.

    Raises:
        ValueError: neither form, or before 1970.

    >>> iso_utc(parse_bound("2026-03-29", ZoneInfo("Europe/Madrid")))
    '2026-03-28T23:00:00Z'
    """
    if _ISO.fullmatch(text):
        bound = _iso_instant(text)
    else:
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise ValueError(
                "It is neither a date such as 2026-03-29 nor a date and time with a zone such as "
                "2026-03-29T12:00:00Z."
            ) from None
        begins = datetime(day.year, day.month, day.day, tzinfo=zone)
        bound = (begins - _EPOCH) // _MICROSECOND
    if bound < 0:
        raise ValueError("It lies before 1970, when there were no events yet.")
    return bound


def parse_expiry(text: str, now: Microseconds) -> Microseconds:
    """Return the instant from which something is expired.

    A date is good until that day ends in UTC; a date-time needs a zone.

    Raises:
        ValueError: neither form, already past at ``now``, or after the year 9999.

    >>> iso_utc(parse_expiry("2027-01-31", now=0))
    '2027-02-01T00:00:00Z'
    """
    expires_at = _iso_instant(text) if _ISO.fullmatch(text) else _end_of_day(text)
    if expires_at <= now:
        raise ValueError("The expiry is already past. Give a later date.")
    if expires_at > _LAST:
        raise ValueError("The expiry lies after the year 9999. Give none for what never expires.")
    return expires_at


def parse_duration(text: str) -> Microseconds:
    """Return the length of a duration written as a whole number and a unit: ``90s 30m 24h 7d 2w``.

    Raises:
        ValueError: another form, more than six digits, or zero.

    >>> parse_duration("24h") == DAY
    True
    """
    match = _DURATION.fullmatch(text)
    duration = int(match[1]) * _UNITS[match[2]] if match else 0
    if not duration:
        raise ValueError(
            "The duration is not a whole number above zero with a unit. "
            "Give seconds, minutes, hours, days or weeks, such as 90s, 30m, 24h, 7d or 2w."
        )
    return duration


def _ahead(tracked_at: Microseconds, received_at: Microseconds) -> Instant:
    if tracked_at > received_at + DAY:
        raise ValueError(
            "The time is more than 24 hours ahead of this server. "
            "Send when it happened, and check the sender's clock and unit (seconds)."
        )
    return Instant(tracked_at, tracked_at > received_at)


def _claimed(value: object) -> Microseconds:
    if isinstance(value, str):
        if value.isascii() and value.isdigit():
            return _from_digits(value)
        return _iso_instant(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"The time is neither a number nor text. {_FORMS}")
    if value != value or value in (float("inf"), float("-inf")):
        raise ValueError(f"The time is not a finite number. {_FORMS}")
    if value >= _LOOKS_LIKE_MILLISECONDS:
        raise _milliseconds()
    if value < 0:
        return -1
    return round(value * SECOND)


def _from_digits(digits: str) -> Microseconds:
    # Counted before converting, so that a megabyte of digits costs nothing.
    significant = digits.lstrip("0")
    if len(significant) >= len(str(_LOOKS_LIKE_MILLISECONDS)):
        raise _milliseconds()
    return int(significant or "0") * SECOND


def _iso_instant(text: str) -> Microseconds:
    match = _ISO.fullmatch(text)
    if match is None:
        raise ValueError(f"The time is not in a known form. {_FORMS}")
    if match["zone"] is None:
        raise ValueError(
            "The time has no zone, so it could mean any of several moments. "
            "End it with Z for UTC or with an offset such as -03:00."
        )
    try:
        moment = datetime.fromisoformat(text.upper())
    except ValueError:
        raise ValueError(f"The time names a day or an hour that does not exist. {_FORMS}") from None
    return (moment - _EPOCH) // _MICROSECOND


def _end_of_day(text: str) -> Microseconds:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError(
            "The expiry is not a date of the calendar. Give one such as 2027-01-31, "
            "or a date and time with a zone such as 2027-01-31T12:00:00Z."
        ) from None
    return (day - _EPOCH.date()).days * DAY + DAY


def _milliseconds() -> ValueError:
    return ValueError("The time looks like milliseconds. Send seconds: divide it by 1000.")


@cache
def _zone_names() -> frozenset[str]:
    return frozenset(available_timezones())
