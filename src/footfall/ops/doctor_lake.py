"""Looks at the lake: how far behind it is, and whether it has what it alone has to have.

The part of ``doctor`` that reads the columnar copy. Without events that the store let go of the
lake can always be made anew; with such events it is a part of the record.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from footfall.domain.times import iso_utc
from footfall.ops.check import MIB, Check
from footfall.settings import Settings
from footfall.store import released
from footfall.store.released import Released, Share

if TYPE_CHECKING:
    from footfall.lake.lake import Lake
    from footfall.lake.status import Standing

_FAR_BEHIND_ROWS: Final = 1_000_000
_ANEW: Final = "`footfall lake rebuild` makes it anew."
_RESTORE: Final = (
    "Bring back the lake as it was, from a copy of its folder or bucket, or restore a backup with "
    "`footfall restore`."
)


def check_lake(settings: Settings, watch: Callable[[str], None]) -> Iterator[Check]:
    """Yield what can be said of the lake; the database is known to be well."""
    from footfall.lake.lake import BROKEN, Lake

    watch("Looking at the lake")
    try:
        lake = Lake(settings)
        try:
            with lake.engines.read.begin() as connection:
                standing, shares = released.standing(connection), released.shares(connection)
            tables = lake.status()
            yield judge_lake(lake.location.root, tables)
            if standing.last_id:
                watch("Reading older events in the lake")
                yield _check_older(lake, tables, standing, shares)
        finally:
            lake.close()
    except BROKEN as problem:
        yield Check("lake", "fail", f"cannot be read: {str(problem).splitlines()[0]}", _ANEW)


def judge_lake(place: str, tables: "list[Standing]") -> Check:
    """Say how large a lake is, and whether it keeps up."""
    if not any(table.is_there for table in tables):
        return Check("lake", "ok", f"{place} is yet to be made")
    behind = sum(table.behind for table in tables)
    size = sum(table.size_bytes for table in tables)
    found = f"{place}, {size / MIB:,.1f} MiB, {behind:,} rows behind"
    if behind > _FAR_BEHIND_ROWS:
        remedy = "Look for lake_behind in the server's log; `footfall lake status` shows where."
        return Check("lake", "warn", found, remedy)
    return Check("lake", "ok", found)


def _check_older(
    lake: "Lake", tables: "list[Standing]", standing: Released, shares: list[Share]
) -> Check:
    name = "older events"
    count = sum(share.event_count for share in shares)
    found = f"{count:,} that arrived until {iso_utc(standing.until_at)} are in the lake alone"
    archived_to = next(table.archived_to for table in tables if table.table == "events")
    if archived_to < standing.last_id:
        return Check(name, "fail", f"{found}, and it does not have them", _RESTORE)
    with lake.older(standing.last_id) as older:
        if not older.holds(shares):
            return Check(name, "fail", f"{found}, and it has others, or not all", _RESTORE)
    return Check(name, "ok", found)
