"""``/v1/objects/{structure}/instances``: objects of a business's own kinds.

Events make them too: ``object_type`` and ``object_parameters``.

Source: contract 3.17.
"""

from typing import Any, Final

from litestar import delete, get, patch, post
from litestar.params import FromPath
from sqlalchemy import Connection

from footfall.api import paging
from footfall.api.answers import Deleted, Listing
from footfall.api.call import Call, raise_any
from footfall.api.endpoint import Endpoint, bound
from footfall.api.forms import FORM_TYPE
from footfall.api.property_values import decoder, locale
from footfall.api.structure_bodies import (
    INSTANCE_ANSWER,
    INSTANCE_EXAMPLE,
    Instance,
    InstanceBody,
)
from footfall.api.structures import find as find_structure
from footfall.domain.properties import read_values
from footfall.domain.property_kinds import render_value
from footfall.domain.public_ids import Kind
from footfall.domain.structures import Structure, given, read_instance
from footfall.domain.times import unix_seconds
from footfall.errors import Fault, NotAllowed, UnknownResource, refuse
from footfall.store import instances, property_values

_WRITES: Final[dict[str, Any]] = {
    "scope": "catalog",
    "media_types": ("application/json", FORM_TYPE),
}
_READS: Final[dict[str, Any]] = {"scope": "read", "also": ("catalog",)}
_PATH: Final = "/objects/{structure:str}/instances"
_ITEM_PATH: Final = _PATH + "/{instance:str}"
_ELSEWHERE: Final = {
    "app": "/v1/attribution/apps",
    "cart": "/v1/attribution/carts",
    "coupon": "/v1/coupons",
    "form": "/v1/forms",
    "order": "/v1/attribution/orders",
    "product": "/v1/attribution/products",
    "refund": "/v1/attribution/refunds",
}
Found = tuple[Structure, instances.Instance]


@post(
    _PATH,
    **bound(
        Endpoint(
            "Create an instance",
            answer=Instance,
            body=InstanceBody,
            description="Of a custom object. Values stand by their name in the body itself or in "
            "`properties`, or by id in `property_by_id`. A unique value that another instance has "
            "is refused.",
            status=201,
            errors=(400, 404, 422),
            example=INSTANCE_EXAMPLE,
            answer_example=INSTANCE_ANSWER,
            **_WRITES,
        )
    ),
)
async def create_instance(call: Call, structure: FromPath[str]) -> Instance:
    """Make an instance of a custom structure."""

    def create(connection: Connection) -> Found:
        found = _structure(connection, call, structure, locks=True)
        faults: list[Fault] = []
        draft = read_instance(
            found,
            call.told,
            call.caller.currency,
            faults,
            country=call.caller.country,
            decode=decoder(call),
        )
        raise_any(faults)
        return found, instances.create(connection, call.business_id, draft, call.received_at)

    return _render(call, *await call.store.write(create))


@get(
    _PATH,
    **bound(
        Endpoint(
            "List instances",
            answer=Listing[Instance],
            query=paging.QUERY,
            errors=(400, 404, 422),
            **_READS,
        )
    ),
)
async def list_instances(call: Call, structure: FromPath[str]) -> Listing[Instance]:
    """Answer a page of the instances of a custom structure."""
    faults: list[Fault] = []
    bounds = paging.read_bounds(call.query, call.store.public_ids[Kind.OBJECT].decode, faults)

    def page(connection: Connection) -> tuple[Structure, list[instances.Instance], bool]:
        found = _structure(connection, call, structure)
        return found, *instances.page(connection, call.business_id, found, bounds, faults)

    found, rows, has_more = await call.store.read(page)
    return Listing([_render(call, found, each) for each in rows], has_more)


@get(
    _ITEM_PATH,
    **bound(
        Endpoint(
            "Retrieve an instance",
            answer=Instance,
            errors=(404, 422),
            answer_example=INSTANCE_ANSWER,
            **_READS,
        )
    ),
)
async def get_instance(call: Call, structure: FromPath[str], instance: FromPath[str]) -> Instance:
    """Answer one instance."""
    found = await call.store.read(lambda each: _find(each, call, structure, instance))
    return _render(call, *found)


@patch(
    _ITEM_PATH,
    **bound(
        Endpoint(
            "Update an instance",
            answer=Instance,
            body=InstanceBody,
            description="Told values replace old ones; an empty one, null too, takes the old one "
            "away unless its property is required. What is absent stays as it is.",
            errors=(400, 404, 422),
            example={"fee": "45.00"},
            answer_example=INSTANCE_ANSWER,
            **_WRITES,
        )
    ),
)
async def change_instance(
    call: Call, structure: FromPath[str], instance: FromPath[str]
) -> Instance:
    """Set what is told of an instance."""

    def change(connection: Connection) -> Found:
        found, row = _find(connection, call, structure, instance, locks=True)
        faults: list[Fault] = []
        told = given(found, call.told, decoder(call), faults)
        values = read_values(told, locale(call), faults, clears=True)
        raise_any(faults)
        return found, instances.change(
            connection, call.business_id, found, row.id, values, call.received_at
        )

    return _render(call, *await call.store.write(change))


@delete(
    _ITEM_PATH,
    **bound(
        Endpoint(
            "Delete an instance",
            answer=Deleted,
            description="Its unique values are free for others. Events that name it stay.",
            scope="catalog",
            errors=(404, 422),
            answer_example={"id": "vxqQJ3Yg", "deleted": True},
        )
    ),
)
async def delete_instance(call: Call, structure: FromPath[str], instance: FromPath[str]) -> Deleted:
    """Delete an instance."""

    def remove(connection: Connection) -> None:
        _, row = _find(connection, call, structure, instance)
        instances.delete(connection, row, call.received_at)

    await call.store.write(remove)
    return Deleted(instance)


def _structure(connection: Connection, call: Call, text: str, *, locks: bool = False) -> Structure:
    found = find_structure(connection, call, text, locks=locks)
    if found.is_built_in:
        place = _ELSEWHERE.get(found.name)
        hint = f"; use {place}" if place else ", and nothing is kept of it here"
        raise refuse(NotAllowed(f"“{found.name}” is built in{hint}.", "id"))
    return found


def _find(
    connection: Connection, call: Call, structure: str, text: str, *, locks: bool = False
) -> Found:
    found = _structure(connection, call, structure, locks=locks)
    row_id = call.decode(Kind.OBJECT, text)
    row = instances.find(connection, call.business_id, found, row_id)
    if row is None:
        raise refuse(
            UnknownResource(f"There is no {found.name} with this id in this business.", "id")
        )
    return found, row


def _render(call: Call, structure: Structure, row: instances.Instance) -> Instance:
    shown = [
        (each, render_value(each.kind, value))
        for each, value in property_values.shown(structure.properties, row.data)
    ]
    return Instance(
        id=call.encode(Kind.OBJECT, row.id),
        type=structure.name,
        properties={each.name: value for each, value in shown},
        property_by_id={call.encode(Kind.PROPERTY, each.id): value for each, value in shown},
        created_at=unix_seconds(row.created_at),
        updated_at=unix_seconds(row.updated_at),
    )


HANDLERS: Final = (
    create_instance,
    list_instances,
    get_instance,
    change_instance,
    delete_instance,
)
