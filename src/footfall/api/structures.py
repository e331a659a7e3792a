"""``/v1/objects``: kinds of objects of a business's own, and the built-in ones.

A built-in one has its name for an id, can get properties, and is neither renamed nor deleted.

Source: contract 3.17.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from litestar import delete, get, patch, post
from litestar.params import FromPath
from sqlalchemy import Connection

from footfall.api import paging
from footfall.api.answers import Deleted, Listing
from footfall.api.call import Call, absent, raise_any
from footfall.api.endpoint import Endpoint, bound
from footfall.api.forms import FORM_TYPE
from footfall.api.property_bodies import read_definition
from footfall.api.structure_bodies import (
    ANSWER,
    EXAMPLE,
    PropertyOfStructure,
    Structure,
    StructureBody,
    StructureChange,
)
from footfall.domain.objects import is_absent, read_text, require
from footfall.domain.objects.fields import nested
from footfall.domain.properties import PROPERTIES_MAX, Definition, Property, check
from footfall.domain.public_ids import Kind
from footfall.domain.structures import BUILT_IN, TITLE_LENGTH, name_problem
from footfall.domain.structures import Structure as StructureFact
from footfall.domain.times import unix_seconds
from footfall.errors import (
    Fault,
    Invalid,
    NotAllowed,
    NotFound,
    ParameterNotUnique,
    refuse,
)
from footfall.ingest.payloads import FIELDS
from footfall.store import properties, structures

_WRITES: Final[dict[str, Any]] = {
    "scope": "catalog",
    "media_types": ("application/json", FORM_TYPE),
}
_READS: Final[dict[str, Any]] = {"scope": "read", "also": ("catalog",)}
_NUMBERS: Final = {name: -number for number, name in enumerate(BUILT_IN, 1)}
_TAKEN: Final = frozenset({"metadata", "page", "url", "user", "user_parameters", "utm_params"})
"""Fields of an event that are free to hold anything, and no kinds of objects."""


@post(
    "/objects",
    **bound(
        Endpoint(
            "Create an object",
            answer=Structure,
            body=StructureBody,
            description="Defines a kind of objects. Events name it in `object_type` and describe "
            "an instance in `object_parameters`, which always makes a new one.",
            status=201,
            example=EXAMPLE,
            answer_example=ANSWER,
            **_WRITES,
        )
    ),
)
async def create_structure(call: Call) -> Structure:
    """Make a structure with its properties."""
    faults: list[Fault] = []
    require(call.told, "name", "A kind of objects", faults)
    name = _read_name(call.told, faults)
    title = read_text(call.told, "title", faults, limit=TITLE_LENGTH)
    told = _read_definitions(call, (), faults) or []
    check(told, faults, inherits=True)
    raise_any(faults)

    def create(connection: Connection) -> StructureFact:
        properties.lock(connection, call.business_id)
        return structures.create(
            connection, call.business_id, name or "", title, told, call.received_at
        )

    return _render(call, await call.store.write(create))


@get(
    "/objects",
    **bound(
        Endpoint(
            "List objects",
            answer=Listing[Structure],
            description="The business's own first, the newest of them in front, then the built-in "
            "ones.",
            query=paging.QUERY,
            **_READS,
        )
    ),
)
async def list_structures(call: Call) -> Listing[Structure]:
    """Answer a page of structures."""
    faults: list[Fault] = []
    decode = call.store.public_ids[Kind.STRUCTURE].decode
    bounds = paging.read_bounds(call.query, lambda text: _NUMBERS.get(text) or decode(text), faults)
    found, has_more = await call.store.read(
        lambda connection: structures.page(connection, call.business_id, bounds, faults)
    )
    return Listing([_render(call, each) for each in found], has_more)


@get(
    "/objects/{structure:str}",
    **bound(
        Endpoint(
            "Retrieve an object", answer=Structure, errors=(404,), answer_example=ANSWER, **_READS
        )
    ),
)
async def get_structure(call: Call, structure: FromPath[str]) -> Structure:
    """Answer one structure."""
    return _render(call, await call.store.read(lambda each: find(each, call, structure)))


@patch(
    "/objects/{structure:str}",
    **bound(
        Endpoint(
            "Update an object",
            answer=Structure,
            body=StructureChange,
            description="The name stays. A property keeps its id and its values while it is "
            "renamed; it becomes unique only if its values are all different, and changes its "
            "kind only while it has none. What becomes required is asked of new instances.",
            errors=(400, 404, 422),
            example={
                "title": "Bookings",
                "properties": [
                    {"kind": "text", "name": "reference", "required": True, "unique": True},
                    {"kind": "date", "name": "day"},
                ],
            },
            answer_example=ANSWER,
            **_WRITES,
        )
    ),
)
async def change_structure(call: Call, structure: FromPath[str]) -> Structure:
    """Set title and properties of a structure."""

    def change(connection: Connection) -> StructureFact:
        properties.lock(connection, call.business_id)
        found = find(connection, call, structure)
        faults: list[Fault] = []
        title = read_text(call.told, "title", faults, limit=TITLE_LENGTH)
        _refuse_renaming(call.told, found, title, faults)
        told = _read_definitions(call, found.properties, faults)
        if told is not None:
            check(told, faults, inherits=not found.is_built_in)
        raise_any(faults)
        return structures.change(connection, call.business_id, found, title, told, call.received_at)

    return _render(call, await call.store.write(change))


@delete(
    "/objects/{structure:str}",
    **bound(
        Endpoint(
            "Delete an object",
            answer=Deleted,
            description="Its properties and instances go with it; their events stay.",
            scope="catalog",
            errors=(404, 422),
            answer_example={"id": "h4WcD9sY", "deleted": True},
        )
    ),
)
async def delete_structure(call: Call, structure: FromPath[str]) -> Deleted:
    """Delete a custom structure with everything of it."""

    def remove(connection: Connection) -> str:
        properties.lock(connection, call.business_id)
        found = find(connection, call, structure)
        if found.is_built_in:
            raise refuse(NotAllowed(f"“{found.name}” is built in and cannot be deleted.", "id"))
        structures.delete(connection, call.business_id, found, call.received_at)
        return public_id(call, found)

    return Deleted(await call.store.write(remove))


def find(connection: Connection, call: Call, text: str, *, locks: bool = False) -> StructureFact:
    """Return the structure in a path, by id or name.

    Raises:
        Refused: 404, there is none.
    """
    row_id = call.decode(Kind.STRUCTURE, text)
    found = structures.find(connection, call.business_id, text, row_id, locks=locks)
    if found is None:
        raise absent(Kind.STRUCTURE)
    return found


def public_id(call: Call, structure: StructureFact) -> str:
    """Return the id of a structure; a built-in one's is its name."""
    return structure.name if structure.id is None else call.encode(Kind.STRUCTURE, structure.id)


def _read_name(told: Mapping[str, Any], faults: list[Fault]) -> str | None:
    name = told.get("name")
    if is_absent(name):
        return None
    if not isinstance(name, str):
        faults.append(Invalid("“name” must be a text such as appointment.", "name"))
        return None
    if name in BUILT_IN:
        faults.append(ParameterNotUnique(name_problem(name) or "", "name"))
    elif (problem := name_problem(name)) is not None:
        faults.append(Invalid(problem, "name"))
    elif name in FIELDS or name in _TAKEN:
        faults.append(Invalid(f"“{name}” is a field of every event; choose another name.", "name"))
    return name


def _refuse_renaming(
    told: Mapping[str, Any], found: StructureFact, title: str | None, faults: list[Fault]
) -> None:
    name = told.get("name")
    if not is_absent(name) and name != found.name:
        faults.append(
            NotAllowed(
                f"The name stays “{found.name}”, because events say it; leave it out.", "name"
            )
        )
    if found.is_built_in and title not in (None, found.title):
        faults.append(NotAllowed(f"“{found.name}” is built in; its title stays.", "title"))


def _read_definitions(
    call: Call, known: Sequence[Property], faults: list[Fault]
) -> list[Definition] | None:
    """Return the properties told, each whole; ``None`` when none were told at all."""
    told = call.told.get("properties")
    if told is None or told == "":
        return None
    if not isinstance(told, list) or not all(isinstance(each, dict) for each in told):
        faults.append(Invalid("“properties” must be a list of objects.", "properties"))
        return None
    told = told[: PROPERTIES_MAX + 1]
    meant = {each.get("id") for each in told if isinstance(each.get("id"), str)}
    # A name is that of a property which nobody told by id: one that is renamed has left its name.
    by_name = {
        each.name: each for each in known if call.encode(Kind.PROPERTY, each.id) not in meant
    }
    by_id = {each.id: each for each in known}
    found: list[Definition] = []
    for index, each in enumerate(told):
        inside: list[Fault] = []
        definition = read_definition(each, inside)
        if is_absent(each.get("id")):
            same = by_name.get(definition.name or "")
        else:
            same = _claim(call, each["id"], by_id, inside)
        nested(f"properties[{index}]", inside, faults)
        if not inside:
            found.append(definition._replace(where=f"properties[{index}]").over(same))
    return found


def _claim(
    call: Call, text: object, by_id: dict[int, Property], faults: list[Fault]
) -> Property | None:
    """Return the property of an id, once."""
    row_id = call.decode(Kind.PROPERTY, text) if isinstance(text, str) else None
    found = by_id.pop(row_id, None) if row_id is not None else None
    if found is None:
        faults.append(
            NotFound(
                "This object has no property of this id, or it was told before; leave the id out.",
                "id",
            )
        )
    return found


def _render(call: Call, structure: StructureFact) -> Structure:
    return Structure(
        id=public_id(call, structure),
        name=structure.name,
        title=structure.title,
        built_in=structure.is_built_in,
        properties=[
            PropertyOfStructure(
                id=call.encode(Kind.PROPERTY, each.id),
                name=each.name,
                kind=each.kind,  # type: ignore[arg-type]
                required=each.is_required,
                unique=each.is_unique,
                inherit=each.is_inherited,
            )
            for each in structure.properties
        ],
        created_at=_seconds(structure.created_at),
        updated_at=_seconds(structure.updated_at),
    )


def _seconds(at: int | None) -> int | None:
    return None if at is None else unix_seconds(at)


HANDLERS: Final = (
    create_structure,
    list_structures,
    get_structure,
    change_structure,
    delete_structure,
)
