"""``/v1/coupons``: what lowers a price, by id, reference or code.

Source: contract 3.15.
"""

from typing import Any, Final

from litestar import delete, get, patch, post
from litestar.params import FromPath
from sqlalchemy import Connection

from footfall.api import catalogue, property_values
from footfall.api.answers import Deleted, Listing
from footfall.api.call import Call
from footfall.api.catalogue import Described, find, read, read_change
from footfall.api.catalogue_bodies import (
    COUPON_ANSWER,
    COUPON_EXAMPLE,
    Coupon,
    CouponBody,
    CouponChange,
)
from footfall.domain.objects import read_coupon
from footfall.domain.public_ids import Kind
from footfall.domain.times import unix_seconds
from footfall.store import catalogue as rows
from footfall.store.catalogue import COUPONS, ObjectRow, Told

_COUPONS: Final = Described(
    "coupon",
    Coupon,
    CouponBody,
    CouponChange,
    COUPON_EXAMPLE,
    COUPON_ANSWER,
    {"description": "Ten percent off until June."},
    plural="coupons",
    named_by=("reference", "code"),
)


@post("/coupons", **_COUPONS.created())
async def create_coupon(call: Call) -> Coupon:
    """Make a coupon."""
    draft, told_faults = await read(call, read_coupon)
    made = await call.store.write(
        lambda connection: rows.create(
            connection, call.business_id, draft, call.received_at, [*told_faults]
        )
    )
    return _render(call, made)


@get("/coupons", **_COUPONS.listed())
async def list_coupons(call: Call) -> Listing[Coupon]:
    """Answer a page of coupons."""
    found, has_more = await call.store.read(
        lambda connection: catalogue.page(connection, call, COUPONS)
    )
    return Listing([_render(call, row) for row in found], has_more)


@get("/coupons/{coupon:str}", **_COUPONS.found())
async def get_coupon(call: Call, coupon: FromPath[str]) -> Coupon:
    """Answer one coupon."""
    found = await call.store.read(lambda connection: find(connection, call, COUPONS, coupon))
    return _render(call, found)


@patch("/coupons/{coupon:str}", **_COUPONS.changed())
async def change_coupon(call: Call, coupon: FromPath[str]) -> Coupon:
    """Set what is told of a coupon."""
    draft, told_faults = await read_change(call, read_coupon, COUPONS, coupon)

    def change(connection: Connection) -> ObjectRow:
        told = Told(draft, row=find(connection, call, COUPONS, coupon, lock=True))
        return rows.change(connection, call.business_id, told, call.received_at, [*told_faults])

    return _render(call, await call.store.write(change))


@delete("/coupons/{coupon:str}", **_COUPONS.deleted())
async def delete_coupon(call: Call, coupon: FromPath[str]) -> Deleted:
    """Delete a coupon."""
    return await catalogue.delete(call, COUPONS, coupon)


def _render(call: Call, coupon: ObjectRow) -> Coupon:
    data = coupon.data or {}
    return Coupon(
        id=call.encode(Kind.OBJECT, coupon.id),
        code=coupon.name,
        description=data.get("description"),
        destination_url=data.get("destination_url"),
        reference=coupon.reference,
        source=coupon.source or None,
        metadata=data.get("metadata", {}),
        properties=property_values.render(call, coupon.values),
        created_at=unix_seconds(coupon.created_at),
        updated_at=unix_seconds(coupon.updated_at),
    )


HANDLERS: Final[tuple[Any, ...]] = (
    create_coupon,
    list_coupons,
    get_coupon,
    change_coupon,
    delete_coupon,
)
