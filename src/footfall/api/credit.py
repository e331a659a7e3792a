"""``/v1/attribution/report`` and ``/v1/conversions/:id/receipt``: what earned which sale, and why.

Both bring the lake up to date first, so whatever was acknowledged is in the answer.
"""

import csv
import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast
from zoneinfo import ZoneInfo

from litestar import Response, get
from litestar.params import FromPath

from footfall.api.answers import Listing
from footfall.api.call import Call, absent
from footfall.api.endpoint import Endpoint, bound
from footfall.attribution.words import (
    DEFAULT_MODELS,
    DIMENSIONS,
    EVER,
    FOREVER,
    MODELS,
    Dimension,
    Range,
    TooMuchForModel,
)
from footfall.domain.money import parse_currency
from footfall.domain.public_ids import Kind
from footfall.domain.times import parse_bound
from footfall.errors import Fault, Invalid, Refused, did_you_mean, refuse
from footfall.reports.bodies import ConversionReceipt, CreditReport
from footfall.store import actions, businesses
from footfall.store.businesses import Business

if TYPE_CHECKING:
    from footfall.attribution.run import Attribution

Found = TypeVar("Found")

_TEXT: Final[dict[str, Any]] = {"type": "string"}
_AS_OF: Final = (
    _TEXT,
    "As it stood then: what arrived or changed later is left out. A date or ISO 8601 with a zone.",
)
_QUERY: Final[dict[str, tuple[dict[str, Any], str]]] = {
    "by": ({"type": "string", "enum": list(DIMENSIONS)}, "What is credited; default `channel`."),
    "models": (_TEXT, f"Names with commas between: {', '.join(MODELS)}."),
    "currency": (_TEXT, "ISO 4217; default the business's. Currencies are never added."),
    "since": (_TEXT, "Sales from then on: a date of the business's zone, or ISO 8601 with a zone."),
    "until": (_TEXT, "Sales before then, likewise."),
    "as_of": _AS_OF,
    "format": ({"type": "string", "enum": ["json", "csv"]}, "Default `json`."),
}

_EXAMPLE: Final = {
    "by": "channel",
    "models": ["precedence", "linear"],
    "currency": "USD",
    "currencies": ["USD"],
    "since": "2026-03-01T00:00:00Z",
    "until": None,
    "timezone": "UTC",
    "date_basis": "purchase",
    "as_of": None,
    "definition": {"journeys": "all", "active_lookback_us": 604800000000},
    "version": "3f1c2ab09d7e",
    "rows": [
        {
            "value": "Paid Search",
            "conversions": {"precedence": 2.0, "linear": 1.5},
            "credit": {"precedence": "80.00", "linear": "60.00"},
        }
    ],
    "conversions": 3,
    "net": "120.00",
    "unattributed_conversions": 1,
    "unattributed": "40.00",
}


@get(
    "/attribution/report",
    **bound(
        Endpoint(
            "Report credit",
            answer=CreditReport,
            description="What each channel, source, campaign … earned with the sales of a time, "
            "model beside model, net of refunds and cancellations. Says by which windows, channel "
            "rules and time zone it was reckoned; what no touch explains is in it as such.",
            errors=(422,),
            query=_QUERY,
            answer_example=_EXAMPLE,
        )
    ),
)
async def report_credit(call: Call) -> CreditReport | Response[str]:
    """Answer what earned what."""
    business = await _business(call)
    zone = ZoneInfo(business.timezone)
    faults: list[Fault] = []
    by = cast("Dimension", call.query.get("by") or "channel")
    models = tuple(filter(None, call.query.get("models", "").split(","))) or DEFAULT_MODELS
    currency = _currency(call, business, faults)
    during = Range(
        _bound(call, "since", zone, faults) or EVER.since_at,
        _bound(call, "until", zone, faults) or EVER.until_at,
    )
    as_of = _bound(call, "as_of", zone, faults)
    faults += [_no_model(model) for model in models if model not in MODELS]
    _require(call, "by", DIMENSIONS, faults)
    _require(call, "format", ("json", "csv"), faults)
    if faults:
        raise Refused(faults)

    def credited(attribution: "Attribution") -> CreditReport:
        from footfall.reports.credit import credit_report

        return credit_report(
            attribution,
            by=by,
            models=models,
            currency=currency,
            zone=zone,
            during=during,
            as_of=as_of,
        )

    report = await _read(call, as_of, credited)
    if call.query.get("format") == "csv":
        return Response(_csv(report), media_type="text/csv")
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
            query={"as_of": _AS_OF},
            answer_example={"data": [], "has_more": False},
        )
    ),
)
async def get_receipts(call: Call, conversion: FromPath[str]) -> Listing[ConversionReceipt]:
    """Answer why a sale was credited as it was."""
    faults: list[Fault] = []
    as_of = _bound(call, "as_of", ZoneInfo((await _business(call)).timezone), faults)
    if faults:
        raise Refused(faults)
    event_id = call.decode(Kind.EVENT, conversion) or 0

    def explained(attribution: "Attribution") -> list[ConversionReceipt]:
        from footfall.reports.receipt import find

        return find(attribution, conversion, event_id, call.encode)

    found = await _read(call, as_of, explained)
    if not found:
        raise absent(Kind.EVENT, "sale")
    return Listing(found, has_more=False)


async def _read(call: Call, as_of: int | None, ask: "Callable[[Attribution], Found]") -> Found:
    """Ask something of the business's attribution, on a thread of the lake's.

    Raises:
        Refused: 422, a model cannot tell so many channels apart; 503, the lake is out of reach.
    """
    known = await call.store.read(lambda connection: actions.by_name(connection, call.business_id))
    goals = tuple(sorted(name for name, action in known.items() if action.is_goal))
    moment = FOREVER if as_of is None else as_of

    lake = await call.lake.opened()
    await lake.fresh()

    def asked() -> Found:
        # Loaded by whoever asks first: it is more than all the rest of the server.
        from footfall.attribution import channels, definition_file, read

        definition = definition_file.load(None, goals)
        rules = channels.load()
        return read.read(lake, call.business_id, definition, rules, ask, as_of=moment)

    try:
        return await lake.on_thread(asked)
    except TooMuchForModel as problem:
        raise refuse(Invalid(str(problem), "models")) from None


async def _business(call: Call) -> Business:
    found = await call.store.read(lambda connection: businesses.find(connection, call.business_id))
    if found is None:
        raise absent(Kind.BUSINESS)
    return found


def _currency(call: Call, business: Business, faults: list[Fault]) -> str:
    try:
        return parse_currency(call.query.get("currency") or business.currency)
    except ValueError as problem:
        faults.append(Invalid(str(problem), "currency"))
        return business.currency


def _bound(call: Call, name: str, zone: ZoneInfo, faults: list[Fault]) -> int | None:
    text = call.query.get(name)
    if not text:
        return None
    try:
        return parse_bound(text, zone)
    except ValueError as problem:
        faults.append(Invalid(f"“{name}”: {problem}", name))
        return None


def _require(call: Call, name: str, known: tuple[str, ...], faults: list[Fault]) -> None:
    told = call.query.get(name)
    if told and told not in known:
        faults.append(
            Invalid(f"“{name}” is one of {', '.join(known)}.{did_you_mean(told, known)}", name)
        )


def _no_model(model: str) -> Fault:
    return Invalid(
        f"There is no model “{model[:64]}”; there are {', '.join(MODELS)}."
        + did_you_mean(model, MODELS),
        "models",
    )


def _csv(report: CreditReport) -> str:
    """Return the rows: a line for each value and model, with what it was reckoned by."""
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow([report.by, "model", "conversions", "credit", "currency", "version"])
    for row in report.rows:
        for model in report.models:
            told = (row.conversions[model], row.credit[model], report.currency, report.version)
            lines.writerow([_plain(row.value), model, *told])
    return text.getvalue()


def _plain(value: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


HANDLERS: Final[tuple[Any, ...]] = (report_credit, get_receipts)
