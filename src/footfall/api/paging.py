"""``limit``, ``starting_after`` and ``ending_before`` → ``Bounds``.

Source: contract 2.4.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from footfall.errors import AmbiguousParameter, Fault, Invalid
from footfall.store.pages import Bounds, unknown_bound

DEFAULT: Final = 25
MAX: Final = 100
AFTER: Final = "starting_after"
BEFORE: Final = "ending_before"

QUERY: Final[dict[str, tuple[dict[str, Any], str]]] = {
    "limit": (
        {"type": "integer", "minimum": 1, "maximum": MAX, "default": DEFAULT},
        "Most items to return.",
    ),
    AFTER: ({"type": "string"}, "Id of an item: return the older ones that follow it."),
    BEFORE: ({"type": "string"}, "Id of an item: return the newer ones just ahead of it."),
}
"""What every list takes, for its ``Endpoint``."""


def read_limit(query: Mapping[str, str], faults: list[Fault]) -> int:
    """Return how many items are asked for."""
    text = query.get("limit", "")
    if not text:
        return DEFAULT
    if text.isascii() and text.isdigit() and len(text) <= len(str(MAX)) and 1 <= int(text) <= MAX:
        return int(text)
    faults.append(Invalid(f"“limit” must be a whole number from 1 to {MAX}.", "limit"))
    return DEFAULT


def read_places(query: Mapping[str, str], faults: list[Fault]) -> tuple[str | None, str | None]:
    """Return the ids a page begins after and ends before; at most one of them."""
    after, before = query.get(AFTER) or None, query.get(BEFORE) or None
    if after is not None and before is not None:
        faults.append(
            AmbiguousParameter(f"“{AFTER}” and “{BEFORE}” exclude each other; send one.", BEFORE)
        )
        return after, None
    return after, before


def read_bounds(
    query: Mapping[str, str], decode: Callable[[str], int | None], faults: list[Fault]
) -> Bounds:
    """Return which page is asked for; whether its place exists is the store's to say.

    Args:
        decode: public id → row number, ``None`` for what is no id.
    """
    after, before = read_places(query, faults)
    rows: list[int | None] = []
    for text, parameter in ((after, AFTER), (before, BEFORE)):
        row_id = decode(text) if text is not None else None
        if text is not None and row_id is None:
            faults.append(unknown_bound(parameter))
        rows.append(row_id)
    return Bounds(read_limit(query, faults), *rows)
