"""``/v1/attribution/report/…``: paths, people, customers and time behind the credit.

Each brings the lake up to date first, answers JSON or CSV, and says what it was reckoned by.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar

from litestar import Response, get
from msgspec.structs import asdict, fields

from footfall.api.call import Call
from footfall.api.endpoint import Endpoint, bound
from footfall.api.report_query import BY, PER, RULE, TIME, ReportQuery, as_csv, query_of, read
from footfall.reports.journey_bodies import (
    AssistReport,
    AssistRow,
    CustomerReport,
    CustomerRow,
    FunnelReport,
    FunnelRow,
    LagReport,
    LagRow,
    LengthReport,
    LengthRow,
    PathReport,
    PathRow,
    TimelineReport,
    TimelineRow,
)
from footfall.reports.question import Question, Reckoned

if TYPE_CHECKING:
    from footfall.attribution.run import Attribution

Report = TypeVar("Report", bound=Reckoned)

_PATHS, _PATHS_MAX = 25, 1000

_RECKONED: Final = {
    "currency": "USD",
    "currencies": ["USD"],
    "since": "2026-03-01T00:00:00Z",
    "until": None,
    "timezone": "UTC",
    "date_basis": "purchase",
    "as_of": None,
    "definition": {"journeys": "all", "active_lookback_us": 604800000000},
    "version": "3f1c2ab09d7e",
}
_WHOLE: Final = {
    **_RECKONED,
    "conversions": 3,
    "net": "120.00",
    "unattributed_conversions": 1,
    "unattributed": "40.00",
}
_CUSTOMERS: Final = {
    "conversions": 2,
    "people": 2,
    "net": "80.00",
    "unattributed_conversions": 0,
    "unattributed": "0.00",
}


@get(
    "/attribution/report/paths",
    **bound(
        Endpoint(
            "Report conversion paths",
            answer=PathReport,
            description="The ways that most conversions came: the touches that count, in order.",
            errors=(422,),
            query={
                "by": BY,
                "limit": (
                    {"type": "integer", "minimum": 1, "maximum": _PATHS_MAX, "default": _PATHS},
                    "Most paths to return.",
                ),
                **TIME,
            },
            answer_example={
                **_WHOLE,
                "by": "channel",
                "paths": 1,
                "rows": [
                    {
                        "path": ["Paid Search", "Email"],
                        "touches": 2,
                        "conversions": 2,
                        "net": "80.00",
                    }
                ],
            },
        )
    ),
)
async def report_paths(call: Call) -> PathReport | Response[str]:
    """Answer the top conversion paths."""
    query = await query_of(call)
    limit = query.whole_number("limit", _PATHS_MAX) or _PATHS

    def ask(attribution: "Attribution", question: Question) -> PathReport:
        from footfall.reports.paths import path_report

        return path_report(attribution, question, limit)

    return await _answer(call, query, PathRow, ask)


@get(
    "/attribution/report/path-lengths",
    **bound(
        Endpoint(
            "Report path lengths",
            answer=LengthReport,
            description="How many touches count for a conversion.",
            errors=(422,),
            query={"by": BY, **TIME},
            answer_example={
                **_WHOLE,
                "by": "channel",
                "rows": [{"touches": 2, "conversions": 2, "net": "80.00"}],
            },
        )
    ),
)
async def report_path_lengths(call: Call) -> LengthReport | Response[str]:
    """Answer how long paths are."""

    def ask(attribution: "Attribution", question: Question) -> LengthReport:
        from footfall.reports.paths import length_report

        return length_report(attribution, question)

    return await _answer(call, await query_of(call), LengthRow, ask)


@get(
    "/attribution/report/time-to-convert",
    **bound(
        Endpoint(
            "Report time to convert",
            answer=LagReport,
            description="How long after the first touch that counts people converted.",
            errors=(422,),
            query=TIME,
            answer_example={
                **_WHOLE,
                "median_seconds": 86400,
                "rows": [{"time": "1d-3d", "conversions": 2, "net": "80.00"}],
            },
        )
    ),
)
async def report_time_to_convert(call: Call) -> LagReport | Response[str]:
    """Answer how long it took."""

    def ask(attribution: "Attribution", question: Question) -> LagReport:
        from footfall.reports.paths import lag_report

        return lag_report(attribution, question)

    return await _answer(call, await query_of(call), LagRow, ask)


@get(
    "/attribution/report/funnel",
    **bound(
        Endpoint(
            "Report the funnel of touches",
            answer=FunnelReport,
            description="How many people each channel, source … reached, how many of them met "
            "more, converted, and converted again. People, not touches; each once.",
            errors=(422,),
            query={"by": BY, **TIME},
            answer_example={
                **_RECKONED,
                "by": "channel",
                "people": {
                    "value": "(all)",
                    "reached": 90,
                    "again": 40,
                    "converted": 3,
                    "converted_again": 1,
                },
                "rows": [
                    {
                        "value": "Email",
                        "reached": 50,
                        "again": 30,
                        "converted": 2,
                        "converted_again": 1,
                    }
                ],
            },
        )
    ),
)
async def report_funnel(call: Call) -> FunnelReport | Response[str]:
    """Answer how many people came how far."""

    def ask(attribution: "Attribution", question: Question) -> FunnelReport:
        from footfall.reports.funnel import funnel_report

        return funnel_report(attribution, question)

    return await _answer(call, await query_of(call), FunnelRow, ask)


@get(
    "/attribution/report/assists",
    **bound(
        Endpoint(
            "Report assisted conversions",
            answer=AssistReport,
            description="How often each channel, source … ended a path, and how often it was on "
            "one before its end.",
            errors=(422,),
            query={"by": BY, **TIME},
            answer_example={
                **_WHOLE,
                "by": "channel",
                "rows": [
                    {
                        "value": "Email",
                        "first": 0,
                        "last": 2,
                        "last_net": "80.00",
                        "assisted": 1,
                        "assisted_net": "40.00",
                        "ratio": 0.5,
                    }
                ],
            },
        )
    ),
)
async def report_assists(call: Call) -> AssistReport | Response[str]:
    """Answer what helped and what finished."""

    def ask(attribution: "Attribution", question: Question) -> AssistReport:
        from footfall.reports.assists import assist_report

        return assist_report(attribution, question)

    return await _answer(call, await query_of(call), AssistRow, ask)


@get(
    "/attribution/report/customers",
    **bound(
        Endpoint(
            "Report new and returning customers",
            answer=CustomerReport,
            description="What each channel, source … earned with people's first conversions and "
            "with later ones.",
            errors=(422,),
            query={"by": BY, "model": RULE, **TIME},
            answer_example={
                **_RECKONED,
                "by": "channel",
                "model": "precedence",
                "new": _CUSTOMERS,
                "returning": {**_CUSTOMERS, "conversions": 0, "people": 0, "net": "0.00"},
                "rows": [
                    {
                        "value": "Email",
                        "new_conversions": 2.0,
                        "new_credit": "80.00",
                        "returning_conversions": 0.0,
                        "returning_credit": "0.00",
                    }
                ],
            },
        )
    ),
)
async def report_customers(call: Call) -> CustomerReport | Response[str]:
    """Answer what won customers and what brought them back."""
    query = await query_of(call)
    model = query.rule()

    def ask(attribution: "Attribution", question: Question) -> CustomerReport:
        from footfall.reports.customers import customer_report

        return customer_report(attribution, question, model)

    return await _answer(call, query, CustomerRow, ask)


@get(
    "/attribution/report/timeline",
    **bound(
        Endpoint(
            "Report touches and conversions over time",
            answer=TimelineReport,
            description="Touches by class, people, conversions and their value in each period of "
            "the business's calendar; those in which nothing happened are there too.",
            errors=(422,),
            query={"per": (PER[0] | {"default": "day"}, PER[1]), **TIME},
            answer_example={
                **_WHOLE,
                "per": "day",
                "rows": [
                    {
                        "period": "2026-03-01",
                        "since": "2026-03-01T00:00:00Z",
                        "until": "2026-03-02T00:00:00Z",
                        "touches": 7,
                        "external": 4,
                        "active": 1,
                        "passive": 2,
                        "people": 5,
                        "conversions": 3,
                        "net": "120.00",
                        "new_customers": 2,
                        "unattributed_conversions": 1,
                        "unattributed": "40.00",
                    }
                ],
            },
        )
    ),
)
async def report_timeline(call: Call) -> TimelineReport | Response[str]:
    """Answer what happened when."""

    def ask(attribution: "Attribution", question: Question) -> TimelineReport:
        from footfall.reports.timeline import timeline_report

        return timeline_report(attribution, question, question.per or "day")

    return await _answer(call, await query_of(call), TimelineRow, ask)


async def _answer(
    call: Call,
    query: ReportQuery,
    row: type[Any],
    ask: "Callable[[Attribution, Question], Report]",
) -> Report | Response[str]:
    """Return a report as it is asked for.

    Args:
        row: the type of its rows, whose fields are the columns of its CSV.
    """
    question = query.question()
    query.finish()
    report = await read(call, question.as_of, lambda attribution: ask(attribution, question))
    if query.is_csv:
        columns = [each.name for each in fields(row)]
        rows = report.rows  # type: ignore[attr-defined]
        return as_csv(columns, ([*asdict(each).values()] for each in rows), report)
    return report


HANDLERS: Final[tuple[Any, ...]] = (
    report_paths,
    report_path_lengths,
    report_time_to_convert,
    report_funnel,
    report_assists,
    report_customers,
    report_timeline,
)
