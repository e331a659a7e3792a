"""A checked backup → a new SQLite file that takes the old one's name.

The part of ``restore`` for SQLite. No server may hold the folder meanwhile. Nothing has changed
until the new file takes its name, in one step; the old file lives on under another.
"""

import shutil
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, cast

from sqlalchemy.exc import DatabaseError

from footfall.errors import ConfigurationError
from footfall.ops import archive, lock
from footfall.ops.archive import Archive
from footfall.ops.rows import Watch
from footfall.store import businesses, schema
from footfall.store.engine import Engines

_DAMAGE: Final = (DatabaseError, sqlite3.DatabaseError)
"""Raised through SQLAlchemy, or past it while a connection is being made."""


def restore_sqlite(
    engines: Engines, backup: Archive, folders: Sequence[Path], watch: Watch, *, is_forced: bool
) -> Path | None:
    """Make a SQLite database what a backup holds; return where the old one is now, if it held any.

    Raises:
        ConfigurationError: it has businesses and nobody insists, or a server holds the folder.
    """
    with ExitStack() as held:
        for folder in {folder.resolve() for folder in folders}:
            held.enter_context(lock.hold(folder, "restoring a backup"))
        is_empty = _is_empty(engines)
        if not (is_empty or is_forced):
            raise archive.not_empty("--force keeps it aside and takes its place")
        with _staged(backup, engines.file, watch) as staged:
            kept = None if is_empty else _keep_aside(engines)
            engines.dispose()
            for suffix in ("-wal", "-shm"):
                # Left in place they would be taken for the new file's.
                engines.file.with_name(engines.file.name + suffix).unlink(missing_ok=True)
            staged.replace(engines.file)
        for derived in engines.file.parent.glob("index.db*"):
            derived.unlink()
        archive.sync(engines.file.parent)
    return kept


def _is_empty(engines: Engines) -> bool:
    if not engines.file.exists():
        return True
    try:
        if schema.revision(engines) is None:
            return True
        with engines.read.connect() as connection:
            return not businesses.all_of(connection)
    except _DAMAGE:
        # Too damaged to tell: nobody may lose it unasked.
        return False


@contextmanager
def _staged(backup: Archive, target: Path, watch: Watch) -> Iterator[Path]:
    """Make a current, verified copy of a backup beside where it is to go."""
    # A folder of its own: closed to others, on the same disk, and gone with all that is in it.
    with TemporaryDirectory(dir=target.parent, prefix=".restoring-") as folder:
        staged = Path(folder) / "restored.db"
        watch("Copying the backup", 0, None)
        shutil.copyfile(backup.file, staged)
        staged.chmod(0o600)
        with closing(sqlite3.connect(staged)) as copy:
            archive.unseal(copy)
            if archive.contents_of(copy, watch, "Comparing") != backup.contents:
                raise ConfigurationError("The copy differs from the backup; try again.")
        archive.bring_up_to_date(staged)
        archive.sync(staged)
        yield staged


def _keep_aside(engines: Engines) -> Path:
    """Give the database a second name, under which it outlives the first."""
    with suppress(*_DAMAGE), engines.write.connect() as connection:
        driver = cast("sqlite3.Connection", connection.connection.driver_connection)
        driver.execute("pragma wal_checkpoint(truncate)")
    engines.dispose()
    folder = engines.file.parent / "snapshots"
    folder.mkdir(exist_ok=True)
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    kept = folder / f"{engines.file.stem}-before-restore-{stamp}.db"
    kept.hardlink_to(engines.file)
    log = engines.file.with_name(f"{engines.file.name}-wal")
    if log.exists() and log.stat().st_size:
        # Only of a database too damaged to take its log in.
        kept.with_name(f"{kept.name}-wal").hardlink_to(log)
    archive.sync(folder)
    return kept
