"""E-mail addresses, phones and ids in other systems: whose they are, and giving them to a profile.

A normal form belongs to one profile of a business at most; the table's index holds that. What could
not be brought into a normal form is kept as it was written and identifies nobody. Contacts of
profiles that were merged stay where they are and count as the person's.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, or_, select, update

from footfall.domain.profiles import Contact
from footfall.store.tables import identities


class Identity(NamedTuple):
    """A row: ``value`` is the normal form, ``raw`` what was written."""

    id: int
    profile_id: int
    kind: str
    label: str
    value: str | None
    raw: str


_COLUMNS = tuple(identities.c[name] for name in Identity._fields)


def owners(
    connection: Connection, business_id: int, contacts: Iterable[Contact]
) -> dict[tuple[str, str], int]:
    """Return the profile that has each contact, by kind and normal form."""
    wanted = [(each.kind, each.value) for each in contacts if each.value is not None]
    if not wanted:
        return {}
    columns = (identities.c.kind, identities.c.value, identities.c.profile_id)
    query = select(*columns).where(
        identities.c.business_id == business_id,
        or_(
            *((identities.c.kind == kind) & (identities.c.value == value) for kind, value in wanted)
        ),
    )
    return {(row.kind, row.value): row.profile_id for row in connection.execute(query)}


def of_profiles(connection: Connection, profile_ids: Sequence[int]) -> dict[int, list[Identity]]:
    """Return the contacts of profiles, oldest first."""
    found: dict[int, list[Identity]] = {}
    if profile_ids:
        query = select(*_COLUMNS).where(identities.c.profile_id.in_(profile_ids))
        for row in connection.execute(query.order_by(identities.c.id)):
            found.setdefault(row.profile_id, []).append(Identity._make(row))
    return found


def assign(
    connection: Connection,
    business_id: int,
    profile_id: int,
    contacts: Sequence[Contact],
    *,
    at: int,
    replaces: bool,
    members: Sequence[int] = (),
) -> None:
    """Give contacts to a profile; nobody else may have them.

    Args:
        replaces: whether a new one takes the place of what had its label, or stands beside it.
        members: the profiles that are the same person; what one of them has is there already.
    """
    everywhere = sorted({profile_id, *members})
    held = of_profiles(connection, everywhere)
    there = {_key(each): each for row_id in everywhere for each in held.get(row_id, [])}
    new = [contact for contact in contacts if _key(contact) not in there]
    for contact in contacts:
        known = there.get(_key(contact))
        if known is not None and contact.label and contact.label != known.label:
            connection.execute(
                update(identities).where(identities.c.id == known.id).values(label=contact.label)
            )
    told = {known.id for contact in contacts if (known := there.get(_key(contact))) is not None}
    if replaces and new:
        _remove_replaced(connection, everywhere, new, told)
    if new:
        connection.execute(
            insert(identities),
            [
                {
                    "business_id": business_id,
                    "profile_id": profile_id,
                    "kind": contact.kind,
                    "label": contact.label,
                    "value": contact.value,
                    "raw": contact.raw,
                    "created_at": at,
                }
                for contact in new
            ],
        )


def release(connection: Connection, profile_ids: Sequence[int]) -> int:
    """Take every contact and key from profiles, so that others may have them; count them."""
    return connection.execute(
        delete(identities).where(identities.c.profile_id.in_(profile_ids))
    ).rowcount


def user(connection: Connection, business_id: int, key: str) -> int | None:
    """Return the profile that has an id in another system, by ``domain.identify.user_key``."""
    query = select(identities.c.profile_id).where(
        identities.c.business_id == business_id,
        identities.c.kind == "user",
        identities.c.value == key,
    )
    return connection.execute(query).scalar()


def has_user_of(connection: Connection, profile_ids: Sequence[int], source: str) -> bool:
    """Tell whether any of some profiles has an id in a system."""
    query = select(identities.c.id).where(
        identities.c.profile_id.in_(profile_ids),
        identities.c.kind == "user",
        identities.c.label == source,
    )
    return connection.execute(query.limit(1)).first() is not None


def add_user(
    connection: Connection,
    business_id: int,
    profile_id: int,
    key: str,
    label: str,
    raw: str,
    at: int,
) -> None:
    """Give a profile its id in another system."""
    connection.execute(
        insert(identities).values(
            business_id=business_id,
            profile_id=profile_id,
            kind="user",
            label=label,
            value=key,
            raw=raw,
            created_at=at,
        )
    )


def _remove_replaced(
    connection: Connection, profile_ids: Sequence[int], new: Sequence[Contact], told: set[int]
) -> None:
    for contact in new:
        connection.execute(
            delete(identities).where(
                identities.c.profile_id.in_(profile_ids),
                identities.c.kind == contact.kind,
                identities.c.label == contact.label,
                identities.c.id.not_in(told),
            )
        )


def _key(contact: Contact | Identity) -> tuple[str, str | None, str]:
    return (contact.kind, contact.value, contact.raw if contact.value is None else "")
