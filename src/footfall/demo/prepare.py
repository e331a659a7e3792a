"""Makes Footfall know the shop before its first visitor: its products and its customers.

Everything is found again at the next start and not made twice: products by ``reference``, customers
by ``source`` and ``reference``.
"""

from dataclasses import dataclass
from typing import Final

from footfall.demo.api import Footfall, Request
from footfall.demo.customers import CUSTOMERS, SOURCE, Customer
from footfall.demo.stock import CURRENCY, Product, Stock
from footfall.errors import ConfigurationError

_PRODUCTS: Final = "/v1/attribution/products"


@dataclass(frozen=True, slots=True)
class Prepared:
    """What Footfall knows of the shop now.

    Attributes:
        business_id: public id, which the pages send.
        business_name: for people, with the word "test" for a test side.
        profiles: Footfall's id of each customer, by the shop's.
        made: how many products were new.
    """

    business_id: str
    business_name: str
    profiles: dict[str, str]
    made: int


async def prepare(footfall: Footfall, stock: Stock, business_id: str | None) -> Prepared:
    """Find or make everything the shop needs.

    Args:
        business_id: what the token's business has to be, if it was named.

    Raises:
        ConfigurationError: the server is not there, does not take the token, or refuses.
    """
    business = await footfall.need(Request("GET", "/v1/business"))
    if business_id is not None and business_id != business["id"]:
        raise ConfigurationError(
            f"The token is of the business {business['id']}, not of {business_id}. Leave out "
            "--business, or give a token of that business."
        )
    known = await _known(footfall)
    missing = [each for each in stock if each.slug not in known]
    for each in missing:
        await _make(footfall, each)
    profiles = {each.reference: await _profile(footfall, each) for each in CUSTOMERS}
    name = business["name"] + (" (test side)" if business["test"] else "")
    return Prepared(business["id"], name, profiles, len(missing))


async def _known(footfall: Footfall) -> set[str]:
    """Return the shop's ids of the products that Footfall has already.

    From the list: asking for one that is not there would leave a refusal on record.
    """
    found: set[str] = set()
    path = f"{_PRODUCTS}?limit=100"
    while True:
        page = await footfall.need(Request("GET", path))
        found |= {each["reference"] for each in page["data"] if each["source"] == SOURCE}
        if not page["has_more"]:
            return found
        path = f"{_PRODUCTS}?limit=100&starting_after={page['data'][-1]['id']}"


async def _make(footfall: Footfall, product: Product) -> None:
    body = {
        "name": product.name,
        "reference": product.slug,
        "source": SOURCE,
        "sku": product.sku,
        "price": {"amount": str(product.price), "currency": CURRENCY},
        "categories": [product.category],
    }
    await footfall.need(Request("POST", _PRODUCTS, body))


async def _profile(footfall: Footfall, customer: Customer) -> str:
    """Return the customer's profile id; a shop keeps it from when the account was opened."""
    body = {
        "source": SOURCE,
        "reference": customer.reference,
        "first_name": customer.first_name,
        "last_name": customer.last_name,
        "email": customer.email,
    }
    profile: str = (await footfall.need(Request("POST", "/v1/profiles", body)))["id"]
    return profile
