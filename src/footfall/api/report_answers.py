"""A report → what is answered: JSON, or its rows as CSV with what it was reckoned by."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeVar

from litestar import Response
from msgspec.structs import asdict, fields

from footfall.api.call import Call
from footfall.api.exchange import exchange_columns
from footfall.api.report_query import ReportQuery, read
from footfall.reports.question import Question, Reckoned

if TYPE_CHECKING:
    from footfall.attribution.run import Attribution

Report = TypeVar("Report", bound=Reckoned)

RECKONED: Final = {
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
"""What a report is reckoned by, for examples."""

WHOLE: Final = {
    **RECKONED,
    "conversions": 3,
    "net": "120.00",
    "unattributed_conversions": 1,
    "unattributed": "40.00",
}
"""All conversions of a time beside it, for examples."""


async def answer(
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
    report = await read(
        call,
        question.as_of,
        lambda attribution: ask(attribution, question),
        query.exchange(),
    )
    if query.is_csv:
        columns = [each.name for each in fields(row)]
        rows = report.rows  # type: ignore[attr-defined]
        return as_csv(columns, ([*asdict(each).values()] for each in rows), report)
    return report


def as_csv(
    columns: Sequence[str], rows: Iterable[Sequence[Any]], report: Reckoned
) -> Response[str]:
    """Return rows as CSV, each with what it was reckoned by.

    A column of a row that is named as one of these stands in its place.
    """
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    more = [name for name in _COLUMNS if name not in columns]
    exchange = exchange_columns(report)
    lines.writerow([*columns, *more, *exchange])
    told = [_cell(getattr(report, name)) for name in more] + [*exchange.values()]
    for row in rows:
        lines.writerow([*(_cell(value) for value in row), *told])
    return Response(text.getvalue(), media_type="text/csv")


_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_COLUMNS: Final = ("currency", "timezone", "since", "until", "date_basis", "as_of", "version")


def _cell(value: Any) -> Any:
    """Return a value as a cell that no spreadsheet takes for a formula."""
    if isinstance(value, list):
        value = " > ".join(value)
    if isinstance(value, str) and value[:1] in _FORMULA and not _NUMBER.fullmatch(value):
        return f"'{value}"
    return "" if value is None else value
