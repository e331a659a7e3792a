"""Coupons, apps and forms.

Source: contract 3.15 (coupons), 3.16 (apps, forms).
"""

from collections.abc import Mapping
from typing import Any, Final

from footfall.domain.objects.draft import ObjectDraft, Unique
from footfall.domain.objects.fields import (
    identified,
    is_absent,
    read_containers,
    read_text,
    require,
)
from footfall.errors import Fault, Invalid, ObjectInvalid

COUPON_CODE: Final = "coupon.code"
"""Scope of what only one coupon of a business may have."""

CODE_LENGTH: Final = 255
DESCRIPTION_LENGTH: Final = 140
_URL_LENGTH: Final = 8192


def read_coupon(
    parameters: Mapping[str, Any],
    currency: str,  # noqa: ARG001
    faults: list[Fault],
    *,
    partial: bool = False,
) -> ObjectDraft:
    """Return a coupon; its code stands in ``name`` and is compared with its case."""
    if not partial or "code" in parameters:
        require(parameters, "code", "A coupon", faults)
    draft = identified("coupon", parameters, faults)
    draft.sku = None
    draft.name = read_text(parameters, "code", faults, limit=CODE_LENGTH)
    if draft.name is not None:
        draft.uniques = [Unique(COUPON_CODE, draft.name, "code")]
    data: dict[str, Any] = read_containers(parameters, faults, {"metadata": dict})
    description = read_text(parameters, "description", faults, limit=DESCRIPTION_LENGTH)
    if description is not None:
        data["description"] = description
    url = read_text(parameters, "destination_url", faults, limit=_URL_LENGTH)
    if url is not None:
        if not url.lower().startswith(("http://", "https://")):
            faults.append(
                Invalid("“destination_url” must begin with https:// or http://.", "destination_url")
            )
        data["destination_url"] = url
    draft.data = data or None
    return draft


def read_app(
    parameters: Mapping[str, Any],
    currency: str,  # noqa: ARG001
    faults: list[Fault],
    *,
    partial: bool = False,
) -> ObjectDraft:
    """Return an app, which its name identifies."""
    if not partial or "name" in parameters:
        require(parameters, "name", "An app", faults)
    draft = identified("app", parameters, faults)
    draft.sku = None
    draft.data = read_containers(parameters, faults, {"metadata": dict}) or None
    return draft


def read_form(
    parameters: Mapping[str, Any],
    currency: str,  # noqa: ARG001
    faults: list[Fault],
    *,
    partial: bool = False,
) -> ObjectDraft:
    """Return a form: a name or title, and the steps that pages draw it from."""
    draft = identified("form", parameters, faults)
    draft.sku = None
    if draft.name is None:
        draft.name = read_text(parameters, "title", faults)
    if not partial and draft.name is None and is_absent(parameters.get("reference")):
        faults.append(
            ObjectInvalid("A form needs “name”, “title” or “reference”; send one.", "name")
        )
    data = read_containers(parameters, faults, {"steps": list, "metadata": dict})
    if not all(isinstance(step, dict) for step in data.get("steps", ())):
        faults.append(Invalid("“steps” must be a list of objects.", "steps"))
    draft.data = data or None
    return draft
