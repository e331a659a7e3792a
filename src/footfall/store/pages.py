"""One page of a collection, newest first; every list of the API is read through here.

Rows are numbered in the order they were made, so the row number is the order of creation and a
page keeps its place however many rows are made meanwhile.

Source: contract 2.4.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, Table, select

from footfall.errors import Fault, NotFound


class Bounds(NamedTuple):
    """Which page: at most ``limit`` rows, older than ``after`` or just newer than ``before``."""

    limit: int
    after: int | None = None
    before: int | None = None


class Page(NamedTuple):
    """Rows, newest first, and whether there are more in the direction of reading."""

    rows: list[Any]
    has_more: bool


def newest_first(
    connection: Connection, query: Select[Any], row_id: ColumnElement[int], bounds: Bounds
) -> Page:
    """Return a page of a query, which must neither order nor limit its rows."""
    query = query.limit(bounds.limit + 1)
    if bounds.before is not None:
        query = query.where(row_id > bounds.before).order_by(row_id)
        return cut(list(connection.execute(query))[::-1], bounds)
    if bounds.after is not None:
        query = query.where(row_id < bounds.after)
    return cut(list(connection.execute(query.order_by(row_id.desc()))), bounds)


def cut(rows: Sequence[Any], bounds: Bounds) -> Page:
    """Return the page in up to ``limit + 1`` rows; the surplus one says that there are more."""
    has_more = len(rows) > bounds.limit
    if bounds.before is not None:
        return Page(list(rows[-bounds.limit :]), has_more)
    return Page(list(rows[: bounds.limit]), has_more)


def check(
    connection: Connection,
    table: Table,
    within: ColumnElement[bool],
    bounds: Bounds,
    faults: list[Fault],
) -> None:
    """Note a bound that is no row of the collection; a deleted one still marks its place.

    Args:
        within: which rows of the table the caller may know of.
    """
    row_id = bounds.after if bounds.after is not None else bounds.before
    if row_id is None:
        return
    query = select(table.c.id).where(table.c.id == row_id, within)
    if connection.execute(query).first() is None:
        faults.append(
            unknown_bound("starting_after" if bounds.after is not None else "ending_before")
        )


def unknown_bound(parameter: str) -> NotFound:
    """Return the fault of a page that begins at nothing."""
    return NotFound(
        f"“{parameter}” names nothing in this list; send the id of an item it returned.", parameter
    )
