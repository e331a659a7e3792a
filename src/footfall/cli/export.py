"""``footfall export``: a table of the lake becomes a file."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from footfall.cli.options import Parsed, database_options, effective

if TYPE_CHECKING:
    from footfall.lake.columns import LakeTable
    from footfall.lake.lake import Lake


def _instant(text: str) -> int:
    from footfall.domain.times import now_us, parse_instant

    if len(text) == len("2026-01-31"):
        text += "T00:00:00Z"
    return parse_instant(text, received_at=now_us()).tracked_at


_INSTANT = Parsed("time", _instant)


@click.command("export")
@click.argument("table")
@click.argument("file")
@click.option("--business", metavar="ID", help="The business; not needed where there is one.")
@click.option("--since", type=_INSTANT, metavar="TIME", help="From this time or date (UTC) on.")
@click.option("--until", type=_INSTANT, metavar="TIME", help="Up to before this time or date.")
@click.option(
    "--format",
    "ending",
    type=click.Choice(["parquet", "csv", "jsonl"]),
    help="Where FILE does not end in one: parquet, csv or jsonl (for - it is jsonl).",
)
@database_options
def export(
    table: str,
    file: str,
    business: str | None,
    since: int | None,
    until: int | None,
    ending: str | None,
    data: Path | None,
    database: str | None,
) -> None:
    """Write an archived TABLE to a FILE.

    Parquet, CSV or JSON lines, by its ending.

    Tables are events, identity, objects, links, deliveries and sightings, with everything in them
    that is stored by now. The FILE - is standard output.
    """
    from footfall.cli.lakes import fresh_lake
    from footfall.cli.progress import reporting
    from footfall.lake.export import FORMATS, format_of, table_named

    wanted = table_named(table)
    is_piped = file == "-"
    ending = ending or ("jsonl" if is_piped else None)
    form = FORMATS[f".{ending}"] if ending else format_of(Path(file))
    with reporting() as report:
        report("Archiving")
        with fresh_lake(effective(data, database), business) as (lake, business_id):
            report("Exporting")
            if is_piped:
                _to_output(lake, business_id, wanted, form, since, until)
                return
            count = _write(lake, business_id, wanted, Path(file), form, since, until)
    click.echo(f"Exported {count:,} rows of {table} to {file}.")


def _write(
    lake: "Lake",
    business_id: int,
    table: "LakeTable",
    file: Path,
    form: str,
    since_at: int | None,
    until_at: int | None,
) -> int:
    """Write the file under another name first: one that is there is whole."""
    from duckdb import IOException

    from footfall.errors import ConfigurationError
    from footfall.lake.export import export as write

    part = file.with_name(f".{file.name}.part")
    try:
        count = lake.read_now(
            business_id,
            lambda connection: write(
                connection, table, part, form, since_at=since_at, until_at=until_at
            ),
        )
        part.replace(file)
    except (OSError, IOException) as problem:
        raise ConfigurationError(f"The file {file} cannot be written ({problem}).") from problem
    finally:
        part.unlink(missing_ok=True)
    return count


def _to_output(
    lake: "Lake",
    business_id: int,
    table: "LakeTable",
    form: str,
    since_at: int | None,
    until_at: int | None,
) -> None:
    import shutil

    with TemporaryDirectory(prefix="footfall-export-") as folder:
        file = Path(folder) / "rows"
        _write(lake, business_id, table, file, form, since_at, until_at)
        with file.open("rb") as rows:
            shutil.copyfileobj(rows, sys.stdout.buffer)
            sys.stdout.buffer.flush()
