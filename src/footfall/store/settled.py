"""Up to which row number a table is settled: nothing at or below it can still appear.

Whoever follows append-only tables reads up to there and no further. On SQLite there is one writer,
and numbers appear in their own order. On PostgreSQL a transaction takes numbers early and others
may commit higher ones before it: each holds a shared lock until it has ended, and the numbers given
so far are settled once all who hold it now have let go. Nobody is kept waiting by this but the one
who asks.
"""

import time
from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, Engine, Table, func, select, text

from footfall.errors import ConfigurationError
from footfall.store.engine import WRITING, Engines

PATIENCE_S: Final = 30.0
_LOOK_EVERY_S: Final = 0.005

_HOLDERS: Final = text(
    "select virtualtransaction from pg_locks where locktype = 'advisory' and granted "
    "and database = (select oid from pg_database where datname = current_database()) "
    "and classid = 0 and objid = :key and objsubid = 1"
)


def settled(engines: Engines, tables: Sequence[Table]) -> dict[str, int]:
    """Return for each table by name the row number up to which it is settled, 0 when it is empty.

    What was committed before the call is at or below it. Waits for transactions that are open on
    PostgreSQL at the moment.

    Raises:
        ConfigurationError: one of them does not end for half a minute.
    """
    if engines.is_sqlite:
        with engines.read.begin() as connection:
            return {table.name: _highest(connection, table) for table in tables}
    return _settled_postgresql(engines.read, tables)


def _highest(connection: Connection, table: Table) -> int:
    """Return the highest row number ever given, also when its row is gone, where SQLite knows."""
    if table.dialect_options["sqlite"]["autoincrement"]:
        query = text("select seq from sqlite_sequence where name = :name")
        return connection.execute(query, {"name": table.name}).scalar() or 0
    highest: int | None = connection.execute(select(func.max(table.c.id))).scalar()
    return highest or 0


def _settled_postgresql(engine: Engine, tables: Sequence[Table]) -> dict[str, int]:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        given = {table.name: _given(connection, table) for table in tables}
        open_now = _holders(connection)
        deadline = time.monotonic() + PATIENCE_S
        while open_now:
            if time.monotonic() > deadline:
                raise ConfigurationError(
                    "A transaction on the database has not ended for half a minute; look for it "
                    "in pg_stat_activity."
                )
            time.sleep(_LOOK_EVERY_S)
            open_now &= _holders(connection)
    return given


def _given(connection: Connection, table: Table) -> int:
    """Return the last row number that was given to anybody, whether or not it is committed."""
    query = text(f"select case when is_called then last_value else 0 end from {table.name}_id_seq")
    given: int = connection.execute(query).scalar_one()
    return given


def _holders(connection: Connection) -> set[str]:
    return set(connection.execute(_HOLDERS, {"key": WRITING}).scalars())
