"""``footfall profile``: who is who, for whoever runs the installation.

The same changes as over HTTP, in the same log; the actor is the operator, the cause ``cli``.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from footfall.cli.options import database_options, effective, json_option
from footfall.cli.output import print_json, print_table, time_or_none
from footfall.cli.progress import reporting
from footfall.domain.public_ids import Kind
from footfall.domain.times import now_us
from footfall.errors import ConfigurationError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from footfall.cli.database import Database
    from footfall.settings import Settings
    from footfall.store.identity_log import Origin
    from footfall.store.released import Kept

_CHANGES: Final = {
    "id": "id",
    "at": "at",
    "kind": "kind",
    "profile": "profile",
    "other": "other",
    "session": "session",
    "cause": "cause",
    "undone": "undone",
}
_CONFLICTS: Final = {
    "id": "id",
    "at": "at",
    "session": "session",
    "profile": "claimed for",
    "owner": "owner",
    "cause": "cause",
}
_LIMIT: Final = click.IntRange(1, 1000)


class _Names:
    """The public ids of an installation, as what shows rows asks for them."""

    def __init__(self, opened: "Database") -> None:
        self._opened = opened

    def encode(self, kind: Kind, row_id: int) -> str:
        return self._opened.public_id(kind, row_id)


@click.group()
def profile() -> None:
    """Merge, separate, export and erase people, and see who is who."""


@profile.command()
@click.argument("profile_id", metavar="ID")
@click.argument("other_id", metavar="OTHER")
@database_options
@json_option
def merge(
    profile_id: str, other_id: str, data: Path | None, database: str | None, as_json: bool
) -> None:
    """Merge the profile OTHER into the profile ID; both ids mean that person from then on."""
    from footfall.store import merges

    with _transaction(data, database) as (opened, connection):
        business_id, root = _person(opened, connection, profile_id)
        theirs, other = _person(opened, connection, other_id)
        if theirs != business_id:
            raise ConfigurationError("The two profiles are of different businesses.")
        change = merges.merge(connection, business_id, root, other, _origin())
        shown = {
            "id": opened.public_id(Kind.PROFILE, root),
            "merged": opened.public_id(Kind.PROFILE, other),
            "change": opened.public_id(Kind.CHANGE, change),
        }
    if as_json:
        print_json(shown)
        return
    click.echo(f"Profile {shown['merged']} is merged into {shown['id']}.")
    click.echo(f"`footfall profile undo {shown['change']}` separates them again.")


@profile.command()
@click.argument("change_id", metavar="CHANGE")
@database_options
@json_option
def undo(change_id: str, data: Path | None, database: str | None, as_json: bool) -> None:
    """Undo the CHANGE, a merge or the attaching of a session."""
    from footfall.api.identity_log import render
    from footfall.store import undo as store_undo

    with _transaction(data, database) as (opened, connection):
        row_id = opened.row_id(Kind.CHANGE, change_id)
        business_id = _business_of_change(connection, row_id)
        made = business_id and store_undo.undo(connection, business_id, row_id, _origin())
        if not made:
            raise ConfigurationError(
                f"There is no change {change_id!r}; `footfall profile log` shows the ids."
            )
        shown = render(_Names(opened), made)
    if as_json:
        print_json(shown)
    else:
        click.echo(f"Change {change_id} is undone.")


@profile.command()
@click.argument("profile_id", metavar="ID")
@click.option("--limit", type=_LIMIT, default=25, show_default=True, help="Most changes to show.")
@database_options
@json_option
def log(
    profile_id: str, limit: int, data: Path | None, database: str | None, as_json: bool
) -> None:
    """List the changes of who the profile ID is, newest first."""
    from footfall.api.identity_log import render
    from footfall.store import identity_log, merges
    from footfall.store.pages import Bounds

    with _reading(data, database) as (opened, connection):
        business_id, root = _person(opened, connection, profile_id)
        members = merges.members_of(connection, root)
        page = identity_log.page(connection, business_id, Bounds(limit), [], profile_ids=members)
        shown = [_plain(render(_Names(opened), each)) for each in page.rows]
    _print_all(shown, _CHANGES, as_json=as_json)


@profile.command()
@click.option("--business", metavar="ID", help="Only those of this business.")
@click.option(
    "--limit", type=_LIMIT, default=25, show_default=True, help="Most conflicts of a business."
)
@database_options
@json_option
def conflicts(
    business: str | None, limit: int, data: Path | None, database: str | None, as_json: bool
) -> None:
    """List open conflicts: sessions of one person that were claimed for another, newest first."""
    from footfall.api.conflicts import render
    from footfall.store import businesses
    from footfall.store import conflicts as store_conflicts
    from footfall.store.pages import Bounds

    with _reading(data, database) as (opened, connection):
        if business is None:
            known = [each.id for each in businesses.all_of(connection)]
        else:
            known = [opened.row_id(Kind.BUSINESS, business)]
            if businesses.find(connection, known[0]) is None:
                raise ConfigurationError(
                    f"There is no business {business!r}; `footfall business list` shows those "
                    "there are."
                )
        shown = [
            _plain(render(_Names(opened), each))
            for number in known
            for each in store_conflicts.page(connection, number, Bounds(limit), []).rows
        ]
    _print_all(shown, _CONFLICTS, as_json=as_json)


@profile.command()
@click.argument("profile_id", metavar="ID")
@click.option("--yes", "is_sure", is_flag=True, help="Go ahead: there is no way back.")
@database_options
@json_option
def erase(
    profile_id: str, is_sure: bool, data: Path | None, database: str | None, as_json: bool
) -> None:
    """Erase the person of the profile ID for good; totals stay what they were."""
    from footfall.cli.lakes import bring_along
    from footfall.store import erase as store_erase
    from footfall.store.index_beside import index_beside

    if not is_sure:
        raise click.UsageError("Erasing cannot be undone; add --yes to go ahead.")
    with reporting() as report, _transaction(data, database) as (opened, connection):
        report("Erasing")
        row_id = opened.row_id(Kind.PROFILE, profile_id)
        business_id = _business_of_profile(connection, row_id)
        with index_beside(opened.engines) as index:
            root = business_id and store_erase.erase(
                connection, index, business_id, row_id, opened.public_id, _origin()
            )
        if not root:
            raise _no_profile(profile_id)
        shown = {"id": opened.public_id(Kind.PROFILE, root), "deleted": True, "erased": True}
    bring_along(effective(data, database))
    if as_json:
        print_json(shown)
    else:
        click.echo(f"The person of profile {shown['id']} is erased. Backups still hold it.")


@profile.command()
@click.argument("profile_id", metavar="ID")
@database_options
@json_option
def export(profile_id: str, data: Path | None, database: str | None, as_json: bool) -> None:
    """Print everything about the person of the profile ID, as JSON in any case."""
    import msgspec

    from footfall.api.export import build
    from footfall.store.index_beside import index_beside

    with reporting() as report, _reading(data, database) as (opened, connection):
        report("Exporting")
        business_id, root = _person(opened, connection, profile_id)
        past = _past(connection, effective(data, database), business_id, root)
        with index_beside(opened.engines) as index:
            document = build(connection, index, _Names(opened), business_id, root, now_us(), past)
    assert document is not None
    indent = 2 if as_json else 0
    click.echo((msgspec.json.format(document, indent=indent) if indent else document).decode())


@profile.command()
@click.argument("profile_id", metavar="ID")
@click.option("--lift", is_flag=True, help="Take the person's events again.")
@database_options
@json_option
def suppress(
    profile_id: str, lift: bool, data: Path | None, database: str | None, as_json: bool
) -> None:
    """Refuse all further events of the person of the profile ID, or take them again."""
    from footfall.store import suppress as store_suppress

    with _transaction(data, database) as (opened, connection):
        business_id, root = _person(opened, connection, profile_id)
        found = store_suppress.suppress(
            connection, business_id, root, _origin(), is_suppressed=not lift
        )
        assert found is not None
        shown = {
            "id": opened.public_id(Kind.PROFILE, root),
            "suppressed_at": time_or_none(found.suppressed_at),
            "suppressed_events": found.suppressed_count,
        }
    if as_json:
        print_json(shown)
    elif lift:
        click.echo(f"Events of profile {shown['id']} are taken again.")
    else:
        click.echo(f"Events of profile {shown['id']} are refused since {shown['suppressed_at']}.")


@contextmanager
def _transaction(
    data: Path | None, database: str | None
) -> "Iterator[tuple[Database, Connection]]":
    from footfall.cli.database import database_of

    with (
        database_of(effective(data, database)) as opened,
        opened.engines.write.begin() as connection,
    ):
        yield opened, connection


@contextmanager
def _reading(data: Path | None, database: str | None) -> "Iterator[tuple[Database, Connection]]":
    from footfall.cli.database import database_of

    with (
        database_of(effective(data, database)) as opened,
        opened.engines.read.begin() as connection,
    ):
        yield opened, connection


def _origin() -> "Origin":
    from footfall.store.identity_log import Origin

    return Origin(now_us(), "cli")


def _person(opened: "Database", connection: "Connection", public_id: str) -> tuple[int, int]:
    """Return the business and the root of the person that a profile's id means."""
    from footfall.store import people

    row_id = opened.row_id(Kind.PROFILE, public_id)
    business_id = _business_of_profile(connection, row_id)
    root = None
    if business_id is not None:
        root = people.canonical(connection, business_id, row_id)
    if business_id is None or root is None:
        raise _no_profile(public_id)
    return business_id, root


def _past(
    connection: "Connection", settings: "Settings", business_id: int, root: int
) -> "list[Kept]":
    """Return a person's events that the lake alone has, oldest first."""
    from footfall.store import events, released
    from footfall.store.event_index import Range

    last_id = released.standing(connection).last_id
    if not last_id:
        return []
    from footfall.cli.lakes import lake_of
    from footfall.lake.older import older_events

    wanted = events.EventFilter(business_id, profile_id=root)
    owners = events.owners(connection, wanted)
    with lake_of(settings) as lake:
        return lake.read_now(
            business_id, lambda views: older_events(views, wanted, owners, Range(1, last_id))
        )


def _business_of_profile(connection: "Connection", row_id: int) -> int | None:
    from sqlalchemy import select

    from footfall.store.tables import profiles

    query = select(profiles.c.business_id).where(profiles.c.id == row_id)
    return connection.execute(query).scalar()


def _business_of_change(connection: "Connection", row_id: int) -> int | None:
    from sqlalchemy import select

    from footfall.store.tables import identity_log

    query = select(identity_log.c.business_id).where(identity_log.c.id == row_id)
    return connection.execute(query).scalar()


def _no_profile(public_id: str) -> ConfigurationError:
    return ConfigurationError(
        f"There is no profile {public_id!r}; `GET /v1/profiles` shows the ids."
    )


def _plain(shown: Any) -> dict[str, Any]:
    import msgspec

    plain: dict[str, Any] = msgspec.to_builtins(shown)
    return plain


def _print_all(shown: list[dict[str, Any]], columns: dict[str, str], *, as_json: bool) -> None:
    if as_json:
        print_json(shown)
    else:
        print_table(shown, columns)
