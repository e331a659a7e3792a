"""Variants of products: rows of kind ``product`` whose parent is one.

Source: contract 3.12.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select

from footfall.domain.objects import ObjectDraft
from footfall.errors import AmbiguousParameter, Fault, NotFound, ParameterMissing
from footfall.store import catalogue
from footfall.store.catalogue import COLUMNS, ObjectRow, Told
from footfall.store.tables import objects


def all_of(
    connection: Connection, business_id: int, product_ids: Iterable[int]
) -> dict[int, list[ObjectRow]]:
    """Return the variants of each product, oldest first."""
    found: dict[int, list[ObjectRow]] = {}
    query = (
        select(*COLUMNS)
        .where(
            objects.c.business_id == business_id,
            objects.c.parent_id.in_(list(product_ids)),
            objects.c.kind == "product",
            objects.c.deleted_at.is_(None),
        )
        .order_by(objects.c.id)
    )
    rows = connection.execute(query).all()
    for variant in catalogue.with_values(connection, business_id, rows):
        assert variant.parent_id is not None
        found.setdefault(variant.parent_id, []).append(variant)
    return found


def told_within(drafts: Sequence[ObjectDraft], source: str, where: str = "") -> list[Told]:
    """Return the variants told inside a product; without a source they have the product's."""
    for draft in drafts:
        draft.source = draft.source or source
    return [Told(draft, _place(where, number)) for number, draft in enumerate(drafts)]


class Plan:
    """The variants of a product as they are to be; nothing is written before ``write``."""

    def __init__(
        self, product: ObjectRow, kept: list[Told], made: list[Told], removed: list[ObjectRow]
    ) -> None:
        self._product = product
        self._kept = kept
        self._made = made
        self._removed = removed

    def write(self, connection: Connection, business_id: int, at: int) -> None:
        """Remove, change and make; in this order, so that what is freed may be taken."""
        for row in self._removed:
            catalogue.delete(connection, row, at)
        for told in self._kept:
            catalogue.write_changes(connection, business_id, told, at)
        drafts = [told.draft for told in self._made]
        catalogue.insert_all(connection, business_id, drafts, at, parent_id=self._product.id)


def plan(
    connection: Connection,
    business_id: int,
    product: ObjectRow,
    drafts: Sequence[ObjectDraft],
    ids: Sequence[int | None],
    faults: list[Fault],
) -> Plan:
    """Find out how a product comes to have exactly these variants, noting every fault.

    A variant is one that is there by its id, reference or SKU, else by its name; others are new,
    and those that nothing was told of are to be removed.

    Args:
        ids: row number of each that was told with an id.
    """
    there = all_of(connection, business_id, [product.id]).get(product.id, [])
    matched = _match(there, drafts, ids, faults)
    kept, made = [], []
    for number, (draft, row) in enumerate(zip(drafts, matched, strict=True)):
        told = Told(draft, _place("", number), row)
        if row is not None:
            kept.append(told)
            continue
        draft.source = draft.source or product.source
        made.append(told)
        known = {fault.parameter for fault in faults}
        if draft.name is None and not known & {told.spell("name"), told.spell("id")}:
            faults.append(
                ParameterMissing("A new variant needs “name”; add it.", told.spell("name"))
            )
    remaining = {told.row.id for told in kept if told.row is not None}
    removed = [row for row in there if row.id not in remaining]
    catalogue.note_taken(
        connection, business_id, [*kept, *made], faults, leaving=[row.id for row in removed]
    )
    return Plan(product, kept, made, removed)


def _match(
    there: Sequence[ObjectRow],
    drafts: Sequence[ObjectDraft],
    ids: Sequence[int | None],
    faults: list[Fault],
) -> list[ObjectRow | None]:
    """Return the row each draft speaks of; no row twice."""
    free = {row.id: row for row in there}
    matched: list[ObjectRow | None] = [None] * len(drafts)
    for number, row_id in enumerate(ids):
        if row_id is None:
            continue
        matched[number] = free.pop(row_id, None)
        if matched[number] is None:
            faults.append(_wrong_id(f"{_place('', number)}[id]", row_id, there))
    for field in ("reference", "sku", "name"):
        for number, draft in enumerate(drafts):
            text = getattr(draft, field)
            if matched[number] is None and ids[number] is None and text is not None:
                same = (row for row in free.values() if getattr(row, field) == text)
                found = next(same, None)
                if found is not None:
                    matched[number] = free.pop(found.id)
    return matched


def _wrong_id(parameter: str, row_id: int, there: Sequence[ObjectRow]) -> Fault:
    if any(row.id == row_id for row in there):
        return AmbiguousParameter("One variant is told of twice; tell of it once.", parameter)
    return NotFound(
        "The product has no variant with this id; leave “id” out to make a new one.", parameter
    )


def _place(where: str, number: int) -> str:
    return f"{where}[variants][{number}]" if where else f"variants[{number}]"
