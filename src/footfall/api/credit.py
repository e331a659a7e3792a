"""``/v1/attribution/report`` and ``/v1/conversions/:id/receipt``: what earned which sale, and why.

Both bring the lake up to date first, so whatever was acknowledged is in the answer.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from litestar import Response, get
from litestar.params import FromPath

from footfall.api.answers import Listing
from footfall.api.call import Call, absent
from footfall.api.endpoint import Endpoint, bound
from footfall.api.exchange import CONVERT_TO
from footfall.api.report_answers import RECKONED, as_csv
from footfall.api.report_query import (
    AS_OF,
    BY_ANY,
    DATE_BASIS,
    PER,
    TIME,
    Parameter,
    query_of,
    read,
)
from footfall.api.resampling import BOOTSTRAP, interval_cells, interval_columns
from footfall.attribution.words import DEFAULT_MODELS, DIMENSIONS, MODELS, SOLD
from footfall.domain.public_ids import Kind
from footfall.reports.bodies import ConversionReceipt
from footfall.reports.credit_bodies import Credited, CreditReport

if TYPE_CHECKING:
    from footfall.attribution.run import Attribution

_QUERY: Final[dict[str, Parameter]] = {
    "by": BY_ANY,
    "models": ({"type": "string"}, f"Names with commas between: {', '.join(MODELS)}."),
    "per": PER,
    "date_basis": DATE_BASIS,
    **BOOTSTRAP,
    **TIME,
}

_EXAMPLE: Final = {
    "by": "channel",
    "models": ["precedence", "linear"],
    **RECKONED,
    "rows": [
        {
            "value": "Paid Search",
            "conversions": {"precedence": 2.0, "linear": 1.5},
            "credit": {"precedence": "80.00", "linear": "60.00"},
        }
    ],
    "credited": {"precedence": "80.00", "linear": "80.00"},
    "conversions": 3,
    "net": "120.00",
    "unattributed_conversions": 1,
    "unattributed": "40.00",
    "per": None,
    "periods": [],
}


@get(
    "/attribution/report",
    **bound(
        Endpoint(
            "Report credit",
            answer=CreditReport,
            description="What each channel, source, campaign … earned with the sales of a time, "
            "model beside model, net of refunds and cancellations, and in each period of it if "
            "asked. Says by which windows, channel rules and time zone it was reckoned; what no "
            "touch explains is in it as such.",
            errors=(422,),
            query=_QUERY,
            answer_example=_EXAMPLE,
        )
    ),
)
async def report_credit(call: Call) -> CreditReport | Response[str]:
    """Answer what earned what."""
    query = await query_of(call)
    question, models = query.question((*DIMENSIONS, *SOLD)), query.models(DEFAULT_MODELS)
    resampling = query.resampling()
    query.finish()

    def credited(attribution: "Attribution") -> CreditReport:
        from footfall.reports.credit import credit_report

        return credit_report(attribution, question, models, resampling)

    report = await read(call, question.as_of, credited, query.exchange())
    if query.is_csv:
        return _csv(report)
    return report


@get(
    "/conversions/{conversion:str}/receipt",
    **bound(
        Endpoint(
            "Retrieve a sale's receipts",
            answer=Listing[ConversionReceipt],
            description="By the order's reference, or the id of the event that started it: its "
            "money, whose it is and why, every touch of that person with a verdict in a sentence, "
            "and the credit of each under each rule. Sales that nothing explains have one, too. "
            "Several systems may use one reference, so there may be several.",
            errors=(404, 422),
            query={"as_of": AS_OF, "convert_to": CONVERT_TO},
            answer_example={"data": [], "has_more": False},
        )
    ),
)
async def get_receipts(call: Call, conversion: FromPath[str]) -> Listing[ConversionReceipt]:
    """Answer why a sale was credited as it was."""
    query = await query_of(call)
    as_of = query.instant("as_of")
    query.convert_to = query.convertible()
    query.finish()
    event_id = call.decode(Kind.EVENT, conversion) or 0

    def explained(attribution: "Attribution") -> list[ConversionReceipt]:
        from footfall.reports.receipt import find

        return find(attribution, conversion, event_id, call.encode)

    found = await read(call, as_of, explained, query.exchange())
    if not found:
        raise absent(Kind.EVENT, "sale")
    return Listing(found, has_more=False)


def _csv(report: CreditReport) -> Response[str]:
    """Return a line for each value and model; with periods, one for each of these too."""
    columns = [report.by, "model", "conversions", "credit"]
    if report.per is None:
        return as_csv([*columns, *interval_columns(report)], _lines(report, report.models), report)
    rows = (
        (each.period, each.since, each.until, *line)
        for each in report.periods
        # One without a sale is there too.
        for line in [*_lines(each, report.models)]
        or [("", model, 0, each.credited[model]) for model in report.models]
    )
    return as_csv(["period", "since", "until", *columns], rows, report)


def _lines(credited: Credited, models: list[str]) -> Iterator[tuple[Any, ...]]:
    for row in credited.rows:
        for model in models:
            ends = interval_cells(row, model)
            yield row.value, model, row.conversions[model], row.credit[model], *ends


HANDLERS: Final[tuple[Any, ...]] = (report_credit, get_receipts)
