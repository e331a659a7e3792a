"""A product as it is told and as it is answered; documents what ``domain.objects`` reads."""

from typing import Annotated, Any, Final, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

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


class ProductChange(Struct):
    """What is told of a product."""

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
    variants: Annotated[
        list[dict[str, Any]] | UnsetType,
        Meta(description="Kept as told; an empty list removes all."),
    ] = UNSET
    metadata: Annotated[dict[str, Any] | UnsetType, Meta(description="Values of your own.")] = UNSET


class ProductBody(ProductChange, kw_only=True):
    """A product; only its name is required."""

    name: str


class Price(Struct):
    """An amount of money, in major units with every decimal of its currency."""

    amount: str
    currency: str
    converted_amount: Annotated[
        Text, Meta(description="Only when it was told, with its currency.")
    ] = UNSET
    converted_currency: Text = UNSET


class Product(Struct, kw_only=True):
    """A product."""

    id: str
    type: Literal["product"] = "product"
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
    variants: list[Any]
    metadata: dict[str, Any]
    created_at: Annotated[int, Meta(description="Unix seconds.")]
    updated_at: Annotated[int, Meta(description="Unix seconds.")]


EXAMPLE: Final = {
    "name": "Canvas bag",
    "reference": "1001",
    "sku": "BAG-1",
    "source": "custom_store",
    "price": {"amount": "24.90", "currency": "USD"},
    "categories": ["Bags"],
}
ANSWER: Final = {
    "id": "vxqQJ3Yg",
    "type": "product",
    "name": "Canvas bag",
    "reference": "1001",
    "sku": "BAG-1",
    "source": "custom_store",
    "brand": None,
    "description": None,
    "url": None,
    "image_url": None,
    "price": {"amount": "24.90", "currency": "USD"},
    "categories": ["Bags"],
    "collection": [],
    "tags": [],
    "variants": [],
    "metadata": {},
    "created_at": 1665684173,
    "updated_at": 1665684173,
}
