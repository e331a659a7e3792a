"""``GET /v1/public/businesses/:id``: what a page has to know of the business it belongs to.

Source: contract 3.7.
"""

from typing import Annotated, Any, Final

from litestar import Response, get
from litestar.params import FromPath
from msgspec import Meta, Struct

from footfall.api.call import Call, absent
from footfall.api.endpoint import Endpoint, bound
from footfall.domain.public_ids import Kind
from footfall.store import businesses

_CACHED: Final = {"cache-control": "public, max-age=300"}

SPANISH: Final = frozenset(
    {"AR", "BO", "CL", "CO", "CR", "CU", "DO", "EC", "ES", "GQ", "GT"}
    | {"HN", "MX", "NI", "PA", "PE", "PR", "PY", "SV", "UY", "VE"}
)
"""Countries most of whose people speak Spanish; pages know English and Spanish texts only."""


class Country(Struct):
    """Where numbers without a country code are dialled."""

    code: Annotated[str, Meta(description="ISO 3166, two letters.")]
    prefix: Annotated[str, Meta(description="Digits to dial from abroad, without a plus.")]


class Features(Struct):
    """What the client's texts may show."""

    white_label: bool = True


class PublicBusiness(Struct, kw_only=True):
    """A business as its pages see it. What Footfall does not have is null."""

    id: str
    country: Country
    features: Features
    locale: Annotated[str, Meta(description="`en` or `es`, by the country.")]
    style_url: None = None
    webchat: None = None
    whatsapp: None = None
    whitelist: str = "enabled"
    subscription: None = None


EXAMPLE: Final = {
    "id": "4ONLdN32",
    "country": {"code": "US", "prefix": "1"},
    "features": {"white_label": True},
    "locale": "en",
    "style_url": None,
    "webchat": None,
    "whatsapp": None,
    "whitelist": "enabled",
    "subscription": None,
}


@get(
    "/public/businesses/{business:str}",
    **bound(
        Endpoint(
            "Retrieve a public business",
            answer=PublicBusiness,
            description="The credential is the id in the path, or a token of that business. "
            "Browsers may keep the answer for five minutes.",
            credential="public",
            errors=(404,),
            answer_example=EXAMPLE,
        )
    ),
)
async def get_public_business(call: Call, business: FromPath[str]) -> Response[PublicBusiness]:  # noqa: ARG001
    """Answer what a page has to know."""
    return Response(await describe(call), headers=_CACHED)


async def describe(call: Call) -> PublicBusiness:
    """Return the caller's business as its pages see it."""
    import phonenumbers

    country = call.caller.country
    there = await call.store.read(
        lambda connection: businesses.find(connection, call.business_id) is not None
    )
    if not there:
        raise absent(Kind.BUSINESS)
    return PublicBusiness(
        id=call.encode(Kind.BUSINESS, call.business_id),
        country=Country(country, str(phonenumbers.country_code_for_region(country))),
        features=Features(),
        locale="es" if country in SPANISH else "en",
    )


HANDLERS: Final[tuple[Any, ...]] = (get_public_business,)
