"""An event as it is sent: every field, with every spelling, for the OpenAPI document.

The Structs document; nothing is decoded into them. ``ingest.payloads`` and ``domain.objects`` read
the real bodies by hand, and tests hold these fields against what those really read.
"""

from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from footfall.api.components import ALIAS
from footfall.api.product_bodies import PriceBody
from footfall.domain.events import KEY_LENGTH
from footfall.domain.objects import BUILT_IN_KINDS

Text = str | UnsetType
Id = str | int | UnsetType
Free = dict[str, Any] | UnsetType
Texts = list[str] | UnsetType


class ObjectParameters(Struct):
    """A product or an order told inside an event: found by what identifies it, or made."""

    name: Annotated[Text, Meta(description="Required for a product.")] = UNSET
    reference: Annotated[
        Id, Meta(description="Id in the caller's own system. Required for an order.")
    ] = UNSET
    sku: Annotated[Text, Meta(description="Stock-keeping unit of a product.")] = UNSET
    source: Annotated[
        Text, Meta(description="The system `reference` is from, e.g. `custom_store`.")
    ] = UNSET
    price: Annotated[
        PriceBody | float | str | UnsetType, Meta(description="A product's price.")
    ] = UNSET
    total: Annotated[PriceBody | float | str | UnsetType, Meta(description="An order's value.")] = (
        UNSET
    )
    amount: Annotated[
        float | str | UnsetType, Meta(description="An order's value when there is no `total`.")
    ] = UNSET
    currency: Annotated[
        Text, Meta(description="Of a `price`, `total` or `amount` that names none.")
    ] = UNSET
    items: Annotated[
        list[dict[str, Any]] | UnsetType,
        Meta(description="An order's lines: `product`, `quantity`, `price`. Kept as told."),
    ] = UNSET
    delivery: Annotated[
        Literal["deliver", "collect"] | UnsetType,
        Meta(description="How an order is handed over; `deliver` when left out."),
    ] = UNSET
    payment_method: Annotated[Text, Meta(description="How an order is paid.")] = UNSET
    sales_channel: Annotated[Text, Meta(description="Where an order was sold.")] = UNSET
    brand: Annotated[Text, Meta(description="Of a product.")] = UNSET
    description: Annotated[Text, Meta(description="Of a product.")] = UNSET
    url: Annotated[Text, Meta(description="A product's page.")] = UNSET
    image_url: Annotated[Text, Meta(description="A product's picture.")] = UNSET
    categories: Annotated[Texts, Meta(description="Of a product.")] = UNSET
    collection: Annotated[Texts, Meta(description="Collections a product is in.")] = UNSET
    tags: Annotated[Texts, Meta(description="Of a product.")] = UNSET
    variants: Annotated[
        list[dict[str, Any]] | UnsetType, Meta(description="A product's variants.")
    ] = UNSET
    metadata: Annotated[Free, Meta(description="Anything else worth keeping with it.")] = UNSET


class EventFields(Struct):
    """Every field of an event in its first spelling."""

    action: Annotated[
        str,
        Meta(
            description="What was done, such as `product.purchased`: a built-in action or one of "
            "the business's own. `GET /v1/attribution/actions` lists both.",
            examples=["product.purchased"],
        ),
    ]
    profile: Annotated[
        Id,
        Meta(
            description="Whose event it is: a profile's id. Needed unless `session` is given; with "
            "both, a free session is attached to the profile."
        ),
    ] = UNSET
    session: Annotated[
        Id,
        Meta(
            description="The browser's session, as `Hellotext.session` returned it. Never seen "
            "before, it begins with this event if it is a UUID or 32 letters and digits."
        ),
    ] = UNSET
    object: Annotated[
        Id,
        Meta(
            description="What it was done to: the id, reference or SKU of an existing object. "
            "Needed by most built-in actions, unless `object_parameters` describes it."
        ),
    ] = UNSET
    object_parameters: Annotated[
        ObjectParameters | UnsetType,
        Meta(description="The object itself, in place of `object`; products and orders."),
    ] = UNSET
    object_type: Annotated[
        Text,
        Meta(description="Kind of the object; needed with an object on a custom action."),
    ] = UNSET
    amount: Annotated[
        float | str | UnsetType,
        Meta(
            description="Value in major units, zero or more. Purchases and orders take their "
            "object's when it is left out.",
            examples=[24.9],
        ),
    ] = UNSET
    currency: Annotated[
        Text, Meta(description="ISO 4217, only with `amount`.", examples=["USD"])
    ] = UNSET
    tracked_at: Annotated[
        int | str | UnsetType,
        Meta(
            description="When it happened: Unix seconds, or ISO 8601 with a zone. Now when left "
            "out; at most 24 hours ahead.",
            examples=[1665684173],
        ),
    ] = UNSET
    event_id: Annotated[
        Id,
        Meta(
            description=f"The caller's own id for this event, up to {KEY_LENGTH} characters. A "
            "repeat with the same body stores nothing new."
        ),
    ] = UNSET
    metadata: Annotated[Free, Meta(description="Anything worth keeping with the event.")] = UNSET
    url: Annotated[
        Text, Meta(description="The page it happened on; `page.viewed` needs it or `page.url`.")
    ] = UNSET
    page: Annotated[Free, Meta(description="The page: `url`, `title`, `path`.")] = UNSET
    utm_params: Annotated[
        Free, Meta(description="Campaign: `source`, `medium`, `campaign`, `term`, `content`.")
    ] = UNSET
    user_parameters: Annotated[
        Free, Meta(description="The person in the caller's system: `id`, `source`.")
    ] = UNSET
    user: Annotated[
        Free,
        Meta(
            description="The same as `user_parameters`.",
            extra_json_schema={ALIAS: "user_parameters"},
        ),
    ] = UNSET
    device: Annotated[Free, Meta(description="The device: `os`, `brand`, `model`.")] = UNSET


def _alias(name: str, of: str, kind: object = Id) -> tuple[str, Any, Any]:
    said = f"The same as `{of}`."
    return name, Annotated[kind, Meta(description=said, extra_json_schema={ALIAS: of})], UNSET


NewEvent: Final[type[Struct]] = msgspec.defstruct(
    "NewEvent",
    [
        _alias("profile_id", "profile"),
        _alias("session_id", "session"),
        *(_alias(kind, "object", Id | ObjectParameters) for kind in BUILT_IN_KINDS),
        *(_alias(f"{kind}_id", "object") for kind in BUILT_IN_KINDS),
        *(
            _alias(f"{kind}_parameters", "object_parameters", ObjectParameters | UnsetType)
            for kind in BUILT_IN_KINDS
        ),
    ],
    bases=(EventFields,),
    namespace={"__doc__": "Something a customer did. Fields not named here are kept as they are."},
)
