"""``footfall business``: the tenants of an installation."""

import shlex
import shutil
import sys
from pathlib import Path
from typing import Any, Final

import click

from footfall.cli.options import NAME, Parsed, database_options, effective, json_option
from footfall.cli.output import print_json, print_table
from footfall.domain.contacts import parse_country
from footfall.domain.money import parse_currency
from footfall.domain.times import iso_utc, parse_timezone

_LISTED: Final = {
    "id": "id",
    "name": "name",
    "currency": "currency",
    "timezone": "time zone",
    "country": "country",
    "created_at": "created",
}


@click.group()
def business() -> None:
    """Make and list businesses."""


@business.command()
@click.argument("name", type=NAME)
@click.option(
    "--currency",
    type=Parsed("code", parse_currency),
    default="USD",
    show_default=True,
    help="Reporting currency, as an ISO 4217 code.",
)
@click.option(
    "--timezone",
    type=Parsed("zone", lambda text: parse_timezone(text).key),
    default="UTC",
    show_default=True,
    help="Time zone in which its days begin, as an IANA name.",
)
@click.option(
    "--country",
    type=Parsed("code", parse_country),
    default="US",
    show_default=True,
    help="Country of phone numbers that name none, as an ISO 3166 code.",
)
@database_options
@json_option
def create(
    name: str,
    currency: str,
    timezone: str,
    country: str,
    data: Path | None,
    database: str | None,
    as_json: bool,
) -> None:
    """Make a business called NAME and print its public id."""
    from footfall.cli.database import database_of
    from footfall.store import businesses

    with database_of(effective(data, database), may_create=True) as opened:
        with opened.engines.write.begin() as connection:
            made = businesses.create(
                connection, name, currency=currency, timezone=timezone, country=country
            )
        shown = _shown(opened, made)
    if as_json:
        print_json(shown)
        return
    click.echo(f"Business {shown['id']} “{name}”: {currency}, {timezone}, {country}.\n")
    click.echo("Next, make a token for it:")
    click.echo(f"  {_next_command(shown['id'], data, database)}")


@business.command("list")
@database_options
@json_option
def list_(data: Path | None, database: str | None, as_json: bool) -> None:
    """List all businesses, oldest first."""
    from footfall.cli.database import database_of
    from footfall.store import businesses

    with (
        database_of(effective(data, database)) as opened,
        opened.engines.read.connect() as connection,
    ):
        shown = [_shown(opened, each) for each in businesses.all_of(connection)]
    if as_json:
        print_json(shown)
        return
    print_table(shown, _LISTED)


def _shown(opened: Any, business: Any) -> dict[str, Any]:
    from footfall.domain.public_ids import Kind

    return {
        "id": opened.public_id(Kind.BUSINESS, business.id),
        "name": business.name,
        "currency": business.currency,
        "timezone": business.timezone,
        "country": business.country,
        "created_at": iso_utc(business.created_at),
    }


def _next_command(public_id: str, data: Path | None, database: str | None) -> str:
    program = "footfall" if shutil.which("footfall") else sys.argv[0]
    words = [program, "token", "create", "--business", public_id, "--name", "my server"]
    if data is not None:
        words += ["--data", str(data)]
    if database is not None:
        words += ["--database", database]
    return shlex.join(words)
