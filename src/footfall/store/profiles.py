"""Profiles: records of customers, made, matched, changed and deleted.

A profile is found again by where it comes from (source and reference), else by an e-mail address,
else by a phone (contract 3.10). Functions here run inside a transaction and look before they write;
a row that another process made meanwhile starts the transaction over.

A profile that was merged into another goes by either id and is read as one person (``people``).
Changes are made to the root.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from footfall.domain.identify import user_key
from footfall.domain.profiles import ProfileDraft
from footfall.domain.properties import Values
from footfall.errors import IdentityAssigned, ParameterNotUnique, Refused
from footfall.store import identities, lists, merges, property_values
from footfall.store.facts import changed
from footfall.store.people import Profile, canonical, find
from footfall.store.tables import profiles


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
        members = [row_id]
    else:
        row_id = owners[0][1]
        _refuse_others(owners, row_id)
        members = merges.members_of(connection, row_id)
        profile = _lock(connection, business_id, row_id)
        _update(connection, business_id, profile, members, draft.columns(), draft.data, at)
    identities.assign(
        connection, business_id, row_id, draft.contacts, at=at, replaces=False, members=members
    )
    lists.join(connection, business_id, row_id, draft.lists or [], at)
    if values is not None:
        property_values.assign(connection, business_id, profiles, row_id, values, at, members)
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
    root = canonical(connection, business_id, row_id)
    if root is None:
        return None
    members = merges.members_of(connection, root)
    contacts = identities.owners(connection, business_id, draft.contacts)
    owners = [
        (contact.parameter, owner)
        for contact in draft.contacts
        if (owner := contacts.get((contact.kind, contact.value or ""))) is not None
    ]
    _refuse_others([each for each in owners if each[1] not in members], root)
    profile = _lock(connection, business_id, root)
    _update(connection, business_id, profile, members, draft.columns(), draft.data, at)
    identities.assign(
        connection, business_id, root, draft.contacts, at=at, replaces=True, members=members
    )
    if draft.lists is not None:
        lists.replace(connection, business_id, root, draft.lists, at)
        lists.leave_all(connection, [each for each in members if each != root])
    if values is not None:
        property_values.assign(connection, business_id, profiles, root, values, at, members)
        cleared = Values({}, values.cleared, [])
        for each in members:
            property_values.assign(connection, business_id, profiles, each, cleared, at)
    return _get(connection, business_id, root)


def delete(connection: Connection, business_id: int, row_id: int, at: int) -> int | None:
    """Delete a profile with all its members: what was known goes, events and sessions stay.

    Returns:
        The row number of the person's root, ``None`` if there was none.
    """
    root = canonical(connection, business_id, row_id)
    if root is None:
        return None
    members = merges.lock_person(connection, root)
    clear(connection, members, at)
    for each in members:
        changed(connection, "profile", each)
    return root


def clear(connection: Connection, members: Sequence[int], at: int) -> int:
    """Take from profiles all that is known of the person, and mark them deleted.

    Returns:
        How many contacts and keys went.
    """
    held = select(profiles.c.id, profiles.c.data).where(profiles.c.id.in_(members))
    for row in connection.execute(held.order_by(profiles.c.id).with_for_update()).all():
        property_values.release(connection, row.id, row.data)
    lists.leave_all(connection, members)
    connection.execute(
        update(profiles)
        .where(profiles.c.id.in_(members))
        .values(
            first_name=None,
            last_name=None,
            reference=None,
            data=None,
            updated_at=at,
            deleted_at=func.coalesce(profiles.c.deleted_at, at),
        )
    )
    return identities.release(connection, members)


def create(
    connection: Connection, business_id: int, at: int, columns: dict[str, Any] | None = None
) -> int:
    """Make a profile with nothing but these columns and return its row number."""
    row_id: int = connection.execute(
        insert(profiles)
        .values(business_id=business_id, created_at=at, updated_at=at, **(columns or {}))
        .returning(profiles.c.id)
    ).scalar_one()
    return row_id


def _owners(connection: Connection, business_id: int, draft: ProfileDraft) -> list[tuple[str, int]]:
    """Return who has what is told: (parameter, root of the person), the most telling first."""
    found: list[tuple[str, int]] = []
    if draft.reference is not None:
        owner = by_reference(connection, business_id, draft.source or "", draft.reference)
        if owner is not None:
            found.append(("reference", owner))
    contacts = identities.owners(connection, business_id, draft.contacts)
    for contact in draft.contacts:
        owner = contacts.get((contact.kind, contact.value or ""))
        if owner is not None:
            found.append((contact.parameter, owner))
    roots = merges.roots_of(connection, [owner for _, owner in found])
    return [(parameter, roots[owner]) for parameter, owner in found]


def by_reference(
    connection: Connection, business_id: int, source: str, reference: str
) -> int | None:
    """Return the profile that comes from somewhere, or whom a browser named by that id.

    The row itself: it may have been merged into another.
    """
    key = user_key(source, reference)
    user = None if key is None else identities.user(connection, business_id, key)
    if user is not None:
        return user
    query = select(profiles.c.id).where(
        profiles.c.business_id == business_id,
        profiles.c.source == source,
        profiles.c.reference == reference,
        profiles.c.deleted_at.is_(None),
    )
    return connection.execute(query).scalar()


def _has_reference(
    connection: Connection, members: Iterable[int], source: str, reference: str
) -> bool:
    query = select(profiles.c.id).where(
        profiles.c.id.in_(list(members)),
        profiles.c.source == source,
        profiles.c.reference == reference,
        profiles.c.deleted_at.is_(None),
    )
    return connection.execute(query).first() is not None


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
    return create(connection, business_id, at, columns)


def _lock(connection: Connection, business_id: int, row_id: int) -> Any:
    """Return the row as it is; nobody else changes it before this transaction ends."""
    query = select(profiles).where(profiles.c.id == row_id, profiles.c.business_id == business_id)
    return connection.execute(query.with_for_update()).one()


def _update(
    connection: Connection,
    business_id: int,
    profile: Any,
    members: Sequence[int],
    columns: dict[str, str],
    data: dict[str, Any],
    at: int,
) -> None:
    reference = columns.get("reference", profile.reference)
    if reference is not None and columns.keys() & {"reference", "source"}:
        source = columns.get("source", profile.source)
        owner = by_reference(connection, business_id, source, reference)
        if _has_reference(connection, set(members) - {profile.id}, source, reference):
            # It is the person's already, under another of its members.
            columns = {
                name: text for name, text in columns.items() if name not in ("reference", "source")
            }
        elif owner not in (None, *members):
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


def _get(connection: Connection, business_id: int, row_id: int) -> Profile:
    profile = find(connection, business_id, row_id)
    assert profile is not None
    return profile
