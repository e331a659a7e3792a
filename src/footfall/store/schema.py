"""Brings a database to the schema this version needs, before anything else touches it.

A database that is up to date costs one small query; Alembic is loaded only when there is work. On
SQLite a snapshot is taken first and kept beside the file.
"""

import secrets
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Final, cast

import structlog
from sqlalchemy import Connection, inspect, select, text

from footfall.domain.actions import BUILT_IN, FIRST_CUSTOM_ID, OWN
from footfall.domain.times import now_us
from footfall.errors import ConfigurationError
from footfall.store import tables
from footfall.store.engine import Engines

log = structlog.get_logger(__name__)

HEAD: Final = "0008"
"""Revision this version works with; a test compares it with ``migrations/versions``."""

MIGRATIONS: Final = Path(__file__).parent / "migrations"


def upgrade(engines: Engines) -> None:
    """Apply what is missing, after a snapshot on SQLite.

    Raises:
        ConfigurationError: the database is from a newer version of Footfall.
    """
    current = revision(engines)
    if current == HEAD:
        return
    if current is not None and current > HEAD:
        raise ConfigurationError(
            f"The database has schema {current}, this version of Footfall knows up to {HEAD}. "
            "Run the newer version, or restore a backup made by this one."
        )
    if current is not None and engines.is_sqlite:
        snapshot(engines, current)
    _migrate(engines)


def revision(engines: Engines) -> str | None:
    """Return the schema revision a database has, ``None`` when it is empty."""
    with engines.write.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("select version_num from alembic_version")).scalar()


def snapshot(engines: Engines, name: str) -> Path:
    """Write a consistent copy of a SQLite database to ``snapshots/`` beside it."""
    folder = engines.file.parent / "snapshots"
    folder.mkdir(exist_ok=True)
    target = (
        folder / f"{engines.file.stem}-{name}-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}.db"
    )
    # The driver's own: neither a reader nor a transaction may make a copy.
    with closing(engines.write.raw_connection()) as connection:
        driver = cast("sqlite3.Connection", connection.driver_connection)
        driver.execute("vacuum into ?", (str(target),))
    log.info("snapshot_written", file=str(target))
    return target


def _migrate(engines: Engines) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engines.write.begin() as connection:
        if connection.dialect.name == "postgresql":
            # Two servers starting together: one migrates, the other waits and finds it done.
            connection.execute(text("select pg_advisory_xact_lock(4702)"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        _seed(connection)


def _seed(connection: Connection) -> None:
    """Write what every installation has: its id, its secret, the built-in actions."""
    known = set(connection.execute(select(tables.installation.c.name)).scalars())
    fresh = {"id": secrets.token_hex(16), "public_id_secret": secrets.token_hex(32)}
    missing = [{"name": name, "value": value} for name, value in fresh.items() if name not in known]
    if missing:
        connection.execute(tables.installation.insert(), missing)
    there = set(
        connection.execute(
            select(tables.actions.c.id).where(tables.actions.c.id < FIRST_CUSTOM_ID)
        ).scalars()
    )
    at = now_us()
    rows = [
        {
            "id": action.id,
            "business_id": None,
            "name": action.name,
            "is_goal": action.is_goal,
            "is_passive": action.is_passive,
            "created_at": at,
        }
        for action in (*BUILT_IN.values(), *OWN.values())
        if action.id not in there
    ]
    if rows:
        connection.execute(tables.actions.insert(), rows)
    if not there:
        _reserve_built_in_ids(connection)


def _reserve_built_in_ids(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(
            text("select setval('actions_id_seq', :last)"), {"last": FIRST_CUSTOM_ID - 1}
        )
    else:
        connection.execute(
            text("update sqlite_sequence set seq = :last where name = 'actions'"),
            {"last": FIRST_CUSTOM_ID - 1},
        )
