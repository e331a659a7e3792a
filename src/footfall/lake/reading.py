"""A pinned state of the lake → a DuckDB connection with one view per table.

The files of a version are listed through the Delta log and handed to DuckDB by name, so that
neither compaction nor new rows change what a query sees, and no extension is needed. Only files of
the one business are named: another's are not even known to the connection.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from deltalake import DeltaTable

from footfall.lake.columns import TABLES, LakeTable
from footfall.lake.delta import Location

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_OPTIONS: Final[dict[str, str | bool | int]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "python_enable_replacements": False,
}

Files = Mapping[str, Sequence[str]]
"""Paths of Parquet files by table."""

Opened = Mapping[str, DeltaTable]


def files_of(location: Location, opened: Opened, business_id: int) -> dict[str, list[str]]:
    """Return the files of each opened table that hold a business's rows, oldest day first."""
    wanted = str(int(business_id))
    return {
        name: location.local(
            TABLES[name],
            sorted(each.file_uris(file_pruning_predicate=[("business_id", "=", wanted)])),
            f"business_id={wanted}",
        )
        for name, each in opened.items()
    }


@contextmanager
def reading(
    location: Location,
    opened: Opened,
    business_id: int,
    options: Mapping[str, Any] | None = None,
    *,
    shows_all: bool = False,
) -> Iterator["DuckDBPyConnection"]:
    """Open a connection with a view for each table, of one business, as the tables were opened.

    Args:
        options: DuckDB's, such as ``memory_limit`` and ``threads``.
        shows_all: of things that change every row there is, in place of the latest.
    """
    files = files_of(location, opened, business_id)
    with connected(files, options, shows_all=shows_all) as connection:
        yield connection


@contextmanager
def connected(
    files: Files, options: Mapping[str, Any] | None = None, *, shows_all: bool = False
) -> Iterator["DuckDBPyConnection"]:
    """Open a connection with a view for each table over these files."""
    # Half a second to load: no server's start waits for it.
    from duckdb import connect

    with connect(config={**_OPTIONS, **(options or {})}) as connection:
        for statement in views(files, shows_all=shows_all):
            connection.execute(statement)
        yield connection


def views(files: Files, *, shows_all: bool = False) -> list[str]:
    """Return the statements that make the views over some files."""
    return [_view(TABLES[name], paths, shows_all) for name, paths in files.items()]


def _view(table: LakeTable, paths: Sequence[str], shows_all: bool) -> str:
    names = ", ".join(table.names)
    if not paths:
        empty = ", ".join(f"cast(null as {each.kind}) as {each.name}" for each in table.columns)
        return f"create view {table.name} as select {empty} where false"
    listed = ", ".join("'" + path.replace("'", "''") + "'" for path in paths)
    source = (
        f"read_parquet([{listed}], hive_partitioning = true, "
        "hive_types = {'business_id': bigint, 'day_on': date})"
    )
    if table.versions and not shows_all:
        latest = f"row_number() over (partition by {table.key} order by archived_no desc) = 1"
        return f"create view {table.name} as select {names} from {source} qualify {latest}"
    return f"create view {table.name} as select {names} from {source}"
