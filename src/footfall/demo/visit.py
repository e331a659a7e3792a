"""One visitor's state between requests: basket, account, orders, and what the next page tells.

Kept in the shop's own session, which has nothing to do with Footfall's: that one is in the cookie
``hello_session``, set by the browser's client for the shop's own domain, and only read here.
"""

import re
import secrets
from typing import Any, Final

from litestar import Request

from footfall.demo.api import Exchange
from footfall.demo.customers import CUSTOMERS, Customer

HttpRequest = Request[Any, Any, Any]

SESSION_COOKIE: Final = "hello_session"
_SESSION: Final = re.compile(r"[\w-]{8,128}", re.ASCII)


class Visit:
    """The visitor behind a request; what is set here is there in the next request."""

    def __init__(self, request: HttpRequest) -> None:
        # A path that the shop does not have is noticed before anybody looks for a session.
        kept = request.scope.get("session")
        self._kept: dict[str, Any] = kept if isinstance(kept, dict) else {}
        cookie = request.cookies.get(SESSION_COOKIE, "")
        #: Footfall's session of this browser; ``None`` if its client was blocked or refused.
        self.session = cookie if _SESSION.fullmatch(cookie) else None

    @property
    def basket(self) -> dict[str, int]:
        """Slug → quantity."""
        return dict(self._kept.get("basket", {}))

    @property
    def basket_id(self) -> str:
        """The shop's id of the basket, the same until it is bought."""
        found: str = self._kept.setdefault("basket_id", f"basket-{secrets.token_hex(6)}")
        return found

    def put(self, slug: str, quantity: int) -> int:
        """Set how many there are of a product, and return that."""
        basket = {each: count for each, count in self.basket.items() if each != slug}
        self._kept["basket"] = {**basket, slug: quantity} if quantity else basket
        return quantity

    def empty_basket(self) -> None:
        """Forget the basket; the next one is another cart."""
        self._kept.pop("basket", None)
        self._kept.pop("basket_id", None)

    @property
    def customer(self) -> Customer | None:
        """Who is logged in."""
        reference = self._kept.get("customer")
        return next((each for each in CUSTOMERS if each.reference == reference), None)

    @property
    def is_attached(self) -> bool:
        """Whether Footfall said that this browser's session is the customer's."""
        return bool(self._kept.get("attached") and self._kept.get("attached") == self.session)

    def log_in(self, customer: Customer, *, is_attached: bool) -> None:
        """Keep who it is, and whether the browser's session is theirs."""
        self._kept["customer"] = customer.reference
        self._kept["attached"] = self.session if is_attached else None

    def log_out(self) -> None:
        """Forget who it is. The next page has the browser's client forget too."""
        self._kept.pop("customer", None)
        self._kept.pop("attached", None)
        self._kept["forget"] = True

    @property
    def orders(self) -> dict[str, dict[str, Any]]:
        """Orders of this visit, as the confirmation shows them, by reference."""
        return dict(self._kept.get("orders", {}))

    def keep_order(self, reference: str, shown: dict[str, Any]) -> None:
        """Keep an order for its page."""
        self._kept["orders"] = {**self.orders, reference: shown}

    def tell(self, exchange: Exchange) -> None:
        """Have the next page show a call that the shop's server made."""
        self._kept["told"] = [*self._kept.get("told", []), exchange.told()]

    def have_tracked(self, event: dict[str, Any]) -> None:
        """Have the next page's script track an event, once."""
        self._kept["events"] = [*self._kept.get("events", []), event]

    def take(self, name: str) -> Any:
        """Return ``told``, ``events`` or ``forget`` and keep it no longer."""
        return self._kept.pop(name, None)
