"""``convert_to`` of reports and receipts: sales of all currencies in one, by the stored rates."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from footfall.api.call import Call
from footfall.reports.question import Reckoned
from footfall.store import exchange_rates
from footfall.store.exchange_rates import Rate

if TYPE_CHECKING:
    from footfall.attribution.exchange import Exchange

CONVERT_TO: Final[tuple[dict[str, Any], str]] = (
    {"type": "string"},
    "ISO 4217: sales of all currencies, each by the rate of its day; the answer tells the rates.",
)


def exchange_to(call: Call, to: str | None, zone: ZoneInfo) -> "Callable[[], Exchange] | None":
    """Return what makes the exchange, on the lake's thread, which asks for rates from there.

    Args:
        zone: in which the business's days begin.
    """
    if to is None:
        return None
    loop = asyncio.get_running_loop()

    def fetch(currencies: Sequence[str], first_day: str, last_day: str) -> list[Rate]:
        reading = call.store.read(
            lambda connection: exchange_rates.between(connection, currencies, first_day, last_day)
        )
        return asyncio.run_coroutine_threadsafe(reading, loop).result()

    def make() -> "Exchange":
        from footfall.attribution.exchange import Exchange

        return Exchange(to, zone, fetch)

    return make


def exchange_columns(report: Reckoned) -> dict[str, str]:
    """Return the columns that a converted report has besides, each with its value for all lines."""
    exchange = report.exchange
    if exchange is None:
        return {}
    used = (f"{each.currency} {each.day} {each.rate}" for each in exchange.rates)
    left = (f"{each.conversions} in {each.currency}: {each.net}" for each in exchange.not_converted)
    return {"rates": "; ".join(used), "not_converted": "; ".join(left)}
