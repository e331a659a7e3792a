"""Structures: kinds of objects of a business's own, and their instances as told.

Source: contract 3.17, 4.3 (amounts).
"""

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from footfall.domain.objects import TEXT_LENGTHS, ObjectDraft
from footfall.domain.properties import (
    Decode,
    Given,
    Property,
    given_by_id,
    given_by_name,
    read_values,
    require_all,
)
from footfall.domain.property_kinds import Locale
from footfall.errors import Fault

STRUCTURES_MAX: Final = 200
"""Most custom structures of a business."""

NAME_LENGTH: Final = 64
TITLE_LENGTH: Final = 255
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")

BUILT_IN: Final = {
    "app": "Apps",
    "cart": "Carts",
    "coupon": "Coupons",
    "form": "Forms",
    "location": "Locations",
    "order": "Orders",
    "product": "Products",
    "refund": "Refunds",
}
"""Structures of every business with their titles; they can get properties and nothing else."""

_COLUMNS: Final = ("reference", "name", "sku", "source")


class Structure(NamedTuple):
    """A kind of objects.

    Attributes:
        id: row number; ``None`` for a built-in one, which goes by its name.
        properties: oldest first; of a built-in one those beyond its own fields.
        created_at, updated_at: ``None`` for a built-in one.
    """

    id: int | None
    name: str
    title: str | None
    properties: tuple[Property, ...]
    created_at: int | None = None
    updated_at: int | None = None

    @property
    def is_built_in(self) -> bool:
        return self.id is None

    def sources(self) -> dict[str, int]:
        """Return which property (row number) stands in which column of an instance.

        A text named like a column is found by it; ``reference`` only when it is unique, because
        two objects of a source never have the same. ``amount_minor`` is the inherited one.
        """
        found = {
            each.name: each.id
            for each in self.properties
            if each.kind == "text"
            and each.name in _COLUMNS
            and (each.is_unique or each.name != "reference")
        }
        inherited = next((each.id for each in self.properties if each.is_inherited), None)
        return found if inherited is None else found | {"amount_minor": inherited}

    def columns(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the columns of an instance with these values, by row number as text."""
        sources = self.sources()
        columns: dict[str, Any] = {}
        for name in _COLUMNS:
            text = values.get(str(sources[name])) if name in sources else None
            columns[name] = text if text is not None and len(text) <= TEXT_LENGTHS[name] else None
        columns["source"] = columns["source"] or ""
        amount = values.get(str(sources.get("amount_minor"))) or {}
        columns["amount_minor"] = amount.get("amount_minor")
        columns["currency"] = amount.get("currency")
        return columns


def name_problem(name: str) -> str | None:
    """Return what is wrong with a name for a structure, as a sentence, or ``None``."""
    if name in BUILT_IN:
        return f"“{name}” is a built-in object; choose another name."
    if len(name) > NAME_LENGTH:
        return f"The name has {len(name)} characters; use at most {NAME_LENGTH}."
    if not _NAME.fullmatch(name):
        return (
            "The name must be in lower case, letters, digits and _, beginning with a letter, "
            "for example “appointment”."
        )
    return None


def given(
    structure: Structure, parameters: Mapping[str, Any], decode: Decode, faults: list[Fault]
) -> list[Given]:
    """Return which properties some parameters speak of, by name or by id; all else is ignored."""
    return [
        *given_by_name(structure.properties, parameters, faults),
        *given_by_id(structure.properties, parameters, decode, faults),
    ]


def read_instance(
    structure: Structure,
    parameters: Mapping[str, Any],
    currency: str,
    faults: list[Fault],
    *,
    country: str | None,
    decode: Decode,
) -> ObjectDraft:
    """Return the instance that some parameters tell of, noting every fault.

    Telling of it again makes another one (contract 3.17), unless a unique value forbids it.

    Args:
        currency, country: of the business, for money without one and phones as dialled.
    """
    told = given(structure, parameters, decode, faults)
    require_all(structure.properties, told, f"“{structure.name}”", faults)
    values = read_values(told, Locale(currency, country), faults, clears=False)
    return ObjectDraft(
        structure.name,
        **structure.columns(values.told),
        data={"properties": values.told} if values.told else None,
        uniques=values.uniques or None,
        is_always_new=True,
    )
