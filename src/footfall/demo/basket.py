"""What a visitor is about to buy, and how the page tells Footfall of a change.

The server says what changed, since it knows what is really in the basket; the browser sends it,
since the visitor may still be anonymous and the browser's client queues what cannot be sent yet.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from footfall.demo.customers import SOURCE
from footfall.demo.stock import CURRENCY, Product, Stock

QUANTITY_MAX: Final = 99
"""Of one product."""


@dataclass(frozen=True, slots=True)
class Line:
    """A product and how many of it."""

    product: Product
    quantity: int

    @property
    def total(self) -> Decimal:
        """Price of the line."""
        return self.product.price * self.quantity


def lines_of(quantities: dict[str, int], stock: Stock) -> list[Line]:
    """Return the lines of a basket kept as slug → quantity."""
    found = [(stock.find(slug), quantity) for slug, quantity in quantities.items()]
    return [Line(product, quantity) for product, quantity in found if product is not None]


def total_of(lines: list[Line]) -> Decimal:
    """Return what the lines cost together."""
    return sum((line.total for line in lines), Decimal(0))


def items_of(lines: list[Line]) -> list[dict[str, Any]]:
    """Return the lines as Footfall takes them: product by reference, quantity, price of one."""
    return [
        {
            "product": line.product.slug,
            "quantity": line.quantity,
            "price": {"amount": str(line.product.price), "currency": CURRENCY},
        }
        for line in lines
    ]


def change_of(basket_id: str, product: Product, before: int, now: int) -> dict[str, Any]:
    """Return the event of a changed quantity: told is how many there are now, not the difference.

    Where the last one is taken out, the line that is gone is told.
    """
    line = Line(product, now or before)
    return {
        "action": "cart.added" if now > before else "cart.removed",
        "object_parameters": {
            # The same reference every time: one cart that changes, not many.
            "reference": basket_id,
            "source": SOURCE,
            "items": items_of([line]),
        },
    }
