"""A database URL → two engines, one to write and one to read.

Every pragma stands here with its reason. Nothing else in Footfall opens the system of record.
"""

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, OperationalError

from footfall.errors import ConfigurationError

READERS: Final = 4
"""Reader threads, and connections for them."""

WRITING: Final = 4702
"""Advisory lock that every transaction which writes to PostgreSQL shares until it has ended."""

_SQLITE_PRAGMAS: Final = {
    # Readers never wait for the writer, nor the writer for them.
    "journal_mode": "wal",
    # A commit returns after the write-ahead log is synced: the first promise.
    "synchronous": "full",
    # Off by default in SQLite, for reasons of age.
    "foreign_keys": "on",
    # An admin command beside a running server waits for its turn instead of failing.
    "busy_timeout": 10_000,
    # 16 MiB of pages per connection.
    "cache_size": -16_384,
    # Sorting never needs the temporary folder.
    "temp_store": "memory",
    # 16 MiB of log between checkpoints: pages of an index over random ids, dirtied by commit after
    # commit, go into the database once (docs/performance.md).
    "wal_autocheckpoint": 4_000,
}


@dataclass(frozen=True, slots=True)
class Engines:
    """The two ways into one database; ``write`` is the writer thread's alone."""

    write: Engine
    read: Engine
    url: URL

    @property
    def is_sqlite(self) -> bool:
        return self.write.dialect.name == "sqlite"

    @property
    def file(self) -> Path:
        """The SQLite file."""
        return Path(str(self.url.database))

    def dispose(self) -> None:
        self.read.dispose()
        self.write.dispose()


def parse_url(text: str) -> URL:
    """Return a database URL with the driver Footfall uses.

    Raises:
        ConfigurationError: it is no URL, or of an engine Footfall does not run on.
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise ConfigurationError(
            "The database URL cannot be read; write sqlite:///FILE or "
            "postgresql://USER:PASSWORD@HOST/NAME."
        ) from None
    match url.get_backend_name():
        case "sqlite" if url.database and url.database != ":memory:":
            return url.set(drivername="sqlite")
        case "postgresql" | "postgres":
            return url.set(drivername="postgresql+psycopg")
        case "sqlite":
            raise ConfigurationError(
                "The database URL names no file; write sqlite:///FILE, with a fourth slash for a "
                "path from the root."
            )
        case other:
            raise ConfigurationError(
                f"Footfall does not run on “{other}”; write sqlite:///FILE or "
                "postgresql://USER:PASSWORD@HOST/NAME."
            )


def open_engines(text: str) -> Engines:
    """Return the engines for a database URL; connects to nothing yet, makes the SQLite folder."""
    url = parse_url(text)
    if url.get_backend_name() == "sqlite":
        Path(str(url.database)).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Engines(_sqlite(url, writes=True), _sqlite(url, writes=False), url)
    return Engines(_postgresql(url, 2, writes=True), _postgresql(url, READERS, writes=False), url)


def _json_text(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _create(url: URL, **options: Any) -> Engine:
    return create_engine(
        url,
        json_serializer=_json_text,
        json_deserializer=msgspec.json.decode,
        # An error of the database names the statement, never a customer's address.
        hide_parameters=True,
        **options,
    )


def _postgresql(url: URL, size: int, *, writes: bool) -> Engine:
    # The server may be set to answer before its log is synced; Footfall's answer must not.
    options = "-c synchronous_commit=on -c timezone=UTC -c lock_timeout=10s"
    if not writes:
        options += " -c default_transaction_read_only=on"
    engine = _create(
        url,
        pool_size=size,
        max_overflow=0,
        pool_pre_ping=True,
        connect_args={"connect_timeout": 5, "options": options},
    )
    if writes:

        @event.listens_for(engine, "begin")
        def tell(connection: Connection) -> None:
            # Row numbers become visible in the order of commits, not their own: whoever follows
            # them has to know which transactions may still bring lower ones (``store/settled.py``).
            connection.exec_driver_sql(f"select pg_advisory_xact_lock_shared({WRITING})")

    return engine


def _sqlite(url: URL, *, writes: bool) -> Engine:
    engine = _create(
        url,
        pool_size=1 if writes else READERS,
        max_overflow=0,
        connect_args={"check_same_thread": False, "cached_statements": 256},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: object) -> None:
        # The driver's own idea of when a transaction begins is switched off: ours follows.
        connection.isolation_level = None
        for name, value in _SQLITE_PRAGMAS.items():
            connection.execute(f"pragma {name} = {value}")
        if not writes:
            connection.execute("pragma query_only = on")

    # A write transaction takes the lock at its start: what it then reads cannot change under it.
    begin = "begin immediate" if writes else "begin"

    @event.listens_for(engine, "begin")
    def open_transaction(connection: Connection) -> None:
        # Past the query builder, whose ceremony costs a commit more than the statement.
        driver: Any = connection.connection.driver_connection
        try:
            driver.execute(begin)
        except sqlite3.Error as problem:
            raise OperationalError(begin, None, problem) from problem

    return engine
