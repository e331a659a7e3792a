"""``footfall import``: a file of history to events, through the HTTP API of a running server.

Reads options and prints; ``footfall.importing`` does the work and never opens the database.
"""

import sys
from pathlib import Path

import click
from rich.console import Console

from footfall.cli.options import effective, json_option
from footfall.cli.output import print_json
from footfall.cli.remote import checked_token, leave, server_options
from footfall.errors import ConfigurationError
from footfall.importing.bar import Bar
from footfall.importing.report import Report, print_report
from footfall.importing.run import ImportJob, run_import
from footfall.importing.sender import ServerUnreachable

_AN_INPUT = click.Path(exists=True, dir_okay=False, path_type=Path)
_STOPPED = 130


@click.command("import")
@click.argument("file", type=_AN_INPUT)
@click.option(
    "--map", "mapping", required=True, type=_AN_INPUT, help="Mapping of columns to events, in TOML."
)
@server_options
@click.option(
    "--batch-size",
    type=click.IntRange(1, 5000),
    default=500,
    show_default=True,
    help="Events in one request.",
)
@click.option(
    "--concurrency",
    type=click.IntRange(1, 64),
    default=4,
    show_default=True,
    help="Requests under way at once.",
)
@click.option(
    "--rejected",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File for the rejected rows.  [default: FILE.rejected.jsonl in this folder]",
)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Folder that keeps how far the import got.  [env: FOOTFALL_DATA; default: data]",
)
@click.option("--restart", is_flag=True, help="Begin at the first row, whatever was sent before.")
@json_option
def import_command(
    file: Path,
    mapping: Path,
    url: str,
    token: str | None,
    batch_size: int,
    concurrency: int,
    rejected: Path | None,
    data: Path | None,
    restart: bool,
    as_json: bool,
) -> None:
    """Send a CSV, Parquet or JSON-lines FILE of history as events.

    Every row becomes an event as the mapping says (docs/import.md). Run the same command again
    after Ctrl-C or a crash and it goes on where it was; nothing is stored twice.

    Exit status: 0 all rows stored, 1 some rejected, 2 file, mapping, token or address at fault,
    3 the server was gone for too long, 130 stopped by Ctrl-C.
    """
    job = ImportJob(
        file=file,
        mapping=mapping,
        url=url,
        token=checked_token(token),
        data=effective(data, None).data,
        rejected=rejected or Path(f"{file.name}.rejected.jsonl"),
        batch_size=batch_size,
        concurrency=concurrency,
        restart=restart,
    )
    report = _run(job, quiet=as_json)
    if as_json:
        print_json(report)
    else:
        print_report(report, Console())
    sys.exit(report.exit_code)


def _run(job: ImportJob, *, quiet: bool) -> Report:
    try:
        with Bar(Console(stderr=True), quiet=quiet) as bar:
            return run_import(job, bar)
    except ConfigurationError as problem:
        leave(str(problem), status=2)
    except ServerUnreachable as problem:
        leave(f"{problem}. Run the same command again to go on.", status=3)
    except KeyboardInterrupt:
        leave("Stopped. Run the same command again to go on.", status=_STOPPED)
