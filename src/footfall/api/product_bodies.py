"""A product as it is told and as it is answered; documents what ``domain.objects`` reads."""

from typing import Annotated, Any, Final, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from footfall.api.call import Call
from footfall.api.property_values import PropertyValue, render
from footfall.domain import money
from footfall.domain.times import unix_seconds
from footfall.store.catalogue import ObjectRow

Text = str | UnsetType
Texts = list[str] | UnsetType
Number = float | str


class PriceBody(Struct):
    """An amount of money in major units."""

    amount: Number
    currency: Annotated[Text, Meta(description="ISO 4217; the business's own if absent.")] = UNSET
    converted_amount: Annotated[
        Number | UnsetType, Meta(description="The same in the business's currency.")
    ] = UNSET
    converted_currency: Text = UNSET


class VariantChange(Struct):
    """What is told of a variant, and of a product."""

    name: Text = UNSET
    reference: Annotated[
        str | int | UnsetType, Meta(description="Its id in the shop; unique in its source.")
    ] = UNSET
    sku: Text = UNSET
    source: Annotated[Text, Meta(description="The system that `reference` is from.")] = UNSET
    brand: Text = UNSET
    description: Text = UNSET
    url: Text = UNSET
    image_url: Text = UNSET
    price: PriceBody | Number | UnsetType = UNSET
    categories: Texts = UNSET
    collection: Texts = UNSET
    tags: Texts = UNSET
    metadata: Annotated[dict[str, Any] | UnsetType, Meta(description="Values of your own.")] = UNSET
    property_by_id: Annotated[
        dict[str, Any] | UnsetType,
        Meta(
            description="Values by id of their property; `property_by_id[ID]` is the same. Not of "
            "what is told inside another body."
        ),
    ] = UNSET


class VariantBody(VariantChange, kw_only=True):
    """A variant; only its name is required."""

    name: str


class VariantInside(VariantChange):
    """A variant inside its product; a new one needs a name."""

    id: Annotated[Text, Meta(description="Of a variant that is there.")] = UNSET


class ProductChange(VariantChange):
    """What is told of a product."""

    variants: Annotated[
        list[VariantInside] | UnsetType,
        Meta(description="All there are; an empty list removes them."),
    ] = UNSET


class ProductBody(VariantChange, kw_only=True):
    """A product; only its name is required."""

    name: str
    variants: list[VariantBody] | UnsetType = UNSET


class Price(Struct):
    """An amount of money, in major units with every decimal of its currency."""

    amount: str
    currency: str
    converted_amount: Annotated[
        Text, Meta(description="Only when it was told, with its currency.")
    ] = UNSET
    converted_currency: Text = UNSET


class Sold(Struct, kw_only=True):
    """What a product and a variant are both answered with."""

    name: str | None
    reference: str | None
    sku: str | None
    source: str | None
    brand: str | None
    description: str | None
    url: str | None
    image_url: str | None
    price: Price | None
    categories: list[str]
    collection: list[str]
    tags: list[str]
    metadata: dict[str, Any]
    properties: list[PropertyValue]
    created_at: Annotated[int, Meta(description="Unix seconds.")]
    updated_at: Annotated[int, Meta(description="Unix seconds.")]


class Variant(Sold, kw_only=True):
    """A variant of a product."""

    id: str
    type: Literal["variant"] = "variant"
    product: Annotated[str, Meta(description="Id of the product it is a variant of.")]


class Product(Sold, kw_only=True):
    """A product."""

    id: str
    type: Literal["product"] = "product"
    variants: list[Variant]


def common_of(call: Call, row: ObjectRow) -> dict[str, Any]:
    """Return the fields of ``Sold`` of a product or variant."""
    data = row.data or {}
    return {
        "name": row.name,
        "reference": row.reference,
        "sku": row.sku,
        "source": row.source or None,
        "brand": data.get("brand"),
        "description": data.get("description"),
        "url": data.get("url"),
        "image_url": data.get("image_url"),
        "price": _price(row, data.get("converted_price")),
        "categories": data.get("categories", []),
        "collection": data.get("collection", []),
        "tags": data.get("tags", []),
        "metadata": data.get("metadata", {}),
        "properties": render(call, row.values),
        "created_at": unix_seconds(row.created_at),
        "updated_at": unix_seconds(row.updated_at),
    }


def price_of(amount_minor: int | None, currency: str | None) -> Price | None:
    """Return an amount as answers give it."""
    if amount_minor is None or currency is None:
        return None
    return Price(money.format_minor(amount_minor, currency), currency)


def _price(row: ObjectRow, converted: dict[str, Any] | None) -> Price | None:
    price = price_of(row.amount_minor, row.currency)
    if price is not None and converted is not None:
        price.converted_currency = converted["currency"]
        price.converted_amount = money.format_minor(
            converted["amount_minor"], converted["currency"]
        )
    return price


EXAMPLE: Final = {
    "name": "Canvas bag",
    "reference": "1001",
    "sku": "BAG-1",
    "source": "custom_store",
    "price": {"amount": "24.90", "currency": "USD"},
    "categories": ["Bags"],
    "variants": [{"name": "Red", "sku": "BAG-1-R"}],
}
VARIANT_EXAMPLE: Final = {
    "name": "Blue",
    "reference": "1001-B",
    "sku": "BAG-1-B",
    "price": {"amount": "22.90", "currency": "USD"},
}
_UNSAID: Final[dict[str, Any]] = {
    "brand": None,
    "description": None,
    "url": None,
    "image_url": None,
    "collection": [],
    "tags": [],
    "metadata": {},
    "properties": [],
    "created_at": 1665684173,
    "updated_at": 1665684173,
}
VARIANT_ANSWER: Final[dict[str, Any]] = {
    "id": "WBAkaqNz",
    "type": "variant",
    "product": "vxqQJ3Yg",
    "name": "Blue",
    "reference": "1001-B",
    "sku": "BAG-1-B",
    "source": "custom_store",
    "price": {"amount": "22.90", "currency": "USD"},
    "categories": [],
    **_UNSAID,
}
ANSWER: Final[dict[str, Any]] = {
    "id": "vxqQJ3Yg",
    "type": "product",
    "name": "Canvas bag",
    "reference": "1001",
    "sku": "BAG-1",
    "source": "custom_store",
    "price": {"amount": "24.90", "currency": "USD"},
    "categories": ["Bags"],
    "variants": [
        {
            "id": "BvYeyVYz",
            "type": "variant",
            "product": "vxqQJ3Yg",
            "name": "Red",
            "reference": None,
            "sku": "BAG-1-R",
            "source": "custom_store",
            "price": None,
            "categories": [],
            **_UNSAID,
        }
    ],
    **_UNSAID,
}
