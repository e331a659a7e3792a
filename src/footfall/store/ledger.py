"""The ledger: per token and hour, received = stored + duplicate + rejected.

What comes without a token is counted per business, under ``NO_TOKEN``.

Entries are added in the commit of the events they count. ``received`` comes from the wire, where
items are counted before anything looks into them; the other three from what became of each. A check
in the table refuses a commit in which they differ, so the books cannot drift apart unnoticed.
"""

from typing import Final, NamedTuple

from sqlalchemy import Connection, Insert, and_, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from footfall.store.tables import ledger

NO_TOKEN: Final = 0
"""In place of a token, for events with the public id and those the server makes itself."""

_COUNTS = ("received", "stored", "duplicate", "rejected")


def upsert(dialect: str) -> Insert:
    """Return the statement that adds one entry to the books of a database engine."""
    insert = postgresql.insert(ledger) if dialect == "postgresql" else sqlite.insert(ledger)
    return insert.on_conflict_do_update(
        index_elements=list(ledger.primary_key.columns),
        set_={name: ledger.c[name] + insert.excluded[name] for name in _COUNTS},
    )


class Entry(NamedTuple):
    """What a token sent in one hour (its start in microseconds UTC), and what became of it.

    ``token_id`` is ``NO_TOKEN`` for what came without one.
    """

    token_id: int
    hour_at: int
    received: int
    stored: int
    duplicate: int
    rejected: int


_COLUMNS = tuple(ledger.c[name] for name in Entry._fields)


def find(connection: Connection, business_id: int, token_id: int, hour_at: int) -> Entry | None:
    """Return one entry of a business."""
    query = select(*_COLUMNS).where(
        ledger.c.business_id == business_id,
        ledger.c.token_id == token_id,
        ledger.c.hour_at == hour_at,
    )
    row = connection.execute(query).first()
    return Entry._make(row) if row is not None else None


def has_entries(connection: Connection, business_id: int) -> bool:
    """Tell whether a business was ever sent anything."""
    query = select(ledger.c.hour_at).where(ledger.c.business_id == business_id).limit(1)
    return connection.execute(query).first() is not None


def totals(connection: Connection, business_id: int, since_at: int, until_at: int) -> list[Entry]:
    """Return one entry for each token and hour with ``since_at`` ≤ hour < ``until_at``."""
    query = select(*_COLUMNS).where(
        ledger.c.business_id == business_id,
        ledger.c.hour_at >= since_at,
        ledger.c.hour_at < until_at,
    )
    return [Entry._make(row) for row in connection.execute(query)]


def last_hours(connection: Connection, business_id: int) -> dict[int, int]:
    """Return the latest hour in which each token sent something."""
    query = (
        select(ledger.c.token_id, func.max(ledger.c.hour_at).label("hour_at"))
        .where(ledger.c.business_id == business_id)
        .group_by(ledger.c.token_id)
    )
    return {row.token_id: row.hour_at for row in connection.execute(query)}


def page(
    connection: Connection,
    business_id: int,
    hours: tuple[int | None, int | None],
    limit: int,
    *,
    after: Entry | None = None,
    before: Entry | None = None,
) -> tuple[list[Entry], bool]:
    """Return a page of entries, newest hour first, and whether there are more.

    Args:
        hours: since ≤ hour < until; ``None`` is open.
        after: only entries that follow this one; ``before``: those just ahead of that one.
    """
    since_at, until_at = hours
    query = select(*_COLUMNS).where(ledger.c.business_id == business_id).limit(limit + 1)
    if since_at is not None:
        query = query.where(ledger.c.hour_at >= since_at)
    if until_at is not None:
        query = query.where(ledger.c.hour_at < until_at)
    hour_at, token_id = ledger.c.hour_at, ledger.c.token_id
    if before is not None:
        same = and_(hour_at == before.hour_at, token_id < before.token_id)
        query = query.where(or_(hour_at > before.hour_at, same))
        query = query.order_by(hour_at, token_id.desc())
        entries = [Entry._make(row) for row in connection.execute(query)]
        return entries[:limit][::-1], len(entries) > limit
    if after is not None:
        same = and_(hour_at == after.hour_at, token_id > after.token_id)
        query = query.where(or_(hour_at < after.hour_at, same))
    query = query.order_by(hour_at.desc(), token_id)
    entries = [Entry._make(row) for row in connection.execute(query)]
    return entries[:limit], len(entries) > limit
