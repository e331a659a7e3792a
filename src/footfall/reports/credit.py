"""What each channel, source, campaign … earned, model beside model.

Credit in a report is whole minor units. Under the rules it is the sum of the credits in the
receipts behind it; Markov and Shapley look at all journeys together, so theirs has no receipt.
"""

from dataclasses import asdict
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct

from footfall.attribution.allocate import whole_units
from footfall.attribution.engine import EVER, Range
from footfall.attribution.run import Attribution, Dimension
from footfall.domain.money import format_minor
from footfall.domain.times import iso_utc

DEFAULT_MODELS: Final = ("precedence", "last", "first", "linear", "time_decay", "position")
"""What a report compares when nothing else is asked for."""

DATE_BASIS: Final = "purchase"


class CreditRow(Struct):
    """What one value of the dimension earned, by model."""

    value: Annotated[str, Meta(description="Channel, source …; `(none)`: not told.")]
    conversions: Annotated[dict[str, float], Meta(description="Shares of conversions, by model.")]
    credit: Annotated[dict[str, str], Meta(description="Decimal text in `currency`, by model.")]


class CreditReport(Struct):
    """Credit of the conversions of a time, with everything it was reckoned by."""

    by: Annotated[str, Meta(description="The dimension.")]
    models: Annotated[list[str], Meta(description="In the order asked for.")]
    currency: Annotated[str, Meta(description="ISO 4217; others have reports of their own.")]
    currencies: Annotated[list[str], Meta(description="All that anything was sold in.")]
    since: Annotated[str | None, Meta(description="First instant, ISO 8601; null: the beginning.")]
    until: Annotated[str | None, Meta(description="The instant it ends before; null: now.")]
    timezone: Annotated[str, Meta(description="In which the business's days begin.")]
    date_basis: Annotated[str, Meta(description="`purchase`: counted by the time of the sale.")]
    as_of: Annotated[str | None, Meta(description="What arrived later is not in it; null: all is.")]
    definition: Annotated[dict[str, Any], Meta(description="Windows and parameters of models.")]
    version: Annotated[str, Meta(description="Hash of the definition and the channel rules.")]
    rows: Annotated[list[CreditRow], Meta(description="The most credit first.")]
    conversions: Annotated[int, Meta(description="All of that time, in this currency.")]
    net: Annotated[str, Meta(description="Their value net of refunds and cancellations.")]
    unattributed_conversions: Annotated[int, Meta(description="Those without a touch that counts.")]
    unattributed: Annotated[str, Meta(description="Their net value.")]


def credit_report(
    attribution: Attribution,
    *,
    by: Dimension,
    models: tuple[str, ...],
    currency: str,
    zone: ZoneInfo,
    during: Range = EVER,
    as_of: int | None = None,
) -> CreditReport:
    """Return the report of one currency."""
    compared = attribution.compare(by, models, currency, during)
    minor = {model: whole_units(credit.value_minor) for model, credit in compared.credit.items()}
    rows = [
        CreditRow(
            value,
            {model: float(compared.credit[model].conversions[i]) for model in models},
            {model: format_minor(int(minor[model][i]), currency) for model in models},
        )
        for i, value in enumerate(compared.values)
        if any(compared.credit[model].conversions[i] for model in models)
    ]
    order = minor[models[0]]
    places = {value: i for i, value in enumerate(compared.values)}
    rows.sort(key=lambda row: (-int(order[places[row.value]]), row.value))
    total = compared.total
    return CreditReport(
        by=by,
        models=list(models),
        currency=currency,
        currencies=attribution.currencies(),
        since=iso_utc(during.since_at) if during.since_at != EVER.since_at else None,
        until=iso_utc(during.until_at) if during.until_at != EVER.until_at else None,
        timezone=zone.key,
        date_basis=DATE_BASIS,
        as_of=None if as_of is None else iso_utc(as_of),
        definition=asdict(attribution.definition),
        version=attribution.version,
        rows=rows,
        conversions=total.conversions,
        net=format_minor(total.net_minor, currency),
        unattributed_conversions=total.conversions - total.attributed_conversions,
        unattributed=format_minor(total.net_minor - total.attributed_minor, currency),
    )
