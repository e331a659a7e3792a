"""Orders, carts, their items, refunds and sightings, as told and as answered.

Documents what ``domain.objects`` reads.
"""

from typing import Annotated, Any, Final, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from footfall.api.product_bodies import Number, Price, PriceBody, ProductBody, Text
from footfall.api.property_values import ById, PropertyValue

Reference = Annotated[
    str | int | UnsetType, Meta(description="Its id in the shop; unique in its source.")
]
Source = Annotated[Text, Meta(description="The system that `reference` is from.")]
Free = Annotated[dict[str, Any] | UnsetType, Meta(description="Values of your own.")]
Seconds = Annotated[int, Meta(description="Unix seconds.")]
Value = PriceBody | Number | UnsetType


class ItemChange(Struct):
    """What is told of an item."""

    product: Annotated[
        str | int | ProductBody | UnsetType,
        Meta(
            description="A product's or variant's id, reference or SKU; or a product itself, which "
            "is found by what identifies it, or made."
        ),
    ] = UNSET
    quantity: Annotated[
        int | str | UnsetType, Meta(description="A whole number from 1; 1 when left out.")
    ] = UNSET
    price: Annotated[Value, Meta(description="Of one piece; the product's when left out.")] = UNSET


class ItemBody(ItemChange, kw_only=True):
    """A line of an order or cart; only its product is required."""

    product: str | int | ProductBody


class OrderChange(Struct):
    """What can be changed of an order."""

    reference: Reference = UNSET
    source: Source = UNSET
    name: Text = UNSET
    delivery: Annotated[
        Literal["deliver", "collect"] | UnsetType,
        Meta(description="How it is handed over; `deliver` when left out."),
    ] = UNSET
    total: Annotated[
        Value, Meta(description="Its value; the sum of its items when it was never told.")
    ] = UNSET
    amount: Annotated[Number | UnsetType, Meta(description="Its value without `total`.")] = UNSET
    currency: Annotated[Text, Meta(description="Of a value that names none.")] = UNSET
    payment_method: Text = UNSET
    sales_channel: Text = UNSET
    metadata: Free = UNSET
    property_by_id: ById = UNSET


class OrderBody(OrderChange, kw_only=True):
    """An order; only its reference is required."""

    reference: Annotated[str | int, Meta(description="Its id in the shop; unique in its source.")]
    items: list[ItemBody] | UnsetType = UNSET


class CartChange(Struct):
    """What is told of a cart."""

    reference: Reference = UNSET
    source: Source = UNSET
    total: Annotated[Value, Meta(description="Its value.")] = UNSET
    amount: Annotated[Number | UnsetType, Meta(description="Its value without `total`.")] = UNSET
    currency: Annotated[Text, Meta(description="Of a value that names none.")] = UNSET
    items: Annotated[
        list[ItemBody] | UnsetType,
        Meta(description="All its lines, each with the quantity there is now."),
    ] = UNSET
    metadata: Free = UNSET
    property_by_id: ById = UNSET


class CartBody(CartChange):
    """A cart."""


class RefundChange(Struct):
    """What is told of a refund."""

    reference: Reference = UNSET
    source: Source = UNSET
    amount: Annotated[Value, Meta(description="What goes back.")] = UNSET
    currency: Annotated[Text, Meta(description="Of an amount that names none.")] = UNSET
    order: Annotated[
        str | int | UnsetType, Meta(description="Id or reference of the order it is of.")
    ] = UNSET
    total: Annotated[Value, Meta(description="The value of the order it is of.")] = UNSET
    metadata: Free = UNSET
    property_by_id: ById = UNSET


class RefundBody(RefundChange):
    """A refund; it needs a `reference` or an `amount`."""


class ItemProduct(Struct):
    """The product or variant in an item."""

    id: str
    type: Literal["product", "variant"]
    name: str | None
    reference: str | None
    sku: str | None


class Item(Struct, kw_only=True):
    """A line of an order or cart."""

    id: str
    type: Literal["item"] = "item"
    order: Annotated[str | None, Meta(description="Id of the order it is in.")]
    cart: Annotated[str | None, Meta(description="Id of the cart it is in.")]
    product: ItemProduct
    quantity: int
    price: Annotated[Price | None, Meta(description="Of one piece, as it was fixed.")]
    created_at: Seconds


class Order(Struct, kw_only=True):
    """An order."""

    id: str
    type: Literal["order"] = "order"
    reference: str | None
    source: str | None
    name: str | None
    delivery: str
    total: Price | None
    total_computed: Annotated[
        bool, Meta(description="Nobody told the total: it is the sum of the items, always.")
    ]
    payment_method: str | None
    sales_channel: str | None
    items: list[Item]
    metadata: dict[str, Any]
    properties: list[PropertyValue]
    created_at: Seconds
    updated_at: Seconds


class Cart(Struct, kw_only=True):
    """A cart."""

    id: str
    type: Literal["cart"] = "cart"
    reference: str | None
    source: str | None
    total: Annotated[Price | None, Meta(description="Only when it was told.")]
    items: list[Item]
    metadata: dict[str, Any]
    properties: list[PropertyValue]
    created_at: Seconds
    updated_at: Seconds


class Refund(Struct, kw_only=True):
    """A refund."""

    id: str
    type: Literal["refund"] = "refund"
    reference: str | None
    source: str | None
    order: Annotated[str | None, Meta(description="Id of the order it is of, when it was told.")]
    amount: Annotated[str | None, Meta(description="Major units with every decimal.")]
    currency: str | None
    total: Annotated[Price | None, Meta(description="The value of its order, as it was told.")]
    metadata: dict[str, Any]
    properties: list[PropertyValue]
    created_at: Seconds
    updated_at: Seconds


class Differences(Struct):
    """Where a sighting disagrees with the event that counts."""

    amount: bool
    time: bool


class Sighting(Struct, kw_only=True):
    """Another report of a step of an order that was stored already."""

    id: str
    type: Literal["sighting"] = "sighting"
    action: str
    event: Annotated[str, Meta(description="Id of the event that counts.")]
    profile: Annotated[str | None, Meta(description="Whose it is, also through the session.")]
    session: str | None
    amount: Annotated[str | None, Meta(description="Major units with every decimal.")]
    currency: str | None
    occurred_at: Annotated[str, Meta(description="The time in analysis, ISO 8601.")]
    tracked_at: Annotated[str | None, Meta(description="The time its sender claimed, ISO 8601.")]
    received_at: Annotated[str, Meta(description="When it arrived, ISO 8601.")]
    differs: Differences
    created_at: Annotated[int, Meta(description="When it arrived, Unix seconds.")]


_REST: Final[dict[str, Any]] = {
    "properties": [],
    "created_at": 1665684173,
    "updated_at": 1665684173,
}
_PRICE: Final = {"amount": "24.90", "currency": "USD"}

ITEM_EXAMPLE: Final = {"product": "vxqQJ3Yg", "quantity": 2, "price": "24.90"}
ITEM_ANSWER: Final[dict[str, Any]] = {
    "id": "q7LmX2Rt",
    "type": "item",
    "order": "erA2RAXE",
    "cart": None,
    "product": {
        "id": "vxqQJ3Yg",
        "type": "product",
        "name": "Canvas bag",
        "reference": "1001",
        "sku": "BAG-1",
    },
    "quantity": 2,
    "price": _PRICE,
    "created_at": 1665684173,
}
ORDER_EXAMPLE: Final = {
    "reference": "654321",
    "source": "custom_store",
    "delivery": "deliver",
    "items": [
        {"product": "vxqQJ3Yg", "quantity": 2, "price": "24.90"},
        {"product": {"name": "Gift wrap", "reference": "wrap", "price": "3.50"}},
    ],
}
ORDER_ANSWER: Final[dict[str, Any]] = {
    "id": "erA2RAXE",
    "type": "order",
    "reference": "654321",
    "source": "custom_store",
    "name": None,
    "delivery": "deliver",
    "total": {"amount": "49.80", "currency": "USD"},
    "total_computed": True,
    "payment_method": None,
    "sales_channel": None,
    "items": [ITEM_ANSWER],
    "metadata": {},
    **_REST,
}
CART_EXAMPLE: Final = {
    "reference": "cart-77",
    "source": "custom_store",
    "items": [{"product": "vxqQJ3Yg", "quantity": 2}],
}
CART_ANSWER: Final[dict[str, Any]] = {
    "id": "M01az53K",
    "type": "cart",
    "reference": "cart-77",
    "source": "custom_store",
    "total": None,
    "items": [{**ITEM_ANSWER, "order": None, "cart": "M01az53K"}],
    "metadata": {},
    **_REST,
}
REFUND_EXAMPLE: Final = {
    "reference": "R-12",
    "source": "custom_store",
    "amount": "10.00",
    "currency": "USD",
    "order": "erA2RAXE",
}
REFUND_ANSWER: Final[dict[str, Any]] = {
    "id": "4ONLdN32",
    "type": "refund",
    "reference": "R-12",
    "source": "custom_store",
    "order": "erA2RAXE",
    "amount": "10.00",
    "currency": "USD",
    "total": None,
    "metadata": {},
    **_REST,
}
SIGHTING_ANSWER: Final[dict[str, Any]] = {
    "id": "xY7kQ2mA",
    "type": "sighting",
    "action": "order.placed",
    "event": "WBAkaqNz",
    "profile": "MzYwlE50",
    "session": None,
    "amount": "52.00",
    "currency": "USD",
    "occurred_at": "2022-10-13T18:02:54.125Z",
    "tracked_at": None,
    "received_at": "2022-10-13T18:02:54.125Z",
    "differs": {"amount": True, "time": False},
    "created_at": 1665684174,
}
