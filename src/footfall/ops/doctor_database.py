"""Asks the database how it is: schema, integrity, durability, clock, books.

The part of ``doctor`` that needs a connection. Every question is one read on a reader's connection,
so a running server is never in its way.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator
from typing import Final, cast

import psycopg
from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import DBAPIError

from footfall.domain.times import DAY, MINUTE, SECOND, iso_utc, now_us
from footfall.ops.check import MIB, Check
from footfall.ops.rows import last_numbers_postgresql
from footfall.store import released, schema
from footfall.store.engine import Engines
from footfall.store.tables import events, ledger

_LOG_WARN_BYTES: Final = 256 * MIB
_OLDEST_CLOCK: Final = 1_735_689_600 * SECOND
"""The start of 2025, before which Footfall did not exist."""
_LATEST_CLOCK: Final = _OLDEST_CLOCK + 100 * 365 * DAY
_OLDEST_POSTGRESQL: Final = 13
_RESTORE: Final = "Keep a copy of the data, then restore a backup with `footfall restore`."
_PROBLEMS: Final = (DBAPIError, sqlite3.Error, psycopg.Error, OSError)
"""Raised through SQLAlchemy, or past it while a connection is being made."""


def check_database(engines: Engines, watch: Callable[[str], None]) -> Iterator[Check]:
    """Yield what the database says of itself, ending early when it cannot be read."""
    watch("Opening the database")
    opened = check_schema(engines)
    yield opened
    if opened.state != "ok":
        return
    try:
        with engines.read.connect() as connection:
            yield from _check_content(engines, connection, watch)
    except _PROBLEMS as problem:
        yield Check("database", "fail", f"cannot be read: {_reason(problem)}", _RESTORE)


def check_schema(engines: Engines) -> Check:
    """Look whether the database opens and has the schema of this version."""
    name = "database"
    kind = "SQLite" if engines.is_sqlite else "PostgreSQL"
    try:
        with engines.read.connect() as connection:
            revision = _revision(connection)
    except _PROBLEMS as problem:
        reason = _reason(problem)
        remedy = (
            _RESTORE
            if engines.is_sqlite
            else "Check that the server runs, and host, user and password of the URL."
        )
        return Check(name, "fail", f"{kind} cannot be opened: {reason}", remedy)
    if revision is None:
        remedy = "`footfall serve` sets it up, `footfall restore` fills it."
        return Check(name, "warn", f"{kind}, empty", remedy)
    if revision < schema.HEAD:
        remedy = "`footfall serve` migrates it at its start; on SQLite it takes a snapshot first."
        return Check(name, "warn", f"{kind}, schema {revision} of an earlier version", remedy)
    if revision > schema.HEAD:
        remedy = "Run the version of Footfall that last served it."
        return Check(name, "fail", f"{kind}, schema {revision} of a newer version", remedy)
    return Check(name, "ok", f"{kind}, schema {revision}")


def check_integrity(connection: Connection) -> Check:
    """Read every page of a SQLite database and look for damage."""
    found = connection.execute(text("pragma quick_check(1)")).scalar_one()
    if found != "ok":
        return Check("integrity", "fail", str(found), _RESTORE)
    return Check("integrity", "ok", "no damage in the database")


def check_log(engines: Engines) -> Check:
    """Look at the size of SQLite's write-ahead log."""
    log = engines.file.with_name(f"{engines.file.name}-wal")
    size = log.stat().st_size if log.exists() else 0
    found = f"{size / MIB:,.1f} MiB not yet in the database file"
    if size > _LOG_WARN_BYTES:
        remedy = "Something reads without end and keeps it from shrinking; restart the server."
        return Check("write-ahead log", "warn", found, remedy)
    return Check("write-ahead log", "ok", found)


def check_version(connection: Connection) -> Check:
    """Look at PostgreSQL's version."""
    number = int(connection.execute(text("show server_version_num")).scalar_one())
    version = connection.execute(text("show server_version")).scalar_one()
    if number // 10_000 < _OLDEST_POSTGRESQL:
        remedy = f"Move to PostgreSQL {_OLDEST_POSTGRESQL} or newer."
        return Check("PostgreSQL version", "warn", version, remedy)
    return Check("PostgreSQL version", "ok", version)


def check_durability(connection: Connection) -> Check:
    """Look whether PostgreSQL keeps what it acknowledges, as Footfall's connections see it."""
    shown = {
        name: connection.execute(text(f"show {name}")).scalar_one()
        for name in ("fsync", "synchronous_commit", "full_page_writes")
    }
    return judge_durability(shown)


def judge_durability(shown: dict[str, str]) -> Check:
    """Say whether these settings of PostgreSQL lose nothing that was acknowledged."""
    found = ", ".join(f"{name} {value}" for name, value in shown.items())
    off = [name for name, value in shown.items() if value == "off"]
    if off:
        remedy = f"Set {' and '.join(off)} to on in postgresql.conf; a crash loses events now."
        return Check("durability", "fail", found, remedy)
    return Check("durability", "ok", found)


def check_clock(connection: Connection) -> Check:
    """Look whether this machine's clock can be right."""
    newest = connection.execute(
        select(events.c.received_at).order_by(events.c.id.desc()).limit(1)
    ).scalar()
    database_at = None
    if connection.dialect.name == "postgresql":
        query = text("select (extract(epoch from clock_timestamp()) * 1000000)::bigint")
        database_at = connection.execute(query).scalar_one()
    return judge_clock(now_us(), newest, database_at)


def judge_clock(now: int, newest_event_at: int | None, database_at: int | None) -> Check:
    """Say whether a clock fits the newest event and the database server's clock."""
    found = f"{iso_utc(now // SECOND * SECOND)}, {time.tzname[0]}"
    remedy = "Set the clock and keep it right with NTP (timedatectl set-ntp true)."
    if not _OLDEST_CLOCK <= now < _LATEST_CLOCK:
        return Check("clock", "fail", found, remedy)
    if newest_event_at is not None and newest_event_at > now + SECOND:
        found += f", before the newest event's arrival at {iso_utc(newest_event_at)}"
        return Check("clock", "fail", found, remedy)
    apart = 0 if database_at is None else abs(now - database_at)
    if apart > 5 * SECOND:
        found += f", {apart / SECOND:,.0f} s from the database server's clock"
        return Check("clock", "fail" if apart > MINUTE else "warn", found, remedy)
    return Check("clock", "ok", found)


def check_ledger(connection: Connection) -> Check:
    """Look whether the books balance, and whether what they say is stored is there."""
    counted = ledger.c.stored + ledger.c.duplicate + ledger.c.rejected
    wrong = select(func.count()).select_from(ledger).where(ledger.c.received != counted)
    stored = select(func.coalesce(func.sum(ledger.c.stored), 0))
    last_id = released.standing(connection).last_id
    there = select(func.count()).select_from(events).where(events.c.id > last_id)
    # One statement, so that all three numbers are of one moment.
    query = select(wrong.scalar_subquery(), stored.scalar_subquery(), there.scalar_subquery())
    wrong_hours, stored_count, there_count = connection.execute(query).one()
    return judge_ledger(wrong_hours, stored_count, there_count + released.count(connection))


def judge_ledger(wrong_hours: int, stored: int, there: int) -> Check:
    """Say whether the books are balanced and agree with the events."""
    remedy = "Restore a backup with `footfall restore`; rows were changed behind Footfall's back."
    if wrong_hours:
        return Check("ledger", "fail", f"{wrong_hours:,} entries do not balance", remedy)
    if stored != there:
        found = f"{stored:,} events were stored, {there:,} are there"
        return Check("ledger", "fail", found, remedy)
    return Check("ledger", "ok", f"balances; {stored:,} events stored")


def check_events(connection: Connection) -> Check:
    """Look whether the next event gets a number of its own."""
    query = select(func.count(events.c.id), func.coalesce(func.max(events.c.id), 0))
    count, highest = connection.execute(query).one()
    return judge_events(count, highest, _last_number(connection))


def judge_events(count: int, highest: int, last: int) -> Check:
    """Say whether events and the numbers given out fit together."""
    if count > highest or highest > last:
        found = f"{count:,} events, the highest number {highest:,}, the last given out {last:,}"
        remedy = "Back up with `footfall backup`, then `footfall restore` into an empty database."
        return Check("events", "fail", found, remedy)
    return Check("events", "ok", f"{count:,} events")


def _check_content(
    engines: Engines, connection: Connection, watch: Callable[[str], None]
) -> Iterator[Check]:
    if engines.is_sqlite:
        watch("Reading the whole database")
        yield check_integrity(connection)
        yield check_log(engines)
    else:
        yield check_version(connection)
        yield check_durability(connection)
    watch("Counting events")
    yield check_clock(connection)
    yield check_ledger(connection)
    yield check_events(connection)


def _reason(problem: Exception) -> str:
    return str(getattr(problem, "orig", problem)).strip().splitlines()[0]


def _revision(connection: Connection) -> str | None:
    if not connection.dialect.has_table(connection, "alembic_version"):
        return None
    return connection.execute(text("select version_num from alembic_version")).scalar()


def _last_number(connection: Connection) -> int:
    if connection.dialect.name == "postgresql":
        driver = cast(
            "psycopg.Connection[tuple[int, ...]]", connection.connection.driver_connection
        )
        return last_numbers_postgresql(driver)["events"]
    query = text("select seq from sqlite_sequence where name = 'events'")
    return connection.execute(query).scalar() or 0
