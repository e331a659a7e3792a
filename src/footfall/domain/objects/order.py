"""Orders, carts and refunds: what is bought, may be bought, or goes back.

Source: contract 3.13 (orders), 3.14 (carts), 3.16 (refunds).
"""

from collections.abc import Mapping
from typing import Any

from footfall.domain import money
from footfall.domain.objects.draft import ObjectDraft
from footfall.domain.objects.fields import (
    identified,
    is_absent,
    read_containers,
    read_money,
    read_text,
    require,
)
from footfall.domain.objects.lines import read_items
from footfall.errors import AmbiguousParameter, Fault, Invalid, ObjectInvalid


def read_order(
    parameters: Mapping[str, Any], currency: str, faults: list[Fault], *, partial: bool = False
) -> ObjectDraft:
    """Return the order some parameters tell of, noting every fault.

    Its value is ``total``, else ``amount`` with ``currency``, else that of its lines.
    """
    if not partial and is_absent(parameters.get("reference")):
        require(parameters, "reference", "An order", faults)
    draft = _with_value("order", parameters, currency, faults)
    delivery = parameters.get("delivery")
    if not is_absent(delivery) and delivery not in ("deliver", "collect"):
        faults.append(Invalid("“delivery” must be “deliver” or “collect”.", "delivery"))
    if not is_absent(delivery):
        delivery_data = {"delivery": delivery}
    else:
        delivery_data = {} if partial else {"delivery": "deliver"}
    data = {
        **delivery_data,
        **{
            name: text
            for name in ("payment_method", "sales_channel")
            if (text := read_text(parameters, name, faults))
        },
        **read_containers(parameters, faults, {"metadata": dict}),
    }
    draft.data = data or None
    draft.items = read_items(parameters, _currency(draft, parameters, currency), faults)
    draft.is_summed = draft.amount_minor is None and bool(draft.items)
    return draft


def read_cart(
    parameters: Mapping[str, Any], currency: str, faults: list[Fault], *, partial: bool = False
) -> ObjectDraft:
    """Return a cart; one without a reference is the open cart of whoever sends it."""
    draft = _with_value("cart", parameters, currency, faults)
    draft.name = None
    draft.data = read_containers(parameters, faults, {"metadata": dict}) or None
    which = "items" if partial or "items" in parameters else "products"
    told_in = _currency(draft, parameters, currency)
    draft.items = read_items(parameters, told_in, faults, name=which)
    return draft


def read_refund(
    parameters: Mapping[str, Any], currency: str, faults: list[Fault], *, partial: bool = False
) -> ObjectDraft:
    """Return a refund; ``total`` is the value of its order, which is kept beside it."""
    if (
        not partial
        and is_absent(parameters.get("reference"))
        and is_absent(parameters.get("amount"))
    ):
        faults.append(
            ObjectInvalid("A refund needs “reference” or “amount”; send one of them.", "reference")
        )
    draft = identified("refund", parameters, faults)
    draft.sku = draft.name = None
    read_money(draft, parameters, "amount", currency, faults)
    of_order = ObjectDraft("order")
    read_money(of_order, parameters, "total", draft.currency or currency, faults)
    data = read_containers(parameters, faults, {"metadata": dict, "refundable": dict})
    if of_order.amount_minor is not None:
        data["order_total"] = {
            "amount_minor": of_order.amount_minor,
            "currency": of_order.currency,
        }
    draft.data = data or None
    for name in ("order", "order_id"):
        text = read_text(parameters, name, faults, limit=255)
        if text is not None and draft.parent not in (None, text):
            faults.append(
                AmbiguousParameter(
                    "“order” and “order_id” fill the same role and have different values; send "
                    "one of them.",
                    name,
                )
            )
        draft.parent = draft.parent or text
    return draft


def _with_value(
    kind: str, parameters: Mapping[str, Any], currency: str, faults: list[Fault]
) -> ObjectDraft:
    draft = identified(kind, parameters, faults)
    draft.sku = None
    which = "total" if not is_absent(parameters.get("total")) else "amount"
    read_money(draft, parameters, which, currency, faults)
    return draft


def _currency(draft: ObjectDraft, parameters: Mapping[str, Any], currency: str) -> str:
    """Return the currency of prices that name none: the order's, else the business's."""
    if draft.currency is not None:
        return draft.currency
    beside = parameters.get("currency")
    return beside.upper() if isinstance(beside, str) and money.is_currency(beside) else currency
