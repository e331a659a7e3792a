"""What commands print: JSON for programs, tables for people.

Results go to standard output and everything else to standard error, so that a command's output can
be piped.
"""

import sys
from collections.abc import Iterable, Mapping
from typing import Any

import click
import msgspec

from footfall.domain.times import iso_utc


def print_json(value: Any) -> None:
    """Print a value as indented JSON."""
    click.echo(msgspec.json.format(msgspec.json.encode(value)).decode())


def print_table(records: Iterable[Mapping[str, Any]], columns: Mapping[str, str]) -> None:
    """Print records in columns: the key of each, with its heading."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    # Without a terminal there is no width to fit into: a line per record, for grep.
    width = None if sys.stdout.isatty() else 10_000
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for heading in columns.values():
        table.add_column(heading, overflow="fold")
    for record in records:
        # As text, not markup: a name may hold brackets.
        table.add_row(*(Text(_cell(key, record[key])) for key in columns))
    Console(width=width).print(table)


def counts(rows: Mapping[str, int]) -> str:
    """Return how many rows there are of what people ask about, for a sentence."""
    names = ("businesses", "events", "profiles", "objects")
    return ", ".join(f"{name} {rows[name]:,}" for name in names)


def time_or_none(at: int | None) -> str | None:
    """Return a time as JSON shows it."""
    return None if at is None else iso_utc(at)


def _cell(key: str, value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(value)
    if value in (None, ""):
        return "–"
    # Nobody reads microseconds in a table.
    return f"{value[:19]}Z" if key.endswith("_at") else str(value)
