"""Which rates sales were converted with, and what no rate is known for."""

from typing import Final

from footfall.attribution.exchange import OLDEST_DAYS, Left, Used
from footfall.attribution.receipts import Receipt
from footfall.attribution.run import Attribution
from footfall.attribution.words import Range
from footfall.domain.money import format_minor
from footfall.domain.times import iso_utc
from footfall.reports.exchange_bodies import (
    NotConverted,
    RateUsed,
    ReceiptExchange,
    ReportExchange,
)

SOURCE: Final = "European Central Bank, euro foreign exchange reference rates"

REMEDY: Final = (
    f"No rate is known for that day or the {OLDEST_DAYS} days before it; "
    "`footfall rates import` takes the European Central Bank's file."
)


def exchange_of(attribution: Attribution, during: Range) -> ReportExchange | None:
    """Return what a report of a time was converted with; ``None``: nothing was to be."""
    exchange = attribution.exchange
    if exchange is None:
        return None
    connection = attribution.connection
    return ReportExchange(
        exchange.to,
        SOURCE,
        [_rate(each) for each in exchange.used(connection, during)],
        [_left(each) for each in exchange.left(connection, during)],
    )


def converted(receipt: Receipt) -> ReceiptExchange | None:
    """Return what a receipt's sale was converted with; ``None``: nothing was to be."""
    told = receipt.exchanged
    if told is None:
        return None
    if told.rate is None:
        return ReceiptExchange(told.to, None, None, REMEDY)
    net = format_minor(receipt.conversion.net_minor, told.to)
    sentence = f"1 {told.currency} was {told.rate.rate} {told.to} on {told.rate.day}."
    return ReceiptExchange(told.to, net, _rate(told.rate), sentence)


def _rate(used: Used) -> RateUsed:
    return RateUsed(used.currency, used.day, used.rate, used.per_euro, used.conversions)


def _left(left: Left) -> NotConverted:
    return NotConverted(
        left.currency,
        left.conversions,
        format_minor(left.net_minor, left.currency),
        iso_utc(left.first_at),
        iso_utc(left.last_at),
        REMEDY,
    )
