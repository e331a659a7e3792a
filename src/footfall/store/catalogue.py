"""Objects of the catalogue: rows of every kind, found, paged, made, changed and deleted.

What belongs to one kind alone is beside this: ``store.variants`` of products, ``store.items`` of
orders and carts. Everything here runs inside the caller's transaction and may be run again, so it
keeps nothing between runs.

Source: contract 2.10 (identity), 3.12 to 3.16 (kinds).
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, Select, insert, or_, select, update
from sqlalchemy import delete as deletion

from footfall.domain.objects import COUPON_CODE, ObjectDraft
from footfall.domain.properties import Property
from footfall.errors import Fault, ParameterNotUnique, Refused
from footfall.store import pages, properties, property_values, uniques
from footfall.store.facts import changed
from footfall.store.objects import forget_namesakes, object_row
from footfall.store.pages import Bounds
from footfall.store.tables import objects, open_carts

_CHUNK: Final = 500
IS_SUMMED: Final = "is_summed"
"""In ``data`` of an order whose value is that of its lines, because it was not told."""


class Resource(NamedTuple):
    """What an endpoint speaks of.

    Attributes:
        noun: for messages.
        names: columns that name one in a path, after its id, best first.
        is_part: only rows that have a parent, only those that have none, or (``None``) all.
    """

    kind: str
    noun: str
    names: tuple[str, ...] = ("reference",)
    is_part: bool | None = None


PRODUCTS: Final = Resource("product", "product", ("reference", "sku"), is_part=False)
VARIANTS: Final = Resource("product", "variant", ("reference", "sku"), is_part=True)
ORDERS: Final = Resource("order", "order")
CARTS: Final = Resource("cart", "cart")
REFUNDS: Final = Resource("refund", "refund")
COUPONS: Final = Resource("coupon", "coupon")
APPS: Final = Resource("app", "app")
FORMS: Final = Resource("form", "form")


class ObjectRow(NamedTuple):
    """An object's row with its values of properties.

    Attributes:
        amount_minor: its price or value, of ``currency``.
    """

    id: int
    kind: str
    parent_id: int | None
    source: str
    reference: str | None
    sku: str | None
    name: str | None
    amount_minor: int | None
    currency: str | None
    data: dict[str, Any] | None
    created_at: int
    updated_at: int
    values: tuple[tuple[Property, Any], ...] = ()


class Told(NamedTuple):
    """A draft, where it stands in the body (``""``: it is the body), the row it is to change."""

    draft: ObjectDraft
    where: str = ""
    row: ObjectRow | None = None

    def spell(self, name: str) -> str:
        """Return one of its fields as the caller spelled it."""
        return f"{self.where}[{name}]" if self.where else name


COLUMNS: Final = tuple(objects.c[name] for name in ObjectRow._fields[:-1])


def find_all(
    connection: Connection,
    business_id: int,
    resource: Resource,
    text: str,
    row_id: int | None,
    *,
    lock: bool = False,
) -> list[ObjectRow]:
    """Return what an id, else a reference, else an SKU or a code may mean; several are ambiguous.

    Args:
        row_id: the row number that ``text`` would name as a public id.
        lock: keep other processes from changing them until the end of the transaction.
    """
    ids = [row_id] if row_id is not None else []
    if resource.kind == "coupon":
        ids += uniques.owners(connection, business_id, [(COUPON_CODE, text)]).values()
    query = _all_of(business_id, resource).where(
        or_(objects.c.id.in_(ids), *(objects.c[name] == text for name in resource.names))
    )
    ranked: dict[int, list[ObjectRow]] = {}
    rows = connection.execute(query.with_for_update() if lock else query).all()
    for found in with_values(connection, business_id, rows):
        names = [found.id == row_id, *(getattr(found, name) == text for name in resource.names)]
        ranked.setdefault(names.index(True) if True in names else len(names), []).append(found)
    return ranked[min(ranked)] if ranked else []


def page(
    connection: Connection,
    business_id: int,
    resource: Resource,
    bounds: Bounds,
    faults: list[Fault],
) -> tuple[list[ObjectRow], bool]:
    """Return a page of objects, newest first, and whether there are more.

    Raises:
        Refused: the faults given, or a bound that is no such object.
    """
    within = (objects.c.business_id == business_id) & _of(resource)
    pages.check(connection, objects, within, bounds, faults)
    if faults:
        raise Refused(faults)
    query = _all_of(business_id, resource)
    rows, has_more = pages.newest_first(connection, query, objects.c.id, bounds)
    return with_values(connection, business_id, rows), has_more


def create(
    connection: Connection,
    business_id: int,
    draft: ObjectDraft,
    at: int,
    faults: list[Fault],
    *,
    parent_id: int | None = None,
) -> ObjectRow:
    """Make an object.

    Raises:
        Refused: the faults given, or what has to be unique is taken.
    """
    note_taken(connection, business_id, [Told(draft)], faults)
    if faults:
        raise Refused(faults)
    return insert_all(connection, business_id, [draft], at, parent_id=parent_id)[0]


def insert_all(
    connection: Connection,
    business_id: int,
    drafts: Sequence[ObjectDraft],
    at: int,
    *,
    parent_id: int | None = None,
) -> list[ObjectRow]:
    """Make objects, whose uniqueness has been looked at, in their order."""
    if not drafts:
        return []
    forget_namesakes(connection, business_id, drafts)
    values = [object_row(business_id, at, draft) | {"parent_id": parent_id} for draft in drafts]
    rows = connection.execute(
        insert(objects).returning(*COLUMNS, sort_by_parameter_order=True), values
    ).all()
    made = with_values(connection, business_id, rows)
    for row, draft in zip(made, drafts, strict=True):
        uniques.assign(connection, business_id, row.id, draft.uniques or (), [])
    return made


def change(
    connection: Connection,
    business_id: int,
    told: Told,
    at: int,
    faults: list[Fault],
    *,
    parent_id: int | None = None,
) -> ObjectRow:
    """Set what is told of an object and leave the rest.

    Raises:
        Refused: the faults given, or what has to be unique is another one's.
    """
    note_taken(connection, business_id, [told], faults)
    if faults:
        raise Refused(faults)
    return write_changes(connection, business_id, told, at, parent_id=parent_id)


def write_changes(
    connection: Connection,
    business_id: int,
    told: Told,
    at: int,
    *,
    parent_id: int | None = None,
) -> ObjectRow:
    """Set what is told of an object, whose uniqueness has been looked at."""
    draft, _, row = told
    assert row is not None
    forget_namesakes(connection, business_id, [draft])
    texts = {name: getattr(draft, name) for name in ("reference", "sku", "name")}
    columns: dict[str, Any] = {name: text for name, text in texts.items() if text is not None}
    data = dict(row.data or {})
    if draft.source:
        columns["source"] = draft.source
    if parent_id is not None:
        columns["parent_id"] = parent_id
    if draft.amount_minor is not None:
        columns |= {"amount_minor": draft.amount_minor, "currency": draft.currency}
        data.pop("converted_price", None)
        data.pop(IS_SUMMED, None)
    changed_row = connection.execute(
        update(objects)
        .where(objects.c.id == row.id)
        .values(**columns, data=property_values.over(data, draft.data), updated_at=at)
        .returning(*COLUMNS)
    ).one()
    uniques.assign(connection, business_id, row.id, draft.uniques or (), [])
    uniques.release(connection, row.id, property_values.cleared(draft.data))
    changed(connection, "object", row.id)
    return with_values(connection, business_id, [changed_row])[0]


def delete(connection: Connection, row: ObjectRow, at: int) -> None:
    """Delete an object, a product with its variants; events keep pointing at what it was."""
    gone = objects.c.id == row.id
    if row.kind == "product":
        gone |= (objects.c.parent_id == row.id) & (objects.c.kind == row.kind)
    deleted = connection.execute(
        update(objects)
        .where(gone, objects.c.deleted_at.is_(None))
        .values(deleted_at=at, updated_at=at)
        .returning(objects.c.id, objects.c.data)
    )
    for row_id, data in deleted.all():
        property_values.release(connection, row_id, data)
        changed(connection, "object", row_id)
    if row.kind == "coupon":
        uniques.release(connection, row.id, [COUPON_CODE])
    if row.kind == "cart" and row.reference is None:
        # Whoever it was the open cart of begins another one.
        connection.execute(deletion(open_carts).where(open_carts.c.object_id == row.id))


def with_values(
    connection: Connection, business_id: int, rows: Sequence[Row[Any]]
) -> list[ObjectRow]:
    """Return rows of ``COLUMNS`` with their values beside the properties they are of."""
    kinds = {row.kind for row in rows if properties.values_in(row.data)}
    known = {kind: properties.of_owner(connection, business_id, kind) for kind in kinds}
    return [
        ObjectRow._make([*row, tuple(property_values.shown(known.get(row.kind, ()), row.data))])
        for row in rows
    ]


def note_taken(
    connection: Connection,
    business_id: int,
    told: Sequence[Told],
    faults: list[Fault],
    *,
    leaving: Collection[int] = (),
) -> None:
    """Note each reference, code or app's name that another row has, or that is told twice.

    Args:
        told: of one kind.
        leaving: rows that are deleted before these are written.
    """
    wanted: dict[tuple[str, str], list[Told]] = {}
    for each in told:
        key = _source_and_reference(each)
        if key is not None:
            wanted.setdefault(key, []).append(each)
    owners: dict[tuple[str, str], int] = {}
    for chunk in _chunks([reference for _, reference in wanted]):
        query = select(objects.c.source, objects.c.reference, objects.c.id).where(
            objects.c.business_id == business_id,
            objects.c.kind == told[0].draft.kind,
            objects.c.reference.in_(chunk),
            objects.c.deleted_at.is_(None),
            objects.c.id.not_in(leaving),
        )
        owners |= {
            (source, reference): row_id for source, reference, row_id in connection.execute(query)
        }
    for key, rivals in wanted.items():
        owner = owners.get(key)
        for number, each in enumerate(rivals):
            own = each.row.id if each.row is not None else None
            if number or owner not in (None, own):
                field = "source" if each.draft.reference is None else "reference"
                faults.append(_taken(each, field, "has this reference in this source"))
    for each in told:
        _note_taken_values(connection, business_id, each, faults)


def _note_taken_values(
    connection: Connection, business_id: int, told: Told, faults: list[Fault]
) -> None:
    own = told.row.id if told.row is not None else None
    values = told.draft.uniques or ()
    owners = uniques.owners(connection, business_id, [(each.scope, each.value) for each in values])
    faults.extend(
        uniques.not_unique(each)
        for each in values
        if owners.get((each.scope, each.value), own) != own
    )
    name = told.draft.name
    if told.draft.kind == "app" and name is not None and _source_and_reference(told) is None:
        query = _all_of(business_id, APPS).where(
            objects.c.name == name, objects.c.reference.is_(None)
        )
        if any(row.id != own for row in connection.execute(query)):
            faults.append(_taken(told, "name", "has this name"))


def _source_and_reference(told: Told) -> tuple[str, str] | None:
    draft, _, row = told
    source = draft.source or (row.source if row is not None else "")
    reference = draft.reference
    if reference is None and row is not None:
        reference = row.reference
    return (source, reference) if reference is not None else None


def _taken(told: Told, field: str, why: str) -> ParameterNotUnique:
    return ParameterNotUnique(
        f"Another {told.draft.kind} {why}; change that one, or send another {field}.",
        told.spell(field),
    )


def _all_of(business_id: int, resource: Resource) -> Select[Any]:
    return select(*COLUMNS).where(
        objects.c.business_id == business_id, _of(resource), objects.c.deleted_at.is_(None)
    )


def _of(resource: Resource) -> ColumnElement[bool]:
    is_kind = objects.c.kind == resource.kind
    if resource.is_part is None:
        return is_kind
    is_part = (
        objects.c.parent_id.is_not(None) if resource.is_part else objects.c.parent_id.is_(None)
    )
    return is_kind & is_part


def _chunks(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(texts), _CHUNK):
        yield texts[start : start + _CHUNK]
