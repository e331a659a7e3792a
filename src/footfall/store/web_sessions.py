"""Browsers that are logged in: begun, found by the digest of their cookie, ended."""

from typing import Final

from sqlalchemy import Connection, delete, insert, select

from footfall.domain.times import DAY, now_us
from footfall.store.tables import web_sessions

GOOD_FOR_US: Final = 14 * DAY
"""How long a login lasts; it is not prolonged."""


def begin(connection: Connection, digest: bytes, member_id: int) -> None:
    """Log a browser in, and forget those whose time is over."""
    now = now_us()
    connection.execute(delete(web_sessions).where(web_sessions.c.expires_at <= now))
    connection.execute(
        insert(web_sessions).values(
            digest=digest, member_id=member_id, created_at=now, expires_at=now + GOOD_FOR_US
        )
    )


def find_member(connection: Connection, digest: bytes) -> int | None:
    """Return whose browser it is, unless its time is over."""
    query = select(web_sessions.c.member_id).where(
        web_sessions.c.digest == digest, web_sessions.c.expires_at > now_us()
    )
    return connection.execute(query).scalar()


def end(connection: Connection, digest: bytes) -> None:
    """Log a browser out."""
    connection.execute(delete(web_sessions).where(web_sessions.c.digest == digest))
