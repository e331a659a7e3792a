"""``/v1/attribution/products``: the catalogue, by id, reference or SKU.

Source: contract 3.12, 2.10.
"""

from typing import Any, Final

from litestar import delete, get, patch, post
from sqlalchemy import Connection

from footfall.api import paging
from footfall.api.answers import Deleted, Listing
from footfall.api.call import Call, absent, raise_any
from footfall.api.endpoint import Endpoint, bound
from footfall.api.forms import FORM_TYPE
from footfall.api.product_bodies import ANSWER, EXAMPLE, Price, Product, ProductBody, ProductChange
from footfall.domain import money
from footfall.domain.objects import ObjectDraft, read_product
from footfall.domain.profiles import refuse_properties
from footfall.domain.public_ids import Kind
from footfall.domain.times import unix_seconds
from footfall.errors import AmbiguousParameter, Fault, refuse
from footfall.store import products

_WRITES: Final[dict[str, Any]] = {
    "scope": "catalog",
    "media_types": ("application/json", FORM_TYPE),
}
_READS: Final[dict[str, Any]] = {"scope": "read", "also": ("catalog",)}
_NAMED: Final = "The id in the path is the product's id, else its reference, else its SKU."


@post(
    "/attribution/products",
    **bound(
        Endpoint(
            "Create a product",
            answer=Product,
            body=ProductBody,
            status=201,
            example=EXAMPLE,
            answer_example=ANSWER,
            **_WRITES,
        )
    ),
)
async def create_product(call: Call) -> Product:
    """Make a product."""
    draft = _read(call, partial=False)
    made = await call.store.write(
        lambda connection: products.create(connection, call.business_id, draft, call.received_at)
    )
    return _render(call, made)


@get(
    "/attribution/products",
    **bound(Endpoint("List products", answer=Listing[Product], query=paging.QUERY, **_READS)),
)
async def list_products(call: Call) -> Listing[Product]:
    """Answer a page of products."""
    faults: list[Fault] = []
    bounds = paging.read_bounds(call.query, call.store.public_ids[Kind.OBJECT].decode, faults)
    found, has_more = await call.store.read(
        lambda connection: products.page(connection, call.business_id, bounds, faults)
    )
    return Listing([_render(call, product) for product in found], has_more)


@get(
    "/attribution/products/{product:str}",
    **bound(
        Endpoint(
            "Retrieve a product",
            answer=Product,
            description=_NAMED,
            errors=(404, 422),
            answer_example=ANSWER,
            **_READS,
        )
    ),
)
async def get_product(call: Call, product: str) -> Product:
    """Answer one product."""
    found = await call.store.read(lambda connection: _find(connection, call, product))
    return _render(call, found)


@patch(
    "/attribution/products/{product:str}",
    **bound(
        Endpoint(
            "Update a product",
            answer=Product,
            body=ProductChange,
            description=_NAMED + " Told fields replace old ones; what is absent, null or empty "
            "stays as it is.",
            errors=(400, 404, 422),
            example={"price": {"amount": "19.90", "currency": "USD"}},
            answer_example=ANSWER,
            **_WRITES,
        )
    ),
)
async def change_product(call: Call, product: str) -> Product:
    """Set what is told of a product."""
    draft = _read(call, partial=True)

    def change(connection: Connection) -> products.Product:
        found = _find(connection, call, product)
        return products.change(connection, call.business_id, found, draft, call.received_at)

    return _render(call, await call.store.write(change))


@delete(
    "/attribution/products/{product:str}",
    **bound(
        Endpoint(
            "Delete a product",
            answer=Deleted,
            description=_NAMED + " Events that name it stay.",
            scope="catalog",
            errors=(404, 422),
            answer_example={"id": "vxqQJ3Yg", "deleted": True},
        )
    ),
)
async def delete_product(call: Call, product: str) -> Deleted:
    """Delete a product."""

    def remove(connection: Connection) -> int:
        found = _find(connection, call, product)
        products.delete(connection, found, call.received_at)
        return found.id

    return Deleted(call.encode(Kind.OBJECT, await call.store.write(remove)))


def _read(call: Call, *, partial: bool) -> ObjectDraft:
    faults: list[Fault] = []
    draft = read_product(call.told, call.caller.currency, faults, partial=partial)
    refuse_properties(call.told, faults)
    raise_any(faults)
    return draft


def _find(connection: Connection, call: Call, text: str) -> products.Product:
    row_id = call.decode(Kind.OBJECT, text)
    found = products.find_all(connection, call.business_id, text, row_id)
    if not found:
        raise absent(Kind.OBJECT)
    if len(found) > 1:
        raise refuse(
            AmbiguousParameter(
                "Several systems have a product by this reference or SKU; use its id.", "id"
            )
        )
    return found[0]


def _render(call: Call, product: products.Product) -> Product:
    data = product.data or {}
    return Product(
        id=call.encode(Kind.OBJECT, product.id),
        name=product.name,
        reference=product.reference,
        sku=product.sku,
        source=product.source or None,
        brand=data.get("brand"),
        description=data.get("description"),
        url=data.get("url"),
        image_url=data.get("image_url"),
        price=_price(product, data.get("converted_price")),
        categories=data.get("categories", []),
        collection=data.get("collection", []),
        tags=data.get("tags", []),
        variants=data.get("variants", []),
        metadata=data.get("metadata", {}),
        created_at=unix_seconds(product.created_at),
        updated_at=unix_seconds(product.updated_at),
    )


def _price(product: products.Product, converted: dict[str, Any] | None) -> Price | None:
    if product.amount_minor is None or product.currency is None:
        return None
    price = Price(money.format_minor(product.amount_minor, product.currency), product.currency)
    if converted is not None:
        price.converted_currency = converted["currency"]
        price.converted_amount = money.format_minor(
            converted["amount_minor"], converted["currency"]
        )
    return price


HANDLERS: Final = (create_product, list_products, get_product, change_product, delete_product)
