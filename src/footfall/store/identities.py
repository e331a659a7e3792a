"""E-mail addresses and phones: whose they are, and giving them to a profile.

A normal form belongs to one profile of a business at most; the table's index holds that. What could
not be brought into a normal form is kept as it was written and identifies nobody.
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
) -> None:
    """Give contacts to a profile; nobody else may have them.

    Args:
        replaces: whether a new one takes the place of what had its label, or stands beside it.
    """
    there = {_key(each): each for each in of_profiles(connection, [profile_id]).get(profile_id, [])}
    new = [contact for contact in contacts if _key(contact) not in there]
    for contact in contacts:
        known = there.get(_key(contact))
        if known is not None and contact.label and contact.label != known.label:
            connection.execute(
                update(identities).where(identities.c.id == known.id).values(label=contact.label)
            )
    told = {known.id for contact in contacts if (known := there.get(_key(contact))) is not None}
    if replaces and new:
        _remove_replaced(connection, profile_id, new, told)
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


def release(connection: Connection, profile_id: int) -> None:
    """Take every contact from a profile, so that another may have it."""
    connection.execute(delete(identities).where(identities.c.profile_id == profile_id))


def _remove_replaced(
    connection: Connection, profile_id: int, new: Sequence[Contact], told: set[int]
) -> None:
    for contact in new:
        connection.execute(
            delete(identities).where(
                identities.c.profile_id == profile_id,
                identities.c.kind == contact.kind,
                identities.c.label == contact.label,
                identities.c.id.not_in(told),
            )
        )


def _key(contact: Contact | Identity) -> tuple[str, str | None, str]:
    return (contact.kind, contact.value, contact.raw if contact.value is None else "")
