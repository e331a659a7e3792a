"""Turns the file to import into a DuckDB relation of numbered rows.

Opened once per import. DuckDB streams the file, within a fixed share of memory; the connection
may read that one file and nothing else, because a mapping is SQL and may come from somebody else.
"""

import hashlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import duckdb

from footfall.errors import ConfigurationError
from footfall.importing.mapping import FileSection

Format: TypeAlias = Literal["csv", "parquet", "jsonl"]

ROW: Final = "file_row"
"""Column added to those of the file: the row's place in it, from 1."""

_MEMORY_LIMIT: Final = "512MB"
_THREADS: Final = 2
_FETCHED_ROWS: Final = 2048
_ENDINGS: Final[dict[str, Format]] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}
_READERS: Final[dict[Format, tuple[str, dict[str, Any]]]] = {
    # Text throughout, so that a code such as 00123 keeps its zeros.
    "csv": ("read_csv", {"all_varchar": True}),
    "parquet": ("read_parquet", {}),
    # Types from the whole file: a sample would let a late surprise stop the import half-way.
    "jsonl": ("read_json", {"format": "newline_delimited", "sample_size": -1}),
}


class Source:
    """A file being imported.

    Attributes:
        path: the file.
        digest: SHA-256 of its bytes, in hex.
        relation: SQL that stands for its rows in a ``from`` clause, ``file_row`` included.
        columns: names of the file's own columns; ``quoted_columns`` as SQL identifiers.
    """

    def __init__(self, path: Path, section: FileSection) -> None:
        self.path = path
        self.digest = _digest(path)
        reader, arguments = _READERS[section.format or format_of(path)]
        arguments = {**arguments, **section.options}
        given = "".join(f", {name} = {_literal(value)}" for name, value in arguments.items())
        scan = f"{reader}({_literal(str(path))}{given})"
        self.relation = f"(select row_number() over () as {ROW}, * from {scan}) as file"
        self._spill = tempfile.TemporaryDirectory(prefix="footfall-import-")
        self._connection = _connect(path, self._spill.name)
        try:
            self.columns = [name for name, _ in self.describe(f"select * from {scan}")]
            if ROW in self.columns:
                raise ConfigurationError(
                    f"{path} has a column “{ROW}”, the name of the row number here; rename it."
                )
        except ConfigurationError:
            self.close()
            raise
        self.quoted_columns = [f'"{name.replace(chr(34), chr(34) * 2)}"' for name in self.columns]

    def describe(self, query: str) -> list[tuple[str, str]]:
        """Return name and type of every column of a query, without running it.

        Raises:
            ConfigurationError: DuckDB cannot bind it; the message is DuckDB's first sentence.
        """
        return [(name, kind) for name, kind, *_ in self.execute(f"describe {query}")]

    def count(self) -> int:
        """Return the number of rows, having read every value once.

        A broken line is so found before anything is sent.
        """
        for counts in self.execute(f"select count(*), count(columns(*)) from {self.relation}"):
            return int(counts[0])
        return 0

    def execute(self, query: str) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query as DuckDB makes them; one query at a time.

        Raises:
            ConfigurationError: the query or the file is at fault.
        """
        try:
            cursor = self._connection.execute(query)
            while rows := cursor.fetchmany(_FETCHED_ROWS):
                yield from rows
        except duckdb.Error as problem:
            raise ConfigurationError(first_sentence(problem)) from None

    def close(self) -> None:
        self._connection.close()
        self._spill.cleanup()

    def __enter__(self) -> "Source":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def format_of(path: Path) -> Format:
    """Return the format a file's name tells, compressed or not.

    Raises:
        ConfigurationError: the name tells none.
    """
    endings = [each.lower() for each in path.suffixes]
    if endings and endings[-1] in (".gz", ".zst"):
        endings.pop()
    if not endings or endings[-1] not in _ENDINGS:
        raise ConfigurationError(
            f"{path.name} does not tell its format; name it {', '.join(_ENDINGS)} (also .gz) or "
            'say [file] format = "csv", "parquet" or "jsonl" in the mapping.'
        )
    return _ENDINGS[endings[-1]]


def first_sentence(problem: Exception) -> str:
    """Return what a DuckDB error says, without its class, the query and the list of remedies."""
    lines = [line.strip() for line in str(problem).splitlines() if line.strip()]
    kept = [lines[0].partition("Error: ")[2] or lines[0]] if lines else []
    for line in lines[1:4]:
        if line.startswith(("LINE ", "Possible ", "Candidate ", "The search space")):
            break
        kept.append(line)
    return " ".join(kept)


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as problem:
        raise ConfigurationError(f"{path} cannot be read: {problem.strerror}.") from None


def _connect(path: Path, spill: str) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(
        config={
            "memory_limit": _MEMORY_LIMIT,
            "threads": _THREADS,
            "temp_directory": spill,
            "autoinstall_known_extensions": False,
        }
    )
    connection.execute("set timezone = 'UTC'")
    connection.execute("set preserve_insertion_order = true")
    # It lifts what two expressions share out of the try(…) around them, where a failure is fatal.
    connection.execute("set disabled_optimizers = 'common_subexpressions'")
    connection.execute(f"set allowed_paths = [{_literal(str(path))}]")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection


def _literal(value: Any) -> str:
    """Return a value of the mapping's TOML as DuckDB writes it."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case str():
            return "'" + value.replace("'", "''") + "'"
        case list():
            return "[" + ", ".join(_literal(each) for each in value) + "]"
        case dict():
            pairs = (f"{_literal(name)}: {_literal(each)}" for name, each in value.items())
            return "{" + ", ".join(pairs) + "}"
        case _:
            raise ConfigurationError(f"“file.options” cannot hold {value!r}; use text or numbers.")
