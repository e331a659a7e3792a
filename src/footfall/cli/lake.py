"""``footfall lake``: what is archived, and archiving it anew."""

from pathlib import Path

import click

from footfall.cli.options import database_options, effective, json_option
from footfall.cli.output import print_json, print_table, time_or_none

_COLUMNS = {
    "table": "table",
    "rows": "rows",
    "files": "files",
    "size": "size",
    "archived_to": "archived to",
    "behind": "behind",
}


@click.group()
def lake() -> None:
    """See what is archived, and archive it anew."""


@lake.command()
@database_options
@json_option
def status(data: Path | None, database: str | None, as_json: bool) -> None:
    """Show the lake's tables, and how far they have come."""
    from footfall.cli.database import database_of
    from footfall.cli.lakes import lake_of
    from footfall.store import released

    settings = effective(data, database)
    with database_of(settings) as opened, opened.engines.read.begin() as connection:
        standing, count = released.standing(connection), released.count(connection)
    with lake_of(settings) as found:
        place, tables = found.location.root, found.status()
    if as_json:
        print_json(
            {
                "place": place,
                "tables": [each._asdict() for each in tables],
                "events_in_lake_only": count,
                "store_has_events_since": time_or_none(standing.until_at or None),
            }
        )
        return
    click.echo(f"The lake {place}:")
    print_table(
        [each._asdict() | {"size": f"{each.size_bytes / 2**20:,.1f} MiB"} for each in tables],
        _COLUMNS,
    )
    if count:
        click.echo(
            f"{count:,} events that arrived until {time_or_none(standing.until_at)} "
            "are in the lake alone."
        )


@lake.command()
@database_options
def rebuild(data: Path | None, database: str | None) -> None:
    """Archive anew all that the database has.

    It may run beside a server; whoever asks for the lake meanwhile waits, or is told to try again.
    Events that the lake alone has stay as they are.
    """
    from footfall.cli.database import require_database
    from footfall.cli.lakes import lake_of
    from footfall.cli.progress import reporting

    settings = effective(data, database)
    require_database(settings)
    with reporting() as report, lake_of(settings) as found:
        count = found.rebuild(report)
        place = found.location.root
    click.echo(f"Archived {count:,} rows anew in {place}.")
