"""Objects by what names them; a product's or an order's row found or made.

``find_identified`` and ``create_many`` serve the commit (sets of objects told inside events);
``find_named`` serves ``ingest.resolve``: an id, a reference or an SKU (contract 2.10).
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, and_, insert, or_, select

from footfall.domain.objects import COUPON_CODE, ObjectDraft, ObjectFact
from footfall.store.facts import changed
from footfall.store.tables import objects, unique_values

Key = tuple[object, ...]
"""(business, kind, field, source, text), as in ``ObjectDraft.identity`` with the business first."""

_FACT = (objects.c.id, objects.c.kind, objects.c.amount_minor, objects.c.currency)
_CHUNK = 500


def find_identified(connection: Connection, keys: Iterable[Key]) -> dict[Key, ObjectFact]:
    """Return those of the objects that exist; keys without an identity are passed over."""
    found: dict[Key, ObjectFact] = {}
    identified = sorted(key for key in keys if len(key) == 5)
    for (business_id, kind, field), group in groupby(identified, key=lambda key: key[:3]):
        wanted = list(group)
        # A coupon's code stands in its name, and ``unique_values`` holds whose it is.
        column = unique_values.c.value if field == "code" else objects.c[str(field)]
        for start in range(0, len(wanted), _CHUNK):
            texts = {key[4] for key in wanted[start : start + _CHUNK]}
            query = select(*_FACT, objects.c.source, column).where(
                objects.c.business_id == business_id,
                objects.c.kind == kind,
                column.in_(texts),
                objects.c.deleted_at.is_(None),
            )
            if field == "name":
                query = query.where(
                    objects.c.reference.is_(None),
                    objects.c.sku.is_(None),
                    objects.c.parent_id.is_(None),
                )
            elif field == "code":
                query = query.where(
                    unique_values.c.row_id == objects.c.id,
                    unique_values.c.business_id == business_id,
                    unique_values.c.scope == COUPON_CODE,
                )
            for *fact, source, text in connection.execute(query.order_by(objects.c.id.desc())):
                told = "" if field in ("name", "code") else source
                found[business_id, kind, field, told, text] = ObjectFact(*fact)
    return found


def create_many(
    connection: Connection, told: Sequence[tuple[Key, int, int, ObjectDraft]]
) -> dict[Key, ObjectFact]:
    """Make objects: (key, business, time of arrival, draft) each; return their facts by key."""
    drafts_of: dict[int, list[ObjectDraft]] = {}
    for _, business_id, _, draft in told:
        drafts_of.setdefault(business_id, []).append(draft)
    for business_id, drafts in drafts_of.items():
        forget_namesakes(connection, business_id, drafts)
    returned = connection.execute(
        insert(objects).returning(*_FACT, sort_by_parameter_order=True),
        [object_row(business_id, at, draft) for _, business_id, at, draft in told],
    )
    return {key: ObjectFact(*row) for (key, *_), row in zip(told, returned, strict=True)}


def forget_namesakes(
    connection: Connection, business_id: int, drafts: Sequence[ObjectDraft]
) -> None:
    """Note that texts which meant one object may now mean another one, or several."""
    texts = {text for draft in drafts for text in (draft.reference, draft.sku) if text is not None}
    names = [(text, None) for text in sorted(texts)]
    for kind in {None, *(draft.kind for draft in drafts)} if names else ():
        for facts in find_named(connection, business_id, names, kind).values():
            for fact in facts:
                changed(connection, "object", fact.id)


def object_row(business_id: int, at: int, draft: ObjectDraft) -> dict[str, Any]:
    """Return the columns of a new object."""
    return {
        "business_id": business_id,
        "kind": draft.kind,
        "parent_id": draft.parent_id,
        "source": draft.source,
        "reference": draft.reference,
        "sku": draft.sku,
        "name": draft.name,
        "amount_minor": draft.amount_minor,
        "currency": draft.currency,
        "data": draft.data,
        "created_at": at,
        "updated_at": at,
    }


def find_named(
    connection: Connection,
    business_id: int,
    names: Sequence[tuple[str, int | None]],
    kind: str | None,
) -> dict[str, list[ObjectFact]]:
    """Return the objects that each name may mean, best kind of name first.

    Args:
        names: (text, row number if the text could be a public id).
        kind: only objects of this kind; ``None``: of any.

    Returns:
        Per text the objects that match by id, else by reference, else by SKU; more than one when
        systems with different ``source`` use the same text.
    """
    ranked: dict[str, dict[int, list[ObjectFact]]] = {}
    for start in range(0, len(names), _CHUNK):
        chunk = names[start : start + _CHUNK]
        texts = {text for text, _ in chunk}
        rows = {row_id: text for text, row_id in chunk if row_id is not None}
        query = select(*_FACT, objects.c.reference, objects.c.sku).where(
            objects.c.business_id == business_id,
            objects.c.deleted_at.is_(None),
            or_(
                objects.c.id.in_(rows),
                objects.c.reference.in_(texts),
                and_(objects.c.sku.in_(texts), objects.c.kind == "product"),
            ),
        )
        if kind is not None:
            query = query.where(objects.c.kind == kind)
        for *columns, reference, sku in connection.execute(query):
            fact = ObjectFact(*columns)
            for rank, text in enumerate((rows.get(fact.id), reference, sku)):
                if text in texts:
                    ranked.setdefault(text, {}).setdefault(rank, []).append(fact)
    if kind == "coupon":
        _find_by_code(connection, business_id, names, ranked)
    return {text: by_rank[min(by_rank)] for text, by_rank in ranked.items()}


def _find_by_code(
    connection: Connection,
    business_id: int,
    names: Sequence[tuple[str, int | None]],
    ranked: dict[str, dict[int, list[ObjectFact]]],
) -> None:
    """Add the coupons whose codes the names are, behind what they name otherwise."""
    keys = [(business_id, "coupon", "code", "", text) for text, _ in names]
    for key, fact in find_identified(connection, keys).items():
        ranked.setdefault(str(key[4]), {}).setdefault(3, []).append(fact)
