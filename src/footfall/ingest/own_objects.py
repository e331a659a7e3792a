"""Keys named after a business's own kind of object: ``appointment``, ``…_id``, ``…_parameters``.

``payloads`` knows the built-in kinds by heart and leaves these free. Here they become the event's
object, wherever the action is not bound to a built-in one; two objects in one event are ambiguous.

Source: contract 3.1 (aliases, rules 3 and 4), 9 row 4.
"""

from collections.abc import Iterator, Mapping
from copy import copy
from typing import Any, Final

from footfall.domain.actions import Action
from footfall.domain.objects import READERS, is_absent
from footfall.domain.structures import Structure
from footfall.errors import Fault
from footfall.ingest.names import Names
from footfall.ingest.payloads import (
    OBJECT,
    OBJECTS,
    PARAMETERS,
    READERS_OF,
    EventPayload,
    check_one,
)

_NEVER: Final = frozenset({*OBJECTS.values(), "url", "source", "products"})
"""Free keys that have a meaning of their own, whatever a structure is called."""


def with_own_object(
    payload: EventPayload, action: Action, names: Names, faults: list[Fault]
) -> EventPayload:
    """Return the payload with the object that its free keys tell of, itself if they tell of none.

    The payload given stays as it is: it is resolved again when something was not known yet.
    """
    free = payload.free
    if not free or not _may_have(payload, action) or free.keys() <= _NEVER:
        return payload
    keys = list(_own_keys(free, names.structures()))
    if not keys:
        return payload
    taken = copy(payload)
    taken.spelled = dict(payload.spelled or {})
    taken.free = {key: value for key, value in free.items() if key not in dict(keys)}
    for key, structure in keys:
        if not is_absent(free[key]):
            role = PARAMETERS if key.endswith("_parameters") and key != structure.name else OBJECT
            READERS_OF[role](taken, key, free[key], _kind(payload, structure, names), faults)
    if payload.object is None or payload.parameters is None:
        check_one(taken, faults)
    return taken


def own_kind(said: str, names: Names) -> str | None:
    """Return the name of a structure that is named, or given by its id."""
    known = names.structures()
    if said in known:
        return said
    row_id = names.structure_row(said)
    return next((each.name for each in known.values() if each.id == row_id is not None), None)


def _may_have(payload: EventPayload, action: Action) -> bool:
    if payload.object_kind is not None and payload.object_kind not in READERS:
        return True
    return bool(action.id) and (not action.is_built_in or action.object_kind is None)


def _own_keys(
    free: Mapping[str, Any], known: Mapping[str, Structure]
) -> Iterator[tuple[str, Structure]]:
    for key in free:
        if key in _NEVER:
            continue
        for name in (key, key.removesuffix("_id"), key.removesuffix("_parameters")):
            structure = known.get(name)
            if structure is not None and not structure.is_built_in:
                yield key, structure
                break


def _kind(payload: EventPayload, structure: Structure, names: Names) -> str:
    """Return what the payload calls a structure: one and the same may go by its id too."""
    said = payload.object_kind
    same = said is not None and said not in READERS and own_kind(said, names) == structure.name
    return said if same and said is not None else structure.name
