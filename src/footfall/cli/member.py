"""``footfall member``: who may log in to the dashboard, for whoever has the server's machine."""

import secrets
from pathlib import Path
from typing import Any, Final

import click

from footfall.cli.business import live_business
from footfall.cli.options import database_options, effective, effective_beside, json_option
from footfall.cli.output import print_json, print_table
from footfall.domain.public_ids import Kind
from footfall.domain.times import iso_utc
from footfall.errors import ConfigurationError

_LISTED: Final = {
    "email": "e-mail",
    "name": "name",
    "businesses": "businesses",
    "created_at": "since",
}


@click.group()
def member() -> None:
    """List and invite members of the dashboard; renew passwords."""


@member.command("list")
@database_options
@json_option
def list_(data: Path | None, database: str | None, as_json: bool) -> None:
    """List members and what each may do where, oldest first."""
    from footfall.cli.database import database_of
    from footfall.store import businesses, members

    shown: dict[int, dict[str, Any]] = {}
    with (
        database_of(effective(data, database)) as opened,
        opened.engines.read.connect() as connection,
    ):
        for business in businesses.all_of(connection):
            public_id = opened.public_id(Kind.BUSINESS, business.id)
            for each in members.all_of(connection, business.id):
                row = shown.setdefault(
                    each.id,
                    {
                        "email": each.email,
                        "name": each.name,
                        "businesses": {},
                        "created_at": iso_utc(each.created_at),
                    },
                )
                row["businesses"][public_id] = each.role
    rows = [shown[member_id] for member_id in sorted(shown)]
    if as_json:
        print_json(rows)
        return
    told = [
        row | {"businesses": ", ".join(f"{key} {role}" for key, role in row["businesses"].items())}
        for row in rows
    ]
    print_table(told, _LISTED)


@member.command()
@click.option("--business", required=True, metavar="ID", help="Public id of the business.")
@click.option(
    "--role",
    type=click.Choice(["owner", "developer", "analyst"]),
    default="analyst",
    show_default=True,
    help="What the member may do: everything; tokens and settings; look.",
)
@database_options
@json_option
def invite(
    business: str, role: str, data: Path | None, database: str | None, as_json: bool
) -> None:
    """Print a link that makes one member of a business, good for seven days."""
    from footfall.cli.database import database_of
    from footfall.store import invitations

    settings = effective_beside(data, database)
    with database_of(settings) as opened, opened.engines.write.begin() as connection:
        owner = live_business(opened, connection, business)
        made, secret = invitations.create(connection, owner.id, role, None)
    link = f"{settings.url}/dashboard/join/{secret}"
    if as_json:
        print_json({"link": link, "role": role, "expires_at": iso_utc(made.expires_at)})
        return
    click.echo(link)


@member.command()
@click.argument("email", metavar="EMAIL")
@database_options
@json_option
def password(email: str, data: Path | None, database: str | None, as_json: bool) -> None:
    """Give the member with this EMAIL a new password and print it, this once."""
    from footfall.cli.database import database_of
    from footfall.domain.contacts import normalise_email
    from footfall.domain.passwords import hashed
    from footfall.store import members

    try:
        wanted = normalise_email(email)
    except ValueError as problem:
        raise ConfigurationError(str(problem)) from None
    fresh = secrets.token_urlsafe(15)
    with (
        database_of(effective(data, database)) as opened,
        opened.engines.write.begin() as connection,
    ):
        found = members.find_by_email(connection, wanted)
        if found is None:
            raise ConfigurationError(
                f"There is no member {wanted}; `footfall member list` shows those there are."
            )
        members.set_password(connection, found.id, hashed(fresh))
    if as_json:
        print_json({"email": wanted, "password": fresh})
        return
    click.echo(f"{fresh}\n\nIt is shown this once; {wanted} has to log in again everywhere.")
