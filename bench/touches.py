"""Fills a lake with touches and sales, the same ones each time.

There are a quarter as many people as touches, and every fourth of them is a profile. One touch in a
hundred falls on a full hour, where several of one person tie. The rows are written into the lake's
own tables, with the marks that its archive would leave, and the store is told that it has given as
many row numbers: whatever is stored later is archived after them as ever.
"""

from pathlib import Path
from typing import Any, Final

import duckdb
from deltalake import write_deltalake
from sqlalchemy import text

from bench.installation import Installation
from footfall.domain.actions import BUILT_IN
from footfall.domain.times import DAY
from footfall.lake.columns import EVENTS, IDENTITY, LakeTable
from footfall.lake.delta import COMPRESSED
from footfall.lake.lake import Lake
from footfall.settings import load

DAYS: Final = 90
BEGAN_AT: Final = 20_000 * DAY
_DAYS_AT_ONCE: Final = 6
_SQL: Final = Path(__file__).parent / "sql"


def fill(installation: Installation, touches: int, sales: int) -> Path:
    """Write this many touches and sales into the lake of an installation without events.

    Returns:
        A DuckDB file with the same as numbers, in the order of time: table ``happened``.
    """
    people = touches // 4
    path = installation.folder / "happened.duckdb"
    lake = Lake(load({}, data=installation.folder))
    try:
        with duckdb.connect(path, config={"memory_limit": "3GB"}) as made:
            _make(made, people, touches, sales)
            for first in range(0, DAYS, _DAYS_AT_ONCE):
                values = {
                    "since_at": BEGAN_AT + first * DAY,
                    "until_at": BEGAN_AT + (first + _DAYS_AT_ONCE) * DAY,
                    "placed": BUILT_IN["order.placed"].id,
                    "viewed": BUILT_IN["page.viewed"].id,
                }
                _append(lake, EVENTS, "events", made.sql(_text("events"), params=values))
            _append(lake, IDENTITY, "identity_log", made.sql(_attached(people // 4)))
    finally:
        lake.close()
    _give(installation, {"events": touches + sales, "identity_log": people // 4})
    return path


def _make(made: duckdb.DuckDBPyConnection, people: int, touches: int, sales: int) -> None:
    values = {"people": people, "touches": touches, "sales": sales}
    span = {"began_at": BEGAN_AT, "span_us": DAYS * DAY}
    made.execute(f"create table happened as {_text('happened')} order by event_id", values | span)


def _attached(count: int) -> str:
    """Return a query that makes every fourth session a profile's of its own."""
    known = {
        "log_id": "i + 1",
        "business_id": "1::bigint",
        IDENTITY.day_of: f"{BEGAN_AT} + i",
        "kind": "'attach'",
        "session_id": "4 * i + 1",
        "profile_id": "4 * i + 1",
        "cause": "'call'",
        "day_on": "make_date(20000)",
    }
    shown = ", ".join(
        f'{known.get(each.name, f"null::{each.kind}")} as "{each.name}"'
        for each in IDENTITY.columns
    )
    return f"select {shown} from range({count}) as numbers (i)"


def _append(lake: Lake, table: LakeTable, source: str, rows: Any) -> None:
    opened = lake.location.open(table)
    done = max(rows.aggregate(f"max({table.key})").fetchall()[0][0] or 0, 0)
    write_deltalake(
        opened,
        rows,
        mode="append",
        writer_properties=COMPRESSED,
        commit_properties=lake.location.commit(opened, {source: done}),
    )


def _give(installation: Installation, numbers: dict[str, int]) -> None:
    """Have the store go on after row numbers that it never gave."""
    engine = installation.engine()
    with engine.begin() as connection:
        for table, number in numbers.items():
            values = {"name": table, "number": number}
            connection.execute(text("delete from sqlite_sequence where name = :name"), values)
            connection.execute(
                text("insert into sqlite_sequence (name, seq) values (:name, :number)"), values
            )
    engine.dispose()


def _text(name: str) -> str:
    return (_SQL / f"{name}.sql").read_text("utf-8")
