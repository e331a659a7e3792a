"""An open database of either engine → one verified backup file, while servers go on writing.

Events that the lake alone has are in it too (``backup_older``), so that nothing else is needed to
bring everything back. The file holds one moment: a read transaction that stays open while it is
copied. It gets its name only after it was read back from disk and found equal to that moment, so a
file under that name is always a whole backup. Called by ``footfall backup``.
"""

import sqlite3
import time
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple, cast

import psycopg
from sqlalchemy import Connection

from footfall.errors import ConfigurationError
from footfall.ops import archive, backup_older, rows
from footfall.ops.contents import Content, Tally, counted
from footfall.ops.rows import Watch
from footfall.settings import Settings
from footfall.store import schema
from footfall.store.engine import Engines, open_engines

_PAGES: Final = 4096
"""Copied between two reports of progress: 16 MiB."""


class Backup(NamedTuple):
    """A backup that was written and read back."""

    file: Path
    size_bytes: int
    seconds: float
    revision: str
    rows: dict[str, int]


def backup(
    settings: Settings, engines: Engines, file: Path, watch: Watch, *, may_overwrite: bool = False
) -> Backup:
    """Write a backup and return what is in it.

    Args:
        settings: say where the lake is.

    Raises:
        ConfigurationError: the file exists or cannot be written, the database is empty or of
            another version, the lake lacks events that it alone has to have, or what was written
            differs from what was read.
    """
    started = time.monotonic()
    _check_target(file, may_overwrite=may_overwrite)
    _check_revision(engines)
    try:
        # In a folder of its own beside the target: closed to others, and on the same disk.
        with TemporaryDirectory(dir=file.parent, prefix=".backup-") as folder:
            temporary = Path(folder) / "backup.db"
            contents = _copy(engines, temporary, watch)
            with closing(sqlite3.connect(temporary)) as copy:
                contents = backup_older.bring_back(settings, copy, contents, watch)
                archive.seal(copy, contents)
            temporary.chmod(0o600)
            archive.sync(temporary)
            written = archive.check(temporary, watch)
            if written.contents != contents:
                raise ConfigurationError("The backup differs from the database; try again.")
            temporary.replace(file)
        archive.sync(file.parent)
    except (OSError, sqlite3.Error, psycopg.Error) as problem:
        raise ConfigurationError(
            f"The backup {file} could not be written ({problem}); "
            "check the folder's permissions and free space."
        ) from problem
    return Backup(
        file,
        file.stat().st_size,
        time.monotonic() - started,
        written.revision,
        {name: content.rows for name, content in contents.items()},
    )


def _check_target(file: Path, *, may_overwrite: bool) -> None:
    if not file.parent.is_dir():
        raise ConfigurationError(f"There is no folder {file.parent} for the backup; make it first.")
    if file.is_dir():
        raise ConfigurationError(f"{file} is a folder; name a file for the backup.")
    if file.exists() and not may_overwrite:
        raise ConfigurationError(f"{file} exists; choose another name, or replace it with --force.")


def _check_revision(engines: Engines) -> None:
    revision = schema.revision(engines)
    if revision is None:
        raise ConfigurationError("The database is empty; there is nothing to back up.")
    if revision != schema.HEAD:
        raise ConfigurationError(
            f"The database has schema {revision}, this version of Footfall works with "
            f"{schema.HEAD}; back it up with the version that serves it."
        )


def _copy(engines: Engines, target: Path, watch: Watch) -> dict[str, Content]:
    if engines.is_sqlite:
        with engines.read.connect() as source:
            return _copy_pages(source, target, watch)
    _make_empty(target)
    with engines.read.connect() as source:
        source.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        return _copy_rows(source, target, watch)


def _copy_pages(source: Connection, target: Path, watch: Watch) -> dict[str, Content]:
    def progress(_: int, remaining: int, total: int) -> None:
        watch("Copying the database", total - remaining, total)

    with source.begin(), closing(sqlite3.connect(target)) as copy:
        # The first read pins the moment; SQLite's own copying then goes on from it.
        source.exec_driver_sql("select count(*) from installation")
        driver = cast("sqlite3.Connection", source.connection.driver_connection)
        driver.backup(copy, pages=_PAGES, progress=progress)
        return archive.contents_of(driver, watch, "Comparing")


def _make_empty(target: Path) -> None:
    engines = open_engines(f"sqlite:///{target}")
    try:
        schema.upgrade(engines)
    finally:
        engines.dispose()


def _copy_rows(source: Connection, target: Path, watch: Watch) -> dict[str, Content]:
    contents: dict[str, Content] = {}
    with source.begin(), closing(sqlite3.connect(target)) as copy:
        driver = cast("psycopg.Connection[Any]", source.connection.driver_connection)
        # Whole or not at all is a matter of the file's name, so nothing here waits for the disk.
        copy.execute("pragma synchronous = off")
        copy.execute("begin")
        for shape in rows.shapes():
            copy.execute(f"delete from {shape.name}")
            tally = Tally(shape)
            read = rows.read_postgresql(driver, shape)
            for chunk in counted(read, tally, watch, f"Copying {shape.name}"):
                rows.write_sqlite(copy, shape, chunk)
            contents[shape.name] = tally.content()
        rows.continue_sqlite(copy, rows.last_numbers_postgresql(driver))
        copy.execute("commit")
    return contents
