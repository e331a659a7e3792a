"""What another process may do to the writer: hold the lock it needs, and be waited for."""

import contextlib
import time
from collections.abc import Iterator

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from footfall.store.engine import parse_url
from tests.store.running import Running

WAIT_LIMIT_S = 9


@contextlib.contextmanager
def elsewhere(url: str) -> Iterator[Connection]:
    """A connection as another process has it."""
    engine = create_engine(parse_url(url), poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


@contextlib.contextmanager
def blocked(url: str) -> Iterator[None]:
    """Let nobody else commit a change of businesses, tokens or events meanwhile."""
    with elsewhere(url) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("lock table businesses, tokens, events in share mode"))
        else:
            connection.exec_driver_sql("begin immediate")
        yield
        connection.rollback()


def wait_until_blocked(url: str) -> None:
    """Return once somebody waits for a lock on a PostgreSQL database."""
    waiting = text(
        "select count(*) from pg_locks join pg_stat_activity using (pid) "
        "where not granted and datname = current_database()"
    )
    until = time.monotonic() + WAIT_LIMIT_S
    with elsewhere(url) as connection:
        while not connection.execute(waiting).scalar():
            connection.rollback()
            assert time.monotonic() < until, "nobody waits for a lock"


def be_impatient(started: Running) -> None:
    """Let the writer wait for locks no longer than a moment, until its next connection."""

    def shorten(connection: Connection) -> None:
        if connection.dialect.name == "postgresql":
            connection.execute(text("set lock_timeout = '50ms'"))
        else:
            connection.exec_driver_sql("pragma busy_timeout = 50")

    started.write(shorten)
