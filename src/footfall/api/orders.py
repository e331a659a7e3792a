"""``/v1/attribution/orders``: what was bought, and who else reported it.

An order is no purchase; only an event of it is. Nothing here makes an event.

Source: contract 3.13, 4.3 (sightings).
"""

from typing import Any, Final

from litestar import delete, get, patch, post
from litestar.params import FromPath
from sqlalchemy import Connection, Row

from footfall.api import catalogue, paging, property_values
from footfall.api.answers import Deleted, Listing
from footfall.api.call import Call
from footfall.api.catalogue import READS, Described, find, read, read_change
from footfall.api.endpoint import Endpoint, bound
from footfall.api.items import render_item
from footfall.api.order_bodies import (
    ORDER_ANSWER,
    ORDER_EXAMPLE,
    SIGHTING_ANSWER,
    Differences,
    Order,
    OrderBody,
    OrderChange,
    Sighting,
)
from footfall.api.product_bodies import price_of
from footfall.domain import money
from footfall.domain.objects import read_order
from footfall.domain.public_ids import Kind
from footfall.domain.times import iso_utc, unix_seconds
from footfall.errors import Fault, NotAllowed
from footfall.store import catalogue as rows
from footfall.store import items, orders, sightings
from footfall.store.catalogue import IS_SUMMED, ORDERS, ObjectRow, Told
from footfall.store.items import Line

_ORDERS: Final = Described(
    "order",
    Order,
    OrderBody,
    OrderChange,
    ORDER_EXAMPLE,
    ORDER_ANSWER,
    {"payment_method": "card"},
    plural="orders",
)


@post(
    "/attribution/orders",
    **_ORDERS.created(
        "Products told inside `items` are found by what identifies them, or made with the order. "
        "No event comes of it: track `order.placed` with the order's id."
    ),
)
async def create_order(call: Call) -> Order:
    """Make an order with its items."""
    draft, told_faults = await read(call, read_order)

    def create(connection: Connection) -> Order:
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


@get("/attribution/orders", **_ORDERS.listed())
async def list_orders(call: Call) -> Listing[Order]:
    """Answer a page of orders."""

    def load(connection: Connection) -> Listing[Order]:
        found, has_more = catalogue.page(connection, call, ORDERS)
        lines = items.all_of(connection, call.business_id, [row.id for row in found])
        return Listing([_render(call, row, lines.get(row.id, [])) for row in found], has_more)

    return await call.store.read(load)


@get("/attribution/orders/{order:str}", **_ORDERS.found())
async def get_order(call: Call, order: FromPath[str]) -> Order:
    """Answer one order."""
    return await call.store.read(
        lambda connection: _with_items(connection, call, find(connection, call, ORDERS, order))
    )


@patch(
    "/attribution/orders/{order:str}",
    **_ORDERS.changed("Items are changed one by one, at their own paths. No event comes of it."),
)
async def change_order(call: Call, order: FromPath[str]) -> Order:
    """Set what is told of an order, but for its items."""
    draft, told_faults = await read_change(call, read_order, ORDERS, order)
    if draft.items is not None:
        told_faults.append(
            NotAllowed(
                "An update leaves the items alone: leave out “items”, and add, change or delete "
                "them one by one, at /v1/attribution/orders/{order}/items and "
                "/v1/attribution/items/{item}.",
                "items",
            )
        )

    def change(connection: Connection) -> Order:
        told = Told(draft, row=find(connection, call, ORDERS, order, lock=True))
        changed = rows.change(connection, call.business_id, told, call.received_at, [*told_faults])
        return _with_items(connection, call, changed)

    return await call.store.write(change)


@delete("/attribution/orders/{order:str}", **_ORDERS.deleted("Events and refunds of it stay."))
async def delete_order(call: Call, order: FromPath[str]) -> Deleted:
    """Delete an order."""
    return await catalogue.delete(call, ORDERS, order)


@get(
    "/attribution/orders/{order:str}/sightings",
    **bound(
        Endpoint(
            "List the sightings of an order",
            answer=Listing[Sighting],
            description="Each step of an order is stored once. Whoever reports it again is listed "
            "here, newest first, with what differs from the event that counts: `amount` when "
            "another one was told, `time` when another one was claimed. The id in the path is the "
            "order's id, else its reference.",
            errors=(404, 422),
            query=paging.QUERY,
            answer_example={"data": [SIGHTING_ANSWER], "has_more": False},
            **READS,
        )
    ),
)
async def list_sightings(call: Call, order: FromPath[str]) -> Listing[Sighting]:
    """Answer a page of an order's sightings."""

    def load(connection: Connection) -> Listing[Sighting]:
        found = find(connection, call, ORDERS, order)
        faults: list[Fault] = []
        ids = call.store.public_ids[Kind.SIGHTING]
        bounds = paging.read_bounds(call.query, ids.decode, faults)
        seen, has_more = sightings.page(connection, call.business_id, found.id, bounds, faults)
        return Listing([_render_sighting(call, row) for row in seen], has_more)

    return await call.store.read(load)


def _with_items(connection: Connection, call: Call, order: ObjectRow) -> Order:
    lines = items.all_of(connection, call.business_id, [order.id])
    return _render(call, order, lines.get(order.id, []))


def _render(call: Call, order: ObjectRow, lines: list[Line]) -> Order:
    data = order.data or {}
    return Order(
        id=call.encode(Kind.OBJECT, order.id),
        reference=order.reference,
        source=order.source or None,
        name=order.name,
        delivery=data.get("delivery", "deliver"),
        total=price_of(order.amount_minor, order.currency),
        total_computed=order.amount_minor is not None and bool(data.get(IS_SUMMED)),
        payment_method=data.get("payment_method"),
        sales_channel=data.get("sales_channel"),
        items=[render_item(call, line, order) for line in lines],
        metadata=data.get("metadata", {}),
        properties=property_values.render(call, order.values),
        created_at=unix_seconds(order.created_at),
        updated_at=unix_seconds(order.updated_at),
    )


def _render_sighting(call: Call, row: Row[Any]) -> Sighting:
    amount = None
    if row.amount_minor is not None:
        amount = money.format_minor(row.amount_minor, row.currency)
    told = (row.amount_minor, row.currency)
    return Sighting(
        id=call.encode(Kind.SIGHTING, row.id),
        action=row.action_name,
        event=call.encode(Kind.EVENT, row.event_id),
        profile=None if row.owner_id is None else call.encode(Kind.PROFILE, row.owner_id),
        session=row.session_text,
        amount=amount,
        currency=row.currency,
        occurred_at=iso_utc(row.occurred_at),
        tracked_at=None if row.tracked_at is None else iso_utc(row.tracked_at),
        received_at=iso_utc(row.received_at),
        differs=Differences(
            # Who told no amount, or claimed no time, contradicts nobody.
            amount=amount is not None and told != (row.counted_minor, row.counted_currency),
            time=row.tracked_at is not None and row.occurred_at != row.counted_at,
        ),
        created_at=unix_seconds(row.received_at),
    )


HANDLERS: Final[tuple[Any, ...]] = (
    create_order,
    list_orders,
    get_order,
    change_order,
    delete_order,
    list_sightings,
)
