"""Profiles: records of customers, made, matched, changed and deleted.

A profile is found again by where it comes from (source and reference), else by an e-mail address,
else by a phone (contract 3.10). Functions here run inside a transaction and look before they write;
a row that another process made meanwhile starts the transaction over.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, insert, select, update

from footfall.domain.profiles import ProfileDraft
from footfall.domain.properties import OF_PROFILES, Property, Values
from footfall.errors import Fault, IdentityAssigned, ParameterNotUnique, Refused
from footfall.store import identities, lists, pages, properties, property_values
from footfall.store.facts import changed
from footfall.store.identities import Identity
from footfall.store.pages import Bounds
from footfall.store.tables import profiles

_CHUNK = 500


class Profile(NamedTuple):
    """A profile's row with its contacts, lists and values of properties, oldest first."""

    id: int
    first_name: str | None
    last_name: str | None
    source: str
    reference: str | None
    data: dict[str, Any] | None
    created_at: int
    updated_at: int
    contacts: list[Identity]
    lists: list[str]
    values: list[tuple[Property, Any]]


_COLUMNS = tuple(profiles.c[name] for name in Profile._fields[:-3])


def existing(connection: Connection, business_id: int, row_ids: Iterable[int]) -> set[int]:
    """Return those row numbers that are profiles of the business and not deleted."""
    wanted = list(row_ids)
    found: set[int] = set()
    for start in range(0, len(wanted), _CHUNK):
        query = select(profiles.c.id).where(
            profiles.c.id.in_(wanted[start : start + _CHUNK]),
            profiles.c.business_id == business_id,
            profiles.c.deleted_at.is_(None),
        )
        found.update(connection.execute(query).scalars())
    return found


def find(connection: Connection, business_id: int, row_id: int) -> Profile | None:
    """Return a profile, unless it is deleted or another business's."""
    query = select(*_COLUMNS).where(
        profiles.c.id == row_id,
        profiles.c.business_id == business_id,
        profiles.c.deleted_at.is_(None),
    )
    found = _with_rest(connection, business_id, connection.execute(query).all())
    return found[0] if found else None


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
    query = select(*_COLUMNS).where(within, profiles.c.deleted_at.is_(None))
    if list_id is not None:
        query = query.where(profiles.c.id.in_(lists.members(list_id)))
    rows, has_more = pages.newest_first(connection, query, profiles.c.id, bounds)
    return _with_rest(connection, business_id, rows), has_more


def keep(
    connection: Connection,
    business_id: int,
    draft: ProfileDraft,
    at: int,
    values: Values | None = None,
) -> Profile:
    """Make the profile that is told of, or update the one it already is.

    New contacts stand beside the old ones, and lists are joined, none left: whoever tells the same
    customer twice may know less the second time.

    Raises:
        Refused: what was told belongs to different profiles, or a unique value to another one.
    """
    owners = _owners(connection, business_id, draft)
    if not owners:
        row_id = _create(connection, business_id, draft, at)
    else:
        row_id = owners[0][1]
        _refuse_others(owners, row_id)
        profile = _lock(connection, business_id, row_id)
        _update(connection, business_id, profile, draft.columns(), draft.data, at)
    identities.assign(connection, business_id, row_id, draft.contacts, at=at, replaces=False)
    lists.join(connection, business_id, row_id, draft.lists or [], at)
    if values is not None:
        property_values.assign(connection, business_id, profiles, row_id, values, at)
    return _get(connection, business_id, row_id)


def change(
    connection: Connection,
    business_id: int,
    row_id: int,
    draft: ProfileDraft,
    at: int,
    values: Values | None = None,
) -> Profile | None:
    """Update a profile; a told contact takes the place of the one that had its label.

    Told lists are all that it is on from then on.

    Raises:
        Refused: a contact, the reference in its source, or a unique value is another profile's.
    """
    if not existing(connection, business_id, [row_id]):
        return None
    contacts = identities.owners(connection, business_id, draft.contacts)
    _refuse_others(
        [
            (contact.parameter, owner)
            for contact in draft.contacts
            if (owner := contacts.get((contact.kind, contact.value or ""))) is not None
        ],
        row_id,
    )
    profile = _lock(connection, business_id, row_id)
    _update(connection, business_id, profile, draft.columns(), draft.data, at)
    identities.assign(connection, business_id, row_id, draft.contacts, at=at, replaces=True)
    if draft.lists is not None:
        lists.replace(connection, business_id, row_id, draft.lists, at)
    if values is not None:
        property_values.assign(connection, business_id, profiles, row_id, values, at)
    return _get(connection, business_id, row_id)


def delete(connection: Connection, business_id: int, row_id: int, at: int) -> bool:
    """Delete a profile: what was known of the person goes, its events and sessions stay.

    Returns:
        Whether there was one.
    """
    query = select(profiles.c.data).where(
        profiles.c.id == row_id, profiles.c.business_id == business_id
    )
    data = connection.execute(query.with_for_update()).scalar()
    gone = connection.execute(
        update(profiles)
        .where(
            profiles.c.id == row_id,
            profiles.c.business_id == business_id,
            profiles.c.deleted_at.is_(None),
        )
        .values(
            first_name=None,
            last_name=None,
            reference=None,
            data=None,
            updated_at=at,
            deleted_at=at,
        )
    ).rowcount
    if gone:
        identities.release(connection, row_id)
        lists.leave_all(connection, row_id)
        property_values.release(connection, row_id, data)
        changed(connection, "profile", row_id)
    return bool(gone)


def _owners(connection: Connection, business_id: int, draft: ProfileDraft) -> list[tuple[str, int]]:
    """Return who has what is told: (parameter, profile), the most telling first."""
    found: list[tuple[str, int]] = []
    if draft.reference is not None:
        owner = _by_reference(connection, business_id, draft.source or "", draft.reference)
        if owner is not None:
            found.append(("reference", owner))
    contacts = identities.owners(connection, business_id, draft.contacts)
    for contact in draft.contacts:
        owner = contacts.get((contact.kind, contact.value or ""))
        if owner is not None:
            found.append((contact.parameter, owner))
    return found


def _by_reference(
    connection: Connection, business_id: int, source: str, reference: str
) -> int | None:
    query = select(profiles.c.id).where(
        profiles.c.business_id == business_id,
        profiles.c.source == source,
        profiles.c.reference == reference,
        profiles.c.deleted_at.is_(None),
    )
    return connection.execute(query).scalar()


def _refuse_others(owners: list[tuple[str, int]], row_id: int) -> None:
    faults = [
        IdentityAssigned(
            f"“{parameter}” belongs to another profile; leave it out, or change that one first.",
            parameter,
        )
        for parameter, owner in owners
        if owner != row_id
    ]
    if faults:
        raise Refused(faults)


def _create(connection: Connection, business_id: int, draft: ProfileDraft, at: int) -> int:
    columns = {"source": "", **draft.columns(), "data": draft.data or None}
    row_id: int = connection.execute(
        insert(profiles)
        .values(business_id=business_id, created_at=at, updated_at=at, **columns)
        .returning(profiles.c.id)
    ).scalar_one()
    return row_id


def _lock(connection: Connection, business_id: int, row_id: int) -> Any:
    """Return the row as it is; nobody else changes it before this transaction ends."""
    query = select(*_COLUMNS).where(profiles.c.id == row_id, profiles.c.business_id == business_id)
    return connection.execute(query.with_for_update()).one()


def _update(
    connection: Connection,
    business_id: int,
    profile: Any,
    columns: dict[str, str],
    data: dict[str, Any],
    at: int,
) -> None:
    reference = columns.get("reference", profile.reference)
    if reference is not None and columns.keys() & {"reference", "source"}:
        source = columns.get("source", profile.source)
        if _by_reference(connection, business_id, source, reference) not in (None, profile.id):
            raise Refused(
                [
                    ParameterNotUnique(
                        "Another profile has this reference in this source; change that one, or "
                        "send another.",
                        "reference" if "reference" in columns else "source",
                    )
                ]
            )
    connection.execute(
        update(profiles)
        .where(profiles.c.id == profile.id)
        .values(**columns, data={**(profile.data or {}), **data} or None, updated_at=at)
    )


def _with_rest(connection: Connection, business_id: int, rows: Sequence[Any]) -> list[Profile]:
    """Return profiles with what other tables know of them."""
    row_ids = [row.id for row in rows]
    contacts = identities.of_profiles(connection, row_ids)
    on_lists = lists.of_profiles(connection, row_ids)
    has_values = any(properties.values_in(row.data) for row in rows)
    known = properties.of_owner(connection, business_id, OF_PROFILES) if has_values else []
    return [
        Profile._make(
            [
                *row,
                contacts.get(row.id, []),
                on_lists.get(row.id, []),
                property_values.shown(known, row.data),
            ]
        )
        for row in rows
    ]


def _get(connection: Connection, business_id: int, row_id: int) -> Profile:
    profile = find(connection, business_id, row_id)
    assert profile is not None
    return profile
