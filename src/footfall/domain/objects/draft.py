"""An object as told, on its way to becoming a row.

Finding or making the row is the store's work (``store.settle``, ``store.objects``).

Source: contract 2.10 (identity).
"""

from typing import Any, Final, NamedTuple, TypeAlias

import msgspec

BUILT_IN_KINDS: Final = ("app", "cart", "coupon", "form", "order", "product", "refund")


class ObjectFact(NamedTuple):
    """What is known of an object's row; ``amount_minor`` as in ``ObjectDraft``."""

    id: int
    kind: str
    amount_minor: int | None
    currency: str | None


Identity: TypeAlias = tuple[str, str, str, str]
"""What two tellings of one object share: kind, naming field, source, text."""


class Unique(NamedTuple):
    """A value that no other row of the business may have.

    Attributes:
        scope: what it is a value of: ``coupon.code``, ``property.<row number>``.
        parameter: as the caller spelled it.
    """

    scope: str
    value: str
    parameter: str


class ItemDraft(msgspec.Struct, gc=False):
    """A line of an order or a cart.

    Attributes:
        product: told inline; ``None`` when it is ``named``.
        named: its id, reference or SKU.
        price_minor: of one piece, minor units of ``currency``; ``None``: the product's own price.
        parameter: where it stands in the body, e.g. ``items[0]``.
        product_id: row number, once it is known.
    """

    quantity: int
    product: "ObjectDraft | None" = None
    named: str | None = None
    price_minor: int | None = None
    currency: str | None = None
    parameter: str = ""
    product_id: int | None = None


class ObjectDraft(msgspec.Struct, gc=False):
    """An object as told, not yet a row.

    Attributes:
        source: the system its reference is from, ``""`` when not said.
        amount_minor: a product's price, or the value of an order, cart or refund, in minor units of
            ``currency``.
        data: everything without a column of its own, as JSON values.
        items: lines of an order or cart; ``None`` when none were told.
        variants: of a product; ``None`` when none were told.
        parent: id or reference of the order of a refund, as it was told; ``parent_id``: its row.
        uniques: values that no other row may have.
        is_summed: without an amount of its own its value is that of its lines.
        is_always_new: telling it again makes another one.
    """

    kind: str
    source: str = ""
    reference: str | None = None
    sku: str | None = None
    name: str | None = None
    amount_minor: int | None = None
    currency: str | None = None
    data: dict[str, Any] | None = None
    items: list[ItemDraft] | None = None
    variants: "list[ObjectDraft] | None" = None
    parent: str | None = None
    parent_id: int | None = None
    uniques: list[Unique] | None = None
    is_summed: bool = False
    is_always_new: bool = False

    def identity(self) -> Identity | None:
        """Return what it is found by first; ``None`` when it has no name of any kind."""
        if self.is_always_new:
            return None
        for field in ("reference", "sku", "name"):
            value = getattr(self, field)
            if value is not None:
                if field == "name" and self.kind == "coupon":
                    return self.kind, "code", "", value
                return self.kind, field, "" if field == "name" else self.source, value
        return None

    def code(self) -> Identity | None:
        """Return what a coupon with a reference is found by second (contract 3.15)."""
        if self.kind == "coupon" and self.name is not None:
            return self.kind, "code", "", self.name
        return None
