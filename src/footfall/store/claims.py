"""What browsers said of a person and nobody has proved; it identifies nobody.

Source: contract 5.4.
"""

from collections.abc import Mapping, Sequence
from typing import Final, Literal

from sqlalchemy import Connection, delete, insert, select

from footfall.store.tables import claims

KEPT_MAX: Final = 200
"""Most claims kept of a profile: anybody may make them, so the oldest give way."""


def keep(
    connection: Connection,
    business_id: int,
    profile_id: int,
    told: Mapping[str, str],
    *,
    origin: Literal["identify", "form"],
    session_id: int | None,
    at: int,
) -> None:
    """Keep what is claimed of a profile; what was claimed before in the same words is not new."""
    new = unknown(connection, [profile_id], told)
    if not new:
        return
    connection.execute(
        insert(claims),
        [
            {
                "business_id": business_id,
                "profile_id": profile_id,
                "session_id": session_id,
                "origin": origin,
                "name": name,
                "value": value,
                "created_at": at,
            }
            for name, value in new.items()
        ],
    )
    query = select(claims.c.id).where(claims.c.profile_id == profile_id)
    surplus = query.order_by(claims.c.id.desc()).offset(KEPT_MAX).limit(1)
    oldest = connection.execute(surplus).scalar()
    if oldest is not None:
        connection.execute(
            delete(claims).where(claims.c.profile_id == profile_id, claims.c.id <= oldest)
        )


def unknown(
    connection: Connection, profile_ids: Sequence[int], told: Mapping[str, str]
) -> dict[str, str]:
    """Return those claims that were not made of any of some profiles before."""
    if not told:
        return {}
    query = select(claims.c.name, claims.c.value).where(
        claims.c.profile_id.in_(profile_ids), claims.c.name.in_(list(told))
    )
    known = {(row.name, row.value) for row in connection.execute(query)}
    return {name: value for name, value in told.items() if (name, value) not in known}
