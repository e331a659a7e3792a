"""What each channel, source, campaign … earned, model beside model.

Credit in a report is whole minor units. Under the rules it is the sum of the credits in the
receipts behind it; Markov and Shapley look at all journeys together, so theirs has no receipt.
"""

from dataclasses import asdict
from typing import Final
from zoneinfo import ZoneInfo

from footfall.attribution.allocate import whole_units
from footfall.attribution.run import Attribution
from footfall.attribution.words import EVER, Dimension, Range, Resampling
from footfall.domain.money import format_minor
from footfall.domain.times import iso_utc
from footfall.reports.bodies import CreditReport, CreditRow
from footfall.reports.exchange import exchange_of
from footfall.reports.intervals import add_intervals

DATE_BASIS: Final = "purchase"


def credit_report(
    attribution: Attribution,
    *,
    by: Dimension,
    models: tuple[str, ...],
    currency: str,
    zone: ZoneInfo,
    during: Range = EVER,
    as_of: int | None = None,
    resampling: Resampling | None = None,
) -> CreditReport:
    """Return the report of one currency.

    Args:
        resampling: to tell how sure its numbers are.
    """
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
    bootstrap = add_intervals(attribution, compared, rows, models, during, resampling)
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
        exchange=exchange_of(attribution, during),
        bootstrap=bootstrap,
    )
