"""``/v1/attribution/carts``: what may be bought; mostly made by ``cart.added`` events.

Source: contract 3.14.
"""

from typing import Any, Final

from litestar import delete, get, patch, post
from litestar.params import FromPath
from sqlalchemy import Connection

from footfall.api import catalogue, property_values
from footfall.api.answers import Deleted, Listing
from footfall.api.call import Call
from footfall.api.catalogue import Described, find, read, read_change
from footfall.api.items import render_item
from footfall.api.order_bodies import CART_ANSWER, CART_EXAMPLE, Cart, CartBody, CartChange
from footfall.api.product_bodies import price_of
from footfall.domain.objects import read_cart
from footfall.domain.public_ids import Kind
from footfall.domain.times import unix_seconds
from footfall.store import items, orders
from footfall.store.catalogue import CARTS, ObjectRow
from footfall.store.items import Line

_CARTS: Final = Described(
    "cart",
    Cart,
    CartBody,
    CartChange,
    CART_EXAMPLE,
    CART_ANSWER,
    {"items": [{"product": "vxqQJ3Yg", "quantity": 1}]},
    plural="carts",
)


@post(
    "/attribution/carts",
    **_CARTS.created(
        "Products told inside `items` are found by what identifies them, or made with the cart."
    ),
)
async def create_cart(call: Call) -> Cart:
    """Make a cart with its items."""
    draft, told_faults = await read(call, read_cart)

    def create(connection: Connection) -> Cart:
        made = orders.create(
            connection,
            call.business_id,
            draft,
            call.received_at,
            call.store.public_ids[Kind.OBJECT].decode,
            [*told_faults],
        )
        return _with_items(connection, call, made)

    return await call.store.write(create)


@get("/attribution/carts", **_CARTS.listed())
async def list_carts(call: Call) -> Listing[Cart]:
    """Answer a page of carts."""

    def load(connection: Connection) -> Listing[Cart]:
        found, has_more = catalogue.page(connection, call, CARTS)
        lines = items.all_of(connection, call.business_id, [row.id for row in found])
        return Listing([_render(call, row, lines.get(row.id, [])) for row in found], has_more)

    return await call.store.read(load)


@get("/attribution/carts/{cart:str}", **_CARTS.found())
async def get_cart(call: Call, cart: FromPath[str]) -> Cart:
    """Answer one cart."""
    return await call.store.read(
        lambda connection: _with_items(connection, call, find(connection, call, CARTS, cart))
    )


@patch(
    "/attribution/carts/{cart:str}",
    **_CARTS.changed(
        "`items` is the whole cart: a line of a product that is in it keeps its id, others are "
        "made or removed."
    ),
)
async def change_cart(call: Call, cart: FromPath[str]) -> Cart:
    """Set what is told of a cart."""
    draft, told_faults = await read_change(call, read_cart, CARTS, cart)

    def change(connection: Connection) -> Cart:
        changed = orders.change_cart(
            connection,
            call.business_id,
            find(connection, call, CARTS, cart, lock=True),
            draft,
            call.received_at,
            call.store.public_ids[Kind.OBJECT].decode,
            [*told_faults],
        )
        return _with_items(connection, call, changed)

    return await call.store.write(change)


@delete("/attribution/carts/{cart:str}", **_CARTS.deleted())
async def delete_cart(call: Call, cart: FromPath[str]) -> Deleted:
    """Delete a cart."""
    return await catalogue.delete(call, CARTS, cart)


def _with_items(connection: Connection, call: Call, cart: ObjectRow) -> Cart:
    lines = items.all_of(connection, call.business_id, [cart.id])
    return _render(call, cart, lines.get(cart.id, []))


def _render(call: Call, cart: ObjectRow, lines: list[Line]) -> Cart:
    return Cart(
        id=call.encode(Kind.OBJECT, cart.id),
        reference=cart.reference,
        source=cart.source or None,
        total=price_of(cart.amount_minor, cart.currency),
        items=[render_item(call, line, cart) for line in lines],
        metadata=(cart.data or {}).get("metadata", {}),
        properties=property_values.render(call, cart.values),
        created_at=unix_seconds(cart.created_at),
        updated_at=unix_seconds(cart.updated_at),
    )


HANDLERS: Final[tuple[Any, ...]] = (create_cart, list_carts, get_cart, change_cart, delete_cart)
