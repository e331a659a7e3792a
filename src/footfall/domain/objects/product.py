"""Products and their variants (contract 3.12)."""

from collections.abc import Mapping
from typing import Any, Final

from footfall.domain.objects.draft import ObjectDraft
from footfall.domain.objects.fields import (
    converted,
    identified,
    is_absent,
    nested,
    read_containers,
    read_lists,
    read_money,
    read_text,
    refuse_values,
    require,
)
from footfall.errors import Fault, Invalid

VARIANTS_MAX: Final = 500
_LISTS: Final = ("categories", "collection", "tags")
_TEXTS: Final = ("brand", "description", "url", "image_url")


def read_product(
    parameters: Mapping[str, Any],
    currency: str,
    faults: list[Fault],
    *,
    partial: bool = False,
    what: str = "A product",
) -> ObjectDraft:
    """Return the product some parameters tell of, noting every fault.

    Args:
        parameters: ``object_parameters`` of an event, or the body of the catalogue endpoints.
        currency: taken when a price names none.
        partial: whether required fields may be absent, as in an update.
    """
    if not partial or "name" in parameters:
        require(parameters, "name", what, faults)
    draft = identified("product", parameters, faults)
    price = read_money(draft, parameters, "price", currency, faults)
    data = {
        **converted(price),
        **{
            name: text
            for name in _TEXTS
            if (text := read_text(parameters, name, faults, limit=8192))
        },
        **read_lists(parameters, _LISTS, faults),
        **read_containers(parameters, faults, {"metadata": dict}),
    }
    draft.data = data or None
    draft.variants = _read_variants(parameters, currency, faults, partial=partial)
    return draft


def read_variant(
    parameters: Mapping[str, Any], currency: str, faults: list[Fault], *, partial: bool = False
) -> ObjectDraft:
    """Return a variant: a product without variants of its own."""
    draft = read_product(parameters, currency, faults, partial=partial, what="A variant")
    if draft.variants:
        faults.append(Invalid("A variant has no variants of its own; leave them out.", "variants"))
        draft.variants = None
    return draft


def _read_variants(
    parameters: Mapping[str, Any], currency: str, faults: list[Fault], *, partial: bool
) -> list[ObjectDraft] | None:
    told = parameters.get("variants")
    if is_absent(told):
        return None
    if not isinstance(told, list) or not all(isinstance(each, dict) for each in told):
        faults.append(Invalid("“variants” must be a list of objects.", "variants"))
        return None
    if len(told) > VARIANTS_MAX:
        faults.append(
            Invalid(f"“variants” has {len(told)} entries; send at most {VARIANTS_MAX}.", "variants")
        )
        return None
    variants = []
    for index, each in enumerate(told):
        inside: list[Fault] = []
        refuse_values(each, inside)
        variants.append(read_variant(each, currency, inside, partial=partial))
        nested(f"variants[{index}]", inside, faults)
    return variants
