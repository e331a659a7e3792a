"""The words that reports are asked with, beside those of attribution; nothing here reckons."""

from typing import Final, Literal, get_args

from footfall.errors import FootfallError

Per = Literal["day", "week", "month", "quarter", "year"]
PERS: Final[tuple[Per, ...]] = get_args(Per)
"""Periods of a calendar; weeks begin on Monday (ISO 8601)."""

DateBasis = Literal["purchase", "touch"]
DATE_BASES: Final[tuple[DateBasis, ...]] = get_args(DateBasis)

Customer = Literal["new", "returning"]
CUSTOMERS: Final[tuple[Customer, ...]] = get_args(Customer)

Role = Literal["first", "last", "assisted", "met"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)
"""What something was on the way to a conversion: its start, its end, on the way but not at its end,
or any of these."""

LAG_NAMES: Final = ("0h-1h", "1h-1d", "1d-3d", "3d-7d", "7d-14d", "14d-30d", "30d-90d", "90d-")
"""How long after its first touch a conversion was: at least, and less than."""

PERIODS_MAX: Final = 4000
"""Of one report: ten years of days."""


class CannotReport(FootfallError, ValueError):
    """A report makes no sense as it was asked for.

    Attributes:
        parameter: what is to be asked for otherwise.
    """

    def __init__(self, message: str, parameter: str) -> None:
        super().__init__(message)
        self.parameter = parameter
