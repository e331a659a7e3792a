"""``footfall sql``: one query, or a prompt, over the archived tables of one business."""

import csv
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from footfall.cli.options import database_options, effective
from footfall.errors import ConfigurationError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_WELCOME = (
    "Views: {views}. Times are microseconds UTC, money is minor units.\n"
    "End a query with a semicolon; `describe events;` shows columns; Ctrl-D leaves."
)


@click.command("sql")
@click.argument("query", required=False)
@click.option("--business", metavar="ID", help="The business; not needed where there is one.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "json"]),
    default="table",
    show_default=True,
    help="How rows are printed.",
)
@database_options
def sql(
    query: str | None, business: str | None, form: str, data: Path | None, database: str | None
) -> None:
    """Ask a QUERY of everything that is archived.

    In DuckDB's SQL; without one a prompt opens for many.

    The views are events, identity, objects, links, deliveries and sightings of one business, with
    everything in them that is stored by now. Nothing can be changed. - reads the QUERY from
    standard input.
    """
    from duckdb import IOException

    from footfall.cli.lakes import fresh_lake

    with fresh_lake(effective(data, database), business) as (lake, business_id):
        if query == "-":
            query = sys.stdin.read()
        try:
            if query is not None:
                text = query
                lake.read_now(business_id, lambda connection: _answer(connection, text, form))
            else:
                lake.read_now(business_id, lambda connection: _prompt(connection, form))
        except IOException as problem:
            # Of a file that the query names; files of the lake are looked for anew before.
            raise ConfigurationError(str(problem).strip()) from problem


def _answer(connection: "DuckDBPyConnection", query: str, form: str) -> None:
    """Print what a query answers.

    Raises:
        ConfigurationError: it is no query, or cannot be run.
    """
    from duckdb import Error, IOException, StatementType

    try:
        statements = connection.extract_statements(query)
        if len(statements) != 1 or statements[0].type not in (
            StatementType.SELECT,
            StatementType.EXPLAIN,
            StatementType.MULTI,
        ):
            raise ConfigurationError("Only one query can be asked: SELECT, FROM, WITH or DESCRIBE.")
        connection.execute(query)
        names = [each[0] for each in connection.description]
        _PRINT[form](names, connection)
    except IOException:
        raise
    except Error as problem:
        raise ConfigurationError(str(problem).strip()) from problem


def _prompt(connection: "DuckDBPyConnection", form: str) -> None:
    import readline  # noqa: F401  # so that earlier lines can be edited

    from duckdb import IOException

    from footfall.lake.columns import TABLES

    click.echo(_WELCOME.format(views=", ".join(TABLES)), err=True)
    waiting = ""
    while True:
        try:
            line = input("footfall> " if not waiting else "       -> ")
        except EOFError:
            return
        except KeyboardInterrupt:
            waiting = ""
            click.echo(err=True)
            continue
        waiting = f"{waiting}\n{line}".strip()
        if waiting.endswith(";"):
            query, waiting = waiting, ""
            try:
                _answer(connection, query, form)
            except (ConfigurationError, IOException) as problem:
                click.echo(str(problem), err=True)
            except KeyboardInterrupt:
                connection.interrupt()


def _print_csv(names: list[str], rows: "DuckDBPyConnection") -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(names)
    while found := rows.fetchmany(1000):
        writer.writerows(found)


def _print_json(names: list[str], rows: "DuckDBPyConnection") -> None:
    import msgspec

    from footfall.lake.sandbox import plain

    while found := rows.fetchmany(1000):
        for row in found:
            told = dict(zip(names, map(plain, row), strict=True))
            click.echo(msgspec.json.encode(told).decode())


def _print_table(names: list[str], rows: "DuckDBPyConnection") -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD)
    for name in names:
        table.add_column(Text(name))
    for row in rows.fetchall():
        table.add_row(*(Text(_cell(value)) for value in row))
    width = None if sys.stdout.isatty() else 10_000
    Console(width=width).print(table)


def _cell(value: Any) -> str:
    return "–" if value is None else str(value)


_PRINT = {"table": _print_table, "csv": _print_csv, "json": _print_json}
