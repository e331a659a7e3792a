import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect, select, text

from footfall.domain.actions import BUILT_IN, FIRST_CUSTOM_ID, OWN
from footfall.domain.times import HOUR
from footfall.errors import ConfigurationError
from footfall.store import actions, schema, tables
from footfall.store.engine import Engines, open_engines, parse_url
from tests.postgres import Databases
from tests.store.builders import Shop, T
from tests.store.running import Running

HEAD = schema.HEAD

CATALOG = {
    "sqlite": ["select type, name, sql from sqlite_master where name not like 'sqlite_%'"],
    "postgresql": [
        """
        select table_name, column_name, data_type, character_maximum_length, is_nullable,
            column_default
        from information_schema.columns where table_schema = 'public'
        """,
        "select tablename, indexname, indexdef from pg_indexes where schemaname = 'public'",
        """
        select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint
        where connamespace = 'public'::regnamespace
        """,
    ],
}

LATER = f"""
import sqlalchemy as sa
from alembic import op

revision = "9998"
down_revision = "{HEAD}"


def upgrade() -> None:
    op.create_table("later", sa.Column("id", sa.Integer, primary_key=True))
"""


@pytest.fixture
def engines(database_url: str) -> Iterator[Engines]:
    engines = open_engines(database_url)
    yield engines
    engines.dispose()


@pytest.fixture
def later_version(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Be a version of Footfall with one more migration; returns its file."""
    folder = tmp_path / "migrations"
    shutil.copytree(schema.MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    file = folder / "versions" / "9998_later.py"
    file.write_text(LATER)
    monkeypatch.setattr(schema, "MIGRATIONS", folder)
    monkeypatch.setattr(schema, "HEAD", "9998")
    return file


def installation(connection: Connection) -> dict[str, str]:
    """Return what a database knows of the installation it is of."""
    return {row.name: row.value for row in connection.execute(select(tables.installation))}


def comparison(connection: Connection) -> MigrationContext:
    """Return what Alembic compares with, apart from the indexes that only PostgreSQL has."""
    is_postgresql = connection.dialect.name == "postgresql"

    def is_of_this_engine(_: object, name: str | None, *__: object) -> bool:
        return is_postgresql or not (name or "").startswith("ix_events_")

    options = {"compare_type": True, "include_object": is_of_this_engine}
    return MigrationContext.configure(connection, opts=options)


def catalog(connection: Connection) -> list[tuple[Any, ...]]:
    """Return what a database says of its own tables, without the order of their columns."""
    rows = [
        tuple(row)
        for query in CATALOG[connection.dialect.name]
        for row in connection.execute(text(query))
        if "alembic" not in str(row)
    ]
    return sorted(
        (tuple(_parts(cell) if "\n" in str(cell) else cell for cell in row) for row in rows),
        key=repr,
    )


def _plain(definition: str) -> str:
    return " ".join(definition.replace('"', "").replace("('')", "''").split())


def _parts(definition: str) -> tuple[str, ...]:
    """Return a table's columns and constraints, in whatever order and lines they were written."""
    head, _, inside = _plain(definition).partition("(")
    # Commas inside parentheses belong to one part.
    parts = re.split(r",(?![^()]*(?:\([^()]*\)[^()]*)*\))", inside.rpartition(")")[0])
    return (head.strip(), *sorted(part.strip() for part in parts))


def test_migrations_make_exactly_the_tables(engines: Engines) -> None:
    schema.upgrade(engines)
    with engines.read.connect() as connection:
        migrated = catalog(connection)
        assert compare_metadata(comparison(connection), tables.metadata) == []
    with engines.write.begin() as connection:
        tables.metadata.drop_all(connection)
        tables.metadata.create_all(connection)
        assert catalog(connection) == migrated


def test_head_is_the_latest_migration(engines: Engines) -> None:
    assert ScriptDirectory(str(schema.MIGRATIONS)).get_current_head() == schema.HEAD
    assert schema.revision(engines) is None
    schema.upgrade(engines)
    assert schema.revision(engines) == schema.HEAD


def test_a_second_upgrade_changes_nothing(
    started: Running, shop: Shop, engines: Engines, tmp_path: Path
) -> None:
    before = started.contents()
    schema.upgrade(engines)
    assert started.contents() == before
    assert not (tmp_path / "snapshots").exists()


def test_a_database_of_a_newer_version_is_refused_and_left_alone(engines: Engines) -> None:
    schema.upgrade(engines)
    with engines.write.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    with pytest.raises(ConfigurationError, match=rf"9999.*{schema.HEAD}"):
        schema.upgrade(engines)
    assert schema.revision(engines) == "9999"


def test_an_older_database_is_brought_up_to_date_with_all_it_holds(
    engines: Engines, later_version: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as older:
        later_version.rename(later_version.with_suffix(".txt"))
        older.setattr(schema, "HEAD", HEAD)
        schema.upgrade(engines)
        later_version.with_suffix(".txt").rename(later_version)
    with engines.write.begin() as connection:
        shop = Shop(connection)
        known = installation(connection)

    schema.upgrade(engines)
    with engines.read.connect() as connection:
        assert inspect(connection).has_table("later")
        assert connection.execute(select(tables.businesses.c.id)).scalars().all() == [shop.id]
        assert installation(connection) == known
    assert schema.revision(engines) == "9998"
    if engines.is_sqlite:
        assert_snapshot_holds(engines.file.parent / "snapshots", shop)


def test_lists_in_profiles_become_rows(engines: Engines) -> None:
    """Up to 0001 a profile's lists were names in its data."""
    versions = {"0001": ["VIP", "News"], "0002": ["VIP"], "0003": None}
    with engines.write.begin() as connection:
        migrate_to("0001", connection)
        connection.execute(
            text(
                "insert into businesses (id, name, currency, timezone, country, created_at) "
                "values (1, 'Shop', 'USD', 'UTC', 'US', 1)"
            )
        )
        for reference, names in versions.items():
            data = json.dumps({"company": "Acme"} | ({"lists": names} if names else {}))
            connection.execute(
                text(
                    "insert into profiles (business_id, reference, data, created_at, updated_at) "
                    f"values (1, '{reference}', '{data}', 1, 1)"
                )
            )
    schema.upgrade(engines)
    members = (
        select(tables.profiles.c.reference, tables.lists.c.name)
        .select_from(tables.list_members)
        .join(tables.profiles)
        .join(tables.lists)
    )
    with engines.read.connect() as connection:
        found = connection.execute(members).all()
        assert sorted(found) == [("0001", "News"), ("0001", "VIP"), ("0002", "VIP")]
        assert connection.execute(select(tables.profiles.c.data)).scalars().all() == [
            {"company": "Acme"}
        ] * len(versions)


def test_events_without_a_token_are_put_into_the_books(engines: Engines) -> None:
    """Up to 0003 the ledger counted by token alone."""
    events = [(1, 7, HOUR), (1, None, HOUR), (1, None, 2 * HOUR - 1), (1, None, 2 * HOUR)]
    with engines.write.begin() as connection:
        migrate_to("0002", connection)
        for business, token, at in [*events, (2, None, HOUR)]:
            connection.execute(
                text(
                    "insert into events (business_id, token_id, action_id, session_id, "
                    "occurred_at, received_at, flags) values (:b, :t, 16, 1, :at, :at, 0)"
                ),
                {"b": business, "t": token, "at": at},
            )
        connection.execute(
            text(
                "insert into businesses (id, name, currency, timezone, country, created_at) "
                "values (1, 'Shop', 'USD', 'UTC', 'US', 1)"
            )
        )
        sender = {"id": 7, "business_id": 1, "name": "x", "digest": b"x", "prefix": "x"}
        connection.execute(tables.tokens.insert(), sender | {"scopes": [], "created_at": 1})
        connection.execute(text(f"insert into ledger values (7, {HOUR}, 1, 3, 1, 1, 1)"))
    schema.upgrade(engines)
    with engines.read.connect() as connection:
        rows = connection.execute(select(tables.ledger)).all()
    assert sorted(rows) == [
        (0, HOUR, 1, 2, 2, 0, 0),
        (0, HOUR, 2, 1, 1, 0, 0),
        (0, 2 * HOUR, 1, 1, 1, 0, 0),
        (7, HOUR, 1, 3, 1, 1, 1),
    ]


def migrate_to(revision: str, connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def assert_snapshot_holds(folder: Path, shop: Shop) -> None:
    """Assert that the one snapshot is the database as it was before."""
    (snapshot,) = folder.iterdir()
    with closing(sqlite3.connect(snapshot)) as connection:
        assert connection.execute("pragma integrity_check").fetchall() == [("ok",)]
        assert connection.execute("select version_num from alembic_version").fetchall() == [(HEAD,)]
        assert connection.execute("select id from businesses").fetchall() == [(shop.id,)]
        names = connection.execute("select name from sqlite_master").fetchall()
        assert ("later",) not in names


def test_a_migration_that_fails_leaves_the_database_as_it_was(
    engines: Engines, later_version: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    later_version.write_text(LATER + "    raise RuntimeError('half way')\n")
    with pytest.raises(RuntimeError, match="half way"):
        schema.upgrade(engines)
    assert schema.revision(engines) is None
    with engines.read.connect() as connection:
        assert inspect(connection).get_table_names() == []


def test_every_installation_has_the_built_in_actions(started: Running) -> None:
    columns = (tables.actions.c[name] for name in ("id", "name", "is_goal", "is_passive"))
    assert started.rows(select(*columns).order_by(tables.actions.c.id)) == [
        (action.id, action.name, action.is_goal, action.is_passive)
        for action in (*BUILT_IN.values(), *OWN.values())
    ]


def test_custom_actions_are_numbered_after_the_built_in_ones(started: Running, shop: Shop) -> None:
    def create(connection: Connection) -> int:
        made = actions.create(
            connection, shop.id, "visit.booked", title=None, is_goal=True, is_passive=False, at=T
        )
        return made.id

    assert started.write(create) == FIRST_CUSTOM_ID
    known = started.read(lambda connection: actions.by_name(connection, shop.id))
    assert known.keys() - BUILT_IN.keys() == {"visit.booked"}


def test_every_installation_has_an_id_and_a_secret_of_its_own(
    started: Running, tmp_path: Path
) -> None:
    other = open_engines(f"sqlite:///{tmp_path / 'other.db'}")
    schema.upgrade(other)
    with other.read.connect() as connection:
        theirs = installation(connection)
    other.dispose()
    ours = started.read(installation)
    assert ours.keys() == theirs.keys() == {"id", "public_id_secret"}
    assert not set(ours.values()) & set(theirs.values())


def test_processes_that_start_together_migrate_once(database_url: str, tmp_path: Path) -> None:
    environment = {**os.environ, "FOOTFALL_DATA": str(tmp_path), "FOOTFALL_DATABASE": database_url}
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "footfall", "business", "create", f"Shop {number}"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for number in range(2)
    ]
    for process in processes:
        printed, _ = process.communicate(timeout=60)
        assert process.returncode == 0, printed
    engine = create_engine(parse_url(database_url))
    with engine.connect() as connection:
        names = connection.execute(select(tables.businesses.c.name)).scalars()
        assert sorted(names) == ["Shop 0", "Shop 1"]
        ids = connection.execute(select(tables.actions.c.id)).scalars().all()
        assert len(ids) == len(BUILT_IN) + len(OWN)
    engine.dispose()


def test_a_database_may_hold_tables_of_others(postgres_server_url: str) -> None:
    with Databases(postgres_server_url).fresh() as url:
        engines = open_engines(url)
        with engines.write.begin() as connection:
            connection.execute(text("create table theirs (id integer)"))
        schema.upgrade(engines)
        assert schema.revision(engines) == schema.HEAD
        engines.dispose()
