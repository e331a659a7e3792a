"""Instances of a business's own structures: rows of ``objects`` of that kind.

Source: contract 3.17.
"""

from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, insert, select, update

from footfall.domain.objects import ObjectDraft
from footfall.domain.properties import Values
from footfall.domain.structures import Structure
from footfall.errors import Fault, Refused
from footfall.store import pages, property_values, uniques
from footfall.store.facts import changed
from footfall.store.objects import forget_namesakes, object_row
from footfall.store.pages import Bounds
from footfall.store.properties import values_in
from footfall.store.tables import objects


class Instance(NamedTuple):
    """An instance's row; its values are in ``data``."""

    id: int
    data: dict[str, Any] | None
    created_at: int
    updated_at: int


_COLUMNS = tuple(objects.c[name] for name in Instance._fields)


def find(
    connection: Connection, business_id: int, structure: Structure, row_id: int | None
) -> Instance | None:
    """Return an instance of a structure."""
    query = _all_of(business_id, structure.name).where(objects.c.id == row_id)
    row = connection.execute(query).first()
    return Instance._make(row) if row is not None else None


def page(
    connection: Connection,
    business_id: int,
    structure: Structure,
    bounds: Bounds,
    faults: list[Fault],
) -> tuple[list[Instance], bool]:
    """Return a page of instances, newest first, and whether there are more.

    Raises:
        Refused: the faults given, or a bound that is no such instance.
    """
    within = (objects.c.business_id == business_id) & (objects.c.kind == structure.name)
    pages.check(connection, objects, within, bounds, faults)
    if faults:
        raise Refused(faults)
    query = _all_of(business_id, structure.name)
    rows, has_more = pages.newest_first(connection, query, objects.c.id, bounds)
    return [Instance._make(row) for row in rows], has_more


def create(connection: Connection, business_id: int, draft: ObjectDraft, at: int) -> Instance:
    """Make an instance.

    Raises:
        Refused: another one has a unique value of it.
    """
    taken = uniques.owners(
        connection, business_id, [(each.scope, each.value) for each in draft.uniques or ()]
    )
    faults: list[Fault] = [
        uniques.not_unique(each)
        for each in draft.uniques or ()
        if (each.scope, each.value) in taken
    ]
    if faults:
        raise Refused(faults)
    forget_namesakes(connection, business_id, [draft])
    row = connection.execute(
        insert(objects).values(object_row(business_id, at, draft)).returning(*_COLUMNS)
    ).one()
    uniques.assign(connection, business_id, row.id, draft.uniques or [], faults)
    return Instance._make(row)


def change(
    connection: Connection,
    business_id: int,
    structure: Structure,
    row_id: int,
    values: Values,
    at: int,
) -> Instance:
    """Set and clear values of an instance and leave the rest.

    Raises:
        Refused: another one has a unique value of it.
    """
    data = property_values.assign(connection, business_id, objects, row_id, values, at)
    columns = structure.columns(values_in(data))
    draft = ObjectDraft(structure.name, reference=columns["reference"], sku=columns["sku"])
    forget_namesakes(connection, business_id, [draft])
    row = connection.execute(
        update(objects)
        .where(objects.c.id == row_id)
        .values(**columns, updated_at=at)
        .returning(*_COLUMNS)
    ).one()
    changed(connection, "object", row_id)
    return Instance._make(row)


def delete(connection: Connection, instance: Instance, at: int) -> None:
    """Delete an instance and free its unique values; events keep pointing at what it was."""
    connection.execute(
        update(objects).where(objects.c.id == instance.id).values(deleted_at=at, updated_at=at)
    )
    property_values.release(connection, instance.id, instance.data)
    changed(connection, "object", instance.id)


def _all_of(business_id: int, kind: str) -> Select[Any]:
    return select(*_COLUMNS).where(
        objects.c.business_id == business_id,
        objects.c.kind == kind,
        objects.c.deleted_at.is_(None),
    )
