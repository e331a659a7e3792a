"""Whose an event may be: profiles by row number and by the id they have in another system.

Serves ``ingest.lookups``, in sets, for many events at once.
"""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection, select, tuple_

from footfall.domain.identify import user_key
from footfall.store.merges import roots_of
from footfall.store.tables import identities, profiles

_CHUNK: Final = 500

User = tuple[str, str]
"""Source and id: who somebody is in another system; ``""`` is the source that was not said."""


def standing(
    connection: Connection, business_id: int, profile_ids: Iterable[int]
) -> dict[int, bool]:
    """Return which row numbers are profiles of the business, and whether each is suppressed."""
    wanted = sorted(set(profile_ids))
    found: dict[int, bool] = {}
    for start in range(0, len(wanted), _CHUNK):
        query = select(profiles.c.id, profiles.c.suppressed_at).where(
            profiles.c.id.in_(wanted[start : start + _CHUNK]),
            profiles.c.business_id == business_id,
            profiles.c.deleted_at.is_(None),
        )
        for row_id, suppressed_at in connection.execute(query):
            found[row_id] = suppressed_at is not None
    return found


def find_users(connection: Connection, business_id: int, users: Iterable[User]) -> dict[User, int]:
    """Return the profile of each known user: the person it turned out to be (contract 5.4)."""
    wanted = sorted(set(users))
    found: dict[User, int] = {}
    for start in range(0, len(wanted), _CHUNK):
        chunk = wanted[start : start + _CHUNK]
        by_reference = select(profiles.c.id, profiles.c.source, profiles.c.reference).where(
            profiles.c.business_id == business_id,
            profiles.c.deleted_at.is_(None),
            tuple_(profiles.c.source, profiles.c.reference).in_(chunk),
        )
        for row_id, source, reference in connection.execute(by_reference):
            found[source, reference] = row_id
        by_key = {user_key(*user): user for user in chunk}
        identified = select(identities.c.profile_id, identities.c.value).where(
            identities.c.business_id == business_id,
            identities.c.kind == "user",
            identities.c.value.in_(by_key),
        )
        for profile_id, value in connection.execute(identified):
            # Whom a page identified so goes before who came with that reference.
            found[by_key[value]] = profile_id
    roots = roots_of(connection, found.values())
    return {user: roots[profile_id] for user, profile_id in found.items()}
