"""``/v1/sql``: a query over everything of the business that is archived, answered as rows."""

from typing import Annotated, Any, Final

from litestar import Request, Response, get, post
from msgspec import Meta, Struct

from footfall.api.call import Call, raise_any
from footfall.api.endpoint import Endpoint, bound
from footfall.errors import Fault, Invalid, ParameterMissing
from footfall.lake.columns import TABLES
from footfall.lake.sandbox import Answer

QUERY_LENGTH: Final = 20_000
"""Longest query, in characters."""

_CSV: Final = "text/csv"
_EXAMPLE: Final = "select action, count(*) as count from events group by action order by action"
_DESCRIPTION: Final = (
    "DuckDB's SQL over the views `events`, `identity`, `objects`, `links`, `deliveries` and "
    "`sightings` of the business, with everything in them that was stored before the query came. "
    "One query; it can change nothing, and sees no files, settings or other businesses. Time, "
    "memory and rows are limited by the server's settings. `Accept: text/csv` has the rows "
    "answered as CSV. Times are microseconds UTC and money is minor units, both whole numbers; "
    "what JSON has no form for (decimals, dates, numbers beyond 64 bits) is text."
)


class SqlBody(Struct):
    """A query."""

    query: Annotated[str, Meta(description="One SELECT.", max_length=QUERY_LENGTH)]


class SqlColumn(Struct):
    """A column of an answer."""

    name: str
    type: Annotated[str, Meta(description="DuckDB's name of the type.")]


class SqlAnswer(Struct):
    """What a query answered."""

    columns: list[SqlColumn]
    rows: Annotated[list[list[Any]], Meta(description="Values in the order of the columns.")]
    truncated: Annotated[bool, Meta(description="There are more rows than these.")]


_ANSWER: Final = {
    "columns": [{"name": "action", "type": "VARCHAR"}, {"name": "count", "type": "BIGINT"}],
    "rows": [["order.placed", 12]],
    "truncated": False,
}


@get(
    "/sql",
    **bound(
        Endpoint(
            "Query by address",
            answer=SqlAnswer,
            description=_DESCRIPTION,
            errors=(422,),
            query={
                "query": (
                    {"type": "string", "maxLength": QUERY_LENGTH},
                    "One SELECT; without one the columns of all views are answered.",
                )
            },
            answer_example=_ANSWER,
        )
    ),
)
async def query_by_address(call: Call, request: Request[Any, Any, Any]) -> Response[Any]:
    """Answer a query in the address, without one what there is to be asked."""
    if "query" not in call.query:
        return Response(_columns())
    return await _answer(call, request, call.query.get("query"))


@post(
    "/sql",
    **bound(
        Endpoint(
            "Query",
            answer=SqlAnswer,
            body=SqlBody,
            description=_DESCRIPTION,
            example={"query": _EXAMPLE},
            answer_example=_ANSWER,
        )
    ),
)
async def query_by_body(call: Call, request: Request[Any, Any, Any]) -> Response[Any]:
    """Answer a query in the body."""
    return await _answer(call, request, call.told.get("query"))


async def _answer(call: Call, request: Request[Any, Any, Any], query: object) -> Response[Any]:
    as_csv = _CSV in request.headers.get("accept", "")
    raise_any(_faults(query))
    answer = await call.sql.run(call.business_id, str(query), as_csv=as_csv)
    if as_csv:
        return Response(answer.csv, media_type=_CSV, headers=_said(answer))
    return Response(
        {
            "columns": [SqlColumn(name, kind) for name, kind in answer.columns],
            "rows": answer.rows,
            "truncated": answer.truncated,
        }
    )


def _columns() -> SqlAnswer:
    """Return every view's columns with their meaning, as if that had been asked."""
    rows = [
        [table.name, column.name, column.kind, column.unit, column.meaning]
        for table in TABLES.values()
        for column in table.columns
    ]
    names = ("view", "column", "type", "unit", "meaning")
    return SqlAnswer([SqlColumn(name, "VARCHAR") for name in names], rows, truncated=False)


def _faults(query: object) -> list[Fault]:
    if query is None or query == "":
        return [ParameterMissing("“query” is missing: the SELECT to be run.", "query")]
    if not isinstance(query, str):
        return [Invalid("“query” must be a text.", "query")]
    if len(query) > QUERY_LENGTH:
        return [Invalid(f"“query” has more than {QUERY_LENGTH} characters.", "query")]
    return []


def _said(answer: Answer) -> dict[str, str]:
    """Return how a CSV answer tells that there are more rows."""
    return {"Footfall-Truncated": "true"} if answer.truncated else {}


HANDLERS: Final = (query_by_address, query_by_body)
