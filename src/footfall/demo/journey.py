"""What Footfall knows of a visitor, line by line, each with what it means.

Reads the events as ``GET /v1/profiles/:id/events`` answers them. An action that is not explained
here is shown by its name.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

Event = dict[str, Any]

SHOP: Final = "Small Things"
"""The shop's name, at the end of every title."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a journey.

    Attributes:
        told_by: who sent the event, in words.
        is_anonymous: it happened before anybody knew who the visitor was.
    """

    action: str
    title: str
    meaning: str
    at: datetime
    told_by: str
    is_anonymous: bool
    worth: str | None
    event: Event


def steps_of(events: list[Event], *, is_known: bool) -> list[Step]:
    """Return the journey in the order in which it happened.

    Args:
        events: as the API answers them, newest first.
        is_known: whose they are is known; otherwise all of them are anonymous.
    """
    steps = [_step(each, is_known=is_known) for each in events[::-1]]
    # By the time of the deed: what waited in a queue arrives late and is not later for that.
    return sorted(steps, key=lambda step: step.at)


def _step(event: Event, *, is_known: bool) -> Step:
    title, meaning = _EXPLANATIONS.get(event["action"], _other)(event)
    return Step(
        action=event["action"],
        title=title,
        meaning=meaning,
        at=datetime.fromisoformat(event["occurred_at"]),
        told_by=_told_by(event),
        is_anonymous=event.get("before_attach", not is_known),
        worth=f"{event['amount']} {event['currency']}" if event["amount"] else None,
        event=event,
    )


def _told_by(event: Event) -> str:
    if event["action"] in ("session.started", "short_link.clicked"):
        return "made by Footfall"
    return "told by the browser" if "page" in event["data"] else "told by the shop’s server"


def _object(event: Event) -> str:
    found = event["object"] or {}
    return found.get("name") or found.get("reference") or "something"


def _arrived(event: Event) -> tuple[str, str]:
    utm = event["data"].get("utm_params") or {}
    referrer = (event["data"].get("page") or {}).get("referrer")
    if utm.get("source"):
        campaign = f", campaign {utm['campaign']}" if utm.get("campaign") else ""
        return (
            f"Came from {utm['source']} ({utm.get('medium', 'unknown')}{campaign})",
            "A touch: evidence of what brought this visitor, to which a sale can be credited.",
        )
    if referrer:
        return f"Came from {referrer}", "A touch: another site linked here."
    return "Came directly", "A visit that nothing is known to have brought. It earns no credit."


def _viewed_page(event: Event) -> tuple[str, str]:
    page = event["data"].get("page") or {}
    title = page.get("title", "").removesuffix(f" – {SHOP}")
    return (
        f"Opened {title or page.get('path') or event['url'] or 'a page'}",
        "Sent by one line of the shop’s script.",
    )


def _viewed_product(event: Event) -> tuple[str, str]:
    return (
        f"Looked at {_object(event)}",
        "The page named the product by the shop’s own reference, and Footfall knew the rest.",
    )


def _into_cart(event: Event) -> tuple[str, str]:
    return (
        f"Put into the basket: {_line(event)}",
        f"Of one cart that changes, {_object(event)}. The number is what there is now.",
    )


def _out_of_cart(event: Event) -> tuple[str, str]:
    return f"Took out of the basket: {_line(event)}", f"Of the same cart, {_object(event)}."


def _line(event: Event) -> str:
    told = event["data"].get("object_parameters") or {}
    items = [f"{each['quantity']} × {each['product']}" for each in told.get("items", [])]
    return ", ".join(items) or "something"


def _ordered(event: Event) -> tuple[str, str]:
    name = _object(event)
    safe = f"Its event_id {event['event_id']} makes a repeated call harmless"
    return (
        f"Bought: order {name}",
        f"The conversion. {safe}; `footfall explain {name}` says what earned it.",
    )


def _clicked(_: Event) -> tuple[str, str]:
    return (
        "Clicked a tracked link",
        "The strongest evidence of own marketing. The link handed its session to the shop.",
    )


def _other(event: Event) -> tuple[str, str]:
    return event["action"], f"Something else that was tracked, on {_object(event)}."


_EXPLANATIONS: Final[dict[str, Callable[[Event], tuple[str, str]]]] = {
    "session.started": _arrived,
    "page.viewed": _viewed_page,
    "product.viewed": _viewed_product,
    "cart.added": _into_cart,
    "cart.removed": _out_of_cart,
    "order.placed": _ordered,
    "short_link.clicked": _clicked,
}
