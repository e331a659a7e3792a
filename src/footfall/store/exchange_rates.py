"""What one euro was worth in other currencies, day by day; the same for all businesses."""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from footfall.store.engine import Engines
from footfall.store.tables import exchange_rates

_AT_ONCE: Final = 2_000


class Rate(NamedTuple):
    """One euro in another currency.

    Attributes:
        day: as ISO 8601, ``2026-03-02``.
        rate: as a decimal text, the digits that were published.
    """

    currency: str
    day: str
    rate: str


class Kept(NamedTuple):
    """How many rates were new, others than before, or known already."""

    new: int
    changed: int
    same: int


class Known(NamedTuple):
    """What is known of a currency: from when to when, how many days, and the latest rate."""

    currency: str
    first_day: str
    last_day: str
    days: int
    rate: str


_COLUMNS = tuple(exchange_rates.c[name] for name in Rate._fields)


def keep(engines: Engines, rates: Iterable[Rate], at: int) -> Kept:
    """Store rates; one that is known for its day is replaced.

    In many short transactions, so that no server beside it has to wait long for its next commit.
    """
    with engines.read.begin() as connection:
        known = {(row.currency, row.day): row.rate for row in connection.execute(select(*_COLUMNS))}
    told = {(each.currency, each.day): each for each in rates}
    fresh = [each for key, each in told.items() if known.get(key) != each.rate]
    changed = sum((each.currency, each.day) in known for each in fresh)
    statement = (insert_sqlite if engines.is_sqlite else insert_postgresql)(exchange_rates)
    upsert = statement.on_conflict_do_update(
        index_elements=["currency", "day"],
        set_={"rate": statement.excluded.rate, "imported_at": statement.excluded.imported_at},
    )
    for first in range(0, len(fresh), _AT_ONCE):
        rows = [each._asdict() | {"imported_at": at} for each in fresh[first : first + _AT_ONCE]]
        with engines.write.begin() as connection:
            connection.execute(upsert, rows)
    return Kept(len(fresh) - changed, changed, len(told) - len(fresh))


def between(
    connection: Connection, currencies: Sequence[str], first_day: str, last_day: str
) -> list[Rate]:
    """Return the rates of some currencies from one day to another, both included, oldest first."""
    query = (
        select(*_COLUMNS)
        .where(
            exchange_rates.c.currency.in_(currencies),
            exchange_rates.c.day.between(first_day, last_day),
        )
        .order_by(exchange_rates.c.day, exchange_rates.c.currency)
    )
    return [Rate(*row) for row in connection.execute(query)]


def latest(connection: Connection, currency: str, count: int) -> list[Rate]:
    """Return the last rates of a currency, the latest first."""
    query = (
        select(*_COLUMNS)
        .where(exchange_rates.c.currency == currency)
        .order_by(exchange_rates.c.day.desc())
        .limit(count)
    )
    return [Rate(*row) for row in connection.execute(query)]


def known(connection: Connection) -> list[Known]:
    """Return what is known of each currency, in the order of their codes."""
    spans = (
        select(
            exchange_rates.c.currency,
            func.min(exchange_rates.c.day).label("first_day"),
            func.max(exchange_rates.c.day).label("last_day"),
            func.count().label("days"),
        )
        .group_by(exchange_rates.c.currency)
        .subquery()
    )
    query = (
        select(*spans.c, exchange_rates.c.rate)
        .join(
            exchange_rates,
            (exchange_rates.c.currency == spans.c.currency)
            & (exchange_rates.c.day == spans.c.last_day),
        )
        .order_by(spans.c.currency)
    )
    return [Known(**row._mapping) for row in connection.execute(query)]
