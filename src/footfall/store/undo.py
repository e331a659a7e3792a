"""Takes back a merge or the attaching of a session; what was before is there again, exactly.

Source: contract 5.
"""

from typing import Any

from sqlalchemy import Connection, update

from footfall.errors import NotAllowed, Refused, refuse
from footfall.store import identity_log as log
from footfall.store import merges
from footfall.store.facts import changed
from footfall.store.identity_log import Change, Origin
from footfall.store.tables import profiles, sessions


def undo(connection: Connection, business_id: int, row_id: int, origin: Origin) -> Change | None:
    """Undo a change and return the change that this is, ``None`` if there is none to undo.

    Raises:
        Refused: it is neither a merge nor an attachment, was undone before, or its person was
            deleted or erased.
    """
    change = log.find(connection, business_id, row_id)
    if change is None:
        return None
    if change.kind not in ("merge", "attach"):
        raise _refusal(
            f"Only a merge or an attachment can be undone, and this is a change of kind "
            f"“{change.kind}”."
        )
    if change.closed_by is not None:
        raise _refusal("This change was undone before.")
    assert change.profile_id is not None
    root = merges.root_of(connection, change.profile_id)
    if merges.deleted_of(connection, [root]):
        # Set free, its sessions and what they did could become somebody else's.
        raise _refusal("The person was deleted; who it was is not changed any more.")
    _separate(connection, change) if change.kind == "merge" else _detach(connection, change)
    made = log.record(
        connection,
        business_id,
        "undo",
        origin,
        session_id=change.session_id,
        profile_id=change.profile_id,
        other_id=change.other_id,
        about_id=change.id,
    )
    return log.find(connection, business_id, made)


def _separate(connection: Connection, change: Change) -> None:
    assert change.other_id is not None
    members = merges.person_of(connection, change.other_id)
    separated = connection.execute(
        update(profiles)
        .where(profiles.c.id == change.other_id, profiles.c.merged_into == change.profile_id)
        .values(merged_into=None)
    ).rowcount
    if not separated:
        raise _refusal("The profiles are not merged any more.")
    details: dict[str, Any] = change.details or {}
    if suppressed := details.get("suppressed"):
        connection.execute(
            update(profiles).where(profiles.c.id.in_(suppressed)).values(suppressed_at=None)
        )
    merges.tell(connection, members)


def _detach(connection: Connection, change: Change) -> None:
    detached = connection.execute(
        update(sessions)
        .where(sessions.c.id == change.session_id, sessions.c.profile_id == change.profile_id)
        .values(profile_id=None, attached_at=None)
    ).rowcount
    if not detached:
        raise _refusal("The session is not this profile's any more.")
    assert change.session_id is not None
    changed(connection, "session", change.session_id)


def _refusal(message: str) -> Refused:
    return refuse(NotAllowed(message, "id"))
