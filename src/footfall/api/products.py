"""``/v1/attribution/products``: the catalogue, by id, reference or SKU.

Source: contract 3.12, 2.10.
"""

from typing import Any, Final

from litestar import delete, get, patch, post
from litestar.params import FromPath
from sqlalchemy import Connection

from footfall.api import catalogue
from footfall.api.answers import Deleted, Listing
from footfall.api.call import Call
from footfall.api.catalogue import Described, find, read, read_change
from footfall.api.product_bodies import (
    ANSWER,
    EXAMPLE,
    Product,
    ProductBody,
    ProductChange,
    Variant,
    common_of,
)
from footfall.api.variants import render_variant
from footfall.domain.objects import ObjectDraft, is_absent, read_product
from footfall.domain.public_ids import Kind
from footfall.errors import Fault, Invalid, Refused
from footfall.store import catalogue as rows
from footfall.store import variants
from footfall.store.catalogue import PRODUCTS, ObjectRow, Told

_PRODUCTS: Final = Described(
    "product",
    Product,
    ProductBody,
    ProductChange,
    EXAMPLE,
    ANSWER,
    {"price": {"amount": "19.90", "currency": "USD"}},
    plural="products",
    named_by=("reference", "sku"),
)


@post("/attribution/products", **_PRODUCTS.created())
async def create_product(call: Call) -> Product:
    """Make a product with its variants."""
    draft, told_faults = await read(call, read_product)

    def create(connection: Connection) -> Product:
        faults = [*told_faults]
        parts = variants.told_within(draft.variants or (), draft.source)
        rows.note_taken(connection, call.business_id, [Told(draft), *parts], faults)
        if faults:
            raise Refused(faults)
        made = rows.insert_all(connection, call.business_id, [draft], call.received_at)[0]
        drafts = [part.draft for part in parts]
        made_parts = rows.insert_all(
            connection, call.business_id, drafts, call.received_at, parent_id=made.id
        )
        return _render(call, made, made_parts)

    return await call.store.write(create)


@get("/attribution/products", **_PRODUCTS.listed("Variants are with their products."))
async def list_products(call: Call) -> Listing[Product]:
    """Answer a page of products."""

    def load(connection: Connection) -> Listing[Product]:
        found, has_more = catalogue.page(connection, call, PRODUCTS)
        parts = variants.all_of(connection, call.business_id, [row.id for row in found])
        return Listing([_render(call, row, parts.get(row.id, [])) for row in found], has_more)

    return await call.store.read(load)


@get("/attribution/products/{product:str}", **_PRODUCTS.found())
async def get_product(call: Call, product: FromPath[str]) -> Product:
    """Answer one product."""
    return await call.store.read(
        lambda connection: _with_variants(
            connection, call, find(connection, call, PRODUCTS, product)
        )
    )


@patch(
    "/attribution/products/{product:str}",
    **_PRODUCTS.changed(
        "`variants` is the whole list: a variant that is there by its id, reference, SKU or name "
        "is updated, a new one made, any other removed."
    ),
)
async def change_product(call: Call, product: FromPath[str]) -> Product:
    """Set what is told of a product."""
    draft, told_faults = await read_change(call, read_product, PRODUCTS, product)
    ids = _read_ids(call, draft, told_faults)

    def change(connection: Connection) -> Product:
        faults = [*told_faults]
        found = find(connection, call, PRODUCTS, product, lock=True)
        replacement = None
        if draft.variants is not None:
            replacement = variants.plan(
                connection, call.business_id, found, draft.variants, ids, faults
            )
        told = Told(draft, row=found)
        changed = rows.change(connection, call.business_id, told, call.received_at, faults)
        if replacement is not None:
            replacement.write(connection, call.business_id, call.received_at)
        return _with_variants(connection, call, changed)

    return await call.store.write(change)


@delete(
    "/attribution/products/{product:str}",
    **_PRODUCTS.deleted("Its variants go with it. Events that name it stay."),
)
async def delete_product(call: Call, product: FromPath[str]) -> Deleted:
    """Delete a product and its variants."""
    return await catalogue.delete(call, PRODUCTS, product)


def _read_ids(call: Call, draft: ObjectDraft, faults: list[Fault]) -> list[int | None]:
    """Return the row number of each variant that is told with an id."""
    if draft.variants is None:
        return []
    ids: list[int | None] = []
    for number, told in enumerate(call.told["variants"]):
        text = told.get("id")
        row_id = call.decode(Kind.OBJECT, text) if isinstance(text, str) and text else None
        if row_id is None and not is_absent(text):
            faults.append(
                Invalid("“id” is no id of a variant; leave it out.", f"variants[{number}][id]")
            )
        ids.append(row_id)
    return ids


def _with_variants(connection: Connection, call: Call, product: ObjectRow) -> Product:
    parts = variants.all_of(connection, call.business_id, [product.id])
    return _render(call, product, parts.get(product.id, []))


def _render(call: Call, product: ObjectRow, parts: list[ObjectRow]) -> Product:
    shown: list[Variant] = [render_variant(call, part) for part in parts]
    common: dict[str, Any] = common_of(call, product)
    return Product(id=call.encode(Kind.OBJECT, product.id), variants=shown, **common)


HANDLERS: Final = (create_product, list_products, get_product, change_product, delete_product)
