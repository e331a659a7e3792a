"""What the report of credit looks like to whoever asks; made by ``credit``."""

from typing import Annotated

from msgspec import Meta, Struct

from footfall.reports.question import Reckoned

_BY_PURCHASE = "; null by time of touch, which sales without one do not have."


class CreditRow(Struct):
    """What one value of the dimension earned, by model."""

    value: Annotated[str, Meta(description="Channel, source …; `(none)`: not told.")]
    conversions: Annotated[dict[str, float], Meta(description="Shares of conversions, by model.")]
    credit: Annotated[dict[str, str], Meta(description="Decimal text in `currency`, by model.")]
    conversions_interval: Annotated[
        dict[str, list[float]] | None,
        Meta(description="With `bootstrap`: lower and upper end, by model; none in periods."),
    ] = None
    credit_interval: Annotated[
        dict[str, list[str]] | None,
        Meta(description="Likewise, decimal texts; rounded away from the middle."),
    ] = None


class ReportBootstrap(Struct):
    """How the intervals of a report came about."""

    samples: Annotated[int, Meta(description="How often customers were drawn.")]
    seed: Annotated[int, Meta(description="Of chance; the same gives the same intervals.")]
    level: Annotated[float, Meta(description="Part of the samples between the ends.")]
    customers: Annotated[int, Meta(description="How many were drawn from, and each time.")]


_Rows = Annotated[list[CreditRow], Meta(description="The most credit first.")]
_Credited = Annotated[dict[str, str], Meta(description="All of the rows, by model.")]
_Conversions = Annotated[int | None, Meta(description="All of that time" + _BY_PURCHASE)]
_Net = Annotated[
    str | None, Meta(description="Their value less refunds and cancellations" + _BY_PURCHASE)
]
_UnattributedConversions = Annotated[
    int | None, Meta(description="Those without a touch that counts" + _BY_PURCHASE)
]
_Unattributed = Annotated[str | None, Meta(description="Their net value" + _BY_PURCHASE)]


class CreditPeriod(Struct, kw_only=True):
    """The credit of a period."""

    period: Annotated[
        str, Meta(description="`2026-03-29`, `2026-W13`, `2026-03`, `2026-Q1` or `2026`.")
    ]
    since: Annotated[str, Meta(description="Its first instant, ISO 8601.")]
    until: Annotated[str, Meta(description="The instant it ends before.")]
    rows: _Rows
    credited: _Credited
    conversions: _Conversions
    net: _Net
    unattributed_conversions: _UnattributedConversions
    unattributed: _Unattributed


class CreditReport(Reckoned, kw_only=True):
    """Credit of the conversions of a time, with everything it was reckoned by."""

    by: Annotated[str, Meta(description="The dimension.")]
    models: Annotated[list[str], Meta(description="In the order asked for.")]
    rows: _Rows
    credited: _Credited
    conversions: _Conversions
    net: _Net
    unattributed_conversions: _UnattributedConversions
    unattributed: _Unattributed
    per: Annotated[str | None, Meta(description="Length of the periods; null: none were asked.")]
    periods: Annotated[
        list[CreditPeriod], Meta(description="Oldest first, those without a sale too.")
    ]
    bootstrap: Annotated[
        ReportBootstrap | None, Meta(description="With `bootstrap`: what the intervals are of.")
    ] = None


Credited = CreditPeriod | CreditReport
