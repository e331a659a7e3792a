"""A checked backup → the rows of a PostgreSQL database, in one transaction.

The part of ``restore`` for PostgreSQL. No server may be connected meanwhile. What was written is
read back and compared before the commit; any failure rolls everything back.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, cast

import psycopg
from sqlalchemy import Connection, text

from footfall.errors import ConfigurationError
from footfall.ops import archive, rows
from footfall.ops.archive import Archive
from footfall.ops.contents import content_of
from footfall.ops.rows import Watch
from footfall.store import businesses, schema
from footfall.store.engine import Engines
from footfall.store.tables import metadata

_OTHER_CONNECTIONS: Final = text(
    "select count(*) from pg_stat_activity where datname = current_database() "
    "and usename = current_user and pid <> pg_backend_pid()"
)


def restore_postgresql(engines: Engines, backup: Archive, watch: Watch, *, is_forced: bool) -> None:
    """Make a PostgreSQL database what a backup holds.

    Raises:
        ConfigurationError: it has businesses and nobody insists, others are connected to it, or it
            does not take the rows as they are.
    """
    schema.upgrade(engines)
    with _current(backup, watch) as current, engines.write.begin() as connection:
        others = connection.execute(_OTHER_CONNECTIONS).scalar_one()
        if others:
            raise ConfigurationError(
                f"{others} other connections of this user are open on the database; "
                "stop every Footfall server (and other client) that uses it first."
            )
        if not is_forced and businesses.all_of(connection):
            raise archive.not_empty(
                "back it up with `footfall backup`, then --force deletes its rows for good"
            )
        _replace_rows(connection, current, watch)


@contextmanager
def _current(backup: Archive, watch: Watch) -> Iterator[Archive]:
    """Yield a backup with the schema of this version: itself, or a migrated copy."""
    if backup.revision == schema.HEAD:
        yield backup
        return
    with TemporaryDirectory() as folder:
        copy = Path(folder) / "migrated.db"
        shutil.copyfile(backup.file, copy)
        with closing(sqlite3.connect(copy)) as connection:
            archive.unseal(connection)
        archive.bring_up_to_date(copy)
        yield archive.check(copy, watch)


def _replace_rows(connection: Connection, backup: Archive, watch: Watch) -> None:
    names = ", ".join(metadata.tables)
    connection.execute(text(f"truncate {names}"))
    driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
    with archive.reading(backup.file) as source:
        for shape in rows.shapes():
            _load(source, driver, shape, backup, watch)
        rows.continue_postgresql(driver, rows.last_numbers_sqlite(source))
    for shape in rows.shapes():
        read = rows.read_postgresql(driver, shape)
        expected = backup.contents[shape.name]
        if content_of(shape, read, watch, f"Comparing {shape.name}", expected.rows) != expected:
            raise ConfigurationError(
                f"The restored rows of {shape.name} differ from the backup's; nothing was changed."
            )
    connection.execute(text(f"analyze {names}"))


def _load(
    source: sqlite3.Connection,
    target: "psycopg.Connection[Any]",
    shape: rows.Shape,
    backup: Archive,
    watch: Watch,
) -> None:
    def watched() -> Iterator[list[rows.Row]]:
        done = 0
        for chunk in rows.read_sqlite(source, shape):
            done += len(chunk)
            watch(f"Copying {shape.name}", done, backup.contents[shape.name].rows)
            yield chunk

    try:
        rows.write_postgresql(target, shape, watched())
    except psycopg.DataError as problem:
        raise ConfigurationError(
            f"PostgreSQL does not take the rows of {shape.name} "
            f"({problem.diag.message_primary}); nothing was changed."
        ) from problem
