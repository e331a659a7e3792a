"""Structures: a business's own kinds of objects, and built-in ones that got properties.

Every change is one of the cached fact ``structures`` of the business. Columns of instances follow
the properties they come from (``domain.structures.Structure.sources``).
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import BigInteger, Connection, and_, case, cast, func, insert, null, select, update

from footfall.domain.objects import TEXT_LENGTHS
from footfall.domain.properties import Definition
from footfall.domain.structures import BUILT_IN, STRUCTURES_MAX, Structure
from footfall.errors import Fault, NotAllowed, ParameterNotUnique, Refused, refuse
from footfall.store import pages, properties
from footfall.store.facts import changed
from footfall.store.pages import Bounds
from footfall.store.tables import objects, structures

NOUN: Final = "structures"
"""What ``changes`` calls the structures of a business; the row is the business."""


def by_name(connection: Connection, business_id: int) -> dict[str, Structure]:
    """Return the custom structures of a business, and the built-in ones with properties."""
    told = properties.by_owner(connection, business_id)
    found = {
        name: Structure(None, name, title, tuple(told[name]))
        for name, title in BUILT_IN.items()
        if name in told
    }
    query = select(structures).where(
        structures.c.business_id == business_id, structures.c.deleted_at.is_(None)
    )
    for row in connection.execute(query.order_by(structures.c.id.desc())):
        found[row.name] = Structure(
            row.id,
            row.name,
            row.title,
            tuple(told.get(row.name, ())),
            row.created_at,
            row.updated_at,
        )
    return found


def find(
    connection: Connection,
    business_id: int,
    text: str,
    row_id: int | None,
    *,
    locks: bool = False,
) -> Structure | None:
    """Return the structure that an id, else a name, means; built-in ones are always there.

    Args:
        locks: keep its properties as they are until this transaction has written their values.
    """
    known = by_name(connection, business_id)
    found = next((each for each in known.values() if each.id == row_id is not None), None)
    if found is None:
        found = known.get(text)
    if found is None:
        return Structure(None, text, BUILT_IN[text], ()) if text in BUILT_IN else None
    if locks:
        told = properties.of_owner(connection, business_id, found.name, locks=True)
        found = found._replace(properties=tuple(told))
    return found


def page(
    connection: Connection,
    business_id: int,
    bounds: Bounds,
    faults: list[Fault],
) -> tuple[list[Structure], bool]:
    """Return a page of structures, the newest custom one first and the built-in ones last.

    A built-in one is numbered -1, -2, … in ``bounds``: behind every row.

    Raises:
        Refused: the faults given, or a bound that is no structure.
    """
    custom = Bounds(
        1,
        *(each if each is not None and each > 0 else None for each in bounds[1:]),
    )
    pages.check(connection, structures, structures.c.business_id == business_id, custom, faults)
    if faults:
        raise Refused(faults)
    known = by_name(connection, business_id)
    numbered = {each.id: each for each in known.values() if each.id is not None} | {
        -number: known.get(name) or Structure(None, name, title, ())
        for number, (name, title) in enumerate(BUILT_IN.items(), 1)
    }
    after, before = bounds.after, bounds.before
    rows = [
        row_id
        for row_id in sorted(numbered, reverse=True)
        if (after is None or row_id < after) and (before is None or row_id > before)
    ]
    has_more = len(rows) > bounds.limit
    rows = rows[-bounds.limit :] if before is not None else rows[: bounds.limit]
    return [numbered[row_id] for row_id in rows], has_more


def create(
    connection: Connection,
    business_id: int,
    name: str,
    title: str | None,
    definitions: Sequence[Definition],
    at: int,
) -> Structure:
    """Make a structure with its properties, each a whole definition.

    Raises:
        Refused: the business has one of that name, or too many.
    """
    known = [each for each in by_name(connection, business_id).values() if not each.is_built_in]
    if any(each.name == name for each in known):
        raise refuse(
            ParameterNotUnique(f"There is an object “{name}” already; choose another name.", "name")
        )
    if len(known) >= STRUCTURES_MAX:
        raise refuse(
            NotAllowed(f"There are {STRUCTURES_MAX} custom objects; delete one first.", "name")
        )
    connection.execute(
        insert(structures).values(
            business_id=business_id, name=name, title=title, created_at=at, updated_at=at
        )
    )
    for each in definitions:
        properties.create(connection, business_id, name, each, at)
    changed(connection, NOUN, business_id)
    return by_name(connection, business_id)[name]


def change(
    connection: Connection,
    business_id: int,
    known: Structure,
    title: str | None,
    definitions: Sequence[Definition] | None,
    at: int,
) -> Structure:
    """Set what is told of a structure; told properties, whole, take the place of all.

    Raises:
        Refused: values that are there forbid it.
    """
    if known.id is not None:
        told = {"title": title} if title is not None else {}
        connection.execute(
            update(structures).where(structures.c.id == known.id).values(**told, updated_at=at)
        )
    if definitions is not None:
        faults: list[Fault] = []
        properties.replace(connection, business_id, known.name, definitions, at, faults)
        if faults:
            raise Refused(faults)
    changed(connection, NOUN, business_id)
    new = find(connection, business_id, known.name, known.id)
    assert new is not None
    if not new.is_built_in and new.sources() != known.sources():
        _refresh(connection, business_id, new)
    return new


def delete(connection: Connection, business_id: int, known: Structure, at: int) -> None:
    """Delete a custom structure, its properties, its instances and all they held."""
    connection.execute(
        update(structures).where(structures.c.id == known.id).values(deleted_at=at, updated_at=at)
    )
    properties.remove_all(connection, business_id, known.name, at)
    connection.execute(
        update(objects)
        .where(
            objects.c.business_id == business_id,
            objects.c.kind == known.name,
        )
        .values(
            reference=None,
            sku=None,
            name=None,
            amount_minor=None,
            currency=None,
            data=None,
            updated_at=at,
            deleted_at=func.coalesce(objects.c.deleted_at, at),
        )
    )
    changed(connection, NOUN, business_id)
    _forget_instances(connection)


def _refresh(connection: Connection, business_id: int, structure: Structure) -> None:
    """Bring the columns of all instances into line with the properties they come from."""
    sources = structure.sources()
    columns: dict[str, Any] = {"amount_minor": null(), "currency": null()}
    for name in ("reference", "name", "sku", "source"):
        columns[name] = null()
        if name in sources:
            text = objects.c.data["properties", str(sources[name])].as_string()
            columns[name] = case((func.length(text) <= TEXT_LENGTHS[name], text))
    columns["source"] = func.coalesce(columns["source"], "")
    if "amount_minor" in sources:
        place = ("properties", str(sources["amount_minor"]))
        minor = objects.c.data[(*place, "amount_minor")].as_string()
        columns["amount_minor"] = cast(minor, BigInteger)
        columns["currency"] = objects.c.data[(*place, "currency")].as_string()
    connection.execute(
        update(objects)
        .where(
            and_(
                objects.c.business_id == business_id,
                objects.c.kind == structure.name,
                objects.c.deleted_at.is_(None),
            )
        )
        .values(**columns)
    )
    _forget_instances(connection)


def _forget_instances(connection: Connection) -> None:
    # One by one they may be too many to tell; "everything" is what other processes read of many.
    changed(connection, "everything", 0)
