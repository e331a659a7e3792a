"""Businesses: the tenants. Everything else belongs to exactly one.

The test side of a business is a business too, its twin: whatever is sent to it stays apart without
anybody on its way having to know. Functions that speak of all businesses leave twins out.
"""

from typing import Any, NamedTuple

from sqlalchemy import Connection, insert, select, text, update

from footfall.domain.times import now_us
from footfall.store.facts import changed
from footfall.store.tables import businesses, tokens


class Business(NamedTuple):
    """A tenant: reporting currency, time zone of its days, country of its phone numbers.

    ``origins`` are those whose pages may use the public id, ``link_hosts`` the hosts that its
    tracked links may lead to, ``None``: any; ``test_of`` is the business whose test side this is.
    """

    id: int
    name: str
    currency: str
    timezone: str
    country: str
    created_at: int
    origins: list[str] | None = None
    test_of: int | None = None
    link_hosts: list[str] | None = None


_COLUMNS = tuple(businesses.c[name] for name in Business._fields)
_KNOWN_BY_TOKEN = ("currency", "country")
"""What processes remember of a business with each of its tokens."""


def create(
    connection: Connection,
    name: str,
    *,
    currency: str,
    timezone: str,
    country: str,
    origins: list[str] | None = None,
    test_of: int | None = None,
    link_hosts: list[str] | None = None,
) -> Business:
    """Make a business; the arguments have been checked by the caller."""
    row = connection.execute(
        insert(businesses)
        .values(
            name=name,
            currency=currency,
            timezone=timezone,
            country=country,
            origins=origins,
            test_of=test_of,
            link_hosts=link_hosts,
            created_at=now_us(),
        )
        .returning(*_COLUMNS)
    ).one()
    return Business(*row)


def all_of(connection: Connection) -> list[Business]:
    """Return every business, oldest first."""
    query = select(*_COLUMNS).where(businesses.c.test_of.is_(None)).order_by(businesses.c.id)
    return [Business(*row) for row in connection.execute(query)]


def find(connection: Connection, business_id: int) -> Business | None:
    """Return a business or a twin by row number."""
    row = connection.execute(select(*_COLUMNS).where(businesses.c.id == business_id)).first()
    return Business(*row) if row is not None else None


def change(connection: Connection, business_id: int, values: dict[str, Any]) -> None:
    """Set columns of a business, at least one, and of its twin."""
    both = [business_id, twins(connection).get(business_id)]
    for row_id in both:
        if row_id is not None:
            connection.execute(update(businesses).where(businesses.c.id == row_id).values(**values))
            changed(connection, "business", row_id)
            if not values.keys().isdisjoint(_KNOWN_BY_TOKEN):
                _forget_callers(connection, row_id)


def _forget_callers(connection: Connection, business_id: int) -> None:
    query = select(tokens.c.id).where(
        tokens.c.business_id == business_id, tokens.c.revoked_at.is_(None)
    )
    for token_id in connection.execute(query).scalars().all():
        changed(connection, "token", token_id)


def twins(connection: Connection) -> dict[int, int]:
    """Return the twin of each business that has one, by row number."""
    query = select(businesses.c.test_of, businesses.c.id).where(businesses.c.test_of.is_not(None))
    return {row.test_of: row.id for row in connection.execute(query)}


def twin(connection: Connection, live: Business) -> Business:
    """Return the test side of a business, made now if it has none."""
    if connection.dialect.name == "postgresql":
        # Two commands at once: the second finds the first one's.
        connection.execute(text("select pg_advisory_xact_lock(4704)"))
    query = select(*_COLUMNS).where(businesses.c.test_of == live.id)
    row = connection.execute(query).first()
    if row is not None:
        return Business(*row)
    made = create(
        connection,
        live.name,
        currency=live.currency,
        timezone=live.timezone,
        country=live.country,
        origins=live.origins,
        link_hosts=live.link_hosts,
        test_of=live.id,
    )
    # Custom actions are looked up under both from now on.
    changed(connection, "actions", live.id)
    return made
