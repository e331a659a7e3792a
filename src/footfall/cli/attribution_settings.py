"""``footfall attribution settings``: by what a business's sales are credited from now on."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from footfall.cli.options import database_options, effective, json_option
from footfall.cli.output import print_json, print_table

if TYPE_CHECKING:
    from footfall.reports.settings import AttributionSettings

Command = TypeVar("Command", bound=Callable[..., Any])

_A_FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
_CHANGES: Final = {"at": "time", "version": "version", "token": "token"}


def _whose(command: Command) -> Command:
    option = click.option(
        "--business", metavar="ID", help="Whose; not needed where there is one only."
    )
    return option(database_options(json_option(command)))


@click.group()
def settings() -> None:
    """See and change by what sales are credited."""


@settings.command()
@click.option(
    "--as-of", metavar="TIME", help="Those that held then: a date, or a time with a zone."
)
@click.option("--channels", "only_channels", is_flag=True, help="Print the channel rules instead.")
@click.option("--changes", "only_changes", is_flag=True, help="Print the last changes instead.")
@_whose
def show(
    as_of: str | None,
    only_channels: bool,
    only_changes: bool,
    business: str | None,
    data: Path | None,
    database: str | None,
    as_json: bool,
) -> None:
    """Print the definition that holds, as a file for --definition and for set."""
    from zoneinfo import ZoneInfo

    from footfall.attribution import in_force
    from footfall.attribution.words import FOREVER
    from footfall.cli.attribution_read import bound
    from footfall.cli.database import database_of
    from footfall.cli.lakes import choose_business
    from footfall.reports.settings import render

    with database_of(effective(data, database)) as opened:
        whose = choose_business(opened, business)
        at = bound(as_of, ZoneInfo(whose.timezone), "--as-of")
        with opened.engines.read.begin() as connection:
            held = in_force.find(connection, whose.id, FOREVER if at is None else at)
        shown = render(held, opened.public_id)
        rules = held.channels.text
    if as_json:
        print_json(shown)
    elif only_channels:
        click.echo(rules, nl=not rules.endswith("\n"))
    elif only_changes:
        print_table(
            ({"at": c.at, "version": c.version, "token": c.token} for c in shown.changes), _CHANGES
        )
    else:
        _print_definition(shown)


@settings.command("set")
@click.argument("file", type=_A_FILE, required=False)
@click.option("--channels", type=_A_FILE, help="TOML file with channel rules of one's own.")
@_whose
def set_(
    file: Path | None,
    channels: Path | None,
    business: str | None,
    data: Path | None,
    database: str | None,
    as_json: bool,
) -> None:
    """Let the definition in a TOML FILE hold from now on, channel rules, or both."""
    from footfall.attribution import channels as channel_rules
    from footfall.attribution import definition_file

    if file is None and channels is None:
        raise click.UsageError("There is nothing to set; give a FILE, --channels FILE, or both.")
    told = None if file is None else definition_file.load(file)
    rules = None if channels is None else channel_rules.load(channels).text
    _change(told, rules, business, data, database, as_json)


@settings.command()
@_whose
def reset(business: str | None, data: Path | None, database: str | None, as_json: bool) -> None:
    """Let what is built in hold from now on, channel rules as well."""
    _change({}, "", business, data, database, as_json)


def _change(
    told: dict[str, Any] | None,
    rules: str | None,
    business: str | None,
    data: Path | None,
    database: str | None,
    as_json: bool,
) -> None:
    """Change what is told of the settings; rules of no text are the built-in ones."""
    from footfall.attribution import in_force
    from footfall.attribution.definition_file import BadDefinition
    from footfall.cli.database import database_of
    from footfall.cli.lakes import choose_business
    from footfall.domain.times import now_us
    from footfall.errors import ConfigurationError
    from footfall.reports.settings import render

    with database_of(effective(data, database)) as opened:
        whose = choose_business(opened, business)
        with opened.engines.write.begin() as connection:
            before = in_force.find(connection, whose.id)
            try:
                after = in_force.change(
                    connection,
                    whose.id,
                    before.told if told is None else told,
                    before.text if rules is None else rules or None,
                    at=now_us(),
                )
            except BadDefinition as problem:
                raise ConfigurationError(str(problem)) from None
        shown = render(after, opened.public_id)
    if as_json:
        print_json(shown)
        return
    what = (
        "Nothing changes"
        if before.version == after.version
        else "From now on sales are credited by it"
    )
    click.echo(
        f"{what}: reports show version {after.version}. `footfall attribution diff --as-of-a TIME` "
        "compares with how it was."
    )


def _print_definition(shown: "AttributionSettings") -> None:
    """Print a TOML file with the keys that were set, and the others commented out."""
    import msgspec

    from footfall.attribution.definition_file import KEYS

    if shown.changes:
        last = shown.changes[0]
        whom = f"token {last.token}" if last.token else "the command line"
        click.echo(f"# Since {last.at}, changed by {whom}.")
    else:
        click.echo("# As built in; nothing was ever changed.")
    rules = "as built in" if shown.channels is None else "of the business's own"
    click.echo(f"# Reports show version {shown.version}. Channel rules: {rules}.")
    for key in KEYS:
        value = getattr(shown, key)
        mark = "" if key in shown.set else "# "
        if value is None:
            click.echo(f"# {key}: the actions that are marked as goals")
        else:
            # Texts, numbers and lists are written alike in JSON and TOML.
            click.echo(f"{mark}{key} = {msgspec.json.encode(value).decode()}")
