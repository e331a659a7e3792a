"""Sessions: browsers and devices, and the profile each turned out to be."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, Row, Select, insert, or_, select, update

from footfall.domain.sessions import SessionFact, is_carriable, is_well_formed
from footfall.store import conflicts, merges, pages
from footfall.store import identity_log as log
from footfall.store.facts import changed
from footfall.store.identity_log import Origin
from footfall.store.pages import Bounds, Page
from footfall.store.tables import profiles, sessions

_CHUNK = 500


class Session(NamedTuple):
    """A session's row; ``text`` is the id the browser knows.

    Attributes:
        profile_id: the profile it was attached to.
        owner_id: the root of that profile's person.
        is_orphan: whether that person was deleted. The session stays its, and answers show nobody.
    """

    id: int
    text: str
    profile_id: int | None
    created_at: int
    attached_at: int | None
    owner_id: int | None
    is_orphan: bool


Attachment = Literal["attached", "free", "another", "noted"]
"""How a session stands to a person: theirs, nobody's, another's, or another's and noted so."""

_COLUMNS = tuple(sessions.c[name] for name in Session._fields[:-2])


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
    row = max(connection.execute(query), key=lambda row: bool(row.text == text), default=None)
    return None if row is None else _session(connection, row)


def find_or_create(
    connection: Connection,
    business_id: int,
    text: str,
    row_id: int | None,
    at: int,
    *,
    begins_any: bool = False,
) -> Session | None:
    """Return the session a text means; one nobody has heard of begins if its id is well formed.

    Args:
        begins_any: whether it may begin under any text that can be carried.
    """
    if not is_carriable(text):
        return None
    found = find(connection, business_id, text, row_id)
    if found is not None or not (begins_any or is_well_formed(text)):
        return found
    return create(connection, business_id, text, at)


def create(connection: Connection, business_id: int, text: str, at: int) -> Session:
    """Make a session under an id that nobody has."""
    row = connection.execute(
        insert(sessions)
        .values(business_id=business_id, text=text, created_at=at)
        .returning(*_COLUMNS)
    ).one()
    return _session(connection, row)


def of_person(connection: Connection, members: Sequence[int], bounds: Bounds) -> Page:
    """Return a page of the sessions of profiles that are one person, newest first."""
    query = select(*_COLUMNS).where(sessions.c.profile_id.in_(members))
    found = pages.newest_first(connection, query, sessions.c.id, bounds)
    return Page([_session(connection, row) for row in found.rows], found.has_more)


def attachment(
    connection: Connection, session: Session, profile_id: int, conflict: str = "attach_conflict"
) -> Attachment:
    """Tell how a session stands to the person of a profile."""
    if session.owner_id is None:
        return "free"
    if session.owner_id == merges.root_of(connection, profile_id):
        return "attached"
    is_noted = conflicts.is_noted(connection, conflict, session.id, profile_id)
    return "noted" if is_noted else "another"


def attach(
    connection: Connection,
    business_id: int,
    session: Session,
    profile_id: int,
    *,
    at: int,
    cause: str,
    token_id: int | None,
    conflict: str = "attach_conflict",
) -> Session:
    """Give a free session to a profile; one that is another's stays where it is.

    An anonymous owner turns out to be the known profile: it is merged into it. Between two people
    who are known, the attempt is noted as a conflict of the kind ``conflict``, and so it is if the
    owner was deleted: history follows sessions, and its is nobody else's.

    Returns:
        The session as it is afterwards; whose it is tells whether it was given.
    """
    origin = Origin(at, cause, token_id)
    taken = connection.execute(
        update(sessions)
        .where(sessions.c.id == session.id, sessions.c.profile_id.is_(None))
        .values(profile_id=profile_id, attached_at=at)
    ).rowcount
    if taken:
        log.record(
            connection,
            business_id,
            "attach",
            origin,
            session_id=session.id,
            profile_id=profile_id,
        )
        changed(connection, "session", session.id)
        return _reread(connection, session.id)
    after = _reread(connection, session.id)
    wanted = merges.root_of(connection, profile_id)
    if after.owner_id is not None and after.owner_id != wanted:
        if merges.may_absorb(connection, wanted, after.owner_id):
            merges.merge(connection, business_id, wanted, after.owner_id, origin)
            return _reread(connection, session.id)
        conflicts.note(
            connection, business_id, conflict, session.id, profile_id, after.owner_id, origin
        )
    return after


def _reread(connection: Connection, row_id: int) -> Session:
    row = connection.execute(select(*_COLUMNS).where(sessions.c.id == row_id)).one()
    return _session(connection, row)


def _session(connection: Connection, row: Row[Any]) -> Session:
    profile_id = row.profile_id
    owner_id = None if profile_id is None else merges.root_of(connection, profile_id)
    is_orphan = owner_id is not None and bool(merges.deleted_of(connection, [owner_id]))
    return Session._make([*row, owner_id, is_orphan])
