"""Actions: what can be done, which objects that takes, and which names are the server's own.

Source: contract 4.1 (what clients may send), 4.2 (what only the server makes), 4.3 (lifecycle).
"""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

FIRST_CUSTOM_ID: Final = 1001
"""Built-in actions have the row numbers below; custom ones start here."""

NAME_LENGTH: Final = 128
_CUSTOM_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]*(\.[a-z0-9][a-z0-9_-]*)+")


@dataclass(frozen=True, slots=True)
class Action:
    """A kind of thing done.

    Attributes:
        id: row number, unique over all businesses; built-in ones are the same in each.
        name: what events say, e.g. ``order.placed``.
        object_kind: the kind of object a built-in one speaks of; ``None``: any, or none.
        object_required: whether an event without the object is refused.
        is_lifecycle: one event per (order, action), whoever reports it.
        inherits_amount: an event without an amount takes the object's.
        is_goal: counts as a conversion.
        is_passive: says nothing about the customer's interest.
    """

    id: int
    name: str
    object_kind: str | None = None
    object_required: bool = False
    is_lifecycle: bool = False
    inherits_amount: bool = False
    is_goal: bool = False
    is_passive: bool = False
    title: str | None = None

    @property
    def is_built_in(self) -> bool:
        return self.id < FIRST_CUSTOM_ID


def _order(number: int, name: str, *, is_goal: bool = False) -> Action:
    return Action(number, name, "order", True, True, True, is_goal)


_ALL: Final = (
    Action(1, "app.installed", "app", True),
    Action(2, "app.removed", "app", True),
    Action(3, "app.spent", "app", True, inherits_amount=True, is_goal=True),
    Action(4, "cart.added", "cart", True, inherits_amount=True),
    Action(5, "cart.removed", "cart", True, inherits_amount=True),
    Action(6, "cart.abandoned", "cart", True, inherits_amount=True),
    Action(7, "cart.viewed", "cart", False),
    Action(8, "checkout.started", "cart", False),
    Action(9, "coupon.redeemed", "coupon", True),
    Action(10, "form.completed", "form", True),
    _order(11, "order.placed", is_goal=True),
    _order(12, "order.confirmed"),
    _order(13, "order.cancelled"),
    _order(14, "order.shipped"),
    _order(15, "order.delivered"),
    Action(16, "page.viewed"),
    Action(17, "product.purchased", "product", True, inherits_amount=True, is_goal=True),
    Action(18, "product.viewed", "product", True),
    Action(19, "refund.requested", "refund", True, inherits_amount=True),
    Action(20, "refund.received", "refund", True, inherits_amount=True),
    Action(21, "subscribed"),
    Action(22, "unsubscribed"),
)

BUILT_IN: Final[dict[str, Action]] = {action.name: action for action in _ALL}
"""Every action clients may send without creating it first, by name. Row numbers never change."""

CART_ADDED: Final = BUILT_IN["cart.added"]
ORDER_PLACED: Final = BUILT_IN["order.placed"]

ALIASES: Final[dict[str, str]] = {
    "app.install": "app.installed",
    "app.remove": "app.removed",
    "page.visited": "page.viewed",
}
"""Older spellings (contract 4.1), read as the action they became."""

SESSION_STARTED: Final = Action(23, "session.started", is_passive=True)
"""A page told of its session, and of the campaign that had brought it (contract 3.5)."""

LINK_CLICKED: Final = Action(24, "short_link.clicked")
"""Somebody opened a tracked link (contract 6)."""

OWN: Final[dict[str, Action]] = {action.name: action for action in (SESSION_STARTED, LINK_CLICKED)}
"""Actions that only the server makes and that it does make, by name."""

SERVER_MADE: Final = frozenset(
    {
        *OWN,
        "product.browse_abandoned",
        "product.price_changed",
        "order.printed_label",
    }
)
"""Actions only the server makes; refused from clients as ``not_allowed`` (contract 4.2)."""


def name_problem(name: str) -> str | None:
    """Return what is wrong with a name for a custom action, as a sentence, or ``None``."""
    if name in BUILT_IN or name in ALIASES or name in SERVER_MADE:
        return f"“{name}” is a built-in action; choose another name."
    if len(name) > NAME_LENGTH:
        return f"The name has {len(name)} characters; use at most {NAME_LENGTH}."
    if not _CUSTOM_NAME.fullmatch(name):
        return (
            "The name must be lower case with a dot between its words, "
            "for example “appointment.booked”."
        )
    return None


def nearest(name: str, known: list[str]) -> str | None:
    """Return the known action name that a mistyped one most likely meant."""
    if len(name) > NAME_LENGTH:
        return None
    matches = get_close_matches(name.lower().replace("_", ".").replace(" ", "."), known, 1, 0.6)
    return matches[0] if matches else None
