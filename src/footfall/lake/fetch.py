"""Files of a lake that is in an object store → copies in a folder, for DuckDB to read.

DuckDB would need an extension to read from there by itself, and cannot download one everywhere.
Copies of files that no version asks for any more are removed at once: an erasure reaches them too.
"""

import os
import threading
from collections.abc import Sequence
from pathlib import Path

from deltalake._internal import DeltaFileSystemHandler


def fetch(table_uri: str, uris: Sequence[str], folder: Path) -> list[str]:
    """Return copies of files, in their order, fetching those that are not there yet.

    Args:
        folder: holds copies of such files and nothing else; the others in it are removed.
    """
    source: DeltaFileSystemHandler | None = None
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    copies = []
    for uri in uris:
        name = uri.removeprefix(table_uri).lstrip("/")
        copy = folder / Path(*Path(name).parts[1:])
        copies.append(copy)
        if not copy.exists():
            source = source or DeltaFileSystemHandler(table_uri)
            _copy(source, name, copy)
    kept = set(copies)
    for found in folder.rglob("*.parquet"):
        if found not in kept:
            found.unlink(missing_ok=True)
    return [str(copy) for copy in copies]


def _copy(source: DeltaFileSystemHandler, name: str, copy: Path) -> None:
    copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Another thread may fetch the same file: whoever is last takes the place of an equal one.
    part = copy.with_suffix(f".{os.getpid()}-{threading.get_ident()}.part")
    found = source.open_input_file(name)
    part.write_bytes(found.read(found.size()))
    part.replace(copy)
