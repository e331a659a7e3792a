"""``/v1/attribution/variants``: what a product comes in, each with an id of its own.

A variant is as good as a product wherever events or items name one.

Source: contract 3.12.
"""

from typing import Final

from litestar import delete, get, patch, post
from litestar.params import FromPath
from sqlalchemy import Connection

from footfall.api import catalogue
from footfall.api.answers import Deleted
from footfall.api.call import Call
from footfall.api.catalogue import Described, find, read, read_change
from footfall.api.product_bodies import (
    VARIANT_ANSWER,
    VARIANT_EXAMPLE,
    Variant,
    VariantBody,
    VariantChange,
    common_of,
)
from footfall.domain.objects import read_variant
from footfall.domain.public_ids import Kind
from footfall.store import catalogue as rows
from footfall.store.catalogue import PRODUCTS, VARIANTS, ObjectRow, Told

_VARIANTS: Final = Described(
    "variant",
    Variant,
    VariantBody,
    VariantChange,
    VARIANT_EXAMPLE,
    VARIANT_ANSWER,
    {"price": {"amount": "21.50", "currency": "USD"}},
    plural="variants",
    named_by=("reference", "sku"),
)


@post(
    "/attribution/products/{product:str}/variants",
    **_VARIANTS.created(
        "The id in the path is the product's id, else its reference, else its SKU. Without a "
        "`source` the variant has that of its product.",
        errors=(400, 404, 422),
    ),
)
async def create_variant(call: Call, product: FromPath[str]) -> Variant:
    """Add a variant to a product."""
    draft, told_faults = await read(call, read_variant)
    has_source = bool(draft.source)

    def create(connection: Connection) -> ObjectRow:
        parent = find(connection, call, PRODUCTS, product, lock=True)
        if not has_source:
            draft.source = parent.source
        return rows.create(
            connection,
            call.business_id,
            draft,
            call.received_at,
            [*told_faults],
            parent_id=parent.id,
        )

    return render_variant(call, await call.store.write(create))


@get("/attribution/variants/{variant:str}", **_VARIANTS.found())
async def get_variant(call: Call, variant: FromPath[str]) -> Variant:
    """Answer one variant."""
    found = await call.store.read(lambda connection: find(connection, call, VARIANTS, variant))
    return render_variant(call, found)


@patch("/attribution/variants/{variant:str}", **_VARIANTS.changed())
async def change_variant(call: Call, variant: FromPath[str]) -> Variant:
    """Set what is told of a variant."""
    draft, told_faults = await read_change(call, read_variant, VARIANTS, variant)

    def change(connection: Connection) -> ObjectRow:
        told = Told(draft, row=find(connection, call, VARIANTS, variant, lock=True))
        return rows.change(connection, call.business_id, told, call.received_at, [*told_faults])

    return render_variant(call, await call.store.write(change))


@delete("/attribution/variants/{variant:str}", **_VARIANTS.deleted())
async def delete_variant(call: Call, variant: FromPath[str]) -> Deleted:
    """Delete a variant."""
    return await catalogue.delete(call, VARIANTS, variant)


def render_variant(call: Call, variant: ObjectRow) -> Variant:
    """Return a variant as it is answered."""
    assert variant.parent_id is not None
    return Variant(
        id=call.encode(Kind.OBJECT, variant.id),
        product=call.encode(Kind.OBJECT, variant.parent_id),
        **common_of(call, variant),
    )


HANDLERS: Final = (create_variant, get_variant, change_variant, delete_variant)
