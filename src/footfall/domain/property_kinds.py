"""What a value of each kind of property is: checked, brought into one form, and shown.

A value is kept as JSON. Two spellings of one thing are one value: a phone is E.164, a number
``3.0`` is 3, money is minor units. What is shown can be sent again and means the same.

Source: contract 3.11 (kinds), 2.8 (money), 2.6 (missing values).
"""

import re
from collections.abc import Callable
from datetime import date, time
from typing import Any, Final, NamedTuple

from footfall.domain import money
from footfall.domain.contacts import normalise_email, normalise_phone

TEXT_LENGTH: Final = 1024
LONG_TEXT_LENGTH: Final = 65_536
URL_LENGTH: Final = 8192
WORD_LENGTH: Final = 255
ENTRIES_MAX: Final = 100
"""Most tags, or entries of a list."""

PARTS_MAX: Final = 20
"""Most parts of an address."""

_NUMBER: Final = re.compile(r"-?\d{1,32}(?:\.\d{1,32})?(?:[eE][+-]?\d{1,3})?", re.ASCII)
_LARGEST: Final = 2**63 - 1
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TIME: Final = re.compile(r"\d\d:\d\d(?::\d\d)?", re.ASCII)
_FLAGS: Final = {"true": True, "1": True, "false": False, "0": False}


class Locale(NamedTuple):
    """What a business says when a value does not: its currency, and the country it dials in."""

    currency: str
    country: str | None = None


def parse_value(kind: str, value: object, locale: Locale) -> Any:
    """Return a value of a kind in its one form, as JSON.

    Money is ``{"amount_minor", "currency"}``, a date ``2027-01-31``, a time of day ``09:30:00``,
    tags and lists are lists of texts, an address is a text or an object of texts.

    Raises:
        ValueError: it is none of this kind; the message says what would be.

    >>> parse_value("money", "24.9", Locale("USD"))
    {'amount_minor': 2490, 'currency': 'USD'}
    """
    return _PARSERS[kind](value, locale)


def render_value(kind: str, value: Any) -> Any:
    """Return a parsed value as answers show it: money in major units, all else as it is."""
    if kind == "money":
        amount = money.format_minor(value["amount_minor"], value["currency"])
        return {"amount": amount, "currency": value["currency"]}
    return value


def is_empty(kind: str, value: object) -> bool:
    """Tell whether a value stands for none; ``false`` does, but for a boolean (contract 2.6)."""
    if value is False:
        return kind != "boolean"
    return value is None or (isinstance(value, str | list | dict) and not value)


def unique_text(value: Any) -> str:
    """Return the text by which a value of a kind in ``UNIQUE_KINDS`` is compared."""
    return value if isinstance(value, str) else repr(value)


def _text(limit: int) -> Callable[[object, Locale], str]:
    def parse(value: object, _: Locale) -> str:
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            raise ValueError("must be a text")
        if len(value) > limit:
            raise ValueError(f"has {len(value)} characters; use at most {limit}")
        return value

    return parse


def _number(value: object, _: Locale) -> int | float:
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        value = float(value) if any(each in value for each in ".eE") else int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("must be a number")
    if abs(value) > _LARGEST or value != value:
        raise ValueError("is too large; use a number that fits 64 bits")
    return int(value) if value == int(value) else value


def _boolean(value: object, _: Locale) -> bool:
    flag = _FLAGS.get(str(value).lower()) if isinstance(value, bool | str | int) else None
    if flag is None:
        raise ValueError("must be true or false")
    return flag


def _date(value: object, _: Locale) -> str:
    try:
        if isinstance(value, str) and _DATE.fullmatch(value):
            return date.fromisoformat(value).isoformat()
    except ValueError:
        pass
    raise ValueError("must be a date of the calendar such as 2027-01-31")


def _time(value: object, _: Locale) -> str:
    try:
        if isinstance(value, str) and _TIME.fullmatch(value):
            return time.fromisoformat(value).isoformat()
    except ValueError:
        pass
    raise ValueError("must be a time of day such as 09:30 or 09:30:15")


def _money(value: object, locale: Locale) -> dict[str, Any]:
    try:
        price = money.parse_price(value, default_currency=locale.currency)
    except ValueError as problem:
        raise ValueError(f"is no amount of money. {str(problem).rstrip('.')}") from None
    if price is None:
        raise ValueError("needs an “amount”, in major units")
    return {"amount_minor": price.minor, "currency": price.currency}


def _url(value: object, _: Locale) -> str:
    if not isinstance(value, str) or not value.lower().startswith(("http://", "https://")):
        raise ValueError("must be an address that begins with https:// or http://")
    if len(value) > URL_LENGTH:
        raise ValueError(f"has {len(value)} characters; use at most {URL_LENGTH}")
    if not value.isprintable() or " " in value:
        raise ValueError("must be an address without spaces; percent-encode them")
    return value


def _list(value: object, _: Locale) -> list[str]:
    entries = [value] if isinstance(value, str) else value
    if not isinstance(entries, list) or not all(
        isinstance(each, str) and 0 < len(each) <= WORD_LENGTH for each in entries
    ):
        raise ValueError(f"must be a list of texts, each of 1 to {WORD_LENGTH} characters")
    if not 0 < len(entries) <= ENTRIES_MAX:
        raise ValueError(f"must have 1 to {ENTRIES_MAX} entries")
    return entries


def _tags(value: object, locale: Locale) -> list[str]:
    if isinstance(value, str):
        value = [word.strip() for word in value.split(",") if word.strip()]
    return list(dict.fromkeys(_list(value, locale)))


def _email(value: object, _: Locale) -> str:
    try:
        return normalise_email(value)
    except ValueError as problem:
        raise ValueError(f"is no e-mail address. {str(problem).rstrip('.')}") from None


def _phone(value: object, locale: Locale) -> str:
    try:
        return normalise_phone(value, locale.country)
    except ValueError as problem:
        raise ValueError(f"is no phone number. {str(problem).rstrip('.')}") from None


def _address(value: object, locale: Locale) -> str | dict[str, str]:
    if not isinstance(value, dict):
        return _text(TEXT_LENGTH)(value, locale)
    parts = {name: part for name, part in value.items() if part is not None and part != ""}
    if not 0 < len(parts) <= PARTS_MAX or not all(
        len(name) <= WORD_LENGTH and isinstance(part, str) and len(part) <= TEXT_LENGTH
        for name, part in parts.items()
    ):
        raise ValueError(
            f"must be a text, or an object of 1 to {PARTS_MAX} texts of at most {TEXT_LENGTH} "
            "characters each"
        )
    return parts


_PARSERS: Final[dict[str, Callable[[object, Locale], Any]]] = {
    "text": _text(TEXT_LENGTH),
    "long_text": _text(LONG_TEXT_LENGTH),
    "number": _number,
    "boolean": _boolean,
    "date": _date,
    "time": _time,
    "money": _money,
    "url": _url,
    "tags": _tags,
    "list": _list,
    "phone": _phone,
    "email": _email,
    "address": _address,
    "company": _text(WORD_LENGTH),
    "gender": _text(WORD_LENGTH),
    "birthday": _date,
    "payment_method": _text(WORD_LENGTH),
    "sales_channel": _text(WORD_LENGTH),
}

KINDS: Final = tuple(_PARSERS)

UNIQUE_KINDS: Final = frozenset({"text", "number", "date", "url", "phone", "email"})
"""Kinds whose values can identify something."""

UNIQUE_LENGTH: Final = 255
"""Longest text of a unique value."""
