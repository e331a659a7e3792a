"""Objects: what actions are done to, and what a caller has to tell of a new one.

Reads the free-form parameters of a product or an order, from an event or from the catalogue
endpoints, into an ``ObjectDraft``; every fault is named, not only the first. Finding or making the
row is the store's work.

Source: contract 2.10 (identity), 3.12 (products), 3.13 (orders).
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, TypeAlias

import msgspec

from footfall.domain import money
from footfall.errors import Fault, Invalid, NotAllowed, ParameterInvalidEmpty, ParameterMissing

BUILT_IN_KINDS: Final = ("app", "cart", "coupon", "form", "order", "product", "refund")

TEXT_LENGTHS: Final = {"name": 1024, "reference": 255, "sku": 255, "source": 64}
"""Longest text of what identifies an object; longer ones are refused, never cut."""

_LISTS: Final = ("categories", "collection", "tags")
_TEXTS: Final = ("brand", "description", "url", "image_url")


class ObjectFact(NamedTuple):
    """What is known of an object's row; ``amount_minor`` as in ``ObjectDraft``."""

    id: int
    kind: str
    amount_minor: int | None
    currency: str | None


Identity: TypeAlias = tuple[str, str, str, str]
"""What two tellings of one object share: kind, naming field, source, text."""


class ObjectDraft(msgspec.Struct, gc=False):
    """An object as told, not yet a row.

    Attributes:
        source: the system its reference is from, ``""`` when not said.
        amount_minor: a product's price or an order's total in minor units of ``currency``.
        data: everything without a column of its own, as JSON values.
    """

    kind: str
    source: str = ""
    reference: str | None = None
    sku: str | None = None
    name: str | None = None
    amount_minor: int | None = None
    currency: str | None = None
    data: dict[str, Any] | None = None

    def identity(self) -> Identity | None:
        """Return what it is found by; ``None`` when it has no reference, SKU or name."""
        for field in ("reference", "sku", "name"):
            value = getattr(self, field)
            if value is not None:
                return self.kind, field, "" if field == "name" else self.source, value
        return None


def is_absent(value: object) -> bool:
    """Tell whether a value counts as not given at all (contract 2.6)."""
    return value is None or value is False or value == ""


def read_text(
    parameters: Mapping[str, Any], name: str, faults: list[Fault], *, limit: int = 1024
) -> str | None:
    """Return a text field; whole numbers become their decimal text (contract 2.5)."""
    value = parameters.get(name)
    if is_absent(value):
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        faults.append(Invalid(f"“{name}” must be a text.", name))
        return None
    if len(value) > limit:
        faults.append(Invalid(f"“{name}” has {len(value)} characters; use at most {limit}.", name))
        return None
    return value


def require(parameters: Mapping[str, Any], name: str, what: str, faults: list[Fault]) -> None:
    """Note a required field that is absent, or there but empty (contract 2.6)."""
    if name not in parameters:
        faults.append(ParameterMissing(f"{what} needs “{name}”; add it.", name))
    elif is_absent(parameters[name]):
        faults.append(ParameterInvalidEmpty(f"“{name}” is empty. {what} needs one.", name))


def read_product(
    parameters: Mapping[str, Any], currency: str, faults: list[Fault], *, partial: bool = False
) -> ObjectDraft:
    """Return the product some parameters tell of, noting every fault.

    Args:
        parameters: ``object_parameters`` of an event, or the body of the catalogue endpoints.
        currency: taken when a price names none.
        partial: whether required fields may be absent, as in an update.
    """
    if not partial or "name" in parameters:
        require(parameters, "name", "A product", faults)
    draft = _identified("product", parameters, faults)
    price = _read_money(draft, parameters, "price", currency, faults)
    data = {
        **_converted(price),
        **{
            name: text
            for name in _TEXTS
            if (text := read_text(parameters, name, faults, limit=8192))
        },
        **_read_lists(parameters, faults),
        **_read_containers(parameters, faults, {"variants": list, "metadata": dict}),
    }
    draft.data = data or None
    return draft


def read_order(parameters: Mapping[str, Any], currency: str, faults: list[Fault]) -> ObjectDraft:
    """Return the order some parameters tell of, noting every fault.

    Its value is ``total``, else ``amount`` with ``currency``. Lines are kept as they were told.
    """
    if is_absent(parameters.get("reference")):
        require(parameters, "reference", "An order", faults)
    draft = _identified("order", parameters, faults)
    which = "total" if not is_absent(parameters.get("total")) else "amount"
    _read_money(draft, parameters, which, currency, faults)
    delivery = parameters.get("delivery")
    if not is_absent(delivery) and delivery not in ("deliver", "collect"):
        faults.append(Invalid("“delivery” must be “deliver” or “collect”.", "delivery"))
    data = {
        "delivery": "deliver" if is_absent(delivery) else delivery,
        **{
            name: text
            for name in ("payment_method", "sales_channel")
            if (text := read_text(parameters, name, faults))
        },
        **_read_containers(parameters, faults, {"items": list, "metadata": dict}),
    }
    draft.data = data
    return draft


Reader = Callable[[Mapping[str, Any], str, list[Fault]], ObjectDraft]

_READERS: Final[dict[str, Reader]] = {"product": read_product, "order": read_order}


def read_inline(
    kind: str, parameters: Mapping[str, Any], currency: str, faults: list[Fault], spelled: str
) -> ObjectDraft | None:
    """Return the object an event tells of in its parameters; ``None`` if it cannot be made."""
    reader = _READERS.get(kind)
    if reader is None:
        faults.append(
            NotAllowed(
                f"Objects of type “{kind}” cannot be made inside an event by this version; "
                "products and orders can.",
                spelled,
            )
        )
        return None
    return reader(parameters, currency, faults)


def _identified(kind: str, parameters: Mapping[str, Any], faults: list[Fault]) -> ObjectDraft:
    texts = {
        name: read_text(parameters, name, faults, limit=limit)
        for name, limit in TEXT_LENGTHS.items()
    }
    return ObjectDraft(
        kind,
        source=texts["source"] or "",
        reference=texts["reference"],
        sku=texts["sku"],
        name=texts["name"],
    )


def _read_money(
    draft: ObjectDraft,
    parameters: Mapping[str, Any],
    name: str,
    currency: str,
    faults: list[Fault],
) -> money.Price | None:
    value = parameters.get(name)
    if is_absent(value):
        return None
    beside = parameters.get("currency")
    try:
        price = money.parse_price(value, default_currency=beside or currency)
    except ValueError as problem:
        field = getattr(problem, "field", None)
        faults.append(Invalid(str(problem), field if field and isinstance(value, dict) else name))
        return None
    if price is not None:
        draft.amount_minor, draft.currency = price.minor, price.currency
    return price


def _converted(price: money.Price | None) -> dict[str, Any]:
    if price is None or price.converted_minor is None:
        return {}
    return {
        "converted_price": {
            "amount_minor": price.converted_minor,
            "currency": price.converted_currency,
        }
    }


def _read_lists(parameters: Mapping[str, Any], faults: list[Fault]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in _LISTS:
        value = parameters.get(name)
        if is_absent(value):
            continue
        if isinstance(value, list) and all(isinstance(each, str) for each in value):
            found[name] = value
        else:
            faults.append(Invalid(f"“{name}” must be a list of texts.", name))
    return found


def _read_containers(
    parameters: Mapping[str, Any], faults: list[Fault], kinds: Mapping[str, type]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, kind in kinds.items():
        value = parameters.get(name)
        if is_absent(value):
            continue
        if isinstance(value, kind):
            found[name] = value
        else:
            word = "a list" if kind is list else "an object"
            faults.append(Invalid(f"“{name}” must be {word}.", name))
    return found
