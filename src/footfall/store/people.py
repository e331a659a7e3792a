"""People as they are read: profiles that were merged are one person, whatever id is asked for.

What the root was told comes first, then what its members were, oldest first. ``profiles`` writes.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, select

from footfall.domain.properties import OF_PROFILES, Property
from footfall.errors import Fault, Refused
from footfall.store import (
    identities,
    lists,
    merges,
    owners,
    pages,
    properties,
    property_values,
)
from footfall.store.identities import Identity
from footfall.store.pages import Bounds
from footfall.store.tables import profiles


class Profile(NamedTuple):
    """A person: the root's row, completed by its members', and what other tables know of all.

    Attributes:
        suppressed_count: events refused so far, of all members.
        contacts: oldest first; ``lists`` in the order they were joined.
        members: row numbers of all profiles that are this person, oldest first.
    """

    id: int
    first_name: str | None
    last_name: str | None
    source: str
    reference: str | None
    data: dict[str, Any] | None
    created_at: int
    updated_at: int
    suppressed_at: int | None
    suppressed_count: int
    contacts: list[Identity]
    members: list[int]
    lists: list[str]
    values: list[tuple[Property, Any]]


_COLUMNS = tuple(profiles.c[name] for name in Profile._fields[:-4])
_DATA = Profile._fields.index("data")
_MERGED = ("metadata", "properties")
"""Parts of ``data`` that are read from all members together; of others the first counts."""


def existing(connection: Connection, business_id: int, row_ids: Iterable[int]) -> set[int]:
    """Return those row numbers that are profiles of the business and not deleted."""
    return set(owners.standing(connection, business_id, row_ids))


def canonical(connection: Connection, business_id: int, row_id: int) -> int | None:
    """Return the profile that an id stands for: itself, or the one it was merged into."""
    if not existing(connection, business_id, [row_id]):
        return None
    return merges.root_of(connection, row_id)


def find(connection: Connection, business_id: int, row_id: int) -> Profile | None:
    """Return the person of a profile, unless it is deleted or another business's."""
    root = canonical(connection, business_id, row_id)
    if root is None:
        return None
    rows = connection.execute(select(*_COLUMNS).where(profiles.c.id == root)).all()
    return _people(connection, business_id, rows)[0]


def page(
    connection: Connection,
    business_id: int,
    bounds: Bounds,
    faults: list[Fault],
    *,
    list_id: int | None = None,
) -> tuple[list[Profile], bool]:
    """Return a page of profiles, newest first, and whether there are more.

    Args:
        list_id: only those on this list.

    Raises:
        Refused: the faults given, or a bound that is no profile.
    """
    within = profiles.c.business_id == business_id
    pages.check(connection, profiles, within, bounds, faults)
    if faults:
        raise Refused(faults)
    query = select(*_COLUMNS).where(
        within, profiles.c.deleted_at.is_(None), profiles.c.merged_into.is_(None)
    )
    if list_id is not None:
        query = query.where(profiles.c.id.in_(lists.people(list_id)))
    rows, has_more = pages.newest_first(connection, query, profiles.c.id, bounds)
    return _people(connection, business_id, rows), has_more


def _people(connection: Connection, business_id: int, roots: Sequence[Row[Any]]) -> list[Profile]:
    """Return the people whose root rows these are."""
    members = merges.members_of_each(connection, [row.id for row in roots])
    everybody = [row_id for each in members.values() for row_id in each]
    contacts = identities.of_profiles(connection, everybody)
    on_lists = lists.of_profiles(connection, everybody)
    others = set(everybody) - members.keys()
    rows = {row.id: row for row in roots}
    if others:
        query = select(*_COLUMNS).where(profiles.c.id.in_(sorted(others)))
        rows |= {row.id: row for row in connection.execute(query)}
    has_values = any(properties.values_in(row.data) for row in rows.values())
    known = properties.of_owner(connection, business_id, OF_PROFILES) if has_values else []
    people = []
    for root in roots:
        ordered = [root.id, *(each for each in members[root.id] if each != root.id)]
        held = [each for row_id in ordered for each in contacts.get(row_id, [])]
        person = _join([rows[row_id] for row_id in ordered])
        joined = dict.fromkeys(name for row_id in ordered for name in on_lists.get(row_id, []))
        values = property_values.shown(known, person[_DATA])
        people.append(
            Profile._make([*person, sorted(held), members[root.id], list(joined), values])
        )
    return people


def _join(rows: list[Row[Any]]) -> tuple[Any, ...]:
    """Return one row of several: of each value the first that was told."""
    first = rows[0]
    if len(rows) == 1:
        return tuple(first)
    told = first._asdict()
    for name in ("first_name", "last_name", "suppressed_at"):
        told[name] = next(
            (value for row in rows if (value := getattr(row, name)) is not None), None
        )
    origin = next((row for row in rows if row.reference is not None), first)
    told |= {"source": origin.source, "reference": origin.reference}
    told["data"] = _join_data([row.data or {} for row in rows]) or None
    told["suppressed_count"] = sum(row.suppressed_count for row in rows)
    return tuple(told.values())


def _join_data(parts: list[dict[str, Any]]) -> dict[str, Any]:
    joined: dict[str, Any] = {}
    for part in reversed(parts):
        joined |= {name: value for name, value in part.items() if name not in _MERGED}
        for name in _MERGED:
            if name in part:
                joined[name] = {**joined.get(name, {}), **part[name]}
    return joined
