"""What members changed: one row for each change, written in the same commit."""

from typing import Any, NamedTuple

from sqlalchemy import Connection, insert, select

from footfall.domain.times import now_us
from footfall.store import pages
from footfall.store.pages import Bounds, Page
from footfall.store.tables import audit, members


class Change(NamedTuple):
    """Who changed what, when.

    Attributes:
        action: such as ``token.revoked``.
        subject: the name of what was changed.
    """

    id: int
    at: int
    member_name: str
    member_email: str
    action: str
    subject: str
    details: dict[str, Any] | None


def add(
    connection: Connection,
    business_id: int,
    member_id: int,
    action: str,
    subject: str,
    details: dict[str, Any] | None = None,
) -> None:
    """Note a change; nothing in it may be a secret."""
    connection.execute(
        insert(audit).values(
            business_id=business_id,
            member_id=member_id,
            at=now_us(),
            action=action,
            subject=subject[:255],
            details=details,
        )
    )


def page(connection: Connection, business_id: int, bounds: Bounds) -> Page:
    """Return a page of the changes in a business, newest first."""
    query = (
        select(
            audit.c.id,
            audit.c.at,
            members.c.name,
            members.c.email,
            audit.c.action,
            audit.c.subject,
            audit.c.details,
        )
        .join(members, members.c.id == audit.c.member_id)
        .where(audit.c.business_id == business_id)
    )
    found = pages.newest_first(connection, query, audit.c.id, bounds)
    return Page([Change._make(row) for row in found.rows], found.has_more)
