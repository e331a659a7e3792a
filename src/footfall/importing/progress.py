"""Keeps how far an import got, in a small SQLite file that outlives Ctrl-C and a crash.

``run`` saves after each acknowledged batch and loads at the start. The file is named after what
is imported, how, and where to, so that a changed file, mapping, address or token starts afresh.
It holds no token (only its hash goes into the name) and is deleted when the import is complete.
"""

import hashlib
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

from footfall.errors import ConfigurationError
from footfall.importing.answers import ProfileOutcome, WireError
from footfall.importing.report import Tally
from footfall.importing.rows import ProfileKey

_TABLES: Final = """
    create table if not exists progress (
        id integer primary key check (id = 1),
        row_done integer not null,
        rejected_bytes integer not null,
        tally text not null
    );
    create table if not exists profiles (
        source text not null,
        reference text not null,
        public_id text,
        errors text not null,
        primary key (source, reference)
    ) without rowid;
"""


class Mark(msgspec.Struct, frozen=True):
    """How far an import is: rows acknowledged, bytes of the file of rejected rows, counts."""

    row_done: int = 0
    rejected_bytes: int = 0
    tally: Tally = msgspec.field(default_factory=Tally)


class Progress:
    """The progress of one import.

    Args:
        folder: where such files are; made when missing, with its parent, for this user alone.
        name: from ``progress_name``.
        restart: forget what was saved.

    Raises:
        ConfigurationError: the folder cannot be written, or the same import is running.
    """

    def __init__(self, folder: Path, name: str, *, restart: bool = False) -> None:
        self._path = folder / f"{name}.db"
        try:
            for each in (folder.parent, folder):
                each.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._database = sqlite3.connect(self._path, timeout=0, isolation_level=None)
            # Held to the end: a second import of the same file fails here, having sent nothing.
            self._database.executescript(
                "pragma locking_mode = exclusive; pragma journal_mode = wal; "
                f"pragma synchronous = normal; begin exclusive; {_TABLES} commit;"
            )
        except (OSError, sqlite3.Error) as problem:
            raise ConfigurationError(
                f"The import's progress cannot be kept in {self._path} ({problem}); name a folder "
                "that can be written with --data, or wait for the same import to end."
            ) from None
        if restart:
            self._database.executescript("delete from progress; delete from profiles;")

    def load(self) -> Mark:
        """Return the last saved mark, or one at the beginning."""
        found = self._database.execute(
            "select row_done, rejected_bytes, tally from progress"
        ).fetchone()
        if found is None:
            return Mark()
        row_done, rejected_bytes, tally = found
        return Mark(row_done, rejected_bytes, msgspec.json.decode(tally, type=Tally))

    def save(self, mark: Mark) -> None:
        """Replace the mark, in one transaction."""
        self._database.execute(
            "insert or replace into progress values (1, ?, ?, ?)",
            (mark.row_done, mark.rejected_bytes, msgspec.json.encode(mark.tally).decode()),
        )

    def save_profiles(self, found: Iterable[tuple[ProfileKey, ProfileOutcome]]) -> None:
        """Remember what the server said about some profiles, in one transaction."""
        self._database.execute("begin")
        self._database.executemany(
            "insert or replace into profiles values (?, ?, ?, ?)",
            [
                (key.source, key.reference, said.id, msgspec.json.encode(said.errors).decode())
                for key, said in found
            ],
        )
        self._database.execute("commit")

    def profiles(self, keys: Iterable[ProfileKey]) -> dict[ProfileKey, ProfileOutcome]:
        """Return what is remembered about some profiles."""
        found = {}
        for key in set(keys):
            row = self._database.execute(
                "select public_id, errors from profiles where source = ? and reference = ?", key
            ).fetchone()
            if row is not None:
                errors = msgspec.json.decode(row[1], type=list[WireError])
                found[key] = ProfileOutcome(row[0], errors)
        return found

    def forget(self) -> None:
        """Delete the file: the import is complete."""
        self.close()
        for ending in ("", "-wal"):
            Path(f"{self._path}{ending}").unlink(missing_ok=True)

    def close(self) -> None:
        self._database.close()


def progress_name(*parts: str) -> str:
    """Return the name for an import of these parts: file, mapping, address, token."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]
