"""``footfall doctor``: what is wrong with the installation, and the remedy."""

from pathlib import Path

import click

from footfall.cli.options import database_options, effective, json_option
from footfall.cli.output import print_json

_MARKS = {"ok": ("✓", "green"), "warn": ("!", "yellow"), "fail": ("✗", "red")}


@click.command()
@database_options
@json_option
@click.pass_context
def doctor(ctx: click.Context, data: Path | None, database: str | None, as_json: bool) -> None:
    """Check the installation, and say what to do.

    Looks at data folder, disk, port, database, clock and books; changes nothing and may run beside
    the server. Exit status 1 when anything fails; warnings do not count.
    """
    from footfall.cli.progress import reporting
    from footfall.ops.doctor import examine

    with reporting() as report:
        checks = list(examine(effective(data, database), report))
    if as_json:
        print_json([check._asdict() for check in checks])
    else:
        width = max(len(check.name) for check in checks)
        for check in checks:
            mark, colour = _MARKS[check.state]
            click.echo(f"{click.style(mark, fg=colour)} {check.name:<{width}}  {check.found}")
            if check.remedy:
                click.echo(f"  {'':<{width}}  → {check.remedy}")
    ctx.exit(1 if any(check.state == "fail" for check in checks) else 0)
