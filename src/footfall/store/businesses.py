"""Businesses: the tenants. Everything else belongs to exactly one."""

from typing import NamedTuple

from sqlalchemy import Connection, insert, select

from footfall.domain.times import now_us
from footfall.store.tables import businesses


class Business(NamedTuple):
    """A tenant: reporting currency, time zone of its days, country of its phone numbers."""

    id: int
    name: str
    currency: str
    timezone: str
    country: str
    created_at: int


_COLUMNS = tuple(businesses.c[name] for name in Business._fields)


def create(
    connection: Connection, name: str, *, currency: str, timezone: str, country: str
) -> Business:
    """Make a business; the arguments have been checked by the caller."""
    values = {
        "name": name,
        "currency": currency,
        "timezone": timezone,
        "country": country,
        "created_at": now_us(),
    }
    row_id = connection.execute(
        insert(businesses).values(values).returning(businesses.c.id)
    ).scalar_one()
    return Business(id=row_id, **values)  # type: ignore[arg-type]


def all_of(connection: Connection) -> list[Business]:
    """Return every business, oldest first."""
    rows = connection.execute(select(*_COLUMNS).order_by(businesses.c.id))
    return [Business(*row) for row in rows]


def find(connection: Connection, business_id: int) -> Business | None:
    """Return a business by row number."""
    row = connection.execute(select(*_COLUMNS).where(businesses.c.id == business_id)).first()
    return Business(*row) if row is not None else None
