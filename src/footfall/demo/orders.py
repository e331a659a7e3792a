"""An order, and the one call that tells Footfall of it.

``order.placed`` comes from the shop's server, not from the page: the server knows that it happened,
and what it was worth. A page may be closed, blocked or forged.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from footfall.demo.api import Request
from footfall.demo.basket import Line, items_of, total_of
from footfall.demo.customers import SOURCE
from footfall.demo.stock import CURRENCY

_SIGNS: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Order:
    """What was bought, and when."""

    reference: str
    lines: list[Line]
    placed_at: datetime

    @property
    def total(self) -> Decimal:
        """What it costs."""
        return total_of(self.lines)


def new_order(lines: list[Line]) -> Order:
    """Return an order for a basket, under a reference that no other has."""
    reference = "ST-" + "".join(secrets.choice(_SIGNS) for _ in range(8))
    return Order(reference, lines, datetime.now(UTC))


def placed(order: Order, *, session: str | None, profile: str | None) -> Request:
    """Return the call; at least one of the two says whose order it is."""
    owner = {"session": session, "profile": profile}
    body: dict[str, Any] = {
        "action": "order.placed",
        # Sent again after a lost answer, this id is why it is still one order.
        "event_id": f"{order.reference}-placed",
        # When it happened, however late it arrives.
        "tracked_at": order.placed_at.isoformat(timespec="milliseconds"),
        **{name: value for name, value in owner.items() if value is not None},
        "object_parameters": {
            "reference": order.reference,
            "source": SOURCE,
            "items": items_of(order.lines),
            "total": {"amount": str(order.total), "currency": CURRENCY},
        },
    }
    return Request(
        "POST",
        "/v1/attribution/events",
        body,
        "The order, told by the shop’s server. Its event_id makes a repeat harmless.",
    )
