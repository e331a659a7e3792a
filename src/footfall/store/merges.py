"""Profiles that turned out to be one person: a merge is a pointer, and undoing it clears it.

Nothing else moves. Contacts, sessions and events stay with the row they came to, so that undoing a
merge restores exactly what was; whoever reads a person reads all its members. The member that was
merged into no other is the person's root, and the person goes by its id.

Source: contract 5.1, 3.4.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import Connection, or_, select, update

from footfall.errors import NotAllowed, refuse
from footfall.store import identity_log as log
from footfall.store.facts import changed
from footfall.store.identity_log import Origin
from footfall.store.tables import identities, identity_log, profiles, sessions

_CHUNK: Final = 500
_TOLD_SINGLY: Final = 200
"""More facts than this, and every cache forgets everything: cheaper than a row for each."""


def roots_of(connection: Connection, profile_ids: Iterable[int]) -> dict[int, int]:
    """Return for each profile the one it was merged into in the end, itself if none."""
    wanted = sorted(set(profile_ids))
    found: dict[int, int] = {}
    for start in range(0, len(wanted), _CHUNK):
        up = (
            select(profiles.c.id.label("start"), profiles.c.id, profiles.c.merged_into)
            .where(profiles.c.id.in_(wanted[start : start + _CHUNK]))
            .cte("up", recursive=True)
        )
        up = up.union_all(
            select(up.c.start, profiles.c.id, profiles.c.merged_into).join(
                up, profiles.c.id == up.c.merged_into
            )
        )
        query = select(up.c.start, up.c.id).where(up.c.merged_into.is_(None))
        found |= {row.start: row.id for row in connection.execute(query)}
    return found


def root_of(connection: Connection, profile_id: int) -> int:
    """Return the profile that another was merged into in the end, itself if none."""
    return roots_of(connection, [profile_id])[profile_id]


def members_of(connection: Connection, profile_id: int) -> list[int]:
    """Return a profile and all that were merged into it, directly or not, oldest first."""
    return members_of_each(connection, [profile_id])[profile_id]


def members_of_each(connection: Connection, profile_ids: Iterable[int]) -> dict[int, list[int]]:
    """Return for each profile itself and all that were merged into it, oldest first."""
    wanted = sorted(set(profile_ids))
    found: dict[int, list[int]] = {profile_id: [] for profile_id in wanted}
    for start in range(0, len(wanted), _CHUNK):
        down = (
            select(profiles.c.id.label("start"), profiles.c.id)
            .where(profiles.c.id.in_(wanted[start : start + _CHUNK]))
            .cte("down", recursive=True)
        )
        down = down.union_all(
            select(down.c.start, profiles.c.id).join(down, profiles.c.merged_into == down.c.id)
        )
        for row in connection.execute(select(down.c.start, down.c.id).order_by(down.c.id)):
            found[row.start].append(row.id)
    return found


def person_of(connection: Connection, profile_id: int) -> list[int]:
    """Return all members of the person that a profile belongs to, oldest first."""
    return members_of(connection, root_of(connection, profile_id))


def lock_person(connection: Connection, profile_id: int) -> list[int]:
    """Return all members of a person; nobody merges another into it before this ends."""
    root, _ = _locked_roots(connection, profile_id, profile_id)
    return members_of(connection, root)


def deleted_of(connection: Connection, profile_ids: Iterable[int]) -> set[int]:
    """Return those profiles that were deleted or erased."""
    wanted = sorted(set(profile_ids))
    found: set[int] = set()
    for start in range(0, len(wanted), _CHUNK):
        query = select(profiles.c.id).where(
            profiles.c.id.in_(wanted[start : start + _CHUNK]), profiles.c.deleted_at.is_not(None)
        )
        found.update(connection.execute(query).scalars())
    return found


def sessions_of(connection: Connection, profile_ids: Sequence[int]) -> list[int]:
    """Return the row numbers of the sessions of profiles, oldest first."""
    query = select(sessions.c.id).where(sessions.c.profile_id.in_(profile_ids))
    return list(connection.execute(query.order_by(sessions.c.id)).scalars())


def tell(connection: Connection, profile_ids: Sequence[int]) -> None:
    """Note in this transaction that what is cached of profiles and their sessions changes."""
    facts = [("profile", row_id) for row_id in profile_ids]
    facts += [("session", row_id) for row_id in sessions_of(connection, profile_ids)]
    if len(facts) > _TOLD_SINGLY:
        facts = [("everything", 0)]
    for noun, row_id in facts:
        changed(connection, noun, row_id)


def merge(
    connection: Connection, business_id: int, profile_id: int, other_id: int, origin: Origin
) -> int:
    """Merge the person of ``other_id`` into the person of ``profile_id``.

    Whoever of the two asked not to be tracked goes on not to be: the merged person is suppressed
    if either was.

    Returns:
        The row number of the change.

    Raises:
        Refused: they are one person already, or one of them was deleted.
    """
    root, other = _locked_roots(connection, profile_id, other_id)
    if root == other:
        raise refuse(
            NotAllowed(
                "The two profiles are one person already; there is nothing to merge.", "profile"
            )
        )
    if deleted_of(connection, (root, other)):
        # What was one's would become another's, and erasing the one would erase the other.
        raise refuse(NotAllowed("A deleted profile is not merged with anybody.", "profile"))
    connection.execute(update(profiles).where(profiles.c.id == other).values(merged_into=root))
    members = members_of(connection, root)
    suppressed = _suppress_all_if_any(connection, members)
    tell(connection, members)
    return log.record(
        connection,
        business_id,
        "merge",
        origin,
        profile_id=root,
        other_id=other,
        details={"suppressed": suppressed} if suppressed else None,
    )


def is_known(connection: Connection, members: Sequence[int]) -> bool:
    """Tell whether a person has a name, a reference, a contact or an id in another system."""
    named = select(profiles.c.id).where(
        profiles.c.id.in_(members),
        or_(
            profiles.c.first_name.is_not(None),
            profiles.c.last_name.is_not(None),
            profiles.c.reference.is_not(None),
        ),
    )
    if connection.execute(named.limit(1)).first() is not None:
        return True
    identified = select(identities.c.id).where(identities.c.profile_id.in_(members))
    return connection.execute(identified.limit(1)).first() is not None


def may_absorb(connection: Connection, profile_id: int, owner_id: int) -> bool:
    """Tell whether an anonymous owner of a session may be merged into a known profile unasked.

    Not if somebody undid just that before, and not if the owner was deleted: of that one nothing
    is known any more, which does not make it the visitor before anybody knew (contract 3.4).
    """
    if deleted_of(connection, [owner_id]):
        return False
    person, owner = (person_of(connection, each) for each in (profile_id, owner_id))
    if not is_known(connection, person) or is_known(connection, owner):
        return False
    later = identity_log.alias("later")
    undone = (
        select(identity_log.c.id)
        .join(later, later.c.about_id == identity_log.c.id)
        .where(
            identity_log.c.kind == "merge",
            identity_log.c.profile_id.in_(person),
            identity_log.c.other_id.in_(owner),
        )
    )
    return connection.execute(undone.limit(1)).first() is None


def is_erased(connection: Connection, members: Sequence[int]) -> bool:
    """Tell whether a person was erased: made anonymous for good."""
    query = select(identity_log.c.id).where(
        identity_log.c.kind == "erase", identity_log.c.profile_id.in_(members)
    )
    return connection.execute(query.limit(1)).first() is not None


def _locked_roots(connection: Connection, profile_id: int, other_id: int) -> tuple[int, int]:
    """Return the roots of two persons; neither is merged by another process before this ends."""
    while True:
        roots = roots_of(connection, (profile_id, other_id))
        query = (
            select(profiles.c.merged_into)
            .where(profiles.c.id.in_(sorted(set(roots.values()))))
            .order_by(profiles.c.id)
            .with_for_update()
        )
        # While it waited for the rows, another process may have merged one of them.
        if all(row.merged_into is None for row in connection.execute(query)):
            return roots[profile_id], roots[other_id]


def _suppress_all_if_any(connection: Connection, members: Sequence[int]) -> list[int]:
    """Suppress a whole person if a part of it is; return the members that this changed."""
    query = select(profiles.c.id, profiles.c.suppressed_at).where(profiles.c.id.in_(members))
    since = {row.id: row.suppressed_at for row in connection.execute(query)}
    told = [at for at in since.values() if at is not None]
    free = sorted(row_id for row_id, at in since.items() if at is None)
    if not told or not free:
        return []
    connection.execute(
        update(profiles).where(profiles.c.id.in_(free)).values(suppressed_at=min(told))
    )
    return free
