"""What was converted with which rates, as reports and receipts show it; made by ``exchange``."""

from typing import Annotated

from msgspec import Meta, Struct


class RateUsed(Struct):
    """A rate of one day."""

    currency: Annotated[str, Meta(description="ISO 4217; of the sales.")]
    day: Annotated[str, Meta(description="When it was published: the sale's, or the last before.")]
    rate: Annotated[
        str, Meta(description="What 1 of it was, to ten digits; reckoned with the exact quotient.")
    ]
    per_euro: Annotated[dict[str, str], Meta(description="What 1 EUR was, as published.")]
    conversions: Annotated[int, Meta(description="How many were converted with it.")]


class NotConverted(Struct):
    """Sales of a currency that no rate is known for; they are in no number of the report."""

    currency: Annotated[str, Meta(description="ISO 4217.")]
    conversions: int
    net: Annotated[str, Meta(description="Their net value, in that currency.")]
    first: Annotated[str, Meta(description="The first of them, ISO 8601.")]
    last: Annotated[str, Meta(description="The last of them.")]
    reason: Annotated[str, Meta(description="What is missing, and the remedy.")]


class ReportExchange(Struct):
    """By what the sales of a report were converted."""

    to: Annotated[str, Meta(description="ISO 4217.")]
    source: str
    rates: list[RateUsed]
    not_converted: list[NotConverted]


class ReceiptExchange(Struct):
    """What a sale is in another currency."""

    currency: Annotated[str, Meta(description="ISO 4217.")]
    net: Annotated[str | None, Meta(description="What is credited; null: no rate is known.")]
    rate: RateUsed | None
    reason: Annotated[str, Meta(description="The rate in a sentence, or what is missing.")]
