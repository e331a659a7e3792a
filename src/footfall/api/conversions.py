"""``GET /v1/conversions``: the conversions behind a number of any report, each with its receipt."""

from typing import TYPE_CHECKING, Any, Final, cast

import msgspec
from litestar import Response, get
from msgspec.structs import asdict, fields

from footfall.api import paging
from footfall.api.call import Call
from footfall.api.endpoint import Endpoint, bound
from footfall.api.parameters import read_flag
from footfall.api.report_answers import RECKONED, as_csv
from footfall.api.report_query import (
    BY_ANY,
    DATE_BASIS,
    RULE,
    TIME,
    Parameter,
    ReportQuery,
    one_of,
    query_of,
    read,
)
from footfall.attribution.words import DIMENSIONS, SOLD
from footfall.domain.public_ids import Kind
from footfall.reports.journey_bodies import ConversionList, ConversionRow
from footfall.reports.question import Wanted
from footfall.reports.words import CUSTOMERS, LAG_NAMES, ROLES, Customer, Role

if TYPE_CHECKING:
    from footfall.attribution.run import Attribution

_TOUCHES_MAX: Final = 1_000_000

_QUERY: Final[dict[str, Parameter]] = {
    "by": BY_ANY,
    "value": ({"type": "string"}, "Only those that gave this value credit under the model."),
    "model": RULE,
    "role": one_of(
        ROLES, "What `value` was on their way, whatever credit it got; `met`: any of them."
    ),
    "attributed": ({"type": "boolean"}, "Whether any touch counts for them."),
    "customer": one_of(CUSTOMERS, "Whether it was the person's first."),
    "path": ({"type": "string"}, 'Exactly this path, as JSON: `["Paid Search","Email"]`.'),
    "touches": ({"type": "integer", "minimum": 1}, "How many touches count."),
    "time": one_of(LAG_NAMES, "How long after the first touch."),
    "date_basis": DATE_BASIS,
    **TIME,
    **paging.QUERY,
}

_EXAMPLE: Final = {
    **RECKONED,
    "by": "channel",
    "model": "linear",
    "conversions": 1,
    "net": "80.00",
    "credited": "40.00",
    "data": [
        {
            "id": "erA2RAXE",
            "action": "order.placed",
            "reference": "1001",
            "at": "2026-03-02T18:02:53Z",
            "profile": "MzYwlE50",
            "customer": "new",
            "gross": "80.00",
            "net": "80.00",
            "path": ["Paid Search", "Email"],
            "share": 0.5,
            "credit": "40.00",
            "receipt": "/v1/conversions/erA2RAXE/receipt",
        }
    ],
    "has_more": False,
}


@get(
    "/conversions",
    **bound(
        Endpoint(
            "List conversions",
            answer=ConversionList,
            description="Sales and other goals of a currency and time, newest first; those worth "
            "nothing any more are left out. Asked with the words and the row of a report, they are "
            "those behind its number, each with what it gave.",
            errors=(422,),
            query=_QUERY,
            answer_example=_EXAMPLE,
        )
    ),
)
async def list_conversions(call: Call) -> ConversionList | Response[str]:
    """Answer a page of conversions."""
    query = await query_of(call)
    question, model = query.question((*DIMENSIONS, *SOLD)), query.rule()
    wanted = _wanted(call, query)
    decode = call.store.public_ids[Kind.EVENT].decode
    bounds = paging.read_bounds(call.query, decode, query.faults)
    query.finish()

    def listed(attribution: "Attribution") -> ConversionList:
        from footfall.reports.conversions import conversion_list

        return conversion_list(attribution, question, model, wanted, bounds, call.encode)

    page = await read(call, question.as_of, listed, query.exchange())
    if query.is_csv:
        columns = [each.name for each in fields(ConversionRow)]
        return as_csv(columns, ([*asdict(each).values()] for each in page.data), page)
    return page


def _wanted(call: Call, query: ReportQuery) -> Wanted:
    value = call.query.get("value") or None
    role = cast("Role | None", query.choice("role", ROLES))
    if role is not None and value is None:
        query.note("“role” says what “value” was; send that too.", "role")
    return Wanted(
        value=value,
        role=role,
        attributed=read_flag(call.query, "attributed", query.faults),
        customer=cast("Customer | None", query.choice("customer", CUSTOMERS)),
        path=_path(call, query),
        touches=query.whole_number("touches", _TOUCHES_MAX),
        time=query.choice("time", LAG_NAMES),
    )


def _path(call: Call, query: ReportQuery) -> tuple[str, ...] | None:
    text = call.query.get("path")
    if not text:
        return None
    try:
        return tuple(msgspec.json.decode(text, type=list[str]))
    except msgspec.DecodeError:
        query.note('“path” must be a list of texts in JSON: ["Paid Search","Email"].', "path")
        return None


HANDLERS: Final[tuple[Any, ...]] = (list_conversions,)
