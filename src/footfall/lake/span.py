"""Archived events by their row numbers, of all businesses: for who checks or copies the archive.

Only files that can hold one of the numbers are opened; the Delta log says which.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from deltalake import DeltaTable

from footfall.lake.columns import EVENTS
from footfall.lake.delta import Location
from footfall.lake.reading import connected
from footfall.lake.statements import statement
from footfall.store.released import Kept, Share

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

WIDEST: Final = 1 << 62
"""All numbers are in one part of this width."""

_ROWS_AT_ONCE: Final = 5000


class Span:
    """Archived events from one row number to another, both included.

    Args:
        connection: with the view ``events`` over all businesses.
    """

    def __init__(self, connection: "DuckDBPyConnection", first: int, last: int) -> None:
        self._connection = connection
        self._bounds = {"first": first, "last": last}

    def rows(self) -> Iterator[list[Kept]]:
        """Yield the events in chunks, in order of their numbers."""
        self._connection.execute(statement("span"), self._bounds)
        while found := self._connection.fetchmany(_ROWS_AT_ONCE):
            yield [Kept._make(row) for row in found]

    def holds(self, shares: Sequence[Share]) -> bool:
        """Tell whether it has what there has to be of these businesses and actions."""
        wanted = {share[:2]: share for share in shares}
        found = self.sums(WIDEST).get(0, [])
        return {key: share for share in found if (key := share[:2]) in wanted} == wanted

    def sums(self, width: int) -> dict[int, list[Share]]:
        """Return what there is by business and action, for each part of so many numbers."""
        found: dict[int, list[Share]] = defaultdict(list)
        told = self._connection.execute(statement("sums"), {**self._bounds, "width": width})
        for part, *share in told.fetchall():
            found[part].append(Share(*share))
        return found


@contextmanager
def span(location: Location, opened: DeltaTable, first: int, last: int) -> Iterator[Span]:
    """Open the events with row numbers from ``first`` to ``last``, as the table was opened."""
    files = _files(location, opened, first, last)
    with connected({EVENTS.name: files}) as connection:
        yield Span(connection, first, last)


def _files(location: Location, opened: DeltaTable, first: int, last: int) -> list[str]:
    """Return paths of the files that can hold one of the numbers."""
    by_business: dict[int, list[str]] = defaultdict(list)
    for business_id, path, lowest, highest in _listed(opened):
        if (lowest is None or lowest <= last) and (highest is None or highest >= first):
            by_business[business_id].append(f"{quote(location.uri(EVENTS), ':/')}/{path}")
    return [
        file
        for business_id, uris in sorted(by_business.items())
        for file in location.local(EVENTS, sorted(uris), f"span/business_id={business_id}")
    ]


def _listed(opened: DeltaTable) -> Iterator[tuple[int, str, int | None, int | None]]:
    """Yield business, path, lowest and highest row number of each file; ``None``: not known."""
    actions = opened.get_add_actions(flatten=True)
    known = set(actions.schema.names)

    def column(name: str) -> list[Any]:
        return list(actions.column(name).to_pylist())

    nothing = [None] * actions.num_rows
    lowest = column("min.event_id") if "min.event_id" in known else nothing
    highest = column("max.event_id") if "max.event_id" in known else nothing
    businesses = column("partition.business_id")
    yield from zip(businesses, column("path"), lowest, highest, strict=True)
