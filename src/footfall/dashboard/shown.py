"""Values → texts for people: times in a zone, numbers, amounts, JSON. Filters of the templates."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from markupsafe import Markup

from footfall.domain import money
from footfall.domain.times import iso_utc

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NARROW: Final = " "
"""Between groups of three digits, in every language. Source: ISO 80000-1, 7.3.2."""


def local(at: int, zone: str) -> datetime:
    """Return an instant on the clocks of a zone."""
    return (_EPOCH + timedelta(microseconds=at)).astimezone(ZoneInfo(zone))


def moment(at: int, zone: str) -> Markup:
    """Return an instant as a ``time`` element, to the second, in a zone.

    >>> moment(0, "UTC")
    Markup('<time datetime="1970-01-01T00:00:00Z">1970-01-01 00:00:00</time>')
    """
    return Markup('<time datetime="{}">{:%Y-%m-%d %H:%M:%S}</time>').format(
        iso_utc(at), local(at, zone)
    )


def number(value: int) -> str:
    """Return a whole number in groups of three.

    >>> number(1234567)
    '1\u202f234\u202f567'
    """
    return f"{value:,}".replace(",", _NARROW)


def amount(minor: int, currency: str) -> str:
    """Return an amount with its currency, every decimal.

    >>> amount(123450, "USD")
    '1\u202f234.50 USD'
    """
    whole, point, decimals = money.format_minor(minor, currency).partition(".")
    return f"{number(int(whole))}{point}{decimals} {currency}"


def pretty(value: Any) -> str:
    """Return JSON to be read."""
    return json.dumps(value, indent=2, ensure_ascii=False)


FILTERS: Final = {"moment": moment, "number": number, "amount": amount, "pretty": pretty}
