"""The smallest valid bodies; a test names the one change it is about."""

from typing import Any


def event(owner: str, **changes: Any) -> dict[str, Any]:
    """An event of a profile that needs no object."""
    return {"action": "subscribed", "profile": owner} | changes


def purchase(owner: str, product: str, **changes: Any) -> dict[str, Any]:
    """The seed's first request."""
    return {"action": "product.purchased", "product": product, "profile": owner} | changes


def order(reference: str, **changes: Any) -> dict[str, Any]:
    """What an order is made of inside an event."""
    return {"reference": reference, "total": {"amount": "42.00", "currency": "USD"}} | changes
