"""Delivered messages, as whoever sends them tells: passive evidence, each once.

A (source, reference) names one delivery of a business for ever. The same again is a duplicate, with
another content a conflict; what another process commits at the same moment is seen by starting the
commit over.

Source: contract 7.2 (passive evidence), 2.7 (times).
"""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, Final, Literal, NamedTuple

from sqlalchemy import Connection, Row, Select, insert, select, tuple_

from footfall.domain.times import occurred_at
from footfall.errors import Fault, IdempotencyConflict, NotFound, Refused, Suppressed
from footfall.store import merges, owners, pages
from footfall.store.pages import Bounds
from footfall.store.tables import deliveries

_CHUNK: Final = 400


class Told(NamedTuple):
    """A delivery as it is told.

    Attributes:
        profile_id: row number that the told id would have; ``None``: it is no id.
        delivered_at: microseconds UTC; ``None``: not told, the time of arrival counts.
        parameter: the name that the profile was told under.
    """

    profile_id: int | None
    campaign: str
    channel: str
    source: str
    reference: str
    delivered_at: int | None
    parameter: str = "profile"

    @property
    def key(self) -> tuple[str, str]:
        return self.source, self.reference


class Delivery(NamedTuple):
    """A delivery's row; ``owner_id`` is the root of the person, ``None`` if there is none."""

    id: int
    profile_id: int | None
    campaign: str
    channel: str
    source: str
    reference: str | None
    delivered_at: int
    created_at: int
    owner_id: int | None = None


class Outcome(NamedTuple):
    """What became of a delivery: its row, or why there is none."""

    result: Literal["created", "duplicate", "rejected"]
    delivery: Delivery | None = None
    fault: Fault | None = None


class Wanted(NamedTuple):
    """Which deliveries, ``None``: any; ``since_at`` ≤ ``delivered_at`` < ``until_at``."""

    profile_id: int | None = None
    campaign: str | None = None
    since_at: int | None = None
    until_at: int | None = None


_COLUMNS: Final = tuple(deliveries.c[name] for name in Delivery._fields[:-1])


def record(
    connection: Connection, business_id: int, token_id: int | None, told: Sequence[Told], at: int
) -> list[Outcome]:
    """Store what is new of some deliveries; return what became of each, in their order."""
    standing = owners.standing(
        connection, business_id, [each.profile_id for each in told if each.profile_id is not None]
    )
    known = _known(connection, business_id, told)
    roots = merges.roots_of(
        connection,
        [*standing, *(row.profile_id for row in known.values() if row.profile_id is not None)],
    )
    outcomes: list[Outcome | None] = []
    new: dict[tuple[str, str], Told] = {}
    for each in told:
        fault = _owner_fault(each, standing)
        earlier = known.get(each.key)
        if fault is not None:
            outcomes.append(Outcome("rejected", fault=fault))
        elif earlier is not None:
            outcomes.append(_repeat(each, earlier, roots))
        else:
            new.setdefault(each.key, each)
            outcomes.append(None)
    made = _insert(connection, business_id, token_id, list(new.values()), at)
    return [
        outcome or _settled(each, new[each.key], made[each.key], roots)
        for each, outcome in zip(told, outcomes, strict=True)
    ]


def find(connection: Connection, business_id: int, row_id: int) -> Delivery | None:
    """Return a delivery, unless it is another business's."""
    row = connection.execute(_all_of(business_id).where(deliveries.c.id == row_id)).first()
    return None if row is None else _deliveries(connection, [row])[0]


def page(
    connection: Connection,
    business_id: int,
    wanted: Wanted,
    bounds: Bounds,
    faults: list[Fault],
) -> tuple[list[Delivery], bool]:
    """Return a page of deliveries, newest first, and whether there are more.

    Raises:
        Refused: the faults given, or a bound that is no delivery.
    """
    within = deliveries.c.business_id == business_id
    pages.check(connection, deliveries, within, bounds, faults)
    if faults:
        raise Refused(faults)
    query = _all_of(business_id)
    if wanted.profile_id is not None:
        members = merges.person_of(connection, wanted.profile_id)
        query = query.where(deliveries.c.profile_id.in_(members))
    if wanted.campaign is not None:
        query = query.where(deliveries.c.campaign == wanted.campaign)
    if wanted.since_at is not None:
        query = query.where(deliveries.c.delivered_at >= wanted.since_at)
    if wanted.until_at is not None:
        query = query.where(deliveries.c.delivered_at < wanted.until_at)
    rows, has_more = pages.newest_first(connection, query, deliveries.c.id, bounds)
    return _deliveries(connection, rows), has_more


def _known(
    connection: Connection, business_id: int, told: Sequence[Told]
) -> dict[tuple[str, str], Delivery]:
    found: dict[tuple[str, str], Delivery] = {}
    named = tuple_(deliveries.c.source, deliveries.c.reference)
    keys = iter(sorted({each.key for each in told}))
    while chunk := list(islice(keys, _CHUNK)):
        for row in connection.execute(_all_of(business_id).where(named.in_(chunk))):
            found[row.source, row.reference] = Delivery._make([*row, None])
    return found


def _owner_fault(told: Told, standing: dict[int, bool]) -> Fault | None:
    if told.profile_id is None or told.profile_id not in standing:
        return NotFound(
            "There is no such profile in this business; create it first with POST /v1/profiles "
            "and send the id it answers.",
            told.parameter,
        )
    if standing[told.profile_id]:
        return Suppressed(told.profile_id, told.parameter)
    return None


def _settled(told: Told, first: Told, made: Delivery, roots: dict[int, int]) -> Outcome:
    """Return the outcome of one that is new; of two in a batch the second repeats the first."""
    return Outcome("created", _owned(made, roots)) if told is first else _repeat(told, made, roots)


def _repeat(told: Told, earlier: Delivery, roots: dict[int, int]) -> Outcome:
    assert told.profile_id is not None
    differing = [
        name
        for name, is_same in (
            ("profile", _root(earlier, roots) == roots[told.profile_id]),
            ("campaign", told.campaign == earlier.campaign),
            ("channel", told.channel == earlier.channel),
            ("delivered_at", _is_same_time(told, earlier)),
        )
        if not is_same
    ]
    if not differing:
        return Outcome("duplicate", _owned(earlier, roots))
    what = " and ".join(f"“{name}”" for name in differing)
    return Outcome(
        "rejected",
        fault=IdempotencyConflict(
            f"The reference “{told.reference}” was sent before with another {what}; give every "
            "delivery a reference of its own.",
            "reference",
        ),
    )


def _is_same_time(told: Told, earlier: Delivery) -> bool:
    # A repeat may leave the time out, and one ahead of the clock was taken for its arrival.
    return told.delivered_at is None or (
        occurred_at(told.delivered_at, earlier.created_at) == earlier.delivered_at
    )


def _insert(
    connection: Connection,
    business_id: int,
    token_id: int | None,
    new: list[Told],
    at: int,
) -> dict[tuple[str, str], Delivery]:
    if not new:
        return {}
    rows = [
        {
            "business_id": business_id,
            "token_id": token_id,
            "profile_id": each.profile_id,
            "campaign": each.campaign,
            "channel": each.channel,
            "source": each.source,
            "reference": each.reference,
            "delivered_at": occurred_at(each.delivered_at, at),
            "created_at": at,
        }
        for each in new
    ]
    # In their order, so that a list shows them as they were told.
    statement = insert(deliveries).returning(*_COLUMNS, sort_by_parameter_order=True)
    made = connection.execute(statement, rows)
    return {(row.source, row.reference): Delivery._make([*row, None]) for row in made}


def _all_of(business_id: int) -> Select[Any]:
    return select(*_COLUMNS).where(deliveries.c.business_id == business_id)


def _deliveries(connection: Connection, rows: Iterable[Row[Any]]) -> list[Delivery]:
    told = [Delivery._make([*row, None]) for row in rows]
    owned = {each.profile_id for each in told if each.profile_id is not None}
    gone = merges.deleted_of(connection, owned)
    roots = merges.roots_of(connection, owned - gone)
    return [_owned(each, roots) for each in told]


def _owned(delivery: Delivery, roots: dict[int, int]) -> Delivery:
    return delivery._replace(owner_id=_root(delivery, roots))


def _root(delivery: Delivery, roots: dict[int, int]) -> int | None:
    return None if delivery.profile_id is None else roots.get(delivery.profile_id)
