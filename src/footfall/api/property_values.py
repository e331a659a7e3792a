"""Values of properties in the bodies and answers of profiles and built-in objects.

``check`` goes before a body's other faults are raised, so that all are answered at once; ``read``
goes into the write, where nobody changes the properties meanwhile.

Source: contract 3.11, 2.9 (``property_by_id``).
"""

from collections.abc import Iterable
from typing import Annotated, Any

from msgspec import Meta, Struct, UnsetType
from sqlalchemy import Connection

from footfall.api.call import Call, Encoder, raise_any
from footfall.domain.objects import ObjectDraft
from footfall.domain.properties import (
    BY_ID,
    Decode,
    Property,
    Values,
    given_by_id,
    read_values,
)
from footfall.domain.property_kinds import Locale, render_value
from footfall.domain.public_ids import Kind
from footfall.errors import Fault
from footfall.store import properties

ById = Annotated[
    dict[str, Any] | UnsetType,
    Meta(description="Values by id of their property; `property_by_id[ID]` is the same."),
]
"""The field of a body."""


class PropertyValue(Struct):
    """A value of a property of the business's own."""

    id: Annotated[str, Meta(description="The property's id.")]
    name: str
    value: Any


def locale(call: Call) -> Locale:
    """Return what values without a currency or a country code are read in."""
    return Locale(call.caller.currency, call.caller.country)


def decoder(call: Call) -> Decode:
    """Return public id of a property → row number."""
    return call.store.public_ids[Kind.PROPERTY].decode


async def check(call: Call, owner: str, faults: list[Fault], *, clears: bool = False) -> None:
    """Note what is wrong with the values that a body tells."""
    if not _tells(call):
        return
    known = await call.store.read(
        lambda connection: properties.of_owner(connection, call.business_id, owner)
    )
    _read(call, known, faults, clears)


def read(connection: Connection, call: Call, owner: str, *, clears: bool = False) -> Values | None:
    """Return the values that a body tells, ``None`` when it tells none.

    Args:
        owner: ``OF_PROFILES``, or a built-in kind of objects.
        clears: whether an empty value takes the old one away, as in an update.

    Raises:
        Refused: one cannot be read, or its property is not there.
    """
    if not _tells(call):
        return None
    known = properties.of_owner(connection, call.business_id, owner, locks=True)
    faults: list[Fault] = []
    values = _read(call, known, faults, clears)
    raise_any(faults)
    return values


async def put(call: Call, draft: ObjectDraft, faults: list[Fault], *, clears: bool = False) -> None:
    """Give an object's draft the values that a body tells; ``None`` takes one away."""
    if not _tells(call):
        return
    known = await call.store.read(
        lambda connection: properties.of_owner(connection, call.business_id, draft.kind)
    )
    values = _read(call, known, faults, clears)
    told = values.told | {str(each.id): None for each in values.cleared}
    if told:
        draft.data = {**(draft.data or {}), "properties": told}
        draft.uniques = [*(draft.uniques or ()), *values.uniques]


def render(call: Encoder, shown: Iterable[tuple[Property, Any]]) -> list[PropertyValue]:
    """Return values as answers show them."""
    return [
        PropertyValue(
            call.encode(Kind.PROPERTY, each.id), each.name, render_value(each.kind, value)
        )
        for each, value in shown
    ]


def _tells(call: Call) -> bool:
    return bool(call.told.get(BY_ID))


def _read(call: Call, known: list[Property], faults: list[Fault], clears: bool) -> Values:
    given = given_by_id(known, call.told, decoder(call), faults)
    return read_values(given, locale(call), faults, clears=clears)
