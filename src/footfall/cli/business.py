"""``footfall business``: the tenants of an installation."""

import shlex
import shutil
import sys
from pathlib import Path
from typing import Any, Final

import click

from footfall.cli.options import NAME, Parsed, database_options, effective, json_option
from footfall.cli.output import print_json, print_table
from footfall.cli.snippet import snippet
from footfall.domain.contacts import parse_country
from footfall.domain.hosts import parse_host
from footfall.domain.money import parse_currency
from footfall.domain.origins import parse_origin
from footfall.domain.public_ids import Kind
from footfall.domain.times import iso_utc, parse_timezone
from footfall.errors import ConfigurationError

_LISTED: Final = {
    "id": "id",
    "name": "name",
    "currency": "currency",
    "timezone": "time zone",
    "country": "country",
    "origins": "origins",
    "link_hosts": "link hosts",
    "test_id": "test id",
    "created_at": "created",
}


@click.group()
def business() -> None:
    """Make, list and change businesses."""


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
        shown = _shown(opened, made, None)
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
        twins = businesses.twins(connection)
        shown = [_shown(opened, each, twins.get(each.id)) for each in businesses.all_of(connection)]
    if as_json:
        print_json(shown)
        return
    rows = [
        each
        | {
            "origins": _told(each["origins"], "origin"),
            "link_hosts": _told(each["link_hosts"], "host"),
            "test_id": each["test_id"] or "–",
        }
        for each in shown
    ]
    print_table(rows, _LISTED)


@business.command()
@click.argument("business_id", metavar="ID")
@click.option("--name", type=NAME, help="Another name.")
@click.option(
    "--origin",
    "origins",
    type=Parsed("origin", parse_origin),
    multiple=True,
    help="Web origin whose pages may use the public id; give it several times for several, "
    "together they take the place of those there were.",
)
@click.option("--any-origin", is_flag=True, help="Let pages of any origin use the public id.")
@click.option(
    "--link-host",
    "link_hosts",
    type=Parsed("host", parse_host),
    multiple=True,
    help="Host that tracked links may lead to; give it several times for several, together they "
    "take the place of those there were.",
)
@click.option("--any-link-host", is_flag=True, help="Let tracked links lead anywhere.")
@database_options
@json_option
def update(
    business_id: str,
    name: str | None,
    origins: tuple[str, ...],
    any_origin: bool,
    link_hosts: tuple[str, ...],
    any_link_host: bool,
    data: Path | None,
    database: str | None,
    as_json: bool,
) -> None:
    """Change the business with this ID; servers follow within a second."""
    from footfall.cli.database import database_of
    from footfall.store import businesses

    if origins and any_origin:
        raise click.UsageError("--origin and --any-origin exclude each other; give one of them.")
    if link_hosts and any_link_host:
        raise click.UsageError(
            "--link-host and --any-link-host exclude each other; give one of them."
        )
    values: dict[str, Any] = {}
    if name is not None:
        values["name"] = name
    if origins or any_origin:
        values["origins"] = sorted(set(origins)) or None
    if link_hosts or any_link_host:
        values["link_hosts"] = sorted(set(link_hosts)) or None
    if not values:
        raise click.UsageError(
            "There is nothing to change; give --name, --origin or --any-origin, --link-host or "
            "--any-link-host."
        )
    with (
        database_of(effective(data, database)) as opened,
        opened.engines.write.begin() as connection,
    ):
        row_id = live_business(opened, connection, business_id).id
        businesses.change(connection, row_id, values)
        changed = businesses.find(connection, row_id)
        assert changed is not None
        shown = _shown(opened, changed, businesses.twins(connection).get(row_id))
    if as_json:
        print_json(shown)
        return
    click.echo(
        f"Business {shown['id']} “{shown['name']}”: pages of {_told(shown['origins'], 'origin')} "
        f"may track, links may lead to {_told(shown['link_hosts'], 'host')}."
    )


@business.command("wipe-test")
@click.argument("business_id", metavar="ID")
@click.option("--yes", is_flag=True, help="Do not ask.")
@database_options
@json_option
def wipe_test(
    business_id: str, yes: bool, data: Path | None, database: str | None, as_json: bool
) -> None:
    """Delete everything that test tokens of the business with this ID brought; they stay good."""
    from footfall.cli.database import database_of
    from footfall.cli.lakes import bring_along
    from footfall.cli.progress import reporting
    from footfall.store import businesses
    from footfall.store.wipe import wipe

    settings = effective(data, database)
    with database_of(settings) as opened:
        with opened.engines.read.connect() as connection:
            live = live_business(opened, connection, business_id)
            twin_id = businesses.twins(connection).get(live.id)
        if twin_id is None:
            raise ConfigurationError(
                f"Business {business_id} has no test side; `footfall token create --test` makes it."
            )
        if not yes:
            click.confirm(f"Delete all test data of “{live.name}”?", abort=True, err=True)
        with reporting() as report:
            gone = wipe(opened.engines, twin_id, report)
            report("lake")
            bring_along(settings)
    rows = {name: count for name, count in sorted(gone.items()) if count}
    if as_json:
        print_json({"id": business_id, "rows": rows})
        return
    click.echo(f"Wiped the test side of “{live.name}”: {sum(rows.values())} rows are gone.")


def live_business(opened: Any, connection: Any, public_id: str) -> Any:
    """Return the business with a public id.

    Raises:
        ConfigurationError: there is none, or it is the test side of one.
    """
    from footfall.store import businesses

    found = businesses.find(connection, opened.row_id(Kind.BUSINESS, public_id))
    if found is None:
        raise ConfigurationError(
            f"There is no business {public_id!r}; `footfall business list` shows those there are."
        )
    if found.test_of is not None:
        live_id = opened.public_id(Kind.BUSINESS, found.test_of)
        raise ConfigurationError(
            f"{public_id} is the test side of business {live_id}; give the business's own id."
        )
    return found


def _told(names: list[str] | None, what: str) -> str:
    return f"any {what}" if names is None else ", ".join(names)


def _shown(opened: Any, business: Any, twin_id: int | None) -> dict[str, Any]:
    return {
        "id": opened.public_id(Kind.BUSINESS, business.id),
        "name": business.name,
        "currency": business.currency,
        "timezone": business.timezone,
        "country": business.country,
        "origins": business.origins,
        "link_hosts": business.link_hosts,
        "test_id": None if twin_id is None else opened.public_id(Kind.BUSINESS, twin_id),
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


business.add_command(snippet)
