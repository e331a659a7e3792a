"""Values of properties in the rows that have them: profiles, built-in objects, instances.

Rows have a ``data`` whose ``properties`` maps the row number of a property, as text, to its value.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Table, select, update

from footfall.domain.properties import Property, Values
from footfall.errors import Fault, Refused
from footfall.store import uniques
from footfall.store.properties import values_in


def assign(
    connection: Connection,
    business_id: int,
    table: Table,
    row_id: int,
    values: Values,
    at: int,
    members: Iterable[int] = (),
) -> dict[str, Any] | None:
    """Give a row its values beside those it keeps; return its ``data`` as it is then.

    Args:
        members: rows that are the same person; a unique value of theirs moves to this row, so
            that it is in one row only whatever becomes of the merge.

    Raises:
        Refused: another row has a unique one.
    """
    query = select(table.c.data).where(table.c.id == row_id, table.c.business_id == business_id)
    data: dict[str, Any] | None = connection.execute(query.with_for_update()).scalar_one()
    if not values.told and not values.cleared:
        return data
    faults: list[Fault] = []
    moved = uniques.assign(connection, business_id, row_id, values.uniques, faults, members)
    if faults:
        raise Refused(faults)
    for member, scope in moved:
        _take(connection, table, member, scope, at)
    uniques.release(connection, row_id, [each.scope for each in values.cleared])
    data = merged(data, values)
    connection.execute(update(table).where(table.c.id == row_id).values(data=data, updated_at=at))
    return data


def _take(connection: Connection, table: Table, row_id: int, scope: str, at: int) -> None:
    """Take the value of one property from a row."""
    query = select(table.c.data).where(table.c.id == row_id)
    data = connection.execute(query.with_for_update()).scalar_one()
    told = {"properties": {scope.removeprefix("property."): None}}
    connection.execute(
        update(table).where(table.c.id == row_id).values(data=over(data or {}, told), updated_at=at)
    )


def merged(data: dict[str, Any] | None, values: Values) -> dict[str, Any] | None:
    """Return the ``data`` of a row with these values in it."""
    cleared = {str(each.id) for each in values.cleared}
    kept = {name: each for name, each in values_in(data).items() if name not in cleared}
    rest = {name: each for name, each in (data or {}).items() if name != "properties"}
    inside = kept | values.told
    return rest | ({"properties": inside} if inside else {}) or None


def over(data: dict[str, Any], told: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return the ``data`` of a row under what is told of it; a value ``None`` takes one away."""
    inside = values_in(data) | values_in(told)
    kept = {name: each for name, each in inside.items() if each is not None}
    rest = {name: each for name, each in (data | (told or {})).items() if name != "properties"}
    return rest | ({"properties": kept} if kept else {}) or None


def cleared(told: dict[str, Any] | None) -> list[str]:
    """Return the scopes of the values that are taken away, see ``over``."""
    return [f"property.{name}" for name, each in values_in(told).items() if each is None]


def release(connection: Connection, row_id: int, data: dict[str, Any] | None) -> None:
    """Free the unique values of a row that goes."""
    scopes = [f"property.{number}" for number in values_in(data)]
    if scopes:
        uniques.release(connection, row_id, scopes)


def shown(
    properties: Iterable[Property], data: dict[str, Any] | None
) -> list[tuple[Property, Any]]:
    """Return the values of a row beside their properties, oldest property first."""
    values = values_in(data)
    return [(each, values[str(each.id)]) for each in properties if str(each.id) in values]
