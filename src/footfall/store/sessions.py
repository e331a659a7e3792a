"""Sessions: browsers and devices, and the profile each turned out to be."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, insert, or_, select, update

from footfall.domain.sessions import SessionFact, is_carriable, is_well_formed
from footfall.store.facts import changed
from footfall.store.tables import identity_log, profiles, sessions

_CHUNK = 500


class Session(NamedTuple):
    """A session's row; ``text`` is the id the browser knows."""

    id: int
    text: str
    profile_id: int | None
    created_at: int
    attached_at: int | None


_COLUMNS = tuple(sessions.c[name] for name in Session._fields)


def select_facts() -> Select[Any]:
    """Select row number, text, profile, and whether that person's events are not kept."""
    return select(
        sessions.c.id,
        sessions.c.text,
        sessions.c.profile_id,
        profiles.c.suppressed_at.is_not(None),
    ).outerjoin(profiles, profiles.c.id == sessions.c.profile_id)


def find_named(
    connection: Connection, business_id: int, names: Sequence[tuple[str, int | None]]
) -> dict[str, SessionFact]:
    """Return sessions by their text, or by the row number the text would be the public id of."""
    found: dict[str, SessionFact] = {}
    for start in range(0, len(names), _CHUNK):
        chunk = names[start : start + _CHUNK]
        rows = {row_id: text for text, row_id in chunk if row_id is not None}
        query = select_facts().where(
            sessions.c.business_id == business_id,
            or_(sessions.c.text.in_([text for text, _ in chunk]), sessions.c.id.in_(rows)),
        )
        by_id: dict[str, SessionFact] = {}
        for row_id, text, profile_id, is_suppressed in connection.execute(query):
            fact = SessionFact(row_id, profile_id, is_suppressed)
            found[text] = fact
            if row_id in rows:
                by_id[rows[row_id]] = fact
        found = {**by_id, **found}
    return found


def find(connection: Connection, business_id: int, text: str, row_id: int | None) -> Session | None:
    """Return the session a text means: its own id first, else its public id."""
    query = select(*_COLUMNS).where(
        sessions.c.business_id == business_id,
        or_(sessions.c.text == text, sessions.c.id == row_id),
    )
    rows = [Session(*row) for row in connection.execute(query)]
    return max(rows, key=lambda row: row.text == text, default=None)


def find_or_create(
    connection: Connection, business_id: int, text: str, row_id: int | None, at: int
) -> Session | None:
    """Return the session a text means; one nobody has heard of begins if its id is well formed."""
    if not is_carriable(text):
        return None
    found = find(connection, business_id, text, row_id)
    if found is not None or not is_well_formed(text):
        return found
    return create(connection, business_id, text, at)


def create(connection: Connection, business_id: int, text: str, at: int) -> Session:
    """Make a session under an id that nobody has."""
    row = connection.execute(
        insert(sessions)
        .values(business_id=business_id, text=text, created_at=at)
        .returning(*_COLUMNS)
    ).one()
    return Session(*row)


def attach(
    connection: Connection,
    business_id: int,
    session: Session,
    profile_id: int,
    *,
    at: int,
    cause: str,
    token_id: int | None,
) -> Session:
    """Give a free session to a profile; one that is another's stays, and the attempt is logged.

    Returns:
        The session as it is afterwards; whose it is tells whether it was given.
    """
    taken = connection.execute(
        update(sessions)
        .where(sessions.c.id == session.id, sessions.c.profile_id.is_(None))
        .values(profile_id=profile_id, attached_at=at)
    ).rowcount
    now = connection.execute(select(*_COLUMNS).where(sessions.c.id == session.id)).one()
    after = Session(*now)
    if taken or after.profile_id != profile_id:
        connection.execute(
            insert(identity_log).values(
                business_id=business_id,
                at=at,
                kind="attach" if taken else "attach_conflict",
                session_id=session.id,
                profile_id=profile_id,
                cause=cause,
                token_id=token_id,
            )
        )
    if taken:
        changed(connection, "session", session.id)
    return after
