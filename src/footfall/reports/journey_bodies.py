"""What reports on journeys look like: paths, people, customers, time; made by the modules beside.

Every one has ``rows`` of one kind, the lines of its CSV, and says what it was reckoned by.
"""

from typing import Annotated

from msgspec import Meta, Struct

from footfall.reports.question import Reckoned

_NET = "Net value of these conversions, decimal text."
_VALUE = "Channel, source …; `(none)`: not told."


class Whole(Reckoned, kw_only=True):
    """All conversions of a time, and those that nothing explains."""

    conversions: Annotated[int, Meta(description="All of that time, in this currency.")]
    net: Annotated[str, Meta(description="Their value less refunds and cancellations.")]
    unattributed_conversions: Annotated[int, Meta(description="Those without a touch that counts.")]
    unattributed: Annotated[str, Meta(description="Their net value.")]


class PathRow(Struct):
    """A way to conversions."""

    path: Annotated[list[str], Meta(description="Of the touches that count, oldest first.")]
    touches: Annotated[int, Meta(description="How many it has.")]
    conversions: Annotated[int, Meta(description="How many came this way.")]
    net: Annotated[str, Meta(description=_NET)]


class PathReport(Whole, kw_only=True):
    """The ways that most conversions came."""

    by: Annotated[str, Meta(description="The dimension.")]
    paths: Annotated[int, Meta(description="How many different ones there are.")]
    rows: Annotated[list[PathRow], Meta(description="Those of most conversions first.")]


class LengthRow(Struct):
    """Conversions with so many touches."""

    touches: Annotated[int, Meta(description="How many count.")]
    conversions: int
    net: Annotated[str, Meta(description=_NET)]


class LengthReport(Whole, kw_only=True):
    """How many touches conversions have."""

    by: Annotated[str, Meta(description="The dimension, by which repeats are collapsed if so.")]
    rows: Annotated[list[LengthRow], Meta(description="The shortest first.")]


class LagRow(Struct):
    """Conversions so long after their first touch."""

    time: Annotated[str, Meta(description="At least and less than: `1d-3d`; `90d-` has no end.")]
    conversions: int
    net: Annotated[str, Meta(description=_NET)]


class LagReport(Whole, kw_only=True):
    """How long conversions took."""

    median_seconds: Annotated[
        int | None, Meta(description="Half took as long or less; null: there are none.")
    ]
    rows: Annotated[list[LagRow], Meta(description="The shortest first; all of them.")]


class FunnelRow(Struct):
    """What became of the people whom something reached."""

    value: Annotated[str, Meta(description=_VALUE)]
    reached: Annotated[int, Meta(description="People with a touch of it in that time.")]
    again: Annotated[int, Meta(description="Of these, who met any other touch later.")]
    converted: Annotated[int, Meta(description="Of these, whose conversion it counts for.")]
    converted_again: Annotated[int, Meta(description="Of these, with two of them or more.")]


class FunnelReport(Reckoned, kw_only=True):
    """How many people were reached, came again, and converted."""

    by: Annotated[str, Meta(description="The dimension.")]
    people: Annotated[
        FunnelRow, Meta(description="Everybody once; rows share people, and do not add up to it.")
    ]
    rows: Annotated[list[FunnelRow], Meta(description="Those that reached most first.")]


class AssistRow(Struct):
    """How often something ended a path, and how often it was on the way."""

    value: Annotated[str, Meta(description=_VALUE)]
    first: Annotated[int, Meta(description="Conversions whose path it began.")]
    last: Annotated[int, Meta(description="Conversions whose path it ended.")]
    last_net: Annotated[str, Meta(description=_NET)]
    assisted: Annotated[int, Meta(description="Conversions on whose path it was before the end.")]
    assisted_net: Annotated[str, Meta(description=_NET)]
    ratio: Annotated[
        float | None, Meta(description="Assisted ÷ last, to four digits; null: it ended none.")
    ]


class AssistReport(Whole, kw_only=True):
    """What helped and what finished."""

    by: Annotated[str, Meta(description="The dimension.")]
    rows: Annotated[list[AssistRow], Meta(description="Most assists first.")]


class Customers(Struct):
    """Conversions of new or of returning customers."""

    conversions: int
    people: Annotated[int, Meta(description="How many different ones.")]
    net: Annotated[str, Meta(description=_NET)]
    unattributed_conversions: Annotated[int, Meta(description="Those without a touch that counts.")]
    unattributed: Annotated[str, Meta(description="Their net value.")]


class CustomerRow(Struct):
    """What something earned with new and with returning customers."""

    value: Annotated[str, Meta(description=_VALUE)]
    new_conversions: Annotated[float, Meta(description="Shares of conversions.")]
    new_credit: Annotated[str, Meta(description="Decimal text in `currency`.")]
    returning_conversions: Annotated[float, Meta(description="Shares of conversions.")]
    returning_credit: Annotated[str, Meta(description="Decimal text in `currency`.")]


class CustomerReport(Reckoned, kw_only=True):
    """New customers and those who come back."""

    by: Annotated[str, Meta(description="The dimension.")]
    model: Annotated[str, Meta(description="The rule that credits.")]
    new: Annotated[Customers, Meta(description="Each person's first conversion ever.")]
    returning: Annotated[Customers, Meta(description="All later ones.")]
    rows: Annotated[list[CustomerRow], Meta(description="Most credit of new customers first.")]


class TimelineRow(Struct):
    """What happened in a period."""

    period: Annotated[
        str, Meta(description="`2026-03-29`, `2026-W13`, `2026-03`, `2026-Q1` or `2026`.")
    ]
    since: Annotated[str, Meta(description="Its first instant, ISO 8601.")]
    until: Annotated[str, Meta(description="The instant it ends before.")]
    touches: int
    external: Annotated[int, Meta(description="Of the touches, other people's marketing.")]
    active: Annotated[int, Meta(description="Of the touches, the business's own.")]
    passive: Annotated[int, Meta(description="Of the touches, deliveries.")]
    people: Annotated[int, Meta(description="How many different ones were touched.")]
    conversions: int
    net: Annotated[str, Meta(description=_NET)]
    new_customers: Annotated[int, Meta(description="First conversions ever, of these.")]
    unattributed_conversions: Annotated[int, Meta(description="Those without a touch that counts.")]
    unattributed: Annotated[str, Meta(description="Their net value.")]


class TimelineReport(Whole, kw_only=True):
    """Touches and conversions, period after period."""

    per: Annotated[str, Meta(description="Length of the periods.")]
    rows: Annotated[list[TimelineRow], Meta(description="Oldest first, empty ones too.")]


class ConversionRow(Struct):
    """A conversion behind the numbers."""

    id: Annotated[str, Meta(description="Id of the event that started it.")]
    action: Annotated[str, Meta(description="`order.placed`, or another goal.")]
    reference: Annotated[str | None, Meta(description="Of the order, in the shop.")]
    at: Annotated[str, Meta(description="When it happened; ISO 8601.")]
    profile: Annotated[str | None, Meta(description="Whose it is; null: of nobody known.")]
    customer: Annotated[str, Meta(description="`new` if it is the person's first, or `returning`.")]
    gross: Annotated[str, Meta(description="As it was first reported.")]
    net: Annotated[str, Meta(description="Less refunds; what is credited.")]
    path: Annotated[list[str], Meta(description="Of the touches that count; empty: unattributed.")]
    share: Annotated[float, Meta(description="Of the conversion, given to `value`, or to any.")]
    credit: Annotated[str, Meta(description="Of its net value, given to `value`, or to any.")]
    receipt: Annotated[str, Meta(description="Path of its receipt.")]


class ConversionList(Reckoned, kw_only=True):
    """A page of the conversions behind a number, newest first."""

    by: Annotated[str, Meta(description="The dimension of `value` and of paths.")]
    model: Annotated[str, Meta(description="The rule that credits.")]
    conversions: Annotated[int, Meta(description="On all pages.")]
    net: Annotated[str, Meta(description="Their net value.")]
    credited: Annotated[str, Meta(description="What all of them gave `value`, or any.")]
    data: Annotated[list[ConversionRow], Meta(description="Newest first.")]
    has_more: bool
