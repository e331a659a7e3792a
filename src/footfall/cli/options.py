"""Options that several commands share, and values read by the rules of ``domain``."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import click

from footfall import settings

Command = TypeVar("Command", bound=Callable[..., Any])
Value = TypeVar("Value")


class Parsed(click.ParamType[Value]):
    """An option's value as a parser of ``domain`` reads it.

    Args:
        name: what the help calls the value.
        parse: raises ``ValueError`` with the remedy.
    """

    def __init__(self, name: str, parse: Callable[[str], Value]) -> None:
        self.name = name
        self._parse = parse

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Value:
        try:
            return self._parse(value)
        except ValueError as problem:
            self.fail(str(problem), param, ctx)


def parse_name(text: str) -> str:
    """Return the name of a business or token without the space around it.

    Raises:
        ValueError: nothing is left, or more than the 255 characters the database keeps.
    """
    name = text.strip()
    if not name or not name.isprintable():
        raise ValueError("The name is empty or holds unprintable characters. Give it some text.")
    if len(name) > 255:
        raise ValueError("The name has more than 255 characters. Give a shorter one.")
    return name


NAME = Parsed("name", parse_name)


def database_options(command: Command) -> Command:
    """Add ``--data`` and ``--database``, which say whose installation is meant."""
    data = click.option(
        "--data",
        type=click.Path(file_okay=False, path_type=Path),
        metavar="DIR",
        help="Folder with the database.  [env: FOOTFALL_DATA; default: data]",
    )
    database = click.option(
        "--database",
        metavar="URL",
        help="Database URL, such as postgresql://USER:PASSWORD@HOST/NAME.  "
        "[env: FOOTFALL_DATABASE; default: SQLite in the data folder]",
    )
    return data(database(command))


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def effective(data: Path | None, database: str | None) -> settings.Settings:
    """Return the settings in effect: options over environment over defaults."""
    return settings.load(data=data, database=database)


def effective_beside(data: Path | None, database: str | None) -> settings.Settings:
    """Return the settings in effect, with the address of the server that has the data folder.

    Where somebody set ``public_url`` that one stands: visitors know no other. Who names a database
    by itself does not say in which folder its server is.
    """
    from footfall.ops import lock

    told = effective(data, database)
    found = None if told.public_url or database is not None else lock.look(told.data)
    if found is None or not found.is_held:
        return told
    return replace(told, public_url=found.text.rpartition(", ")[2])
