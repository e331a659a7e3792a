"""*Get started*: a token made for the page, one command in five languages, and what came of it."""

import uuid
from typing import Any, Final

from litestar import Response, get, post
from sqlalchemy import Connection

from footfall.dashboard.commands import TOKEN_WORD, commands
from footfall.dashboard.gate import Seat, Visit
from footfall.dashboard.pages import SECURITY, Done, Page, Pages
from footfall.store import audit, events, tokens
from footfall.store.events import Event, EventFilter
from footfall.store.store import Store

TOKEN_NAME: Final = "Get started"


@get("/{business:str}/start")
async def start(visit: Visit, seat: Seat, store: Store, pages: Pages) -> Page:
    """Show the commands; the page asks for a token by itself if it never had one."""
    is_new = not await store.read(lambda connection: _mine(connection, seat))
    latest = await store.read(lambda connection: _latest(connection, store, seat))
    return pages.show(
        "start",
        visit,
        seat=seat,
        is_new=is_new and seat.may_change,
        token=None,
        latest=latest,
        commands=_commands(pages, seat, TOKEN_WORD),
    )


@post("/{business:str}/start/token", status_code=200)
async def make_token(visit: Visit, seat: Seat, store: Store, pages: Pages) -> Page:
    """Make the page's token anew, ending the one before, and show it this once."""
    seat.need("owner", "developer")

    def renew(connection: Connection) -> str:
        for each in _mine(connection, seat):
            tokens.revoke(connection, each.id)
        _, text = tokens.create(
            connection, seat.business.id, TOKEN_NAME, scopes=("events:write", "profiles", "catalog")
        )
        audit.add(connection, seat.business.id, seat.member.id, "token.created", TOKEN_NAME)
        return text

    token = await store.write(renew)
    values: dict[str, Any] = {
        "is_new": False,
        "token": token,
        "commands": _commands(pages, seat, token),
    }
    if visit.is_htmx:
        return pages.show("start_commands", visit, seat=seat, **values)
    latest = await store.read(lambda connection: _latest(connection, store, seat))
    return pages.show("start", visit, seat=seat, latest=latest, **values)


@get("/{business:str}/start/state")
async def state(visit: Visit, seat: Seat, store: Store, pages: Pages) -> Page | Done:
    """Answer the part of the page that tells of the latest event, if it is another than before."""
    latest = await store.read(lambda connection: _latest(connection, store, seat))
    if visit.request.query_params.get("seen") == str(latest.id if latest else 0):
        return Response(b"", status_code=204, headers=SECURITY)
    return pages.show("start_state", visit, seat=seat, latest=latest)


def _mine(connection: Connection, seat: Seat) -> list[tokens.Token]:
    """Return this page's tokens that are still good."""
    of_business = tokens.all_of(connection, seat.business.id)
    return [each for each in of_business if each.name == TOKEN_NAME and each.revoked_at is None]


def _latest(connection: Connection, store: Store, seat: Seat) -> Event | None:
    found = events.page(connection, store.index, EventFilter(seat.business.id), 1)
    return found[0] if found else None


def _commands(pages: Pages, seat: Seat, token: str) -> list[tuple[str, str]]:
    # A session of its own each time: pasted a day later, it is another visitor's purchase.
    return commands(pages.url, token, seat.business.currency, str(uuid.uuid4()))


HANDLERS: Final = (start, make_token, state)
