"""What the shop does: log in, sell, and look up what Footfall knows.

Between the pages (``routes``) and the calls (``outbox``, ``api``).
"""

from typing import Any

from litestar.exceptions import NotFoundException

from footfall.demo import orders
from footfall.demo.api import Exchange, Footfall, Request
from footfall.demo.basket import lines_of
from footfall.demo.customers import find_customer
from footfall.demo.outbox import Outbox
from footfall.demo.pages import Pages
from footfall.demo.prepare import Prepared
from footfall.demo.stock import Product, Stock
from footfall.demo.visit import Visit


class Shop:
    """What all pages share."""

    def __init__(
        self, footfall: Footfall, outbox: Outbox, stock: Stock, prepared: Prepared
    ) -> None:
        self.footfall = footfall
        self.outbox = outbox
        self.stock = stock
        self.prepared = prepared
        self.pages = Pages(footfall.url, prepared.business_id, stock)

    def product(self, slug: str) -> Product:
        """Return a product, or the page that says there is none."""
        found = self.stock.find(slug)
        if found is None:
            raise NotFoundException("There is no such product in this shop.")
        return found

    async def log_in(self, visit: Visit, email: str) -> bool:
        """Log a customer in, and tell Footfall whose the browser's session is.

        The answer names whose it is. If that is somebody else, two people use this browser: the
        session is not moved, and ``GET /v1/conflicts`` has it.
        """
        customer = find_customer(email)
        if customer is None:
            return False
        profile = self.prepared.profiles[customer.reference]
        is_attached = False
        if visit.session is not None:
            exchange = await self.outbox.send(
                Request(
                    "PATCH",
                    f"/v1/sessions/{visit.session}",
                    {"profile": profile},
                    f"{customer.first_name} logged in, so this browser’s session is theirs.",
                )
            )
            is_attached = exchange.answer.get("profile") == profile
            visit.tell(exchange)
        visit.log_in(customer, is_attached=is_attached)
        return True

    async def buy(self, visit: Visit) -> str | None:
        """Place an order for the basket and return its reference; nothing is in it: ``None``."""
        lines = lines_of(visit.basket, self.stock)
        if not lines:
            return None
        order = orders.new_order(lines)
        session, profile = self._owner(visit)
        if session or profile:
            visit.tell(
                await self.outbox.send(orders.placed(order, session=session, profile=profile))
            )
        visit.keep_order(order.reference, self.pages.receipt(order))
        visit.empty_basket()
        return order.reference

    async def journey(self, visit: Visit) -> tuple[Exchange | None, list[dict[str, Any]]]:
        """Return the exchange, and the events that it brought: of the person, or of the session."""
        if visit.customer is not None:
            profile = self.prepared.profiles[visit.customer.reference]
            exchange = await self.footfall.get(f"/v1/profiles/{profile}/events?limit=100")
        elif visit.session is not None:
            path = f"/v1/attribution/events?session={visit.session}&limit=100"
            exchange = await self.footfall.get(path)
        else:
            return None, []
        return exchange, exchange.answer.get("data", [])

    def _owner(self, visit: Visit) -> tuple[str | None, str | None]:
        """Return session and profile of an order: the person if known, else the browser.

        A session that belongs to somebody else is left out: naming both would be refused.
        """
        if visit.customer is None:
            return visit.session, None
        profile = self.prepared.profiles[visit.customer.reference]
        return visit.session if visit.is_attached else None, profile
