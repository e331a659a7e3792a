"""Properties of a business, and their values wherever they are.

The row of a property is locked for sharing by whoever writes its values, and alone by whoever
changes it: between the two, nobody gets past a rule that changes meanwhile.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Text,
    cast,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, array

from footfall.domain.properties import OF_PROFILES, Definition, Property
from footfall.domain.property_kinds import UNIQUE_LENGTH, unique_text
from footfall.errors import Fault, NotAllowed, ParameterNotUnique, Refused
from footfall.store import pages
from footfall.store.pages import Bounds
from footfall.store.tables import businesses, objects, profiles, properties, unique_values

_COLUMNS: Final = tuple(properties.c[name] for name in Property._fields)
_CHUNK: Final = 1000


def lock(connection: Connection, business_id: int) -> None:
    """Keep everybody else from changing definitions of a business before this transaction ends."""
    query = select(businesses.c.id).where(businesses.c.id == business_id)
    # Rows that refer to the business are made meanwhile.
    connection.execute(query.with_for_update(key_share=True))


def of_owner(
    connection: Connection, business_id: int, owner: str, *, locks: bool = False
) -> list[Property]:
    """Return the properties of an owner, oldest first.

    Args:
        locks: keep them as they are until this transaction has written its values.
    """
    query = _all_of(business_id).where(properties.c.owner == owner).order_by(properties.c.id)
    if locks:
        query = query.with_for_update(read=True)
    return [Property._make(row) for row in connection.execute(query)]


def by_owner(connection: Connection, business_id: int) -> dict[str, list[Property]]:
    """Return every property of a business, oldest first, by owner."""
    found: dict[str, list[Property]] = {}
    for row in connection.execute(_all_of(business_id).order_by(properties.c.id)):
        found.setdefault(row.owner, []).append(Property._make(row))
    return found


def find(
    connection: Connection, business_id: int, owner: str, row_id: int, *, locks: bool = False
) -> Property | None:
    """Return a property of an owner; with ``locks`` nobody writes its values meanwhile."""
    query = _all_of(business_id).where(properties.c.id == row_id, properties.c.owner == owner)
    row = connection.execute(query.with_for_update() if locks else query).first()
    return Property._make(row) if row is not None else None


def page(
    connection: Connection, business_id: int, owner: str, bounds: Bounds, faults: list[Fault]
) -> tuple[list[Property], bool]:
    """Return a page of an owner's properties, newest first, and whether there are more.

    Raises:
        Refused: the faults given, or a bound that is no such property.
    """
    within = (properties.c.business_id == business_id) & (properties.c.owner == owner)
    pages.check(connection, properties, within, bounds, faults)
    if faults:
        raise Refused(faults)
    query = _all_of(business_id).where(within)
    rows, has_more = pages.newest_first(connection, query, properties.c.id, bounds)
    return [Property._make(row) for row in rows], has_more


def create(
    connection: Connection, business_id: int, owner: str, definition: Definition, at: int
) -> Property:
    """Make a property from a whole definition that ``domain.properties.check`` has passed."""
    row = connection.execute(
        insert(properties)
        .values(
            business_id=business_id,
            owner=owner,
            created_at=at,
            updated_at=at,
            **_columns(definition),
        )
        .returning(*_COLUMNS)
    ).one()
    return Property._make(row)


def change(
    connection: Connection,
    business_id: int,
    known: Property,
    definition: Definition,
    at: int,
    faults: list[Fault],
) -> Property:
    """Bring a property into line with a whole definition; note what its values forbid."""
    columns = _columns(definition)
    if all(getattr(known, name) == value for name, value in columns.items()):
        return known
    # Alone from here on: a value written before is seen below, one written later sees the change.
    find(connection, business_id, known.owner, known.id, locks=True)
    if definition.kind != known.kind and _has_values(connection, business_id, known):
        faults.append(
            NotAllowed(
                f"“{known.name}” has values of kind {known.kind}; make another property for "
                f"{definition.kind}.",
                definition.parameter("kind"),
            )
        )
        return known
    row = connection.execute(
        update(properties)
        .where(properties.c.id == known.id)
        .values(**columns, updated_at=at)
        .returning(*_COLUMNS)
    ).one()
    if definition.is_unique and not known.is_unique:
        _make_unique(connection, business_id, known, definition, faults)
    elif known.is_unique and not definition.is_unique:
        _free(connection, business_id, known)
    return Property._make(row)


def remove(connection: Connection, business_id: int, known: Property, at: int) -> None:
    """Delete a property and all its values."""
    find(connection, business_id, known.owner, known.id, locks=True)
    connection.execute(
        update(properties).where(properties.c.id == known.id).values(deleted_at=at, updated_at=at)
    )
    _free(connection, business_id, known)
    table, within, value = _place(business_id, known)
    without: ColumnElement[Any]
    if connection.dialect.name == "postgresql":
        without = table.c.data.op("#-")(cast(array(["properties", str(known.id)]), ARRAY(Text)))
    else:
        without = func.json_remove(table.c.data, f'$.properties."{known.id}"')
    connection.execute(update(table).where(within, value.is_not(None)).values(data=without))


def replace(
    connection: Connection,
    business_id: int,
    owner: str,
    wanted: Sequence[Definition],
    at: int,
    faults: list[Fault],
) -> None:
    """Make an owner's properties these whole definitions: kept by id, new without, else removed."""
    known = {each.id: each for each in of_owner(connection, business_id, owner)}
    kept = {each.id for each in wanted}
    for row_id in known.keys() - kept:
        remove(connection, business_id, known[row_id], at)
    changing = [each for each in wanted if each.id is not None]
    swapped = [each for each in changing if each.name != known[each.id or 0].name]
    # Out of each other's way first: two may swap their names.
    for each in swapped:
        connection.execute(
            update(properties).where(properties.c.id == each.id).values(name=f"{{{each.id}}}")
        )
    for each in changing:
        change(connection, business_id, known[each.id or 0], each, at, faults)
    for each in wanted:
        if each.id is None:
            create(connection, business_id, owner, each, at)


def remove_all(connection: Connection, business_id: int, owner: str, at: int) -> None:
    """Delete an owner's properties and free their unique values; its rows are the caller's."""
    for each in of_owner(connection, business_id, owner):
        _free(connection, business_id, each)
    connection.execute(
        update(properties)
        .where(
            properties.c.business_id == business_id,
            properties.c.owner == owner,
            properties.c.deleted_at.is_(None),
        )
        .values(deleted_at=at, updated_at=at)
    )


def values_in(data: dict[str, Any] | None) -> dict[str, Any]:
    """Return the values in a row's ``data`` by row number of the property, as text."""
    values: dict[str, Any] = (data or {}).get("properties", {})
    return values


def _all_of(business_id: int) -> Select[Any]:
    return select(*_COLUMNS).where(
        properties.c.business_id == business_id, properties.c.deleted_at.is_(None)
    )


def _columns(definition: Definition) -> dict[str, Any]:
    names = ("name", "kind", "is_required", "is_unique", "is_inherited")
    return {name: getattr(definition, name) for name in names}


def _place(
    business_id: int, known: Property
) -> tuple[Any, ColumnElement[bool], ColumnElement[Any]]:
    """Return where values of a property are: table, its rows, and the value in ``data``."""
    if known.owner == OF_PROFILES:
        table, within = profiles, profiles.c.business_id == business_id
    else:
        table = objects
        within = (objects.c.business_id == business_id) & (objects.c.kind == known.owner)
    return table, within, table.c.data["properties", str(known.id)].as_string()


def _has_values(connection: Connection, business_id: int, known: Property) -> bool:
    table, within, value = _place(business_id, known)
    query = select(table.c.id).where(within, table.c.deleted_at.is_(None), value.is_not(None))
    return connection.execute(query.limit(1)).first() is not None


def _make_unique(
    connection: Connection,
    business_id: int,
    known: Property,
    definition: Definition,
    faults: list[Fault],
) -> None:
    table, within, value = _place(business_id, known)
    data = table.c.data["properties", str(known.id)]
    query = select(table.c.id, data).where(within, table.c.deleted_at.is_(None), value.is_not(None))
    owners: dict[str, int] = {}
    for row_id, told in connection.execute(query):
        text = unique_text(told)
        if text in owners or len(text) > UNIQUE_LENGTH:
            faults.append(
                ParameterNotUnique(
                    f"“{known.name}” has the same value twice, or one beyond {UNIQUE_LENGTH} "
                    "characters; change those values first.",
                    definition.parameter("unique"),
                )
            )
            return
        owners[text] = row_id
    rows = [
        {"business_id": business_id, "scope": known.scope, "value": text, "row_id": row_id}
        for text, row_id in owners.items()
    ]
    for start in range(0, len(rows), _CHUNK):
        connection.execute(insert(unique_values), rows[start : start + _CHUNK])


def _free(connection: Connection, business_id: int, known: Property) -> None:
    connection.execute(
        delete(unique_values).where(
            unique_values.c.business_id == business_id, unique_values.c.scope == known.scope
        )
    )
