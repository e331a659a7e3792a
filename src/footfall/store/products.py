"""Products of the catalogue: rows of ``objects`` of their kind, made, changed and deleted."""

from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Select, insert, select, update

from footfall.domain.objects import ObjectDraft
from footfall.errors import Fault, ParameterNotUnique, Refused
from footfall.store import pages
from footfall.store.facts import changed
from footfall.store.objects import find_named, forget_namesakes, object_row
from footfall.store.pages import Bounds
from footfall.store.tables import objects

KIND: Final = "product"


class Product(NamedTuple):
    """A product's row; ``amount_minor`` of ``currency`` is its price."""

    id: int
    source: str
    reference: str | None
    sku: str | None
    name: str | None
    amount_minor: int | None
    currency: str | None
    data: dict[str, Any] | None
    created_at: int
    updated_at: int


_COLUMNS = tuple(objects.c[name] for name in Product._fields)


def find_all(
    connection: Connection, business_id: int, text: str, row_id: int | None
) -> list[Product]:
    """Return the products an id, else a reference, else an SKU may mean; several are ambiguous."""
    facts = find_named(connection, business_id, [(text, row_id)], KIND).get(text, [])
    if not facts:
        return []
    query = _all_of(business_id).where(objects.c.id.in_([fact.id for fact in facts]))
    return [Product._make(row) for row in connection.execute(query)]


def page(
    connection: Connection, business_id: int, bounds: Bounds, faults: list[Fault]
) -> tuple[list[Product], bool]:
    """Return a page of products, newest first, and whether there are more.

    Raises:
        Refused: the faults given, or a bound that is no product.
    """
    within = (objects.c.business_id == business_id) & (objects.c.kind == KIND)
    pages.check(connection, objects, within, bounds, faults)
    if faults:
        raise Refused(faults)
    rows, has_more = pages.newest_first(connection, _all_of(business_id), objects.c.id, bounds)
    return [Product._make(row) for row in rows], has_more


def create(connection: Connection, business_id: int, draft: ObjectDraft, at: int) -> Product:
    """Make a product.

    Raises:
        Refused: its source has one of that reference.
    """
    _refuse_taken(connection, business_id, draft.source, draft.reference)
    forget_namesakes(connection, business_id, [draft])
    row = connection.execute(
        insert(objects).values(object_row(business_id, at, draft)).returning(*_COLUMNS)
    ).one()
    return Product._make(row)


def change(
    connection: Connection, business_id: int, product: Product, draft: ObjectDraft, at: int
) -> Product:
    """Set what is told of a product and leave the rest.

    Raises:
        Refused: its source has another one of that reference.
    """
    reference = draft.reference if draft.reference is not None else product.reference
    _refuse_taken(connection, business_id, draft.source or product.source, reference, product.id)
    forget_namesakes(connection, business_id, [draft])
    texts = {name: getattr(draft, name) for name in ("reference", "sku", "name")}
    columns: dict[str, Any] = {name: text for name, text in texts.items() if text is not None}
    data = dict(product.data or {})
    if draft.source:
        columns["source"] = draft.source
    if draft.amount_minor is not None:
        columns |= {"amount_minor": draft.amount_minor, "currency": draft.currency}
        data.pop("converted_price", None)
    row = connection.execute(
        update(objects)
        .where(objects.c.id == product.id)
        .values(**columns, data={**data, **(draft.data or {})} or None, updated_at=at)
        .returning(*_COLUMNS)
    ).one()
    changed(connection, "object", product.id)
    return Product._make(row)


def delete(connection: Connection, product: Product, at: int) -> None:
    """Delete a product; events keep pointing at what it was."""
    connection.execute(
        update(objects).where(objects.c.id == product.id).values(deleted_at=at, updated_at=at)
    )
    changed(connection, "object", product.id)


def _all_of(business_id: int) -> Select[Any]:
    return select(*_COLUMNS).where(
        objects.c.business_id == business_id,
        objects.c.kind == KIND,
        objects.c.deleted_at.is_(None),
    )


def _refuse_taken(
    connection: Connection,
    business_id: int,
    source: str,
    reference: str | None,
    but: int | None = None,
) -> None:
    if reference is None:
        return
    query = _all_of(business_id).where(objects.c.source == source, objects.c.reference == reference)
    if any(row.id != but for row in connection.execute(query)):
        raise Refused(
            [
                ParameterNotUnique(
                    "Another product has this reference in this source; change that one, or send "
                    "another reference.",
                    "reference",
                )
            ]
        )
