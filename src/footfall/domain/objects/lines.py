"""Lines of an order or a cart: what, how many, at which price (contract 3.13, 3.14)."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from footfall.domain import money
from footfall.domain.objects.draft import ItemDraft
from footfall.domain.objects.fields import is_absent, nested, refuse_values
from footfall.domain.objects.product import read_product
from footfall.errors import Fault, Invalid, ParameterMissing

ITEMS_MAX: Final = 1000
QUANTITY_MAX: Final = 1_000_000
_OF_A_PRODUCT: Final = ("reference", "sku", "name")


def read_items(
    parameters: Mapping[str, Any], currency: str, faults: list[Fault], *, name: str = "items"
) -> list[ItemDraft] | None:
    """Return the lines under ``name``, ``None`` when none were told, noting every fault."""
    told = parameters.get(name)
    if is_absent(told):
        return None
    if not isinstance(told, list) or not all(isinstance(each, dict) for each in told):
        faults.append(Invalid(f"“{name}” must be a list of objects, one a line.", name))
        return None
    if len(told) > ITEMS_MAX:
        faults.append(Invalid(f"“{name}” has {len(told)} lines; send at most {ITEMS_MAX}.", name))
        return None
    items = []
    for index, each in enumerate(told):
        inside: list[Fault] = []
        item = read_item(each, currency, inside)
        nested(f"{name}[{index}]", inside, faults)
        if item is not None:
            item.parameter = f"{name}[{index}]"
            items.append(item)
    return items


def read_item(
    told: Mapping[str, Any], currency: str, faults: list[Fault], *, partial: bool = False
) -> ItemDraft | None:
    """Return one line; ``None`` when it names no product, which an update need not."""
    item = ItemDraft(_read_quantity(told, faults))
    product = told.get("product")
    if is_absent(product) and not partial:
        # Older shop plugins put the quantity into the product itself.
        product = told if any(not is_absent(told.get(field)) for field in _OF_A_PRODUCT) else None
    elif not is_absent(told.get("price")):
        _read_price(item, told, currency, faults)
    if is_absent(product) and partial:
        return item
    if product is None:
        faults.append(
            ParameterMissing(
                "A line needs “product”: its id, reference or SKU, or an object that describes it.",
                "product",
            )
        )
        return None
    if isinstance(product, Mapping):
        inside: list[Fault] = []
        refuse_values(product, inside)
        item.product = read_product(product, currency, inside)
        nested("product" if product is not told else "", inside, faults)
    elif isinstance(product, str | int) and not isinstance(product, bool):
        item.named = str(product)
    else:
        faults.append(
            Invalid("“product” must be an id, or an object that describes it.", "product")
        )
        return None
    return item


def sum_of(lines: Iterable[tuple[int, int | None, str | None]]) -> tuple[int, str] | None:
    """Return Σ quantity × price of (quantity, minor units, currency) and its currency.

    ``None`` when a price is not known or currencies differ: no sum is better than a wrong one.
    """
    total, currency = 0, None
    for quantity, price_minor, of in lines:
        if price_minor is None or of is None or of != (currency or of):
            return None
        currency = of
        total += quantity * price_minor
    return (total, currency) if currency is not None and total <= money.LARGEST_MINOR else None


def _read_quantity(told: Mapping[str, Any], faults: list[Fault]) -> int:
    value = told.get("quantity")
    if is_absent(value):
        return 1
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= QUANTITY_MAX:
        return value
    faults.append(
        Invalid(f"“quantity” must be a whole number from 1 to {QUANTITY_MAX}.", "quantity")
    )
    return 1


def _read_price(
    item: ItemDraft, told: Mapping[str, Any], currency: str, faults: list[Fault]
) -> None:
    value = told["price"]
    try:
        price = money.parse_price(value, default_currency=told.get("currency") or currency)
    except ValueError as problem:
        field = getattr(problem, "field", None)
        where = f"price[{field}]" if field and isinstance(value, dict) else "price"
        faults.append(Invalid(str(problem), where))
        return
    if price is not None:
        item.price_minor, item.currency = price.minor, price.currency
