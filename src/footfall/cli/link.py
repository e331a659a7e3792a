"""``footfall link``: tracked links, for whoever makes a campaign in a terminal.

The same links as over HTTP; the operator makes them, so no token is asked for.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from footfall.cli.options import Parsed, database_options, effective_beside, json_option
from footfall.cli.output import print_json, print_table, time_or_none
from footfall.domain.links import SOURCE, TEXT_LENGTH, parse_destination
from footfall.domain.public_ids import Kind
from footfall.domain.times import now_us
from footfall.errors import ConfigurationError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from footfall.cli.database import Database
    from footfall.settings import Settings
    from footfall.store.links import Link

_LISTED: Final = {
    "id": "id",
    "url": "address",
    "destination": "destination",
    "campaign": "campaign",
    "medium": "medium",
    "clicks": "clicks",
    "deactivated_at": "deactivated",
    "created_at": "created",
}
_LIMIT: Final = click.IntRange(1, 1000)


def parse_text(text: str) -> str:
    """Return a campaign's, medium's or source's name.

    Raises:
        ValueError: empty, unprintable, or longer than the database keeps.
    """
    name = text.strip()
    if not name or not name.isprintable() or len(name) > TEXT_LENGTH:
        raise ValueError(f"The text is empty, unprintable or longer than {TEXT_LENGTH} characters.")
    return name


_TEXT: Final = Parsed("text", parse_text)
_business = click.option(
    "--business", "business_id", metavar="ID", required=True, help="Whose links these are."
)


@click.group()
def link() -> None:
    """Make, list and deactivate tracked links."""


@link.command()
@click.argument("destination", type=Parsed("address", parse_destination))
@_business
@click.option("--campaign", type=_TEXT, help="Becomes utm_campaign.")
@click.option("--medium", type=_TEXT, help="Becomes utm_medium, such as sms.")
@click.option("--source", type=_TEXT, default=SOURCE, show_default=True, help="Becomes utm_source.")
@click.option(
    "--profile",
    "profile_id",
    metavar="ID",
    help="The profile it is for; whoever opens it counts as that person.",
)
@database_options
@json_option
def create(
    destination: str,
    business_id: str,
    campaign: str | None,
    medium: str | None,
    source: str,
    profile_id: str | None,
    data: Path | None,
    database: str | None,
    as_json: bool,
) -> None:
    """Make a link that leads to DESTINATION and print its address."""
    from footfall.cli.business import live_business
    from footfall.cli.database import database_of
    from footfall.store import links
    from footfall.store.identity_log import Origin

    settings = effective_beside(data, database)
    with database_of(settings) as opened, opened.engines.write.begin() as connection:
        owner = live_business(opened, connection, business_id).id
        profile_row = _profile(opened, connection, owner, profile_id)
        told = links.Told(destination, source, medium, campaign, profile_row)
        made = links.create(connection, owner, told, Origin(now_us(), "cli"))
        shown = _shown(opened, settings, made)
    if as_json:
        print_json(shown)
        return
    click.echo(f"{shown['url']}\nleads to {shown['destination']}")


@link.command("list")
@_business
@click.option("--limit", type=_LIMIT, default=25, show_default=True, help="Most to list.")
@database_options
@json_option
def list_(
    business_id: str, limit: int, data: Path | None, database: str | None, as_json: bool
) -> None:
    """List links, newest first."""
    from footfall.cli.business import live_business
    from footfall.cli.database import database_of
    from footfall.store import links
    from footfall.store.pages import Bounds

    settings = effective_beside(data, database)
    with database_of(settings) as opened, opened.engines.read.connect() as connection:
        owner = live_business(opened, connection, business_id).id
        found, _ = links.page(connection, owner, Bounds(limit), [])
        shown = [_shown(opened, settings, each) for each in found]
    if as_json:
        print_json(shown)
        return
    print_table(shown, _LISTED)


@link.command()
@click.argument("code")
@_business
@database_options
@json_option
def deactivate(
    code: str, business_id: str, data: Path | None, database: str | None, as_json: bool
) -> None:
    """Let the link with this CODE lead nowhere; its address may be given whole."""
    from footfall.cli.business import live_business
    from footfall.cli.database import database_of
    from footfall.store import links

    settings = effective_beside(data, database)
    with database_of(settings) as opened, opened.engines.write.begin() as connection:
        owner = live_business(opened, connection, business_id).id
        found = links.find_by_code(connection, owner, code.rpartition("/")[2])
        if found is None:
            raise ConfigurationError(
                f"There is no link {code!r}; `footfall link list` shows those there are."
            )
        changed = links.change(connection, owner, found.id, {}, now_us(), is_active=False)
        assert changed is not None
        shown = _shown(opened, settings, changed)
    if as_json:
        print_json(shown)
        return
    click.echo(f"{shown['url']} leads nowhere from now on.")


def _profile(
    opened: "Database", connection: "Connection", business_id: int, public_id: str | None
) -> int | None:
    from footfall.store import people

    if public_id is None:
        return None
    row_id = opened.row_id(Kind.PROFILE, public_id)
    if not people.existing(connection, business_id, [row_id]):
        raise ConfigurationError(f"There is no profile {public_id!r} in this business.")
    return row_id


def _shown(opened: "Database", settings: "Settings", each: "Link") -> dict[str, Any]:
    owner_id = each.owner_id
    return {
        "id": opened.public_id(Kind.LINK, each.id),
        "code": each.code,
        "url": settings.short_url(each.code),
        "destination": each.destination,
        "source": each.source,
        "medium": each.medium,
        "campaign": each.campaign,
        "profile": None if owner_id is None else opened.public_id(Kind.PROFILE, owner_id),
        "clicks": each.clicks,
        "previews": each.previews,
        "suppressed": each.suppressed,
        "last_clicked_at": time_or_none(each.clicked_at),
        "created_at": time_or_none(each.created_at),
        "deactivated_at": time_or_none(each.deactivated_at),
    }
