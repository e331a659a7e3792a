"""Links that make a member, each good once and for a time; only a digest is kept.

The first one belongs to no business: whoever takes it owns all there are, and only while there is
no member at all.
"""

import secrets
from typing import Final, NamedTuple

from sqlalchemy import Connection, delete, insert, select, text, update

from footfall.domain.times import DAY, now_us
from footfall.domain.tokens import digest
from footfall.store import members
from footfall.store.tables import invitations

GOOD_FOR_US: Final = {"first": DAY, "further": 7 * DAY}
"""How long the first owner's link is good, and how long any other."""


class Invitation(NamedTuple):
    """An invitation's row; ``business_id`` ``None``: the first owner's."""

    id: int
    business_id: int | None
    role: str
    expires_at: int


_COLUMNS = tuple(invitations.c[name] for name in Invitation._fields)


def create(
    connection: Connection, business_id: int | None, role: str, invited_by: int | None
) -> tuple[Invitation, str]:
    """Make an invitation; return its row and the secret of its link, which is kept nowhere.

    Those that nobody used in time are forgotten.
    """
    now, secret = now_us(), secrets.token_urlsafe(32)
    connection.execute(
        delete(invitations).where(invitations.c.used_at.is_(None), invitations.c.expires_at <= now)
    )
    row = connection.execute(
        insert(invitations)
        .values(
            business_id=business_id,
            role=role,
            digest=digest(secret),
            invited_by=invited_by,
            created_at=now,
            expires_at=now + GOOD_FOR_US["first" if business_id is None else "further"],
        )
        .returning(*_COLUMNS)
    ).one()
    return Invitation._make(row), secret


def find(connection: Connection, secret: str) -> Invitation | None:
    """Return an invitation that is still good."""
    query = select(*_COLUMNS).where(
        invitations.c.digest == digest(secret),
        invitations.c.used_at.is_(None),
        invitations.c.expires_at > now_us(),
    )
    row = connection.execute(query).first()
    if row is None or (row.business_id is None and members.are_any(connection)):
        return None
    return Invitation._make(row)


def take(connection: Connection, secret: str) -> Invitation | None:
    """Use an invitation up and return it, unless somebody else was faster."""
    if connection.dialect.name == "postgresql":
        # Two people with two first links: the second finds the first one's member.
        connection.execute(text("select pg_advisory_xact_lock(4705)"))
    found = find(connection, secret)
    if found is None:
        return None
    taken = connection.execute(
        update(invitations)
        .where(invitations.c.id == found.id, invitations.c.used_at.is_(None))
        .values(used_at=now_us())
    )
    return found if taken.rowcount else None


def pending(connection: Connection, business_id: int) -> list[Invitation]:
    """Return the invitations to a business that are still good, newest first."""
    query = (
        select(*_COLUMNS)
        .where(
            invitations.c.business_id == business_id,
            invitations.c.used_at.is_(None),
            invitations.c.expires_at > now_us(),
        )
        .order_by(invitations.c.id.desc())
    )
    return [Invitation._make(row) for row in connection.execute(query)]


def withdraw(connection: Connection, business_id: int, row_id: int) -> None:
    """Make an invitation of a business good for nobody."""
    connection.execute(
        delete(invitations).where(
            invitations.c.business_id == business_id,
            invitations.c.id == row_id,
            invitations.c.used_at.is_(None),
        )
    )
