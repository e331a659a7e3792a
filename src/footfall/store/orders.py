"""Orders and carts with their lines, made and changed as one.

Source: contract 3.13, 3.14.
"""

from collections.abc import Callable

from sqlalchemy import Connection

from footfall.domain.objects import ItemDraft, ObjectDraft
from footfall.errors import Fault, Refused
from footfall.store import catalogue, items
from footfall.store.catalogue import ObjectRow, Told
from footfall.store.items import Line

Decode = Callable[[str], int | None]
"""Public id → row number, ``None`` for what is no id."""


def create(
    connection: Connection,
    business_id: int,
    draft: ObjectDraft,
    at: int,
    decode: Decode,
    faults: list[Fault],
) -> ObjectRow:
    """Make an order or cart with its lines and the products told in them, or nothing.

    Raises:
        Refused: the faults given, its reference is taken, or a line names no product.
    """
    lines = items.resolve(connection, business_id, draft.items or (), at, decode, faults)
    made = catalogue.create(connection, business_id, draft, at, faults)
    if not lines:
        return made
    items.insert_all(connection, business_id, made.id, lines, at)
    return items.settle_value(connection, business_id, made, at)


def change_cart(
    connection: Connection,
    business_id: int,
    cart: ObjectRow,
    draft: ObjectDraft,
    at: int,
    decode: Decode,
    faults: list[Fault],
) -> ObjectRow:
    """Set what is told of a cart; lines that are told take the place of all it had.

    Raises:
        Refused: the faults given, its reference is taken, or a line names no product.
    """
    lines = items.resolve(connection, business_id, draft.items or (), at, decode, faults)
    changed = catalogue.change(connection, business_id, Told(draft, row=cart), at, faults)
    if draft.items is not None:
        items.replace_all(connection, business_id, changed, lines, at)
    return changed


def add_item(
    connection: Connection,
    business_id: int,
    order: ObjectRow,
    draft: ItemDraft,
    at: int,
    decode: Decode,
    faults: list[Fault],
) -> Line:
    """Add a line to an order, which is locked.

    Raises:
        Refused: the faults given, or the line names no product.
    """
    lines = items.resolve(connection, business_id, [draft], at, decode, faults)
    if faults:
        raise Refused(faults)
    items.insert_all(connection, business_id, order.id, lines, at)
    items.settle_value(connection, business_id, order, at)
    return items.all_of(connection, business_id, [order.id])[order.id][-1]


def change_item(
    connection: Connection,
    business_id: int,
    found: tuple[Line, ObjectRow],
    draft: ItemDraft,
    quantity: int | None,
    at: int,
    decode: Decode,
    faults: list[Fault],
) -> Line:
    """Set what is told of a line; another product brings its own price unless one is told.

    Args:
        found: the line and its order or cart, which is locked.
        quantity: ``None`` leaves it as it is.

    Raises:
        Refused: the faults given, or the product cannot be found.
    """
    line, owner = found
    values: items.Values = {}
    if draft.product is not None or draft.named is not None:
        resolved = items.resolve(connection, business_id, [draft], at, decode, faults)
        values = resolved[0] if resolved else {}
    elif draft.price_minor is not None:
        values = {"price_minor": draft.price_minor, "currency": draft.currency}
    if faults:
        raise Refused(faults)
    items.change(connection, line, {**values, "quantity": quantity or line.quantity})
    items.settle_value(connection, business_id, owner, at)
    changed = items.find(connection, business_id, line.id)
    assert changed is not None
    return changed[0]


def remove_item(
    connection: Connection, business_id: int, found: tuple[Line, ObjectRow], at: int
) -> None:
    """Take a line out of its order or cart, which is locked."""
    line, owner = found
    items.remove(connection, line)
    items.settle_value(connection, business_id, owner, at)
