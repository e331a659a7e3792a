"""The event index as a server keeps it, read by another process beside it.

Blocks are only ever added to the file, each in one transaction, and events after the last block are
scanned: whatever moment a reader comes, it finds every event. What is not of this database is left
alone, and the events are read through.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

from sqlalchemy import select

from footfall.store.engine import Engines
from footfall.store.event_index import EventIndex, PostgresqlIndex, SqliteIndex
from footfall.store.tables import installation


@contextmanager
def index_beside(engines: Engines) -> Iterator[EventIndex]:
    """Open the index of a database for reading, or what finds events without one."""
    index: EventIndex = PostgresqlIndex()
    if engines.is_sqlite:
        index = _of_file(engines) or index
    try:
        yield index
    finally:
        index.close()


def _of_file(engines: Engines) -> SqliteIndex | None:
    file = engines.file.with_name("index.db")
    if not file.exists():
        return None
    with engines.read.connect() as connection:
        query = select(installation.c.value).where(installation.c.name == "id")
        installation_id: str = connection.execute(query).scalar_one()
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as connection:
            (block,) = connection.execute("select block from about").fetchone() or (0,)
        index = SqliteIndex(engines.file, installation_id, block or 1)
        index.last_indexed = index.read_state()
    except sqlite3.Error:
        return None
    return index
