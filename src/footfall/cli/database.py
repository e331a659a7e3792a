"""Opens the installation's database for one command, beside a server or without one.

Commands see public ids, the database row numbers; this is where they meet. A database that is not
there is made only by commands that begin an installation: a mistyped folder must not become one.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import psycopg
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from footfall.domain.public_ids import Codec, Kind
from footfall.errors import ConfigurationError
from footfall.settings import Settings, mask_url
from footfall.store import schema
from footfall.store.engine import Engines, open_engines, parse_url
from footfall.store.tables import installation


class Database:
    """An open, current database and the codecs of its public ids."""

    def __init__(self, engines: Engines) -> None:
        self.engines = engines
        with engines.read.connect() as connection:
            query = select(installation.c.value).where(installation.c.name == "public_id_secret")
            secret = bytes.fromhex(connection.execute(query).scalar_one())
        self._codec = cache(lambda kind: Codec(secret, kind))

    def public_id(self, kind: Kind, row_id: int) -> str:
        return self._codec(kind).encode(row_id)

    def row_id(self, kind: Kind, public_id: str) -> int:
        """Return the row number an id stands for, 0 (which no row has) when it is no id."""
        return self._codec(kind).decode(public_id) or 0


@contextmanager
def engines_of(settings: Settings) -> Iterator[Engines]:
    """Open the engines of an installation; what they fail with names the database and a remedy.

    Raises:
        ConfigurationError: the database cannot be reached, read or written to.
    """
    engines: Engines | None = None
    try:
        engines = open_engines(settings.database_url)
        yield engines
    except (DBAPIError, sqlite3.Error, psycopg.Error, OSError) as problem:
        reason = str(getattr(problem, "orig", problem)).strip().splitlines()[0]
        raise ConfigurationError(
            f"The database {mask_url(settings.database_url)} cannot be used ({reason}); "
            "`footfall doctor` looks for the cause."
        ) from problem
    finally:
        if engines is not None:
            engines.dispose()


@contextmanager
def database_of(settings: Settings, *, may_create: bool = False) -> Iterator[Database]:
    """Open an installation's database, with the schema of this version.

    Raises:
        ConfigurationError: it does not exist and may not be made, or cannot be used.
    """
    if not may_create:
        require_database(settings)
    with engines_of(settings) as engines:
        schema.upgrade(engines)
        yield Database(engines)


def require_database(settings: Settings) -> None:
    """Refuse a SQLite file that is not there.

    Raises:
        ConfigurationError: it is not.
    """
    from pathlib import Path

    url = parse_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).exists():
        raise ConfigurationError(
            f"There is no database {url.database}; check --data and --database, "
            "or begin with `footfall serve`."
        )
