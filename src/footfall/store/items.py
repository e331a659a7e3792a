"""Lines of orders and carts: which product, how many, at which price.

The price of a line is fixed when the line is made: what was told, else the product's price at that
moment. An order whose value was not told is worth the sum of its lines, and is summed anew
whenever they change.

Source: contract 3.13, 3.14.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Select, delete, insert, select, update

from footfall.domain.objects import ItemDraft, ObjectDraft, ObjectFact, sum_of
from footfall.errors import AmbiguousParameter, Fault, NotFound
from footfall.store import catalogue, variants
from footfall.store.catalogue import COLUMNS, IS_SUMMED, ObjectRow, with_values
from footfall.store.facts import changed
from footfall.store.objects import Key, find_identified, find_named
from footfall.store.tables import items, objects

Values = dict[str, Any]
"""Columns of a line: product_id, quantity, price_minor, currency."""


class Line(NamedTuple):
    """A line and the product in it; ``price_minor`` of ``currency`` is that of one piece."""

    id: int
    object_id: int
    quantity: int
    price_minor: int | None
    currency: str | None
    created_at: int
    product_id: int
    product_name: str | None
    product_reference: str | None
    product_sku: str | None
    product_parent_id: int | None


_LINE: Final = (
    *(items.c[name] for name in Line._fields[:7]),
    *(objects.c[name.removeprefix("product_")].label(name) for name in Line._fields[7:]),
)


def all_of(
    connection: Connection, business_id: int, object_ids: Iterable[int]
) -> dict[int, list[Line]]:
    """Return the lines of each order or cart, in their order."""
    found: dict[int, list[Line]] = {}
    query = _lines(business_id).where(items.c.object_id.in_(list(object_ids)))
    for row in connection.execute(query.order_by(items.c.id)):
        line = Line._make(row)
        found.setdefault(line.object_id, []).append(line)
    return found


def find(
    connection: Connection, business_id: int, item_id: int, *, lock: bool = False
) -> tuple[Line, ObjectRow] | None:
    """Return a line and the order or cart it is of, unless that one is deleted.

    Args:
        lock: keep other processes from changing the order or cart and its lines.
    """
    owner_query = (
        select(*COLUMNS)
        .join(items, items.c.object_id == objects.c.id)
        .where(
            items.c.id == item_id,
            items.c.business_id == business_id,
            objects.c.deleted_at.is_(None),
        )
    )
    if lock:
        owner_query = owner_query.with_for_update(of=objects)
    owner = connection.execute(owner_query).first()
    # The line is read after its owner is locked: it may have gone meanwhile.
    row = connection.execute(_lines(business_id).where(items.c.id == item_id)).first()
    if owner is None or row is None:
        return None
    return Line._make(row), ObjectRow(*owner)


def resolve(
    connection: Connection,
    business_id: int,
    drafts: Sequence[ItemDraft],
    at: int,
    decode: Callable[[str], int | None],
    faults: list[Fault],
) -> list[Values]:
    """Return the columns of lines: products that are told inline are found or made.

    A line whose product cannot be found is noted and left out.

    Args:
        decode: public id → row number, ``None`` for what is no id.
    """
    named = sorted({draft.named for draft in drafts if draft.named is not None})
    pairs = [(text, decode(text)) for text in named]
    known = find_named(connection, business_id, pairs, "product")
    inline = _find_or_make(connection, business_id, drafts, at, faults)
    resolved = []
    for number, draft in enumerate(drafts):
        facts = known.get(draft.named, []) if draft.named is not None else [inline[number]]
        if len(facts) == 1:
            resolved.append(_values(draft, facts[0]))
        else:
            parameter = f"{draft.parameter}[product]" if draft.parameter else "product"
            faults.append(_no_product(parameter, is_ambiguous=bool(facts)))
    return resolved


def insert_all(
    connection: Connection, business_id: int, object_id: int, lines: Sequence[Values], at: int
) -> None:
    """Add lines to an order or cart, in their order."""
    if lines:
        common = {"business_id": business_id, "object_id": object_id, "created_at": at}
        connection.execute(insert(items), [{**common, **values} for values in lines])


def replace_all(
    connection: Connection, business_id: int, owner: ObjectRow, lines: Sequence[Values], at: int
) -> None:
    """Give a cart these lines; one of the same product as before stays the line it was."""
    free: dict[int, list[Line]] = {}
    for line in all_of(connection, business_id, [owner.id]).get(owner.id, []):
        free.setdefault(line.product_id, []).append(line)
    new = []
    for values in lines:
        if free.get(values["product_id"]):
            line = free[values["product_id"]].pop(0)
            connection.execute(update(items).where(items.c.id == line.id).values(**values))
        else:
            new.append(values)
    surplus = [line.id for same in free.values() for line in same]
    connection.execute(delete(items).where(items.c.id.in_(surplus)))
    insert_all(connection, business_id, owner.id, new, at)


def change(connection: Connection, line: Line, values: Values) -> None:
    """Set columns of a line."""
    if values:
        connection.execute(update(items).where(items.c.id == line.id).values(**values))


def remove(connection: Connection, line: Line) -> None:
    """Take a line out of its order or cart."""
    connection.execute(delete(items).where(items.c.id == line.id))


def settle_value(connection: Connection, business_id: int, owner: ObjectRow, at: int) -> ObjectRow:
    """Note that lines of an order or cart changed; sum an order anew unless its value was told."""
    columns: dict[str, Any] = {"updated_at": at}
    data = owner.data or {}
    if owner.kind == "order" and (owner.amount_minor is None or data.get(IS_SUMMED)):
        lines = all_of(connection, business_id, [owner.id]).get(owner.id, [])
        value = sum_of((line.quantity, line.price_minor, line.currency) for line in lines)
        columns["amount_minor"], columns["currency"] = value or (None, None)
        columns["data"] = {**data, IS_SUMMED: True}
    row = connection.execute(
        update(objects).where(objects.c.id == owner.id).values(**columns).returning(*COLUMNS)
    ).one()
    changed(connection, "object", owner.id)
    return with_values(connection, business_id, [row])[0]


def _lines(business_id: int) -> Select[Any]:
    # A product that was deleted since stays in the lines it was sold in.
    return (
        select(*_LINE)
        .join(objects, objects.c.id == items.c.product_id)
        .where(items.c.business_id == business_id)
    )


def _values(draft: ItemDraft, product: ObjectFact) -> Values:
    price_minor, currency = draft.price_minor, draft.currency
    if price_minor is None:
        price_minor, currency = product.amount_minor, product.currency
    return {
        "product_id": product.id,
        "quantity": draft.quantity,
        "price_minor": price_minor,
        "currency": currency,
    }


def _find_or_make(
    connection: Connection,
    business_id: int,
    drafts: Sequence[ItemDraft],
    at: int,
    faults: list[Fault],
) -> dict[int, ObjectFact]:
    """Return the product of each line that tells it inline, by the line's place."""
    keys: dict[int, Key] = {}
    for number, draft in enumerate(drafts):
        if draft.product is not None:
            identity = draft.product.identity()
            keys[number] = (business_id, *identity) if identity else (business_id, number)
    known = find_identified(connection, keys.values())
    made_under: dict[Key, Key] = {}
    missing: dict[Key, ItemDraft] = {}
    for number, key in keys.items():
        product = drafts[number].product
        if product is not None and key not in known and key not in made_under:
            missing[key] = drafts[number]
            for other in (key, *_other_keys(business_id, product)):
                made_under.setdefault(other, key)
    told = [each.product for each in missing.values() if each.product is not None]
    made = catalogue.insert_all(connection, business_id, told, at)
    for row, item in zip(made, missing.values(), strict=True):
        _make_variants(connection, business_id, row, item, at, faults)
    facts = {
        key: ObjectFact(row.id, row.kind, row.amount_minor, row.currency)
        for key, row in zip(missing, made, strict=True)
    }
    return {
        number: known[key] if key in known else facts[made_under[key]]
        for number, key in keys.items()
    }


def _make_variants(
    connection: Connection,
    business_id: int,
    product: ObjectRow,
    item: ItemDraft,
    at: int,
    faults: list[Fault],
) -> None:
    drafts = item.product.variants if item.product is not None else None
    if drafts:
        where = f"{item.parameter}[product]" if item.parameter else "product"
        told = variants.told_within(drafts, product.source, where)
        before = len(faults)
        catalogue.note_taken(connection, business_id, told, faults)
        if len(faults) == before:
            catalogue.insert_all(connection, business_id, drafts, at, parent_id=product.id)


def _other_keys(business_id: int, product: ObjectDraft) -> list[Key]:
    return [
        (business_id, product.kind, field, product.source, text)
        for field in ("reference", "sku")
        if (text := getattr(product, field)) is not None
    ]


def _no_product(parameter: str, *, is_ambiguous: bool) -> Fault:
    if is_ambiguous:
        return AmbiguousParameter(
            "Several systems have a product by this reference or SKU; send its id.", parameter
        )
    return NotFound(
        "There is no product by this id, reference or SKU; create it first, or describe it here.",
        parameter,
    )
