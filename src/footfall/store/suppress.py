"""People who are not to be tracked any more: their events are counted at the door and not kept.

Source: contract 3.10; ``ingest`` refuses the events.
"""

from sqlalchemy import Connection, update

from footfall.store import identity_log as log
from footfall.store import merges, people
from footfall.store.identity_log import Origin
from footfall.store.people import Profile
from footfall.store.tables import profiles as table


def count(connection: Connection, profile_id: int, times: int = 1) -> bool:
    """Tell whether a person's data is not to be kept, and if so count what was not.

    All profiles of a person are suppressed or none is, and their counts are added up.
    """
    return bool(
        connection.execute(
            update(table)
            .where(table.c.id == profile_id, table.c.suppressed_at.is_not(None))
            .values(suppressed_count=table.c.suppressed_count + times)
        ).rowcount
    )


def suppress(
    connection: Connection,
    business_id: int,
    row_id: int,
    origin: Origin,
    *,
    is_suppressed: bool = True,
) -> Profile | None:
    """Suppress a person with all its profiles, or lift that; what is so already stays.

    Returns:
        The person, or ``None`` if there is none.
    """
    root = people.canonical(connection, business_id, row_id)
    if root is None:
        return None
    members = merges.members_of(connection, root)
    differs = (
        table.c.suppressed_at.is_(None) if is_suppressed else table.c.suppressed_at.is_not(None)
    )
    changed = connection.execute(
        update(table)
        .where(table.c.id.in_(members), differs)
        .values(suppressed_at=origin.at if is_suppressed else None)
    ).rowcount
    if changed:
        merges.tell(connection, members)
        log.record(
            connection,
            business_id,
            "suppress",
            origin,
            profile_id=root,
            details={"suppressed": is_suppressed},
        )
    return people.find(connection, business_id, root)
