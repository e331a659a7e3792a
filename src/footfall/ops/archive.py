"""The backup file: one SQLite file of Footfall's own schema, and what it says about itself.

Beside the tables it holds ``backup_contents``, the content of each of them, so that a backup can
be checked with nothing but itself. A plain copy of a SQLite database without it is read too, but
only its structure can be checked. ``backup`` writes these files, ``restore`` reads them; neither
this module nor they ever change one that is finished.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple, cast

from footfall.errors import ConfigurationError
from footfall.ops import rows
from footfall.ops.contents import Content, content_of
from footfall.ops.rows import Watch
from footfall.store.engine import open_engines
from footfall.store.schema import HEAD, upgrade


class Archive(NamedTuple):
    """A backup file that was checked."""

    file: Path
    revision: str
    contents: dict[str, Content]
    is_sealed: bool


def seal(connection: sqlite3.Connection, contents: dict[str, Content]) -> None:
    """Write into a new backup what it must hold, and make it a single file."""
    connection.execute("pragma journal_mode = delete")
    with connection:
        connection.execute("drop table if exists backup_contents")
        connection.execute(
            "create table backup_contents "
            "(name text primary key, row_count integer not null, digest text not null)"
        )
        connection.executemany(
            "insert into backup_contents values (?, ?, ?)",
            [(name, *content) for name, content in contents.items()],
        )


def unseal(connection: sqlite3.Connection) -> None:
    """Remove from a copy of a backup what only backups hold."""
    connection.execute("drop table if exists backup_contents")


@contextmanager
def reading(file: Path) -> Iterator[sqlite3.Connection]:
    """Open a file that nobody writes to, leaving no trace beside it."""
    with closing(sqlite3.connect(f"{file.resolve().as_uri()}?immutable=1", uri=True)) as connection:
        yield connection


def contents_of(connection: sqlite3.Connection, watch: Watch, what: str) -> dict[str, Content]:
    """Return the content of every table in a SQLite file."""
    return {
        shape.name: content_of(
            shape,
            rows.read_sqlite(connection, shape),
            watch,
            f"{what} {shape.name}",
            rows.highest_id(connection, shape),
        )
        for shape in rows.shapes_in(connection)
    }


def check(file: Path, watch: Watch) -> Archive:
    """Read a backup from end to end and return what it holds.

    Raises:
        ConfigurationError: it is no backup of Footfall's, of a newer version, or damaged.
    """
    _check_is_file(file)
    try:
        with reading(file) as connection:
            return _check(file, connection, watch)
    except sqlite3.DatabaseError as problem:
        raise _damaged(file, str(problem)) from problem


def bring_up_to_date(file: Path) -> None:
    """Migrate a copy of a backup, and leave it a single file."""
    engines = open_engines(f"sqlite:///{file}")
    try:
        upgrade(engines)
        with engines.write.connect() as connection:
            driver = cast("sqlite3.Connection", connection.connection.driver_connection)
            driver.execute("pragma wal_checkpoint(truncate)")
    finally:
        engines.dispose()


def not_empty(remedy: str) -> ConfigurationError:
    """Return the refusal to restore over a database that is in use."""
    return ConfigurationError(
        f"The database has businesses already; restore into an empty one, or {remedy}."
    )


def sync(path: Path) -> None:
    """Wait until a file or a folder is on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _check_is_file(file: Path) -> None:
    if not file.is_file():
        raise ConfigurationError(f"There is no file {file}; name one that `footfall backup` wrote.")
    with file.open("rb") as start:
        if start.read(16) != b"SQLite format 3\0":
            raise ConfigurationError(
                f"{file} is no backup of Footfall's; name a file that `footfall backup` wrote."
            )
    log = file.with_name(f"{file.name}-wal")
    if log.exists() and log.stat().st_size:
        raise ConfigurationError(
            f"{file} is a database in use, with changes still in {log.name}; "
            "make a backup of it with `footfall backup` and restore that."
        )


def _check(file: Path, connection: sqlite3.Connection, watch: Watch) -> Archive:
    revision = _revision(file, connection)
    watch("Checking the structure", 0, None)
    verdict = connection.execute("pragma integrity_check(1)").fetchone()[0]
    if verdict != "ok":
        raise _damaged(file, verdict)
    orphan = connection.execute("pragma foreign_key_check").fetchone()
    if orphan is not None:
        raise _damaged(file, f"a row of {orphan[0]} refers to one of {orphan[2]} that is missing")
    contents = contents_of(connection, watch, "Checking")
    noted = _noted(connection)
    for name, content in noted.items():
        if contents.get(name) != content:
            raise _damaged(file, f"the rows of {name} are not the ones that were written")
    return Archive(file, revision, contents, bool(noted))


def _revision(file: Path, connection: sqlite3.Connection) -> str:
    names = {shape.name for shape in rows.shapes_in(connection)}
    if not {"installation", "businesses"} <= names:
        raise ConfigurationError(
            f"{file} is no backup of Footfall's; name a file that `footfall backup` wrote."
        )
    found = connection.execute("select version_num from alembic_version").fetchone()
    revision = str(found[0])
    if revision > HEAD:
        raise ConfigurationError(
            f"{file} has schema {revision}, this version of Footfall knows up to {HEAD}; "
            "restore it with the version that made it, or a newer one."
        )
    return revision


def _noted(connection: sqlite3.Connection) -> dict[str, Content]:
    try:
        found = connection.execute("select name, row_count, digest from backup_contents")
    except sqlite3.OperationalError:
        return {}
    return {name: Content(count, digest) for name, count, digest in found}


def _damaged(file: Path, what: str) -> ConfigurationError:
    return ConfigurationError(f"{file} is damaged ({what}); restore another backup.")
