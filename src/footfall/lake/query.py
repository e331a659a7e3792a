"""``NAME.sql`` files → statements to be run over the lake's views.

Each file begins with what it returns for whom: a sentence, then ``grain``, ``reads``, ``params``
and ``returns``. Values are bound by name; nothing is ever formatted into a statement.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import duckdb

_HEADER: Final = re.compile(r"^-- (grain|reads|params|returns|source):\s*(.*)$")
_NAMED: Final = re.compile(r"^(\w+) ([a-z]\w*(?:\[\])?)")


class Statement(NamedTuple):
    """A statement and what its header says of it: names with types, in order."""

    name: str
    text: str
    params: Mapping[str, str]
    returns: Mapping[str, str]


@cache
def load(file: Path) -> Statement:
    """Return the statement in a file.

    Raises:
        ValueError: its header lacks ``grain``, ``reads``, ``params`` or ``returns``.
    """
    text = file.read_text("utf-8")
    header: dict[str, str] = {}
    last = ""
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        found = _HEADER.match(line)
        if found:
            last = found[1]
            header[last] = found[2]
        elif last:
            header[last] += " " + line.removeprefix("--").strip()
    missing = {"grain", "reads", "params", "returns"} - header.keys()
    if missing:
        raise ValueError(f"{file.name} does not say its {', '.join(sorted(missing))}")
    return Statement(file.stem, text, _named(header["params"]), _named(header["returns"]))


def run(
    connection: duckdb.DuckDBPyConnection, statement: Statement, **values: Any
) -> duckdb.DuckDBPyConnection:
    """Execute a statement with its parameters bound; the rows are the connection's to fetch."""
    return connection.execute(statement.text, values)


def _named(text: str) -> dict[str, str]:
    """Return names and types of a list such as ``business_id bigint, at bigint (microseconds)``."""
    plain = re.sub(r"\([^)]*\)", "", text)
    found = (_NAMED.match(each.strip()) for each in plain.split(","))
    return {each[1]: each[2] for each in found if each is not None}
