"""A table of the lake → one file: Parquet, CSV or JSON lines, or standard output.

Rows are written by DuckDB as it reads them, so that memory stays small whatever there is to write.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from footfall.errors import ConfigurationError, did_you_mean
from footfall.lake.columns import TABLES, LakeTable

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FORMATS: Final = {
    ".parquet": "(format parquet, compression zstd)",
    ".csv": "(format csv, header true)",
    ".jsonl": "(format json)",
    ".ndjson": "(format json)",
}
"""How DuckDB writes a file, by the ending of its name."""

Watch = Callable[[float], None]
"""Called now and then with the share that is done, 0 to 1."""


def table_named(name: str) -> LakeTable:
    """Return a table of the lake.

    Raises:
        ConfigurationError: there is none of that name.
    """
    if name not in TABLES:
        listed = ", ".join(TABLES)
        hint = did_you_mean(name, TABLES)
        raise ConfigurationError(f"There is no table “{name}”; there are {listed}.{hint}")
    return TABLES[name]


def format_of(file: Path) -> str:
    """Return how a file is written.

    Raises:
        ConfigurationError: its name does not end like any known format.
    """
    found = FORMATS.get(file.suffix.lower())
    if found is None:
        raise ConfigurationError(
            f"The name {file.name} does not say a format; let it end in {', '.join(FORMATS)}."
        )
    return found


def export(
    connection: "DuckDBPyConnection",
    table: LakeTable,
    file: Path,
    form: str,
    *,
    since_at: int | None = None,
    until_at: int | None = None,
) -> int:
    """Write a table's rows to a file, oldest first; return how many.

    Args:
        connection: over the views of one business.
        form: one of ``FORMATS``.
        since_at, until_at: ``since_at`` ≤ the table's time < ``until_at``, microseconds UTC.
    """
    conditions = []
    if since_at is not None:
        conditions.append(f"{table.day_of} >= {int(since_at)}")
        conditions.append(f"day_on >= {_day(since_at)}")
    if until_at is not None:
        conditions.append(f"{table.day_of} < {int(until_at)}")
        conditions.append(f"day_on <= {_day(until_at)}")
    where = f" where {' and '.join(conditions)}" if conditions else ""
    columns = ", ".join(table.names)
    query = f"select {columns} from {table.name}{where} order by {table.day_of}, {table.key}"
    target = str(file).replace("'", "''")
    written = connection.execute(f"copy ({query}) to '{target}' {form}").fetchone()
    return int(written[0]) if written else 0


def _day(at: int) -> str:
    """Return the UTC date of a time as SQL."""
    return f"(date '1970-01-01' + {int(at) // 86_400_000_000})"
