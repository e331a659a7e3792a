"""``footfall token``: what lets a program speak for a business.

A token's text is printed when it is made and kept nowhere; all else about it can be listed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from footfall.cli.business import live_business
from footfall.cli.options import NAME, Parsed, database_options, effective, json_option
from footfall.cli.output import print_json, print_table, time_or_none
from footfall.domain.public_ids import Kind
from footfall.domain.times import iso_utc, now_us, parse_duration, parse_expiry
from footfall.domain.tokens import PREFIX, SCOPES
from footfall.errors import ConfigurationError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from footfall.cli.database import Database
    from footfall.store.tokens import Token

_LISTED: Final = {
    "id": "id",
    "business_id": "business",
    "name": "name",
    "prefix": "begins",
    "scopes": "scopes",
    "mode": "mode",
    "state": "state",
    "expires_at": "expires",
    "last_used_at": "last used",
}


@click.group()
def token() -> None:
    """Make, list, revoke and rotate private tokens."""


@token.command()
@click.option("--business", required=True, metavar="ID", help="Public id of the business.")
@click.option("--name", type=NAME, required=True, help="What the token is for, to tell it by.")
@click.option(
    "--expires",
    type=Parsed("date", lambda text: parse_expiry(text, now_us())),
    help="Last day it is good for (UTC), or a time with a zone.  [default: never]",
)
@click.option(
    "--scope",
    "scopes",
    type=click.Choice(list(SCOPES)),
    multiple=True,
    default=("admin",),
    show_default=True,
    help="What it may do; give it several times for several.",
)
@click.option(
    "--test",
    "is_test",
    is_flag=True,
    help="Keep all it brings apart from the live data; `business wipe-test` deletes that alone.",
)
@database_options
@json_option
def create(
    business: str,
    name: str,
    expires: int | None,
    scopes: tuple[str, ...],
    is_test: bool,
    data: Path | None,
    database: str | None,
    as_json: bool,
) -> None:
    """Make a token and print it, this once."""
    from footfall.store import businesses, tokens

    with _transaction(data, database) as (opened, connection):
        owner = live_business(opened, connection, business)
        if is_test:
            owner = businesses.twin(connection, owner)
        made, text = tokens.create(
            connection, owner.id, name, scopes=set(scopes), expires_at=expires
        )
        shown = _with_text(_shown(opened, made, _live_by_twin(connection)), text)
    _print_made(shown, as_json=as_json)


@token.command("list")
@click.option("--business", metavar="ID", help="Only the tokens of this business.")
@database_options
@json_option
def list_(business: str | None, data: Path | None, database: str | None, as_json: bool) -> None:
    """List tokens without their text, newest first."""
    from footfall.cli.database import database_of
    from footfall.store import tokens

    with (
        database_of(effective(data, database)) as opened,
        opened.engines.read.connect() as connection,
    ):
        live_by_twin = _live_by_twin(connection)
        wanted = None if business is None else live_business(opened, connection, business).id
        shown = [
            _shown(opened, each, live_by_twin)
            for each in tokens.all_of(connection)
            if wanted in (None, each.business_id, live_by_twin.get(each.business_id))
        ]
    if as_json:
        print_json(shown)
        return
    print_table(shown, _LISTED)


@token.command()
@click.argument("token_id", metavar="ID")
@database_options
@json_option
def revoke(token_id: str, data: Path | None, database: str | None, as_json: bool) -> None:
    """Revoke the token with this ID for good; servers refuse it within a second."""
    from footfall.store import tokens

    with _transaction(data, database) as (opened, connection):
        found = _token(opened, connection, token_id)
        revoked = tokens.revoke(connection, found.id)
        assert revoked is not None
        shown = _shown(opened, revoked, _live_by_twin(connection))
    if as_json:
        print_json(shown)
    else:
        click.echo(f"Token {shown['id']} “{found.name}” is revoked since {shown['revoked_at']}.")


@token.command()
@click.argument("token_id", metavar="ID")
@click.option(
    "--overlap",
    type=Parsed("duration", parse_duration),
    default="24h",
    show_default=True,
    help="How long the old token stays good: 90s, 30m, 24h, 7d or 2w.",
)
@database_options
@json_option
def rotate(
    token_id: str, overlap: int, data: Path | None, database: str | None, as_json: bool
) -> None:
    """Make a successor of the token with this ID and print it, this once."""
    from footfall.store import tokens

    with _transaction(data, database) as (opened, connection):
        old = _token(opened, connection, token_id)
        old_id = opened.public_id(Kind.TOKEN, old.id)
        if _state(old) != "active":
            raise ConfigurationError(
                f"Token {old_id} is {_state(old)}; make a new one with `footfall token create`."
            )
        made, text = tokens.rotate(connection, old, overlap)
        ended = tokens.find(connection, old.id)
        assert ended is not None
        shown = _with_text(_shown(opened, made, _live_by_twin(connection)), text)
        shown["replaces"] = {"id": old_id, "expires_at": time_or_none(ended.expires_at)}
    _print_made(shown, as_json=as_json)
    if not as_json:
        click.echo(f"The old token stays good until {shown['replaces']['expires_at']}.")


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


def _live_by_twin(connection: "Connection") -> dict[int, int]:
    from footfall.store import businesses

    return {twin: live for live, twin in businesses.twins(connection).items()}


def _token(opened: "Database", connection: "Connection", public_id: str) -> "Token":
    """Return the token with an id, or with this text; a text is in no message."""
    from footfall.store import tokens

    if public_id.strip().startswith(PREFIX):
        found = tokens.find_by_text(connection, public_id.strip())
        if found is None:
            raise ConfigurationError(
                "There is no token with this text; `footfall token list` shows the ids."
            )
        return found
    found = tokens.find(connection, opened.row_id(Kind.TOKEN, public_id))
    if found is None:
        raise ConfigurationError(
            f"There is no token {public_id!r}; `footfall token list` shows the ids."
        )
    return found


def _state(token: "Token") -> str:
    if token.revoked_at is not None:
        return "revoked"
    is_over = token.expires_at is not None and token.expires_at <= now_us()
    return "expired" if is_over else "active"


def _shown(opened: "Database", token: "Token", live_by_twin: dict[int, int]) -> dict[str, Any]:
    live_id = live_by_twin.get(token.business_id)
    return {
        "id": opened.public_id(Kind.TOKEN, token.id),
        "business_id": opened.public_id(Kind.BUSINESS, live_id or token.business_id),
        "name": token.name,
        "prefix": token.prefix,
        "scopes": token.scopes,
        "mode": "live" if live_id is None else "test",
        "state": _state(token),
        "created_at": iso_utc(token.created_at),
        "expires_at": time_or_none(token.expires_at),
        "revoked_at": time_or_none(token.revoked_at),
        "last_used_at": time_or_none(token.last_used_at),
    }


def _with_text(shown: dict[str, Any], text: str) -> dict[str, Any]:
    return {"id": shown["id"], "token": text, **shown}


def _print_made(shown: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(shown)
        return
    until = f"until {shown['expires_at']}" if shown["expires_at"] else "without an end"
    mode = "test mode, " if shown["mode"] == "test" else ""
    click.echo(
        f"Token {shown['id']} “{shown['name']}”: {mode}{', '.join(shown['scopes'])}, {until}.\n"
    )
    click.echo(f"  {shown['token']}\n")
    click.echo("Keep it now: it will not be shown again.")
