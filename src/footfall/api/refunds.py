"""``/v1/attribution/refunds``: what goes back to whom, and of which order.

Source: contract 3.16.
"""

from typing import Any, Final

from litestar import delete, get, patch, post
from litestar.params import FromPath
from sqlalchemy import Connection

from footfall.api import catalogue, property_values
from footfall.api.answers import Deleted, Listing
from footfall.api.call import Call
from footfall.api.catalogue import Described, ambiguous, find, read, read_change
from footfall.api.order_bodies import (
    REFUND_ANSWER,
    REFUND_EXAMPLE,
    Refund,
    RefundBody,
    RefundChange,
)
from footfall.api.product_bodies import price_of
from footfall.domain.objects import is_absent, read_refund
from footfall.domain.public_ids import Kind
from footfall.domain.times import unix_seconds
from footfall.errors import Fault, NotFound
from footfall.store import catalogue as rows
from footfall.store.catalogue import ORDERS, REFUNDS, ObjectRow, Told

_REFUNDS: Final = Described(
    "refund",
    Refund,
    RefundBody,
    RefundChange,
    REFUND_EXAMPLE,
    REFUND_ANSWER,
    {"amount": "12.00"},
    plural="refunds",
)


@post("/attribution/refunds", **_REFUNDS.created())
async def create_refund(call: Call) -> Refund:
    """Make a refund."""
    draft, told_faults = await read(call, read_refund)

    def create(connection: Connection) -> ObjectRow:
        faults = [*told_faults]
        parent_id = _order_row(connection, call, draft.parent, faults)
        return rows.create(
            connection, call.business_id, draft, call.received_at, faults, parent_id=parent_id
        )

    return _render(call, await call.store.write(create))


@get("/attribution/refunds", **_REFUNDS.listed())
async def list_refunds(call: Call) -> Listing[Refund]:
    """Answer a page of refunds."""
    found, has_more = await call.store.read(
        lambda connection: catalogue.page(connection, call, REFUNDS)
    )
    return Listing([_render(call, row) for row in found], has_more)


@get("/attribution/refunds/{refund:str}", **_REFUNDS.found())
async def get_refund(call: Call, refund: FromPath[str]) -> Refund:
    """Answer one refund."""
    return _render(
        call, await call.store.read(lambda connection: find(connection, call, REFUNDS, refund))
    )


@patch("/attribution/refunds/{refund:str}", **_REFUNDS.changed())
async def change_refund(call: Call, refund: FromPath[str]) -> Refund:
    """Set what is told of a refund."""
    draft, told_faults = await read_change(call, read_refund, REFUNDS, refund)

    def change(connection: Connection) -> ObjectRow:
        faults = [*told_faults]
        told = Told(draft, row=find(connection, call, REFUNDS, refund, lock=True))
        parent_id = _order_row(connection, call, draft.parent, faults)
        return rows.change(
            connection, call.business_id, told, call.received_at, faults, parent_id=parent_id
        )

    return _render(call, await call.store.write(change))


@delete("/attribution/refunds/{refund:str}", **_REFUNDS.deleted())
async def delete_refund(call: Call, refund: FromPath[str]) -> Deleted:
    """Delete a refund."""
    return await catalogue.delete(call, REFUNDS, refund)


def _order_row(
    connection: Connection, call: Call, text: str | None, faults: list[Fault]
) -> int | None:
    if text is None:
        return None
    row_id = call.decode(Kind.OBJECT, text)
    found = rows.find_all(connection, call.business_id, ORDERS, text, row_id)
    if len(found) == 1:
        return found[0].id
    parameter = "order_id" if is_absent(call.told.get("order")) else "order"
    faults.append(
        ambiguous(ORDERS, parameter)
        if found
        else NotFound(
            "There is no order by this id or reference; create it first, or leave it out.",
            parameter,
        )
    )
    return None


def _render(call: Call, refund: ObjectRow) -> Refund:
    data = refund.data or {}
    of_order = data.get("order_total") or {}
    amount = price_of(refund.amount_minor, refund.currency)
    return Refund(
        id=call.encode(Kind.OBJECT, refund.id),
        reference=refund.reference,
        source=refund.source or None,
        order=None if refund.parent_id is None else call.encode(Kind.OBJECT, refund.parent_id),
        amount=amount.amount if amount is not None else None,
        currency=refund.currency,
        total=price_of(of_order.get("amount_minor"), of_order.get("currency")),
        metadata=data.get("metadata", {}),
        properties=property_values.render(call, refund.values),
        created_at=unix_seconds(refund.created_at),
        updated_at=unix_seconds(refund.updated_at),
    )


HANDLERS: Final[tuple[Any, ...]] = (
    create_refund,
    list_refunds,
    get_refund,
    change_refund,
    delete_refund,
)
