"""``footfall settings``: what every setting is, after environment and defaults."""

from pathlib import Path

import click

from footfall.cli.options import database_options, effective, json_option
from footfall.cli.output import print_json, print_table
from footfall.settings import describe


@click.command()
@database_options
@json_option
def settings(data: Path | None, database: str | None, as_json: bool) -> None:
    """Print the settings in effect.

    Passwords are masked. docs/settings.md says what each setting does.
    """
    shown = describe(effective(data, database))
    if as_json:
        print_json(shown)
        return
    columns = {"variable": "variable", "value": "value", "default": "default", "help": "what it is"}
    print_table(shown, columns)
