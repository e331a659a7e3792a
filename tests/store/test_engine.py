import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from footfall.errors import ConfigurationError
from footfall.store.engine import Engines, open_engines, parse_url
from footfall.store.schema import upgrade
from tests.store.blocking import elsewhere


@pytest.fixture
def engines(database_url: str) -> Iterator[Engines]:
    engines = open_engines(database_url)
    upgrade(engines)
    yield engines
    engines.dispose()


@pytest.fixture
def sqlite_engines(sqlite_url: str) -> Iterator[Engines]:
    engines = open_engines(sqlite_url)
    yield engines
    engines.dispose()


def pragma(engine: Engine, name: str) -> object:
    with engine.connect() as connection:
        return connection.exec_driver_sql(f"pragma {name}").scalar()


@pytest.mark.parametrize(
    ("name", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 10_000)],
)
def test_sqlite_syncs_each_commit_and_checks_what_rows_refer_to(
    sqlite_engines: Engines, name: str, value: object
) -> None:
    assert pragma(sqlite_engines.write, name) == value
    assert pragma(sqlite_engines.read, name) == value


def test_postgresql_syncs_each_commit_however_it_is_set_up(postgres_url: str) -> None:
    with elsewhere(postgres_url) as connection:
        name = connection.execute(text("select current_database()")).scalar()
        connection.execute(text(f'alter database "{name}" set synchronous_commit = off'))
        connection.commit()
    engines = open_engines(postgres_url)
    with engines.write.connect() as connection:
        assert connection.execute(text("show synchronous_commit")).scalar() == "on"
    engines.dispose()


def test_readers_cannot_write(engines: Engines) -> None:
    insert = text("insert into installation (name, value) values ('a', 'b')")
    with engines.read.connect() as connection, pytest.raises(DBAPIError):
        connection.execute(insert)
    with engines.write.begin() as connection:
        connection.execute(insert)


def test_an_error_of_the_database_tells_nothing_about_a_customer(engines: Engines) -> None:
    query = text("select :address from nowhere")
    with engines.read.connect() as connection, pytest.raises(DBAPIError) as raised:
        connection.execute(query, {"address": "ana@example.org"})
    assert "ana@example.org" not in str(raised.value)


def test_the_folder_of_a_new_database_is_its_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "data"
    engines = open_engines(f"sqlite:///{folder / 'footfall.db'}")
    engines.dispose()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("sqlite:///footfall.db", "sqlite"),
        ("postgresql://ana:secret@db.example.org/footfall", "postgresql+psycopg"),
        ("postgres://db.example.org/footfall", "postgresql+psycopg"),
        ("postgresql+psycopg2://db.example.org/footfall", "postgresql+psycopg"),
    ],
)
def test_a_url_gets_the_driver_that_footfall_uses(url: str, driver: str) -> None:
    parsed = parse_url(url)
    assert parsed.drivername == driver
    assert url.endswith(str(parsed.database))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "footfall.db",
        "sqlite://",
        "sqlite:///:memory:",
        "mysql://ana:secret@db.example.org/footfall",
        "postgresql://ana:secret@db.example.org:port/footfall",
    ],
)
def test_a_url_that_cannot_be_used_is_refused_with_the_remedy(url: str) -> None:
    with pytest.raises(ConfigurationError, match="sqlite:///FILE") as refused:
        parse_url(url)
    assert "secret" not in str(refused.value)
