"""The log of who is who: every change of it, and every one that was asked for and not made.

Rows are only ever added. What was undone or settled is told by a later row about it.

Source: contract 3.4, 5.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, insert, or_, select

from footfall.errors import Fault, Refused
from footfall.store import pages
from footfall.store.pages import Bounds, Page
from footfall.store.tables import identity_log, sessions


class Origin(NamedTuple):
    """When something changed, why, and who did it; no token means a public id or an operator."""

    at: int
    cause: str
    token_id: int | None = None


class Change(NamedTuple):
    """A row of the log, the session's text beside it, and whether it was undone or settled."""

    id: int
    business_id: int
    at: int
    kind: str
    session_id: int | None
    profile_id: int | None
    other_id: int | None
    about_id: int | None
    cause: str
    token_id: int | None
    details: dict[str, Any] | None
    session_text: str | None
    closed_by: int | None


_LATER: Final = identity_log.alias("later")


def record(
    connection: Connection,
    business_id: int,
    kind: str,
    origin: Origin,
    *,
    session_id: int | None = None,
    profile_id: int | None = None,
    other_id: int | None = None,
    about_id: int | None = None,
    details: dict[str, Any] | None = None,
) -> int:
    """Add a row to the log and return its number."""
    row_id: int = connection.execute(
        insert(identity_log)
        .values(
            business_id=business_id,
            at=origin.at,
            kind=kind,
            session_id=session_id,
            profile_id=profile_id,
            other_id=other_id,
            about_id=about_id,
            cause=origin.cause,
            token_id=origin.token_id,
            details=details,
        )
        .returning(identity_log.c.id)
    ).scalar_one()
    return row_id


def find(connection: Connection, business_id: int, row_id: int) -> Change | None:
    """Return a change, or ``None``."""
    query = query_changes().where(
        identity_log.c.id == row_id, identity_log.c.business_id == business_id
    )
    row = connection.execute(query).first()
    return None if row is None else Change._make(row)


def page(
    connection: Connection,
    business_id: int,
    bounds: Bounds,
    faults: list[Fault],
    *,
    profile_ids: Sequence[int] | None = None,
    session_id: int | None = None,
) -> Page:
    """Return a page of changes, newest first: all, or those that name a profile or a session.

    Raises:
        Refused: the faults given, or a bound that is no change.
    """
    within = identity_log.c.business_id == business_id
    pages.check(connection, identity_log, within, bounds, faults)
    if faults:
        raise Refused(faults)
    conditions: list[ColumnElement[bool]] = [within]
    if profile_ids is not None:
        conditions.append(
            or_(
                identity_log.c.profile_id.in_(profile_ids),
                identity_log.c.other_id.in_(profile_ids),
            )
        )
    if session_id is not None:
        conditions.append(identity_log.c.session_id == session_id)
    query = query_changes().where(*conditions)
    found = pages.newest_first(connection, query, identity_log.c.id, bounds)
    return Page([Change._make(row) for row in found.rows], found.has_more)


def query_changes() -> Select[Any]:
    """Select changes in the order of ``Change``."""
    return (
        select(
            identity_log.c.id,
            identity_log.c.business_id,
            identity_log.c.at,
            identity_log.c.kind,
            identity_log.c.session_id,
            identity_log.c.profile_id,
            identity_log.c.other_id,
            identity_log.c.about_id,
            identity_log.c.cause,
            identity_log.c.token_id,
            identity_log.c.details,
            sessions.c.text.label("session_text"),
            _LATER.c.id.label("closed_by"),
        )
        .outerjoin(sessions, sessions.c.id == identity_log.c.session_id)
        .outerjoin(_LATER, _LATER.c.about_id == identity_log.c.id)
    )
