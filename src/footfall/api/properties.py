"""``/v1/properties``: fields that a business adds to its profiles.

Those of objects are told with the object: ``/v1/objects``.

Source: contract 3.11.
"""

from collections.abc import Sequence
from typing import Any, Final

from litestar import delete, get, patch, post
from litestar.params import FromPath
from sqlalchemy import Connection

from footfall.api import paging
from footfall.api.answers import Deleted, Listing
from footfall.api.call import Call, absent, raise_any
from footfall.api.endpoint import Endpoint, bound
from footfall.api.forms import FORM_TYPE
from footfall.api.property_bodies import (
    ANSWER,
    EXAMPLE,
    Property,
    PropertyBody,
    PropertyChange,
    read_definition,
)
from footfall.domain.properties import OF_PROFILES, Definition, check
from footfall.domain.properties import Property as PropertyFact
from footfall.domain.public_ids import Kind
from footfall.domain.times import unix_seconds
from footfall.errors import Fault
from footfall.store import properties

_WRITES: Final[dict[str, Any]] = {
    "scope": "profiles",
    "media_types": ("application/json", FORM_TYPE),
}
_READS: Final[dict[str, Any]] = {"scope": "read", "also": ("profiles",)}


@post(
    "/properties",
    **bound(
        Endpoint(
            "Create a property",
            answer=Property,
            body=PropertyBody,
            description="Profiles take its values in `property_by_id`, under the id answered here.",
            status=201,
            example=EXAMPLE,
            answer_example=ANSWER,
            **_WRITES,
        )
    ),
)
async def create_property(call: Call) -> Property:
    """Make a property of profiles."""
    faults: list[Fault] = []
    told = read_definition(call.told, faults).over(None)
    _check(told, faults)

    def create(connection: Connection) -> PropertyFact:
        properties.lock(connection, call.business_id)
        others = properties.of_owner(connection, call.business_id, OF_PROFILES)
        _check(told, [], others)
        return properties.create(connection, call.business_id, OF_PROFILES, told, call.received_at)

    return _render(call, await call.store.write(create))


@get(
    "/properties",
    **bound(Endpoint("List properties", answer=Listing[Property], query=paging.QUERY, **_READS)),
)
async def list_properties(call: Call) -> Listing[Property]:
    """Answer a page of the properties of profiles."""
    faults: list[Fault] = []
    bounds = paging.read_bounds(call.query, call.store.public_ids[Kind.PROPERTY].decode, faults)
    found, has_more = await call.store.read(
        lambda connection: properties.page(
            connection, call.business_id, OF_PROFILES, bounds, faults
        )
    )
    return Listing([_render(call, each) for each in found], has_more)


@get(
    "/properties/{property:str}",
    **bound(
        Endpoint(
            "Retrieve a property", answer=Property, errors=(404,), answer_example=ANSWER, **_READS
        )
    ),
)
async def get_property(call: Call, property: FromPath[str]) -> Property:  # noqa: A002
    """Answer one property of profiles."""
    row_id = call.row(Kind.PROPERTY, property)
    return _render(call, await call.store.read(lambda each: _find(each, call, row_id)))


@patch(
    "/properties/{property:str}",
    **bound(
        Endpoint(
            "Update a property",
            answer=Property,
            body=PropertyChange,
            description="It becomes unique only if all its values are different, and changes its "
            "kind only while it has none.",
            errors=(400, 404, 422),
            example={"name": "Customer number"},
            answer_example=ANSWER,
            **_WRITES,
        )
    ),
)
async def change_property(call: Call, property: FromPath[str]) -> Property:  # noqa: A002
    """Set what is told of a property of profiles."""
    row_id = call.row(Kind.PROPERTY, property)
    faults: list[Fault] = []
    told = read_definition(call.told, faults)
    raise_any(faults)

    def change(connection: Connection) -> PropertyFact:
        properties.lock(connection, call.business_id)
        found = _find(connection, call, row_id)
        known = properties.of_owner(connection, call.business_id, OF_PROFILES)
        whole = told.over(found)
        _check(whole, [], [each for each in known if each.id != row_id])
        late: list[Fault] = []
        changed = properties.change(
            connection, call.business_id, found, whole, call.received_at, late
        )
        raise_any(late)
        return changed

    return _render(call, await call.store.write(change))


@delete(
    "/properties/{property:str}",
    **bound(
        Endpoint(
            "Delete a property",
            answer=Deleted,
            description="Its values go with it.",
            scope="profiles",
            errors=(404,),
            answer_example={"id": "u7TqLm2c", "deleted": True},
        )
    ),
)
async def delete_property(call: Call, property: FromPath[str]) -> Deleted:  # noqa: A002
    """Delete a property of profiles and all its values."""
    row_id = call.row(Kind.PROPERTY, property)

    def remove(connection: Connection) -> None:
        properties.lock(connection, call.business_id)
        found = _find(connection, call, row_id)
        properties.remove(connection, call.business_id, found, call.received_at)

    await call.store.write(remove)
    return Deleted(property)


def _check(told: Definition, faults: list[Fault], others: Sequence[PropertyFact] = ()) -> None:
    check([told], faults, inherits=False, beside=[each.name for each in others])
    raise_any(faults)


def _find(connection: Connection, call: Call, row_id: int) -> PropertyFact:
    found = properties.find(connection, call.business_id, OF_PROFILES, row_id)
    if found is None:
        raise absent(Kind.PROPERTY)
    return found


def _render(call: Call, each: PropertyFact) -> Property:
    return Property(
        id=call.encode(Kind.PROPERTY, each.id),
        name=each.name,
        kind=each.kind,  # type: ignore[arg-type]
        unique=each.is_unique,
        required=each.is_required,
        created_at=unix_seconds(each.created_at),
        updated_at=unix_seconds(each.updated_at),
    )


HANDLERS: Final = (
    create_property,
    list_properties,
    get_property,
    change_property,
    delete_property,
)
