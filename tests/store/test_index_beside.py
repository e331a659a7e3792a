"""Another process finds with a server's index what it would find without: every event."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, select

from footfall.store.engine import Engines, open_engines
from footfall.store.event_index import EVERYTHING, EventIndex, Facet, Range, SqliteIndex
from footfall.store.index_beside import index_beside
from footfall.store.tables import events
from tests.store.builders import Shop
from tests.store.running import Running, running


def found(connection: Connection, index: EventIndex, shop: Shop) -> list[int]:
    wanted = [(Facet.PROFILE, shop.profiles[0])]
    return list(index.lookup(connection, wanted, Range(1, EVERYTHING), newest_first=False))


def track(started: Running, shop: Shop, count: int) -> None:
    drafts = [shop.draft(profile_id=shop.profiles[number % 2]) for number in range(count)]
    started.append(shop.submission(*drafts))


def theirs(connection: Connection, shop: Shop) -> list[int]:
    query = select(events.c.id).where(events.c.profile_id == shop.profiles[0])
    return list(connection.execute(query.order_by(events.c.id)).scalars())


def check(engines: Engines, shop: Shop, *, indexed: int) -> None:
    """Look whether a reader finds the same as a scan, with a file that has so many events."""
    with engines.read.connect() as connection, index_beside(engines) as index:
        assert getattr(index, "last_indexed", 0) == indexed
        assert found(connection, index, shop) == theirs(connection, shop) != []


def test_a_reader_finds_what_is_indexed_and_what_came_since(sqlite_url: str) -> None:
    with running(sqlite_url, index_events_count=10) as started:
        shop = started.write(Shop)
        track(started, shop, 25)
        index = started.store.index
        assert isinstance(index, SqliteIndex)
        index.index_full_blocks()
        engines = open_engines(sqlite_url)
        check(engines, shop, indexed=20)
        # The server goes on while a reader is there.
        with engines.read.connect() as connection, index_beside(engines) as beside:
            track(started, shop, 25)
            index.index_full_blocks()
            assert found(connection, beside, shop) == theirs(connection, shop)
        check(engines, shop, indexed=50)
        engines.dispose()


def test_a_file_that_is_not_of_the_database_is_left_alone(sqlite_url: str, tmp_path: Path) -> None:
    with running(sqlite_url, index_events_count=10) as started:
        shop = started.write(Shop)
        track(started, shop, 25)
    engines = open_engines(sqlite_url)
    (file,) = tmp_path.rglob("index.db")
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("update about set installation = 'another'")
        connection.commit()
    check(engines, shop, indexed=0)
    file.write_bytes(b"no database")
    check(engines, shop, indexed=0)
    assert file.read_bytes() == b"no database"
    file.unlink()
    check(engines, shop, indexed=0)
    assert not file.exists()
    engines.dispose()


def test_postgresql_finds_by_its_own_indexes(postgres_url: str) -> None:
    with running(postgres_url) as started:
        shop = started.write(Shop)
        track(started, shop, 5)
        engines = open_engines(postgres_url)
        check(engines, shop, indexed=0)
        engines.dispose()
