"""Turns amounts in major units, as callers write them, into integer minor units and back.

Called by ingestion and the API for every amount and price, and by answers and reports to show them.
The exponent of a currency comes from the ISO 4217 table; codes without one (gold, bonds, ``XXX``)
are no money here, and neither are withdrawn currencies. No binary fraction ever takes part in a
sum, no currency is converted into another, and what rounding loses is kept as text.
"""

import re
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Final, NamedTuple

from iso4217 import Currency

__all__ = [
    "LARGEST_MINOR",
    "Amount",
    "Price",
    "PriceError",
    "exponent_of",
    "format_minor",
    "is_currency",
    "parse_amount",
    "parse_currency",
    "parse_price",
]

LARGEST_MINOR: Final = 2**63 - 1

_EXPONENTS: Final[dict[str, int]] = {
    currency.code: currency.exponent for currency in Currency if currency.exponent is not None
}
_SCALES: Final[dict[str, int]] = {code: 10**digits for code, digits in _EXPONENTS.items()}

# A decimal of up to 15 digits has a float of its own, and that float prints as this decimal again.
_EXACT_IN_FLOAT = 10**15

# The grammar of a JSON number, leading zeros forgiven; every float's exponent fits three digits.
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?", re.ASCII)
_LONGEST_NUMBER = 64
_WIDE = Context(prec=2 * _LONGEST_NUMBER, rounding=ROUND_HALF_EVEN)

_FORMS = 'Send a number or a numeric string in major units, such as 89.90 or "89.90".'


class Amount(NamedTuple):
    """Minor units, and the number as it was sent when rounding changed it."""

    minor: int
    original: str | None


class Price(NamedTuple):
    """Minor units of ``currency``, and the value in the reporting currency when it was sent."""

    minor: int
    currency: str
    original: str | None = None
    converted_minor: int | None = None
    converted_currency: str | None = None


class PriceError(ValueError):
    """A price that cannot be read; ``field`` is the part at fault, or ``None`` for the whole."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


def exponent_of(currency: str) -> int | None:
    """Return how many decimals a currency has, or ``None`` for what is no currency here.

    >>> exponent_of("USD"), exponent_of("JPY"), exponent_of("KWD"), exponent_of("XAU")
    (2, 0, 3, None)
    """
    return _EXPONENTS.get(currency)


def is_currency(text: str) -> bool:
    """Tell whether a text is the code, in capitals, of a currency with minor units."""
    return text in _EXPONENTS


def parse_currency(value: object) -> str:
    """Return the ISO 4217 code in capitals.

    Raises:
        ValueError: no text, or not the code of a present currency.
    """
    if isinstance(value, str) and value.isascii():
        code = value.upper()
        if code in _EXPONENTS:
            return code
    raise _unknown_currency()


def parse_amount(value: object, currency: str, *, allow_negative: bool = False) -> Amount:
    """Return an amount given in major units as minor units of ``currency``.

    More decimals than the currency has are rounded half to even, and the number is kept as it was
    sent. A float counts as the shortest decimal that denotes it, so 89.9 is exactly 89.90.

    Raises:
        ValueError: no number, negative without ``allow_negative``, not finite, beyond 64 bits in
            minor units, or an unknown ``currency``.

    Source: contract 2.8.

    >>> parse_amount("395.00", "USD"), parse_amount(89.9, "USD")
    (Amount(minor=39500, original=None), Amount(minor=8990, original=None))
    >>> parse_amount(2.5, "JPY")
    Amount(minor=2, original='2.5')
    """
    scale = _SCALES.get(currency)
    if scale is None:
        raise _unknown_currency()
    if type(value) is int:
        return Amount(_bounded(value * scale, allow_negative), None)
    if type(value) is float:
        if 0.0 <= value * scale < _EXACT_IN_FLOAT:
            minor = round(value * scale)
            if minor / scale == value:
                return Amount(minor, None)
        return _parse_decimal(repr(value), _EXPONENTS[currency], allow_negative)
    if isinstance(value, str):
        return _parse_decimal(value, _EXPONENTS[currency], allow_negative)
    raise ValueError(f"The amount is neither a number nor text. {_FORMS}")


def parse_price(value: object, *, default_currency: str, currency: object = None) -> Price | None:
    """Return the price in a money object, or in a scalar with its currency beside it.

    ``None`` stands for no price: no value, or a money object whose ``amount`` is absent in the
    sense of contract 2.6, as shops send it for products without a price.

    Args:
        value: ``{"amount", "currency", "converted_amount", "converted_currency"}``, a number or a
            text.
        default_currency: the business's reporting currency, for prices and converted values that
            name none.
        currency: what was sent beside a scalar price; ignored when the money object names its own.

    Raises:
        PriceError: a part cannot be read; ``field`` names it as in the money object.

    Source: contract 2.8.

    >>> parse_price({"amount": "29.99", "currency": "EUR"}, default_currency="USD").minor
    2999
    """
    if not isinstance(value, dict):
        if _is_absent(value):
            return None
        code = _part("currency", currency, default_currency)
        amount = _amount_part(None, value, code)
        return Price(amount.minor, code, amount.original)
    if _is_absent(value.get("amount")):
        return None
    beside = default_currency if _is_absent(currency) else currency
    code = _part("currency", value.get("currency"), beside)
    amount = _amount_part("amount", value["amount"], code)
    if _is_absent(value.get("converted_amount")):
        return Price(amount.minor, code, amount.original)
    converted_code = _part("converted_currency", value.get("converted_currency"), default_currency)
    converted = _amount_part("converted_amount", value["converted_amount"], converted_code)
    return Price(amount.minor, code, amount.original, converted.minor, converted_code)


def format_minor(minor: int, currency: str) -> str:
    """Return minor units as a decimal text in major units, with every decimal the currency has.

    >>> format_minor(8990, "USD"), format_minor(-5, "USD"), format_minor(89, "JPY")
    ('89.90', '-0.05', '89')
    """
    exponent = _EXPONENTS[currency]
    if not exponent:
        return str(minor)
    whole, rest = divmod(abs(minor), _SCALES[currency])
    return f"{'-' if minor < 0 else ''}{whole}.{rest:0{exponent}}"


def _parse_decimal(text: str, exponent: int, allow_negative: bool) -> Amount:
    if len(text) > _LONGEST_NUMBER or not _NUMBER.fullmatch(text):
        raise ValueError(
            f"The amount is not a plain decimal number. {_FORMS} "
            "Use a point before the decimals, no thousands separator and no sign of currency."
        )
    exact = Decimal(text)
    if exact < 0 and not allow_negative:
        raise _negative()
    scaled = exact.scaleb(exponent, context=_WIDE)
    rounded = scaled.to_integral_value(rounding=ROUND_HALF_EVEN, context=_WIDE)
    if abs(rounded) > LARGEST_MINOR:
        raise _too_large()
    return Amount(int(rounded), None if rounded == scaled else text)


def _bounded(minor: int, allow_negative: bool) -> int:
    if minor < 0 and not allow_negative:
        raise _negative()
    if abs(minor) > LARGEST_MINOR:
        raise _too_large()
    return minor


def _unknown_currency() -> ValueError:
    return ValueError(
        "The currency is not a present ISO 4217 code. Send three letters such as USD, EUR or JPY."
    )


def _negative() -> ValueError:
    return ValueError("The amount is negative. Send zero or more.")


def _too_large() -> ValueError:
    return ValueError(
        "The amount is too large: in minor units, such as cents, it does not fit 64 bits. "
        "Send it in major units, and check its unit."
    )


def _is_absent(value: object) -> bool:
    return value is None or value is False or value == ""


def _part(field: str, value: object, default: object) -> str:
    try:
        return parse_currency(default if _is_absent(value) else value)
    except ValueError as error:
        raise PriceError(str(error), field) from None


def _amount_part(field: str | None, value: object, currency: str) -> Amount:
    try:
        return parse_amount(value, currency)
    except ValueError as error:
        raise PriceError(str(error), field) from None
