"""What every kind of object is read with: texts, money, lists, and what counts as not given."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from footfall.domain import money
from footfall.domain.objects.draft import ObjectDraft
from footfall.errors import Fault, Invalid, NotAllowed, ParameterInvalidEmpty, ParameterMissing

TEXT_LENGTHS: Final = {"name": 1024, "reference": 255, "sku": 255, "source": 64}
"""Longest text of what identifies an object; longer ones are refused, never cut."""


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


def identified(kind: str, parameters: Mapping[str, Any], faults: list[Fault]) -> ObjectDraft:
    """Return a draft with what identifies it: name, reference, SKU, source."""
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


def read_money(
    draft: ObjectDraft,
    parameters: Mapping[str, Any],
    name: str,
    currency: str,
    faults: list[Fault],
) -> money.Price | None:
    """Give a draft the amount in a field: a number, or an object with a currency of its own."""
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


def converted(price: money.Price | None) -> dict[str, Any]:
    """Return a price's value in the reporting currency, as far as it was told."""
    if price is None or price.converted_minor is None:
        return {}
    return {
        "converted_price": {
            "amount_minor": price.converted_minor,
            "currency": price.converted_currency,
        }
    }


def read_lists(
    parameters: Mapping[str, Any], names: Iterable[str], faults: list[Fault]
) -> dict[str, list[str]]:
    """Return those of the named fields that are there: lists of texts."""
    found: dict[str, list[str]] = {}
    for name in names:
        value = parameters.get(name)
        if is_absent(value):
            continue
        if isinstance(value, list) and all(isinstance(each, str) for each in value):
            found[name] = value
        else:
            faults.append(Invalid(f"“{name}” must be a list of texts.", name))
    return found


def read_containers(
    parameters: Mapping[str, Any], faults: list[Fault], kinds: Mapping[str, type]
) -> dict[str, Any]:
    """Return those of the named fields that are there, each of its JSON type."""
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


def refuse_values(parameters: Mapping[str, Any], faults: list[Fault]) -> None:
    """Note values of properties where nobody reads them: in silence they would be lost."""
    faults.extend(
        NotAllowed(
            "Values of properties are not read inside another object; give them to this one at "
            "its own endpoint.",
            name,
        )
        for name, value in parameters.items()
        if name.startswith("property_by_id") and not is_absent(value)
    )


def nested(where: str, inside: list[Fault], faults: list[Fault]) -> None:
    """Note faults of something inside, their parameters in brackets behind ``where``."""
    for fault in inside:
        if where and fault.parameter:
            name, bracket, rest = fault.parameter.partition("[")
            fault.parameter = f"{where}[{name}]{bracket}{rest}"
        faults.append(fault)
