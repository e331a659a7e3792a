"""Objects: what actions are done to, and what a caller has to tell of a new one.

Reads the free-form parameters of an object, from an event or from the endpoints of its kind, into
an ``ObjectDraft``; every fault is named, not only the first.

Source: contract 2.10 (identity), 3.12 to 3.16 (kinds).
"""

from collections.abc import Mapping
from typing import Any, Final, Protocol

from footfall.domain.objects.draft import (
    BUILT_IN_KINDS,
    Identity,
    ItemDraft,
    ObjectDraft,
    ObjectFact,
    Unique,
)
from footfall.domain.objects.fields import TEXT_LENGTHS, is_absent, read_text, require
from footfall.domain.objects.lines import read_item, sum_of
from footfall.domain.objects.order import read_cart, read_order, read_refund
from footfall.domain.objects.others import COUPON_CODE, read_app, read_coupon, read_form
from footfall.domain.objects.product import read_product, read_variant
from footfall.errors import Fault

__all__ = [
    "BUILT_IN_KINDS",
    "COUPON_CODE",
    "READERS",
    "TEXT_LENGTHS",
    "Identity",
    "ItemDraft",
    "ObjectDraft",
    "ObjectFact",
    "Unique",
    "is_absent",
    "read_app",
    "read_cart",
    "read_coupon",
    "read_form",
    "read_item",
    "read_order",
    "read_product",
    "read_refund",
    "read_text",
    "read_variant",
    "require",
    "sum_of",
]


class Reader(Protocol):
    """Reads one kind of object."""

    def __call__(
        self,
        parameters: Mapping[str, Any],
        currency: str,
        faults: list[Fault],
        *,
        partial: bool = False,
    ) -> ObjectDraft:
        """Return the object some parameters tell of, noting every fault."""


READERS: Final[dict[str, Reader]] = {
    "app": read_app,
    "cart": read_cart,
    "coupon": read_coupon,
    "form": read_form,
    "order": read_order,
    "product": read_product,
    "refund": read_refund,
}
"""The reader of each built-in kind."""
