"""``footfall restore``: a backup becomes the database again, on either engine."""

from pathlib import Path

import click

from footfall.cli.options import database_options, effective, json_option
from footfall.cli.output import counts, print_json
from footfall.settings import Settings


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace a database that has businesses.")
@database_options
@json_option
def restore(
    file: Path, force: bool, data: Path | None, database: str | None, as_json: bool
) -> None:
    """Make the database what a backup FILE was.

    Stop the server first. The database must have no businesses yet; with --force a SQLite database
    is kept aside under snapshots/, while PostgreSQL's rows are deleted. Tokens and public ids stay
    as they were. A backup of an earlier version is migrated.
    """
    from footfall.cli.database import engines_of
    from footfall.cli.lakes import has_lake, lake_of, needs_lake
    from footfall.cli.progress import reporting
    from footfall.ops.folders import taken_back
    from footfall.ops.restore import restore as restore_backup

    settings = effective(data, database)
    with taken_back(*_folders(settings)), engines_of(settings) as engines, reporting() as report:
        folders = [engines.file.parent, settings.data] if engines.is_sqlite else []
        used = [folder for folder in folders if folder.is_dir()]
        made = restore_backup(engines, file, used, report, is_forced=force)
        # It may hold what the restored database never had, under the same numbers; a plain copy of
        # a database may need the very one it is of.
        if has_lake(settings) or needs_lake(engines):
            with lake_of(settings) as lake:
                lake.clear()
    if as_json:
        print_json(
            {
                "rows": made.rows,
                "seconds": round(made.seconds, 3),
                "kept": None if made.kept is None else str(made.kept),
                "is_verified": made.is_verified,
            }
        )
        return
    click.echo(f"Restored in {made.seconds:,.1f} s: {counts(made.rows)}.")
    click.echo("Read back and found equal to the backup.")
    if not made.is_verified:
        click.echo("The file did not say what it held: only its structure could be checked.")
    if made.kept is not None:
        click.echo(f"The database that was there is now {made.kept}.")


def _folders(settings: Settings) -> list[Path]:
    """Return the folder that opening the database makes, where it makes one."""
    from footfall.ops.doctor_host import database_file

    file = database_file(settings)
    return [] if file is None else [file.parent]
