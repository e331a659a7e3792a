"""Settings of a business: name, money and zone while they may change, origins, link hosts."""

from collections.abc import Callable
from typing import Any, Final

from litestar import get, post
from sqlalchemy import Connection

from footfall.dashboard.entry import money_and_zone
from footfall.dashboard.forms import Form
from footfall.dashboard.gate import Seat, Visit
from footfall.dashboard.pages import Done, Page, Pages, see
from footfall.domain.hosts import parse_host
from footfall.domain.origins import parse_origin
from footfall.store import audit, businesses, ledger
from footfall.store.store import Store


@get("/{business:str}/settings")
async def show(visit: Visit, seat: Seat, store: Store, pages: Pages) -> Page:
    """Show the settings as a form."""
    is_fresh = await store.read(lambda connection: _is_fresh(connection, seat))
    return _page(visit, seat, pages, Form(visit, {}), is_fresh=is_fresh)


@post("/{business:str}/settings", status_code=200)
async def change(visit: Visit, seat: Seat, store: Store, pages: Pages) -> Page | Done:
    """Change what differs; servers follow within a second."""
    seat.need("owner", "developer")
    form = await Form.of(visit)
    is_fresh = await store.read(lambda connection: _is_fresh(connection, seat))
    wanted: dict[str, Any] = {
        "name": form.text("name"),
        "origins": form.parsed(
            "origins",
            lambda text: _lines(text, parse_origin),
            "Give an origin on each line, such as https://shop.example, and nothing after it.",
        ),
        "link_hosts": form.parsed(
            "link_hosts",
            lambda text: _lines(text, parse_host),
            "Give a host on each line, such as shop.example.",
        ),
    }
    if is_fresh:
        wanted |= money_and_zone(form)
    if not form.is_good:
        return _page(visit, seat, pages, form, is_fresh=is_fresh, status=422)
    changed = {
        name: value for name, value in wanted.items() if getattr(seat.business, name) != value
    }

    def store_it(connection: Connection) -> None:
        businesses.change(connection, seat.business.id, changed)
        audit.add(
            connection,
            seat.business.id,
            seat.member.id,
            "business.changed",
            seat.business.name,
            {name: [getattr(seat.business, name), value] for name, value in changed.items()},
        )

    if changed:
        await store.write(store_it)
    return see(f"{seat.path}/settings?saved=1")


def _page(
    visit: Visit, seat: Seat, pages: Pages, form: Form, *, is_fresh: bool, status: int = 200
) -> Page:
    is_saved = "saved" in visit.request.query_params
    return pages.show(
        "settings", visit, seat=seat, status=status, form=form, is_fresh=is_fresh, is_saved=is_saved
    )


def _is_fresh(connection: Connection, seat: Seat) -> bool:
    return not ledger.has_entries(connection, seat.business.id)


def _lines(text: str, parse: Callable[[str], str]) -> list[str] | None:
    """Return what stands on the lines, ``None`` when there is nothing: any."""
    return sorted({parse(line) for line in text.splitlines() if line.strip()}) or None


HANDLERS: Final = (show, change)
