"""``/v1/attribution/report/paths`` and the like: ways to conversions, their length and their time.

Each brings the lake up to date first, answers JSON or CSV, and says what it was reckoned by.
"""

from typing import TYPE_CHECKING, Any, Final

from litestar import Response, get

from footfall.api.call import Call
from footfall.api.endpoint import Endpoint, bound
from footfall.api.report_answers import WHOLE, answer
from footfall.api.report_query import BY, TIME, query_of
from footfall.reports.journey_bodies import (
    AssistReport,
    AssistRow,
    LagReport,
    LagRow,
    LengthReport,
    LengthRow,
    PathReport,
    PathRow,
)
from footfall.reports.question import Question

if TYPE_CHECKING:
    from footfall.attribution.run import Attribution

_PATHS, _PATHS_MAX = 25, 1000


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
                "top": (
                    {"type": "integer", "minimum": 1, "maximum": _PATHS_MAX, "default": _PATHS},
                    "Most paths to return.",
                ),
                **TIME,
            },
            answer_example={
                **WHOLE,
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
    top = query.whole_number("top", _PATHS_MAX) or _PATHS

    def ask(attribution: "Attribution", question: Question) -> PathReport:
        from footfall.reports.paths import path_report

        return path_report(attribution, question, top)

    return await answer(call, query, PathRow, ask)


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
                **WHOLE,
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

    return await answer(call, await query_of(call), LengthRow, ask)


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
                **WHOLE,
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

    return await answer(call, await query_of(call), LagRow, ask)


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
                **WHOLE,
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

    return await answer(call, await query_of(call), AssistRow, ask)


HANDLERS: Final[tuple[Any, ...]] = (
    report_paths,
    report_path_lengths,
    report_time_to_convert,
    report_assists,
)
