"""Tokens of a business: made, shown once, rotated, revoked."""

from typing import Any, Final, NamedTuple

from litestar import get, post
from litestar.params import FromPath
from sqlalchemy import Connection

from footfall.dashboard.forms import Form
from footfall.dashboard.gate import Absent, Seat, Visit
from footfall.dashboard.pages import Done, Page, Pages, see
from footfall.domain.public_ids import Kind
from footfall.domain.times import DAY, HOUR, now_us, parse_expiry
from footfall.domain.tokens import SCOPES
from footfall.store import audit, businesses, tokens
from footfall.store.store import Store
from footfall.store.tokens import Token

OVERLAPS: Final = {"1h": HOUR, "24h": DAY, "7d": 7 * DAY}
"""How long a rotated token may stay good."""

CHANGERS: Final = ("owner", "developer")


class Shown(NamedTuple):
    """A token as the table shows it; ``state`` is active, expired or revoked."""

    id: str
    row: Token
    is_test: bool
    state: str


@get("/{business:str}/tokens")
async def show(visit: Visit, seat: Seat, store: Store, pages: Pages) -> Page:
    """List the tokens; the form for a new one is above them."""
    return await _page(visit, seat, store, pages, Form(visit, {"scope": ["admin"]}))


@post("/{business:str}/tokens", status_code=200)
async def create(visit: Visit, seat: Seat, store: Store, pages: Pages) -> Page:
    """Make a token and show it, this once."""
    seat.need(*CHANGERS)
    form = await Form.of(visit)
    name = form.text("name")
    scopes = [scope for scope in SCOPES if scope in form.all("scope")]
    if not scopes:
        form.refuse("scope", "Choose at least one.")
    expires_at = None
    if form.raw("expires"):
        expires_at = form.parsed(
            "expires",
            lambda text: parse_expiry(text, now_us()),
            "Give a day that is not over yet, or none.",
        )
    if not form.is_good:
        return await _page(visit, seat, store, pages, form, status=422)
    is_test = form.raw("mode") == "test"

    def make(connection: Connection) -> str:
        owner = businesses.twin(connection, seat.business) if is_test else seat.business
        row, text = tokens.create(connection, owner.id, name, scopes=scopes, expires_at=expires_at)
        details = {"scopes": row.scopes, "mode": "test" if is_test else "live"}
        audit.add(connection, seat.business.id, seat.member.id, "token.created", name, details)
        return text

    made = await store.write(make)
    return await _page(visit, seat, store, pages, Form(visit, {"scope": ["admin"]}), made=made)


@post("/{business:str}/tokens/{token:str}/rotate", status_code=200)
async def rotate(
    visit: Visit, seat: Seat, store: Store, pages: Pages, token: FromPath[str]
) -> Page:
    """Make a successor and show it, this once; the old one stays good for the overlap."""
    seat.need(*CHANGERS)
    overlap = (await Form.of(visit)).raw("overlap")
    overlap_us = OVERLAPS.get(overlap, DAY)

    def renew(connection: Connection) -> str:
        old = _find(connection, store, seat, token)
        if _state(old) != "active":
            raise Absent
        _, text = tokens.rotate(connection, old, overlap_us)
        details = {"overlap_s": overlap_us // 1_000_000}
        audit.add(connection, seat.business.id, seat.member.id, "token.rotated", old.name, details)
        return text

    made = await store.write(renew)
    return await _page(visit, seat, store, pages, Form(visit, {"scope": ["admin"]}), made=made)


@post("/{business:str}/tokens/{token:str}/revoke")
async def revoke(seat: Seat, store: Store, token: FromPath[str]) -> Done:
    """End a token for good, everywhere within a second."""
    seat.need(*CHANGERS)

    def end(connection: Connection) -> None:
        found = _find(connection, store, seat, token)
        if found.revoked_at is None:
            tokens.revoke(connection, found.id)
            audit.add(connection, seat.business.id, seat.member.id, "token.revoked", found.name)

    await store.write(end)
    return see(f"{seat.path}/tokens")


async def _page(
    visit: Visit,
    seat: Seat,
    store: Store,
    pages: Pages,
    form: Form,
    *,
    made: str | None = None,
    status: int = 200,
) -> Page:
    values: dict[str, Any] = {"form": form, "made": made, "scopes": SCOPES, "overlaps": OVERLAPS}
    values["tokens"] = await store.read(lambda connection: _all(connection, store, seat))
    return pages.show("tokens", visit, seat=seat, status=status, at=f"{seat.path}/tokens", **values)


def _all(connection: Connection, store: Store, seat: Seat) -> list[Shown]:
    test_id = businesses.twins(connection).get(seat.business.id)
    found = tokens.all_of(connection, seat.business.id)
    if test_id is not None:
        found += tokens.all_of(connection, test_id)
    encode = store.public_ids[Kind.TOKEN].encode
    shown = [Shown(encode(row.id), row, row.business_id == test_id, _state(row)) for row in found]
    # Those that are good first, each group newest first.
    return sorted(shown, key=lambda each: (each.state != "active", -each.row.id))


def _find(connection: Connection, store: Store, seat: Seat, text: str) -> Token:
    row_id = store.public_ids[Kind.TOKEN].decode(text)
    found = None if row_id is None else tokens.find(connection, row_id)
    test_id = businesses.twins(connection).get(seat.business.id)
    if found is None or found.business_id not in (seat.business.id, test_id):
        raise Absent
    return found


def _state(token: Token) -> str:
    if token.revoked_at is not None:
        return "revoked"
    is_over = token.expires_at is not None and token.expires_at <= now_us()
    return "expired" if is_over else "active"


HANDLERS: Final = (show, create, rotate, revoke)
