"""What an event was done to: an object named, or told inside the event.

Source: contract 3.1 (object, rules 3 and 7), 4.1 (objects of actions), 9 row 14 (carts).
"""

from collections.abc import Mapping
from typing import Any, Final

from footfall.domain.actions import CART_ADDED, Action
from footfall.domain.events import EventDraft
from footfall.domain.objects import READERS, ObjectDraft, ObjectFact, is_absent
from footfall.domain.properties import BY_ID, given_by_id, read_values
from footfall.domain.property_kinds import Locale
from footfall.domain.public_ids import Kind
from footfall.domain.structures import read_instance
from footfall.errors import AmbiguousParameter, Fault, Invalid, NotFound, ParameterMissing, an
from footfall.ingest.names import Names
from footfall.ingest.own_objects import own_kind
from footfall.ingest.payloads import FIELDS, FREE, OBJECT, PARAMETERS, TYPE, EventPayload
from footfall.store.facts import Caller

_NAMED_BY: Final = {
    "product": "id, reference or SKU",
    "cart or product": "id, reference or SKU",
    "coupon": "id, reference or code",
}
"""What each kind of object may be named by, for messages."""


def resolve_object(
    draft: EventDraft,
    payload: EventPayload,
    action: Action,
    caller: Caller,
    names: Names,
    faults: list[Fault],
) -> ObjectFact | None:
    """Give a draft its object, noting every fault; return what is known of it."""
    if not action.id and payload.object_kind is None:
        # An action nobody knows does not say what the object ought to be.
        return None
    parameters = payload.parameters
    if payload.object is None and parameters is None and action.object_kind == "cart":
        # Older shop plugins list a cart's products beside the event's own fields.
        products = (payload.free or {}).get("products")
        parameters = {"products": products} if isinstance(products, list) else None
    if payload.object is None and parameters is None:
        if payload.object_kind is not None and payload.object_kind not in READERS:
            # A type that there is not: what it was said of would be lost.
            _kinds(payload, action, names, faults)
        if action.object_required and not _spoilt(faults):
            faults.append(
                ParameterMissing(
                    f"“{action.name}” needs its {action.object_kind}; send “object” with its id, "
                    "or “object_parameters”.",
                    "object",
                )
            )
        return None
    kinds = _kinds(payload, action, names, faults)
    if kinds is None:
        return None
    if parameters is None:
        return _named_object(draft, payload, kinds, names, faults)
    return _inline_object(draft, payload, parameters, kinds, action, caller, names, faults)


def _kinds(
    payload: EventPayload, action: Action, names: Names, faults: list[Fault]
) -> tuple[str, ...] | None:
    """Return the kinds the object may be of; ``None``: a fault was noted."""
    said = payload.object_kind
    allowed: tuple[str, ...] = ()
    if action.object_kind is not None:
        allowed = (action.object_kind,)
        if action.object_kind == "cart":
            # Older clients say which product went into the cart.
            allowed = ("cart", "product")
    spelled = payload.name(TYPE, payload.name(OBJECT, payload.name(PARAMETERS, "object_type")))
    if said is not None:
        if allowed and said not in allowed:
            faults.append(
                Invalid(f"“{action.name}” speaks of {an(allowed[0])}, not of {an(said)}.", spelled)
            )
            return None
        kind = said if said in READERS else own_kind(said, names)
        if kind is None and not names.wants_structures:
            faults.append(
                Invalid(
                    f"There is no type of object “{said[:64]}” in this business; send one of "
                    f"{', '.join((*READERS, *names.structures()))}.",
                    spelled,
                )
            )
        return (kind,) if kind is not None else None
    if not allowed and action.id and not action.is_built_in:
        faults.append(
            ParameterMissing(
                "With an object a custom action needs “object_type”, e.g. product.", "object_type"
            )
        )
        return None
    return allowed


def _read(
    kind: str, parameters: Mapping[str, Any], caller: Caller, names: Names, faults: list[Fault]
) -> ObjectDraft:
    """Return the object some parameters tell of, with the properties the business gave it."""
    decode = names.ids[Kind.PROPERTY].decode
    if kind not in READERS:
        return read_instance(
            names.structures()[kind],
            parameters,
            caller.currency,
            faults,
            country=caller.country,
            decode=decode,
        )
    told = READERS[kind](parameters, caller.currency, faults)
    if any(name.startswith(BY_ID) for name in parameters):
        structure = names.structures().get(kind)
        properties = structure.properties if structure is not None else ()
        of_properties: list[Fault] = []
        given = given_by_id(properties, parameters, decode, of_properties)
        locale = Locale(caller.currency, caller.country)
        values = read_values(given, locale, of_properties, clears=False)
        if not names.wants_structures:
            faults.extend(of_properties)
        if values.told:
            told.data = {**(told.data or {}), "properties": values.told}
            told.uniques = [*(told.uniques or ()), *values.uniques]
    return told


def _named_object(
    draft: EventDraft,
    payload: EventPayload,
    kinds: tuple[str, ...],
    names: Names,
    faults: list[Fault],
) -> ObjectFact | None:
    assert payload.object is not None
    fact = _find(names, kinds, payload.object, payload.name(OBJECT, "object"), faults)
    draft.object_id = fact.id if fact is not None else None
    return fact


def _inline_object(
    draft: EventDraft,
    payload: EventPayload,
    parameters: Mapping[str, Any],
    kinds: tuple[str, ...],
    action: Action,
    caller: Caller,
    names: Names,
    faults: list[Fault],
) -> ObjectFact | None:
    kind = kinds[0] if kinds else "product"
    if len(kinds) > 1 and not {"items", "products"} & parameters.keys():
        kind = kinds[1]
    told = _read(kind, parameters, caller, names, faults)
    _name_insides(told, names, faults)
    draft.refills = kind == "cart" and action.id == CART_ADDED.id and told.items is not None
    identity = told.identity()
    fact = None
    if identity is not None and kind != "cart":
        # An amount without a currency is in the object's, even if the telling names none.
        is_needed = (
            told.currency is None and not is_absent(payload.amount) and is_absent(payload.currency)
        )
        fact = names.inline(identity, is_needed=is_needed)
    if fact is not None:
        draft.object_id = fact.id
        if told.amount_minor is None:
            return fact
        return ObjectFact(fact.id, fact.kind, told.amount_minor, told.currency)
    draft.new_object = told
    return ObjectFact(0, kind, told.amount_minor, told.currency)


def _name_insides(told: ObjectDraft, names: Names, faults: list[Fault]) -> None:
    """Find what an object told inline names in its turn: products of lines, a refund's order."""
    for item in told.items or ():
        if item.named is not None:
            spelled = f"{item.parameter}[product]"
            fact = _find(names, ("product",), item.named, spelled, faults)
            item.product_id = fact.id if fact is not None else None
            if fact is not None and item.price_minor is None:
                item.price_minor, item.currency = fact.amount_minor, fact.currency
    if told.parent is not None:
        fact = _find(names, ("order",), told.parent, "order", faults)
        told.parent_id = fact.id if fact is not None else None


def _find(
    names: Names, kinds: tuple[str, ...], text: str, spelled: str, faults: list[Fault]
) -> ObjectFact | None:
    found = names.objects(kinds[0] if len(kinds) == 1 else None, text)
    if len(kinds) > 1:
        found = [fact for fact in found if fact.kind in kinds or fact.id < 0]
    if len(found) == 1:
        return found[0]
    what = " or ".join(kinds) or "object"
    if not found:
        faults.append(
            NotFound(
                f"There is no {what} with this {_NAMED_BY.get(what, 'id or reference')} in this "
                "business; create it first, or describe it in “object_parameters”.",
                spelled,
            )
        )
    else:
        faults.append(
            AmbiguousParameter(
                f"Several {what}s have this reference or SKU; send the id of the one.", spelled
            )
        )
    return None


def _spoilt(faults: list[Fault]) -> bool:
    return any(
        FIELDS.get(fault.parameter or "", (FREE, None))[0] in (OBJECT, PARAMETERS, TYPE)
        for fault in faults
    )
