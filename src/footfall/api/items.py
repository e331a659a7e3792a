"""``/v1/attribution/items``: the lines of orders and carts, each with an id of its own.

Source: contract 3.13, 3.14.
"""

from typing import Any, Final

from litestar import delete, get, patch, post
from litestar.params import FromPath
from sqlalchemy import Connection

from footfall.api import catalogue
from footfall.api.answers import Deleted
from footfall.api.call import Call, absent
from footfall.api.catalogue import READS, WRITES
from footfall.api.endpoint import Endpoint, bound
from footfall.api.order_bodies import (
    ITEM_ANSWER,
    ITEM_EXAMPLE,
    Item,
    ItemBody,
    ItemChange,
    ItemProduct,
)
from footfall.api.product_bodies import price_of
from footfall.domain.objects import is_absent, read_item
from footfall.domain.public_ids import Kind
from footfall.domain.times import unix_seconds
from footfall.errors import Fault, Refused
from footfall.store import items, orders
from footfall.store.catalogue import ORDERS, ObjectRow
from footfall.store.items import Line

_SUMMED: Final = "The total of an order is summed anew, unless it was told."


@post(
    "/attribution/orders/{order:str}/items",
    **bound(
        Endpoint(
            "Create an item",
            answer=Item,
            body=ItemBody,
            description="The id in the path is the order's id, else its reference. The price is "
            "fixed now: the one told, else the product's. " + _SUMMED,
            status=201,
            errors=(400, 404, 422),
            example=ITEM_EXAMPLE,
            answer_example=ITEM_ANSWER,
            **WRITES,
        )
    ),
)
async def create_item(call: Call, order: FromPath[str]) -> Item:
    """Add a line to an order."""
    told_faults: list[Fault] = []
    currency = await catalogue.currency_of(call, ORDERS, order)
    draft = read_item(call.told, currency, told_faults)

    def create(connection: Connection) -> Item:
        found = catalogue.find(connection, call, ORDERS, order, lock=True)
        if draft is None:
            raise Refused(told_faults)
        line = orders.add_item(
            connection,
            call.business_id,
            found,
            draft,
            call.received_at,
            call.store.public_ids[Kind.OBJECT].decode,
            [*told_faults],
        )
        return render_item(call, line, found)

    return await call.store.write(create)


@get(
    "/attribution/items/{item:str}",
    **bound(
        Endpoint(
            "Retrieve an item", answer=Item, errors=(404,), answer_example=ITEM_ANSWER, **READS
        )
    ),
)
async def get_item(call: Call, item: FromPath[str]) -> Item:
    """Answer one line of an order or cart."""
    line, owner = await call.store.read(lambda connection: _find(connection, call, item))
    return render_item(call, line, owner)


@patch(
    "/attribution/items/{item:str}",
    **bound(
        Endpoint(
            "Update an item",
            answer=Item,
            body=ItemChange,
            description="Told fields replace old ones. Another product brings its own price unless "
            "one is told. " + _SUMMED,
            errors=(400, 404, 422),
            example={"quantity": 3},
            answer_example=ITEM_ANSWER,
            **WRITES,
        )
    ),
)
async def change_item(call: Call, item: FromPath[str]) -> Item:
    """Set what is told of a line."""
    told_faults: list[Fault] = []
    line, _ = await call.store.read(lambda connection: _find(connection, call, item))
    currency = line.currency or call.caller.currency
    draft = read_item(call.told, currency, told_faults, partial=True)
    quantity = draft.quantity if draft and not is_absent(call.told.get("quantity")) else None

    def change(connection: Connection) -> Item:
        found = _find(connection, call, item, lock=True)
        if draft is None:
            raise Refused(told_faults)
        line = orders.change_item(
            connection,
            call.business_id,
            found,
            draft,
            quantity,
            call.received_at,
            call.store.public_ids[Kind.OBJECT].decode,
            [*told_faults],
        )
        return render_item(call, line, found[1])

    return await call.store.write(change)


@delete(
    "/attribution/items/{item:str}",
    **bound(
        Endpoint(
            "Delete an item",
            answer=Deleted,
            description=_SUMMED,
            scope="catalog",
            errors=(404,),
            answer_example={"id": ITEM_ANSWER["id"], "deleted": True},
        )
    ),
)
async def delete_item(call: Call, item: FromPath[str]) -> Deleted:
    """Take a line out of its order or cart."""

    def remove(connection: Connection) -> None:
        found = _find(connection, call, item, lock=True)
        orders.remove_item(connection, call.business_id, found, call.received_at)

    await call.store.write(remove)
    return Deleted(item)


def render_item(call: Call, line: Line, owner: ObjectRow) -> Item:
    """Return a line as it is answered."""
    owner_id = call.encode(Kind.OBJECT, owner.id)
    return Item(
        id=call.encode(Kind.ITEM, line.id),
        order=owner_id if owner.kind == "order" else None,
        cart=owner_id if owner.kind == "cart" else None,
        product=ItemProduct(
            call.encode(Kind.OBJECT, line.product_id),
            "product" if line.product_parent_id is None else "variant",
            line.product_name,
            line.product_reference,
            line.product_sku,
        ),
        quantity=line.quantity,
        price=price_of(line.price_minor, line.currency),
        created_at=unix_seconds(line.created_at),
    )


def _find(
    connection: Connection, call: Call, text: str, *, lock: bool = False
) -> tuple[Line, ObjectRow]:
    item_id = call.row(Kind.ITEM, text)
    found = items.find(connection, call.business_id, item_id, lock=lock)
    if found is None:
        raise absent(Kind.ITEM)
    return found


HANDLERS: Final[tuple[Any, ...]] = (create_item, get_item, change_item, delete_item)
