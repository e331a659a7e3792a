"""Coupons, apps and forms as they are told and as they are answered."""

from typing import Annotated, Any, Final, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from footfall.api.order_bodies import Free, Reference, Seconds, Source
from footfall.api.product_bodies import Text
from footfall.api.property_values import ById, PropertyValue


class CouponChange(Struct):
    """What is told of a coupon."""

    code: Annotated[
        str | int | UnsetType, Meta(description="Unique in the business, capitals count.")
    ] = UNSET
    reference: Reference = UNSET
    source: Source = UNSET
    description: Annotated[
        Annotated[str, Meta(max_length=140)] | UnsetType,
        Meta(description="At most 140 characters."),
    ] = UNSET
    destination_url: Annotated[
        Text, Meta(description="Where it is redeemed; `https://` or `http://`.")
    ] = UNSET
    metadata: Free = UNSET
    property_by_id: ById = UNSET


class CouponBody(CouponChange, kw_only=True):
    """A coupon; only its code is required."""

    code: str | int


class AppChange(Struct):
    """What is told of an app."""

    name: Annotated[Text, Meta(description="Unique among apps without a reference.")] = UNSET
    reference: Reference = UNSET
    source: Source = UNSET
    metadata: Free = UNSET
    property_by_id: ById = UNSET


class AppBody(AppChange, kw_only=True):
    """An app; only its name is required."""

    name: str


class FormChange(Struct):
    """What is told of a form."""

    name: Text = UNSET
    title: Annotated[Text, Meta(description="Taken for `name` when that is left out.")] = UNSET
    reference: Reference = UNSET
    source: Source = UNSET
    steps: Annotated[
        list[dict[str, Any]] | UnsetType, Meta(description="What pages draw it from.")
    ] = UNSET
    metadata: Free = UNSET
    property_by_id: ById = UNSET


class FormBody(FormChange):
    """A form; it needs a `name`, `title` or `reference`."""


class Common(Struct, kw_only=True):
    """What all of these are answered with."""

    reference: str | None
    source: str | None
    metadata: dict[str, Any]
    properties: list[PropertyValue]
    created_at: Seconds
    updated_at: Seconds


class Coupon(Common, kw_only=True):
    """A coupon."""

    id: str
    type: Literal["coupon"] = "coupon"
    code: str | None
    description: str | None
    destination_url: str | None


class App(Common, kw_only=True):
    """An app."""

    id: str
    type: Literal["app"] = "app"
    name: str | None


class Form(Common, kw_only=True):
    """A form."""

    id: str
    type: Literal["form"] = "form"
    name: str | None
    steps: list[Any]


_COMMON: Final[dict[str, Any]] = {
    "source": "custom_store",
    "metadata": {},
    "properties": [],
    "created_at": 1665684173,
    "updated_at": 1665684173,
}
COUPON_EXAMPLE: Final = {
    "code": "SPRING10",
    "reference": "9",
    "source": "custom_store",
    "description": "Ten percent off in spring.",
    "destination_url": "https://shop.example.com/cart",
}
COUPON_ANSWER: Final = {"id": "M01az53K", "type": "coupon", **_COMMON, **COUPON_EXAMPLE}
APP_EXAMPLE: Final = {"name": "Loyalty", "reference": "loyalty", "source": "custom_store"}
APP_ANSWER: Final = {"id": "M01az53K", "type": "app", **_COMMON, **APP_EXAMPLE}
FORM_EXAMPLE: Final = {
    "name": "Newsletter",
    "reference": "newsletter",
    "source": "custom_store",
    "steps": [
        {
            "header": {"content": "<b>Hello</b>"},
            "inputs": [{"type": "email", "kind": "email", "label": "E-mail", "required": True}],
            "button": {"text": "Send"},
            "footer": {"content": ""},
        }
    ],
}
FORM_ANSWER: Final = {"id": "M01az53K", "type": "form", **_COMMON, **FORM_EXAMPLE}
