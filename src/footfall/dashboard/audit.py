"""The log of what members changed."""

from typing import Final

from litestar import get

from footfall.dashboard.gate import Seat, Visit
from footfall.dashboard.pages import Page, Pages
from footfall.store import audit
from footfall.store.pages import Bounds
from footfall.store.store import Store

AT_ONCE: Final = 50


@get("/{business:str}/audit")
async def show(visit: Visit, seat: Seat, store: Store, pages: Pages) -> Page:
    """Show the changes, newest first; ``?after=`` goes on from one of them."""
    seat.need("owner", "developer")
    asked = visit.request.query_params.get("after", "")
    after = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 16 else None
    bounds = Bounds(AT_ONCE, after=after)
    page = await store.read(lambda connection: audit.page(connection, seat.business.id, bounds))
    return pages.show(
        "audit", visit, seat=seat, changes=page.rows, has_more=page.has_more, after=after
    )


HANDLERS: Final = (show,)
