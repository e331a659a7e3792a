"""``/integrations/woo`` and ``/v1/wordpress/webchats``: what the WooCommerce plugin calls besides.

The plugin sends keys that open the shop. Footfall has no use for them: they are read past, kept
nowhere, and masked where a refused request is kept.

Source: contract 3.21.
"""

from typing import Annotated, Any, Final, Literal

from litestar import delete, get, post
from msgspec import UNSET, Meta, Struct, UnsetType

from footfall.api.answers import Deleted
from footfall.api.call import Call, raise_any
from footfall.api.endpoint import Endpoint, bound
from footfall.api.forms import FORM_TYPE
from footfall.domain.objects import is_absent, read_text
from footfall.domain.times import unix_seconds
from footfall.errors import Fault, Invalid, ParameterInvalidEmpty, ParameterMissing
from footfall.store import integrations

_WOO: Final = "woo"
_KEPT: Final = ("name", "url", "email", "currency")

Text = str | UnsetType


class ShopBody(Struct):
    """The shop, as its plugin tells of it. Keys are taken and thrown away."""

    name: Annotated[Text, Meta(description="Its name.")] = UNSET
    url: Annotated[Text, Meta(description="Its address.")] = UNSET
    email: Annotated[Text, Meta(description="Whom to write to.")] = UNSET
    currency: Annotated[Text, Meta(description="ISO 4217.")] = UNSET
    consumer_key: Annotated[Text, Meta(description="Not kept.")] = UNSET
    consumer_secret: Annotated[Text, Meta(description="Not kept.")] = UNSET


class WooBody(Struct):
    """A shop that switches its plugin on."""

    shop: ShopBody


class Shop(Struct):
    """What is kept of a shop."""

    name: str | None = None
    url: str | None = None
    email: str | None = None
    currency: str | None = None


class Integration(Struct, kw_only=True):
    """A plugin that is switched on."""

    id: Annotated[str, Meta(description="The plugin's name.")]
    type: Literal["integration"] = "integration"
    shop: Shop
    created_at: Annotated[int, Meta(description="Since when, Unix seconds.")]


class Webchats(Struct):
    """Ids of webchats; there are none."""

    ids: list[str]


_WRITES: Final[dict[str, Any]] = {"scope": "profiles", "also": ("events:write", "catalog")}


@post(
    "/integrations/woo",
    **bound(
        Endpoint(
            "Switch the WooCommerce plugin on",
            answer=Integration,
            body=WooBody,
            description="What the plugin tells of the shop is kept, in the place of what it told "
            "before. Its `consumer_key` and `consumer_secret` are neither kept nor logged.",
            status=201,
            example={
                "shop": {
                    "name": "Mug shop",
                    "url": "https://shop.example",
                    "email": "hello@shop.example",
                    "currency": "USD",
                }
            },
            answer_example={
                "id": "woo",
                "type": "integration",
                "shop": {
                    "name": "Mug shop",
                    "url": "https://shop.example",
                    "email": "hello@shop.example",
                    "currency": "USD",
                },
                "created_at": 1665684173,
            },
            media_types=("application/json", FORM_TYPE),
            **_WRITES,
        )
    ),
)
async def switch_woo_on(call: Call) -> Integration:
    """Keep what the plugin tells of its shop."""
    faults: list[Fault] = []
    told = _shop(call.told, faults)
    raise_any(faults)
    created_at = await call.store.write(
        lambda connection: integrations.switch_on(
            connection, call.business_id, _WOO, told, call.received_at
        )
    )
    return Integration(id=_WOO, shop=Shop(**told), created_at=unix_seconds(created_at))


@delete(
    "/integrations/woo",
    **bound(
        Endpoint(
            "Switch the WooCommerce plugin off",
            answer=Deleted,
            description="What was kept of the shop goes. A body is not read, and doing it again "
            "changes nothing.",
            errors=(),
            answer_example={"id": "woo", "deleted": True},
            **_WRITES,
        )
    ),
)
async def switch_woo_off(call: Call) -> Deleted:
    """Forget the shop."""
    await call.store.write(
        lambda connection: integrations.switch_off(
            connection, call.business_id, _WOO, call.received_at
        )
    )
    return Deleted(_WOO)


@get(
    "/wordpress/webchats",
    **bound(
        Endpoint(
            "List webchats",
            answer=Webchats,
            description="The plugin's settings page asks for them. Footfall has none.",
            also=("profiles", "events:write", "catalog"),
            errors=(),
            answer_example={"ids": []},
        )
    ),
)
async def list_webchats(call: Call) -> Webchats:  # noqa: ARG001
    """Answer that there are no webchats."""
    return Webchats([])


def _shop(told: dict[str, Any], faults: list[Fault]) -> dict[str, str]:
    shop = told.get("shop")
    if "shop" not in told:
        faults.append(ParameterMissing("“shop” is missing; send what the shop is called.", "shop"))
    elif is_absent(shop):
        faults.append(ParameterInvalidEmpty("“shop” is empty; describe the shop.", "shop"))
    elif not isinstance(shop, dict):
        faults.append(Invalid("“shop” must be an object that describes the shop.", "shop"))
    if not isinstance(shop, dict):
        return {}
    texts = {name: read_text(shop, name, faults) for name in _KEPT}
    return {name: text for name, text in texts.items() if text is not None}


HANDLERS: Final[tuple[Any, ...]] = (switch_woo_on, switch_woo_off, list_webchats)
