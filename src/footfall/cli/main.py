"""``footfall``: finds the command that was asked for and loads only that.

Every error that Footfall raises on purpose becomes one line on standard error and exit status 1;
wrong usage is status 2. Nothing here knows what a command does.
"""

from importlib import import_module
from typing import Any, Final, NamedTuple

import click

from footfall import __version__
from footfall.errors import FootfallError, did_you_mean
from footfall.settings import warnings


class Lazy(NamedTuple):
    """Where a command is, and its line in ``footfall --help``, shown without loading it."""

    module: str
    attribute: str
    summary: str


COMMANDS: Final[dict[str, Lazy]] = {
    "serve": Lazy("footfall.cli.serve", "serve", "Serve the API until SIGTERM or Ctrl-C."),
    "business": Lazy("footfall.cli.business", "business", "Make, list and change businesses."),
    "token": Lazy("footfall.cli.token", "token", "Make, list, revoke and rotate private tokens."),
    "member": Lazy(
        "footfall.cli.member",
        "member",
        "List and invite members of the dashboard; renew passwords.",
    ),
    "profile": Lazy(
        "footfall.cli.profile",
        "profile",
        "Merge, separate, export and erase people, and see who is who.",
    ),
    "link": Lazy("footfall.cli.link", "link", "Make, list and deactivate tracked links."),
    "import": Lazy(
        "footfall.cli.import_",
        "import_command",
        "Send a CSV, Parquet or JSON-lines FILE of history as events.",
    ),
    "demo": Lazy(
        "footfall.cli.demo",
        "demo",
        "Open a small shop beside a running server, to try it all.",
    ),
    "export": Lazy(
        "footfall.cli.export",
        "export",
        "Write an archived TABLE to a FILE.",
    ),
    "sql": Lazy(
        "footfall.cli.sql",
        "sql",
        "Ask a QUERY of everything that is archived.",
    ),
    "lake": Lazy("footfall.cli.lake", "lake", "See what is archived, and archive it anew."),
    "rates": Lazy("footfall.cli.rates", "rates", "Import and show exchange rates of the euro."),
    "attribution": Lazy(
        "footfall.cli.attribution", "attribution", "See which touch earned which sale, and why."
    ),
    "explain": Lazy(
        "footfall.cli.attribution",
        "explain",
        "Show the receipt of an ORDER: what earned it.",
    ),
    "backup": Lazy("footfall.cli.backup", "backup", "Write the whole database to one FILE."),
    "restore": Lazy("footfall.cli.restore", "restore", "Make the database what a backup FILE was."),
    "doctor": Lazy("footfall.cli.doctor", "doctor", "Check the installation, and say what to do."),
    "settings": Lazy("footfall.cli.settings", "settings", "Print the settings in effect."),
}
"""In the order in which an operator meets them."""


class Commands(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        lazy = COMMANDS.get(cmd_name)
        if lazy is None:
            return None
        command: click.Command = getattr(import_module(lazy.module), lazy.attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as problem:
            # The parent class knows no names before their commands are loaded.
            hint = did_you_mean(args[0], COMMANDS)
            raise click.UsageError(problem.format_message() + hint, ctx) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, lazy.summary) for name, lazy in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except FootfallError as problem:
            raise click.ClickException(str(problem)) from problem


@click.group("footfall", cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="footfall", message="%(prog)s %(version)s")
def main() -> None:
    """Track what customers do, keep every event, and explain each sale.

    Every option that names a setting can also be given in the environment as FOOTFALL_…;
    `footfall settings` lists them.
    """
    for each in warnings():
        click.echo(f"Warning: {each}", err=True)
