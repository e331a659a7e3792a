"""Objects told inside events, with everything inside them: found or made in the commit.

A draft's object, the products of its lines, a product's variants, a coupon's code. All drafts of a
group are looked up together and what they lack is made together, sorted, so that two processes take
locks in the same order. Finding does not update (contract 2.10); only a cart takes its new lines.

Source: contract 2.10, 3.12 to 3.17.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, select, update

from footfall.domain.actions import ORDER_PLACED
from footfall.domain.events import EventDraft
from footfall.domain.objects import COUPON_CODE, Identity, ObjectDraft, ObjectFact, Unique, sum_of
from footfall.errors import Fault
from footfall.store import objects, uniques
from footfall.store.catalogue import IS_SUMMED
from footfall.store.tables import items, open_carts, sessions, unique_values
from footfall.store.tables import objects as rows

Key = tuple[object, ...]

_CHUNK: Final = 500


class Told:
    """The objects of one group of drafts.

    Args:
        connection: inside the group's transaction.
        drafts: the special ones, in order of arrival.
    """

    def __init__(self, connection: Connection, drafts: Sequence[EventDraft]) -> None:
        self._connection = connection
        self._drafts = [draft for draft in drafts if draft.new_object is not None]
        self._facts: dict[Key, ObjectFact] = {}
        self._taken: dict[tuple[int, str, str], object] = {}

    def load(self) -> None:
        """Look up everything the drafts tell of."""
        if not self._drafts:
            return
        wanted: set[Key] = set()
        for draft in self._drafts:
            for told in _with_products(draft):
                wanted.update(_keys(draft.business_id, told))
        self._facts = objects.find_identified(self._connection, wanted)
        self._load_uniques()

    def key(self, draft: EventDraft) -> object:
        """Return what two drafts about one object share, whether it is a row already or not."""
        if draft.new_object is None:
            return draft.object_id
        return self.known(draft) or _key(draft, draft.new_object)

    def known(self, draft: EventDraft) -> int | None:
        """Return the row number of a draft's object, ``None`` while it has none."""
        if draft.new_object is None:
            return draft.object_id
        fact = self._find(draft, draft.new_object)
        return fact.id if fact is not None else None

    def accept(self, draft: EventDraft) -> Fault | None:
        """Return why a draft's object cannot be made; ``None``: it can, and its values are its."""
        told = draft.new_object
        if told is None or not told.uniques or self.known(draft) is not None:
            return None
        key = _key(draft, told)
        wanted = {(draft.business_id, each.scope, each.value): each for each in _claimed(told)}
        for value, each in wanted.items():
            if self._taken.get(value, key) != key:
                return uniques.not_unique(each)
        self._taken |= dict.fromkeys(wanted, key)
        return None

    def make(self, accepted: Iterable[EventDraft], sightings: Iterable[EventDraft]) -> None:
        """Make what the accepted drafts need, and tell each draft its object.

        Args:
            sightings: of steps reported before; whoever reports an order has no open cart any more.
        """
        drafts = [draft for draft in accepted if draft.new_object is not None]
        if drafts:
            self._find_open_carts(drafts)
            first = self._first_of_each(drafts)
            lined = [*first.values(), *(draft for draft in drafts if draft.refills)]
            self._make_products(lined)
            self._make_objects(first)
            self._refill_carts(drafts, first)
            self._tell(drafts)
        told = (*accepted, *sightings)
        self._close_carts([draft for draft in told if draft.action_id == ORDER_PLACED.id])

    def value_of(self, draft: EventDraft) -> tuple[int, str] | None:
        """Return what a draft says its object is worth, else what the row says."""
        told = draft.new_object
        assert told is not None
        if told.amount_minor is not None and told.currency is not None:
            return told.amount_minor, told.currency
        lines = [(item.quantity, item.price_minor, item.currency) for item in told.items or ()]
        summed = sum_of(lines) if told.is_summed else None
        fact = self._find(draft, told)
        if summed is None and fact is not None and fact.amount_minor is not None:
            assert fact.currency is not None
            return fact.amount_minor, fact.currency
        return summed

    def _load_uniques(self) -> None:
        wanted: dict[int, set[tuple[str, str]]] = {}
        for draft in self._drafts:
            if draft.new_object is not None:
                for each in _claimed(draft.new_object):
                    wanted.setdefault(draft.business_id, set()).add((each.scope, each.value))
        for business_id, pairs in wanted.items():
            owners = uniques.owners(self._connection, business_id, pairs)
            self._taken |= {(business_id, *pair): owner for pair, owner in owners.items()}

    def _find(self, draft: EventDraft, told: ObjectDraft) -> ObjectFact | None:
        for key in _keys(draft.business_id, told):
            fact = self._facts.get(key)
            if fact is not None:
                return fact
        return self._facts.get(_key(draft, told))

    def _find_open_carts(self, drafts: Sequence[EventDraft]) -> None:
        """Find the carts of those who send them without a reference."""
        owners = {
            _owner(draft): _key(draft, draft.new_object)
            for draft in drafts
            if draft.new_object is not None and _is_open_cart(draft.new_object)
        }
        for chunk in _chunks(sorted(owners)):
            query = (
                select(open_carts.c.owner, rows.c.id, rows.c.amount_minor, rows.c.currency)
                .join(rows, rows.c.id == open_carts.c.object_id)
                .where(open_carts.c.owner.in_(chunk))
            )
            for owner, row_id, amount_minor, currency in self._connection.execute(query):
                self._facts[owners[owner]] = ObjectFact(row_id, "cart", amount_minor, currency)

    def _first_of_each(self, drafts: Sequence[EventDraft]) -> dict[Key, EventDraft]:
        """Return the drafts whose objects have to be made, by key; later ones tell of the same."""
        first: dict[Key, EventDraft] = {}
        told_of: dict[Key, Key] = {}
        for draft in drafts:
            told = draft.new_object
            assert told is not None
            if self._find(draft, told) is None:
                keys = [*_keys(draft.business_id, told), _key(draft, told)]
                if not any(key in told_of for key in keys):
                    first[keys[-1]] = draft
                    told_of |= dict.fromkeys(_all_keys(draft, told), keys[-1])
        return first

    def _make_products(self, drafts: Iterable[EventDraft]) -> None:
        missing: dict[Key, tuple[EventDraft, ObjectDraft]] = {}
        told_of: dict[Key, Key] = {}
        lines = []
        for draft in drafts:
            for item in (draft.new_object.items if draft.new_object is not None else None) or ():
                product = item.product
                if product is None:
                    continue
                key = _key(draft, product)
                lines.append((item, key))
                if key not in self._facts and key not in told_of:
                    missing[key] = (draft, product)
                    told_of |= dict.fromkeys(_all_keys(draft, product), key)
        self._create(missing)
        for other, key in told_of.items():
            self._facts.setdefault(other, self._facts[key])
        for item, key in lines:
            fact = self._facts[key]
            item.product_id = fact.id
            if item.price_minor is None:
                item.price_minor, item.currency = fact.amount_minor, fact.currency

    def _make_objects(self, first: dict[Key, EventDraft]) -> None:
        missing: dict[Key, tuple[EventDraft, ObjectDraft]] = {}
        for key, draft in first.items():
            told = draft.new_object
            assert told is not None
            if told.is_summed:
                lines = (
                    (each.quantity, each.price_minor, each.currency) for each in told.items or ()
                )
                told.amount_minor, told.currency = sum_of(lines) or (None, None)
                told.data = {**(told.data or {}), IS_SUMMED: True}
            draft.made_object = True
            missing[key] = (draft, told)
        self._create(missing)
        lines_of: list[tuple[int, EventDraft]] = []
        carts: list[dict[str, Any]] = []
        values: list[dict[str, Any]] = []
        for key, (draft, told) in missing.items():
            row_id = self._facts[key].id
            for other in _all_keys(draft, told):
                self._facts.setdefault(other, self._facts[key])
            lines_of.append((row_id, draft))
            if _is_open_cart(told):
                carts.append({"owner": _owner(draft), "object_id": row_id})
            values += [
                {
                    "business_id": draft.business_id,
                    "scope": each.scope,
                    "value": each.value,
                    "row_id": row_id,
                }
                for each in told.uniques or ()
            ]
        self._add_items(lines_of)
        if carts:
            self._connection.execute(
                insert(open_carts), sorted(carts, key=lambda cart: str(cart["owner"]))
            )
        if values:
            values.sort(key=lambda row: (row["business_id"], row["scope"], row["value"]))
            self._connection.execute(insert(unique_values), values)

    def _create(self, missing: dict[Key, tuple[EventDraft, ObjectDraft]]) -> None:
        """Make rows, those a constraint can refuse last and sorted; then variants of products."""
        if not missing:
            return
        ordered = sorted(missing.items(), key=lambda entry: _lock_order(entry[0]))
        self._facts |= objects.create_many(
            self._connection,
            [(key, draft.business_id, draft.received_at, told) for key, (draft, told) in ordered],
        )
        variants: dict[Key, tuple[Key, int, int, ObjectDraft]] = {}
        for key, (draft, told) in ordered:
            for variant in told.variants or ():
                variant.parent_id = self._facts[key].id
                variant.source = variant.source or told.source
                identity = variant.identity()
                known = (draft.business_id, *identity) if identity else (id(variant),)
                if known not in self._facts:
                    variants[known] = (known, draft.business_id, draft.received_at, variant)
        if variants:
            there = objects.find_identified(self._connection, variants)
            new = [each for key, each in variants.items() if key not in there]
            if new:
                self._facts |= objects.create_many(self._connection, new)

    def _refill_carts(self, drafts: Sequence[EventDraft], first: dict[Key, EventDraft]) -> None:
        """Give carts that were there the lines they were told to have now; the last one counts."""
        new = set(map(id, first.values()))
        refilled: dict[int, EventDraft] = {}
        for draft in drafts:
            if draft.refills and draft.new_object is not None:
                fact = self._find(draft, draft.new_object)
                assert fact is not None
                if id(draft) in new:
                    refilled.pop(fact.id, None)
                else:
                    refilled[fact.id] = draft
        for cart_id, draft in sorted(refilled.items()):
            told = draft.new_object
            assert told is not None
            self._connection.execute(delete(items).where(items.c.object_id == cart_id))
            self._connection.execute(
                update(rows)
                .where(rows.c.id == cart_id)
                .values(
                    amount_minor=told.amount_minor,
                    currency=told.currency,
                    updated_at=draft.received_at,
                )
            )
        self._add_items(sorted(refilled.items(), key=lambda entry: entry[0]))

    def _add_items(self, lines_of: Iterable[tuple[int, EventDraft]]) -> None:
        new = [
            {
                "business_id": draft.business_id,
                "object_id": object_id,
                "product_id": item.product_id,
                "quantity": item.quantity,
                "price_minor": item.price_minor,
                "currency": item.currency,
                "created_at": draft.received_at,
            }
            for object_id, draft in lines_of
            if draft.new_object is not None
            for item in draft.new_object.items or ()
        ]
        if new:
            self._connection.execute(insert(items), new)

    def _tell(self, drafts: Iterable[EventDraft]) -> None:
        for draft in drafts:
            assert draft.new_object is not None
            fact = self._find(draft, draft.new_object)
            assert fact is not None
            draft.object_id, draft.object_fact = fact.id, fact
            if draft.inherits and fact.amount_minor is not None:
                draft.amount_minor, draft.currency = fact.amount_minor, fact.currency

    def _close_carts(self, placed: Sequence[EventDraft]) -> None:
        """Whoever has placed an order begins another cart with the next product, in any browser."""
        for start in range(0, len(placed), _CHUNK):
            chunk = placed[start : start + _CHUNK]
            browsers = [each.session_id for each in chunk if each.session_id is not None]
            people = {each.profile_id for each in chunk if each.profile_id is not None}
            owned = select(sessions.c.profile_id).where(
                sessions.c.id.in_(browsers), sessions.c.profile_id.is_not(None)
            )
            people |= set(self._connection.execute(owned).scalars())
            theirs = select(sessions.c.id).where(sessions.c.profile_id.in_(people))
            browsers += self._connection.execute(theirs).scalars()
            owners = {*(f"s{each}" for each in browsers), *(f"p{each}" for each in people)}
            for some in _chunks(sorted(owners)):
                self._connection.execute(delete(open_carts).where(open_carts.c.owner.in_(some)))


def _with_products(draft: EventDraft) -> Iterator[ObjectDraft]:
    told = draft.new_object
    if told is not None:
        yield told
        for item in told.items or ():
            if item.product is not None:
                yield item.product


def _claimed(told: ObjectDraft) -> list[Unique]:
    """Return the values that must be nobody's yet; a coupon's code is what finds it."""
    return [each for each in told.uniques or () if each.scope != COUPON_CODE]


def _is_open_cart(told: ObjectDraft) -> bool:
    return told.kind == "cart" and told.reference is None


def _owner(draft: EventDraft) -> str:
    return f"s{draft.session_id}" if draft.session_id is not None else f"p{draft.profile_id}"


def _key(draft: EventDraft, told: ObjectDraft) -> Key:
    """Return what names an object to be found or made; one without a name is only itself."""
    if _is_open_cart(told):
        return draft.business_id, "cart", "open", _owner(draft)
    identity = told.identity()
    return (draft.business_id, *identity) if identity else (draft.business_id, id(told))


def _keys(business_id: int, told: ObjectDraft) -> list[Key]:
    """Return what finds an object, best first."""
    found: list[Identity | None] = [told.identity(), told.code()]
    return [(business_id, *identity) for identity in found if identity is not None]


def _all_keys(draft: EventDraft, told: ObjectDraft) -> list[Key]:
    """Return everything that finds an object once it is made."""
    if told.is_always_new:
        return [_key(draft, told)]
    named = [
        (draft.business_id, told.kind, field, told.source, text)
        for field in ("reference", "sku")
        if (text := getattr(told, field)) is not None
    ]
    code = told.code()
    coded = [(draft.business_id, *code)] if code is not None else []
    return [*named, *coded] or [_key(draft, told)]


def _lock_order(key: Key) -> str:
    """Order what a constraint can refuse; the rest goes before it, as it arrived."""
    return repr(key) if "reference" in key[2:3] or "code" in key[2:3] else ""


def _chunks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]
