"""``/v1/attribution/report/funnel`` and the like: people, customers and time behind the credit.

Each brings the lake up to date first, answers JSON or CSV, and says what it was reckoned by.
"""

from typing import TYPE_CHECKING, Any, Final

from litestar import Response, get

from footfall.api.call import Call
from footfall.api.endpoint import Endpoint, bound
from footfall.api.report_answers import RECKONED, WHOLE, answer
from footfall.api.report_query import BY, PER, RULE, TIME, query_of
from footfall.reports.journey_bodies import (
    CustomerReport,
    CustomerRow,
    FunnelReport,
    FunnelRow,
    TimelineReport,
    TimelineRow,
)
from footfall.reports.question import Question

if TYPE_CHECKING:
    from footfall.attribution.run import Attribution

_CUSTOMERS: Final = {
    "conversions": 2,
    "people": 2,
    "net": "80.00",
    "unattributed_conversions": 0,
    "unattributed": "0.00",
}


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
                **RECKONED,
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

    return await answer(call, await query_of(call), FunnelRow, ask)


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
                **RECKONED,
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

    return await answer(call, query, CustomerRow, ask)


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
                **WHOLE,
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

    return await answer(call, await query_of(call), TimelineRow, ask)


HANDLERS: Final[tuple[Any, ...]] = (
    report_funnel,
    report_customers,
    report_timeline,
)
