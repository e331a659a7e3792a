"""``footfall backup``: the whole database in one verified file."""

from pathlib import Path

import click

from footfall.cli.options import database_options, effective, json_option
from footfall.cli.output import counts, print_json


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace FILE if it exists.")
@database_options
@json_option
def backup(file: Path, force: bool, data: Path | None, database: str | None, as_json: bool) -> None:
    """Write the whole database to one FILE.

    Servers may go on writing: the file holds the moment at which the backup began. It is a SQLite
    file whatever the database, is read back and compared before it gets its name, and holds
    everything, secrets included and events that the lake alone has, so only you may read it.
    """
    from footfall.cli.database import engines_of, require_database
    from footfall.cli.progress import reporting
    from footfall.ops.backup import backup as write_backup

    settings = effective(data, database)
    require_database(settings)
    with engines_of(settings) as engines, reporting() as report:
        made = write_backup(settings, engines, file, report, may_overwrite=force)
    if as_json:
        print_json(
            {
                "file": str(made.file),
                "size_bytes": made.size_bytes,
                "seconds": round(made.seconds, 3),
                "schema": made.revision,
                "rows": made.rows,
            }
        )
        return
    click.echo(
        f"{made.file}: {made.size_bytes / 2**20:,.1f} MiB in {made.seconds:,.1f} s, "
        "read back and found equal to the database."
    )
    click.echo(f"It holds: {counts(made.rows)}.")
