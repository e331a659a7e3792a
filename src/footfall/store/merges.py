"""Profiles that turned out to be one person: a merge is a pointer, and undoing it clears it.

Nothing else moves. Contacts, sessions and events stay with the row they came to, so that undoing a
merge restores exactly what was; whoever reads a person reads all its members.

Source: contract 5.1, 3.4.
"""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection, select

from footfall.store.tables import profiles

_CHUNK: Final = 500


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


def members_of(connection: Connection, profile_id: int) -> list[int]:
    """Return a profile and all that were merged into it, directly or not, oldest first."""
    down = select(profiles.c.id).where(profiles.c.id == profile_id).cte("down", recursive=True)
    down = down.union_all(select(profiles.c.id).join(down, profiles.c.merged_into == down.c.id))
    return list(connection.execute(select(down.c.id).order_by(down.c.id)).scalars())
