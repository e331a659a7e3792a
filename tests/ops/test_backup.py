import os
import shutil
import sqlite3
import stat
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from footfall.domain.public_ids import Kind, PublicIds
from footfall.errors import ConfigurationError
from footfall.ops import lock
from footfall.ops.backup import Backup, backup
from footfall.ops.doctor_database import check_database
from footfall.ops.restore import Restored, restore
from footfall.settings import Settings
from footfall.store import businesses
from footfall.store.engine import Engines, open_engines
from footfall.store.schema import upgrade
from tests.ops.filled import add_event, contents, fill, next_event_id

DATABASE_FILES = {"footfall.db", "footfall.db-wal", "footfall.db-shm"}


def names_beside(file: Path) -> set[str]:
    return {each.name for each in file.parent.iterdir()}


def quiet(*_: Any) -> None:
    """Nobody watches."""


@contextmanager
def opened(url: str) -> Iterator[Engines]:
    engines = open_engines(url)
    try:
        yield engines
    finally:
        engines.dispose()


def write(url: str, file: Path, **options: Any) -> Backup:
    with opened(url) as engines:
        return backup(Settings(database=url), engines, file, quiet, **options)


def bring_back(url: str, file: Path, **options: Any) -> Restored:
    with opened(url) as engines:
        folders = [engines.file.parent] if engines.is_sqlite else []
        return restore(engines, file, folders, quiet, **options)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "backup.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def other_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A second empty database, of each engine in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'other' / 'footfall.db'}"
        return
    from tests.postgres import Databases

    with Databases(request.getfixturevalue("postgres_server_url")).fresh() as url:
        yield url


def test_a_restored_database_equals_the_one_backed_up(
    database_url: str, other_url: str, file: Path
) -> None:
    fill(database_url)
    made = write(database_url, file)
    restored = bring_back(other_url, file)
    before, after = contents(database_url), contents(other_url)
    assert after == before
    assert made.rows == restored.rows == {name: len(rows) for name, rows in before.items()}
    assert restored.is_verified


def test_public_ids_and_row_numbers_go_on_after_a_restore(
    database_url: str, other_url: str, file: Path
) -> None:
    fill(database_url)
    with opened(database_url) as engines:
        # The highest numbers were given out and are gone, as after a refused commit.
        last = next_event_id(engines)
        with engines.write.begin() as connection:
            connection.execute(text("delete from events where id = :last"), {"last": last})
    write(database_url, file)
    bring_back(other_url, file)
    with opened(other_url) as engines:
        assert next_event_id(engines) == last + 1
        with engines.write.begin() as connection:
            made = businesses.create(
                connection, "next", currency="USD", timezone="UTC", country="US"
            )
    assert made.id == 2
    assert _public_id(other_url) == _public_id(database_url)


def _public_id(url: str) -> str:
    secret = dict(contents(url)["installation"])["public_id_secret"]
    return PublicIds(bytes.fromhex(secret))[Kind.BUSINESS].encode(1)


def test_a_backup_beside_a_writer_holds_one_moment(database_url: str, file: Path) -> None:
    """Each commit adds an event and its entry in the books: a torn copy would not balance."""
    fill(database_url, events=5000)
    committed = threading.Semaphore(0)
    is_over = threading.Event()

    def commit_on_and_on() -> None:
        with opened(database_url) as engines:
            while not is_over.is_set():
                with engines.write.begin() as connection:
                    add_event(connection)
                committed.release()

    def let_one_in(*_: Any) -> None:
        assert committed.acquire(timeout=60)

    writer = threading.Thread(target=commit_on_and_on)
    writer.start()
    try:
        with opened(database_url) as engines:
            let_one_in()
            made = backup(Settings(database=database_url), engines, file, let_one_in)
    finally:
        is_over.set()
        writer.join()
    assert 5000 < made.rows["events"] < len(contents(database_url)["events"])
    with opened(f"sqlite:///{file}") as engines:
        assert [each.state for each in check_database(engines, quiet)] == ["ok"] * 6


def test_a_backup_is_one_file_for_its_owner_only(database_url: str, file: Path) -> None:
    fill(database_url, events=1)
    old = os.umask(0)
    try:
        made = write(database_url, file)
    finally:
        os.umask(old)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert made.size_bytes == file.stat().st_size
    assert names_beside(file) <= {"backup.db", *DATABASE_FILES}


def test_a_backup_replaces_a_file_only_when_told_to(sqlite_url: str, file: Path) -> None:
    fill(sqlite_url, events=1)
    file.write_text("precious")
    with pytest.raises(ConfigurationError, match="--force"):
        write(sqlite_url, file)
    assert file.read_text() == "precious"
    write(sqlite_url, file, may_overwrite=True)
    assert file.read_bytes().startswith(b"SQLite format 3")


def test_an_empty_database_is_not_backed_up(database_url: str, file: Path) -> None:
    with pytest.raises(ConfigurationError, match="empty"):
        write(database_url, file)
    assert not file.exists()


def test_a_failed_backup_leaves_nothing_behind(database_url: str, file: Path) -> None:
    def fail(what: str, *_: Any) -> None:
        if "events" in what:
            raise OSError("No space left on device")

    fill(database_url, events=1)
    with opened(database_url) as engines, pytest.raises(ConfigurationError, match="No space"):
        backup(Settings(database=database_url), engines, file, fail)
    assert names_beside(file) <= DATABASE_FILES


def test_a_database_with_businesses_is_not_restored_over(database_url: str, file: Path) -> None:
    fill(database_url, events=1)
    write(database_url, file)
    before = contents(database_url)
    with pytest.raises(ConfigurationError, match=r"has businesses already.*--force"):
        bring_back(database_url, file)
    assert contents(database_url) == before


def test_a_started_but_unused_database_is_restored_over(database_url: str, file: Path) -> None:
    with opened(database_url) as engines:
        upgrade(engines)
    other = f"sqlite:///{file.with_name('source.db')}"
    fill(other, events=1)
    write(other, file)
    bring_back(database_url, file)
    assert contents(database_url) == contents(other)


def test_force_restores_over_businesses(database_url: str, file: Path) -> None:
    fill(database_url, events=1)
    write(database_url, file)
    before = contents(database_url)
    with opened(database_url) as engines:
        next_event_id(engines)
    bring_back(database_url, file, is_forced=True)
    assert contents(database_url) == before


def test_force_keeps_the_old_sqlite_database_aside(sqlite_url: str, file: Path) -> None:
    other = f"sqlite:///{file.with_name('source.db')}"
    fill(other, events=1)
    write(other, file)
    fill(sqlite_url, events=2)
    before = contents(sqlite_url)
    restored = bring_back(sqlite_url, file, is_forced=True)
    assert restored.kept is not None
    assert contents(f"sqlite:///{restored.kept}") == before


def test_force_keeps_aside_even_a_database_too_damaged_to_open(sqlite_url: str, file: Path) -> None:
    fill(sqlite_url, events=1)
    write(sqlite_url, file)
    database = file.with_name("footfall.db")
    database.write_bytes(b"not a database " * 1000)
    with pytest.raises(ConfigurationError, match="--force"):
        bring_back(sqlite_url, file)
    restored = bring_back(sqlite_url, file, is_forced=True)
    assert restored.kept is not None
    assert restored.kept.read_bytes().startswith(b"not a database")
    assert len(contents(sqlite_url)["events"]) == 1


def test_a_restore_removes_the_derived_event_index(sqlite_url: str, file: Path) -> None:
    fill(sqlite_url, events=1)
    write(sqlite_url, file)
    for name in ("index.db", "index.db-wal"):
        file.with_name(name).write_text("of the old events")
    bring_back(sqlite_url, file, is_forced=True)
    assert not list(file.parent.glob("index.db*"))


def test_a_restore_is_refused_while_a_server_holds_the_folder(sqlite_url: str, file: Path) -> None:
    fill(sqlite_url, events=1)
    write(sqlite_url, file)
    with (
        lock.hold(file.parent, "http://127.0.0.1:8000"),
        pytest.raises(ConfigurationError, match=r"in use by process .* http://127.0.0.1:8000"),
    ):
        bring_back(sqlite_url, file, is_forced=True)


def test_a_restore_is_refused_while_a_server_uses_the_postgresql_database(
    postgres_url: str, file: Path
) -> None:
    fill(postgres_url, events=1)
    write(postgres_url, file)
    with opened(postgres_url) as server, server.read.connect() as connection:
        connection.execute(text("select 1"))
        with pytest.raises(ConfigurationError, match="1 other connection"):
            bring_back(postgres_url, file, is_forced=True)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        ("update events set amount_minor = 7 where id = 3", "rows of events"),
        ("delete from idempotency where key = 'Ä'", "rows of idempotency"),
        ("delete from businesses", "refers to one of businesses"),
        ("update alembic_version set version_num = '9999'", "newer"),
        ("drop table installation", "no backup of Footfall"),
    ],
)
def test_a_changed_backup_is_refused_before_anything_is_touched(
    database_url: str, file: Path, damage: str, message: str
) -> None:
    other = f"sqlite:///{file.with_name('source.db')}"
    fill(other, events=5)
    write(other, file)
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute(damage)
    with pytest.raises(ConfigurationError, match=message):
        bring_back(database_url, file)
    with opened(database_url) as engines, engines.read.connect() as connection:
        assert not engines.read.dialect.has_table(connection, "businesses")


def test_a_flipped_bit_in_a_backup_is_found(sqlite_url: str, file: Path) -> None:
    fill(sqlite_url, events=1)
    write(sqlite_url, file)
    whole = file.read_bytes()
    file.write_bytes(whole.replace(b"Ana\xe2", b"Bna\xe2"))
    assert file.read_bytes() != whole
    with pytest.raises(ConfigurationError, match="rows of businesses"):
        bring_back(f"sqlite:///{file.parent / 'other' / 'footfall.db'}", file)


def test_a_file_that_is_no_backup_is_refused(sqlite_url: str, file: Path) -> None:
    with pytest.raises(ConfigurationError, match="There is no file"):
        bring_back(sqlite_url, file)
    file.write_text("hello")
    with pytest.raises(ConfigurationError, match="no backup of Footfall"):
        bring_back(sqlite_url, file)


def test_a_plain_copy_of_a_database_can_be_restored(sqlite_url: str, file: Path) -> None:
    fill(sqlite_url, events=3)
    shutil.copyfile(file.with_name("footfall.db"), file)
    other = f"sqlite:///{file.parent / 'other' / 'footfall.db'}"
    restored = bring_back(other, file)
    assert not restored.is_verified
    assert contents(other) == contents(sqlite_url)


def test_a_database_in_use_is_not_taken_for_a_backup(sqlite_url: str, file: Path) -> None:
    fill(sqlite_url, events=1)
    with opened(sqlite_url) as engines:
        next_event_id(engines)
        with pytest.raises(ConfigurationError, match="in use"):
            bring_back(
                f"sqlite:///{file.parent / 'other' / 'footfall.db'}",
                file.with_name("footfall.db"),
            )
