"""A backup file → the database it is to become, of either engine, all of it or nothing.

The backup is checked before anything is touched, and what was restored is read back before it takes
effect: on SQLite a new file that takes the old one's name, on PostgreSQL one transaction. Secrets
come along, so public ids and tokens stay what they were. Called by ``footfall restore``.
"""

import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import psycopg

from footfall.errors import ConfigurationError
from footfall.ops import archive
from footfall.ops.restore_postgresql import restore_postgresql
from footfall.ops.restore_sqlite import restore_sqlite
from footfall.ops.rows import Watch
from footfall.store.engine import Engines


class Restored(NamedTuple):
    """What a restore put into the database.

    Attributes:
        kept: where the database that was there before is now; ``None`` when it was empty.
        is_verified: the backup said what it held, so that even a flipped bit would have shown.
    """

    rows: dict[str, int]
    seconds: float
    kept: Path | None
    is_verified: bool


def restore(
    engines: Engines, file: Path, folders: Sequence[Path], watch: Watch, *, is_forced: bool = False
) -> Restored:
    """Make a database what a backup says it was.

    Args:
        folders: data folders that no server may be using meanwhile (SQLite only).
        is_forced: replace a database that has businesses; on SQLite it is kept under another name.

    Raises:
        ConfigurationError: the backup is none or damaged, the database has businesses or is in use,
            or the restored rows differ from the backup's.
    """
    started = time.monotonic()
    backup = archive.check(file, watch)
    try:
        if engines.is_sqlite:
            kept = restore_sqlite(engines, backup, folders, watch, is_forced=is_forced)
        else:
            kept = None
            restore_postgresql(engines, backup, watch, is_forced=is_forced)
    except (OSError, sqlite3.Error, psycopg.Error) as problem:
        raise ConfigurationError(
            f"The backup could not be restored ({problem}); nothing was changed. "
            "Check the folder's permissions and free space."
        ) from problem
    return Restored(
        {name: content.rows for name, content in backup.contents.items()},
        time.monotonic() - started,
        kept,
        backup.is_sealed,
    )
