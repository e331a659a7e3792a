"""What there is of a lake, for people: rows, files, bytes, and how far it is behind its store."""

from typing import NamedTuple

from footfall.lake.archive import Followed
from footfall.lake.delta import Location
from footfall.lake.sources import Bounds


class Standing(NamedTuple):
    """One table of a lake.

    Attributes:
        rows: of things that change, one for each change.
        archived_to: row number of the store up to which it has everything.
        behind: row numbers that the store has given out since.
        is_there: someone has made it.
    """

    table: str
    rows: int
    files: int
    size_bytes: int
    archived_to: int
    behind: int
    is_there: bool


def table_standing(location: Location, each: Followed, bounds: Bounds) -> Standing:
    """Return what a table has; changes nothing.

    Args:
        bounds: row numbers that the store has given out.
    """
    name, last = each.source.name, bounds[each.source.name]
    opened = location.find(each.table)
    if opened is None:
        return Standing(each.table.name, 0, 0, 0, 0, last, is_there=False)
    actions = opened.get_add_actions(flatten=True)
    archived_to = location.mark(opened, name)
    return Standing(
        each.table.name,
        sum(actions.column("num_records").to_pylist()),
        actions.num_rows,
        sum(actions.column("size_bytes").to_pylist()),
        archived_to,
        max(last - archived_to, 0),
        is_there=True,
    )
