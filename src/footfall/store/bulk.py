"""The statements that store a group, one class per database engine.

The ORM-like conveniences of the query builder cost more than the insert itself here, so both
engines get their statement as driver text, made once from ``tables.py``.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, Protocol

import msgspec
from sqlalchemy import Connection, Table, bindparam, text
from sqlalchemy.dialects import sqlite

from footfall.domain.events import EventDraft
from footfall.store.ledger import upsert
from footfall.store.sessions import select_facts
from footfall.store.tables import events, ledger, sessions

Row = Sequence[Any]


# One parameter for any number of texts: one statement to prepare, and no binding of each.
_SESSIONS: Final = """
select sessions.id, sessions.text, sessions.profile_id, profiles.suppressed_at is not null
from sessions left join profiles on profiles.id = sessions.profile_id
where sessions.business_id = ? and sessions.text in (select value from json_each(?))
"""


class Bulk(Protocol):
    """What the appender asks of a database engine."""

    def number_events(self, connection: Connection, count: int) -> Sequence[int]:
        """Return row numbers for new events, ascending."""

    def number(self, connection: Connection, table: Table, count: int) -> Sequence[int]:
        """Return row numbers for new rows of a table, ascending."""

    def start_over(self) -> None:
        """Forget what was allocated: somebody else may have been faster."""

    def find_sessions(
        self, connection: Connection, business_id: int, texts: Sequence[str]
    ) -> Iterable[tuple[int, str, int | None, bool]]:
        """Return row number, text, profile, and whether its events are not kept, of those known."""

    def insert_events(self, connection: Connection, drafts: Sequence[EventDraft]) -> None:
        """Insert events whose row numbers are set."""

    def insert(self, connection: Connection, table: Table, rows: Sequence[Row]) -> None:
        """Insert rows given in the order of the table's columns."""

    def add_to_ledger(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Add (token, hour, business, received, stored, duplicate, rejected) to the books."""


def for_dialect(name: str) -> Bulk:
    """Return the statements for ``sqlite`` or ``postgresql``."""
    return PostgresqlBulk() if name == "postgresql" else SqliteBulk()


def _event_row(draft: EventDraft) -> tuple[Any, ...]:
    return (
        draft.event_id,
        draft.business_id,
        draft.token_id,
        draft.action_id,
        draft.profile_id,
        draft.session_id,
        draft.object_id,
        draft.amount_minor,
        draft.currency,
        draft.occurred_at,
        draft.tracked_at,
        draft.received_at,
        draft.flags,
        draft.data,
    )


class SqliteBulk:
    """Many rows to a statement.

    The driver gives up Python's interpreter lock for each step of a statement and queues to get it
    back, so one statement with 256 rows is several times faster than 256 with one row.
    """

    UNIT: Final = 64
    MOST: Final = 4 * UNIT
    """Rows per statement: whole units up to four, then any rest at once.

    Few statements a group, because each waits for the interpreter lock; few different ones, because
    each has to be prepared once.
    """

    def __init__(self) -> None:
        self._next: int | None = None
        self._texts: dict[tuple[str, int], str] = {}
        self._ledger = str(upsert("sqlite").compile(dialect=sqlite.dialect()))

    def number_events(self, connection: Connection, count: int) -> Sequence[int]:
        first = self._next
        if first is None:
            query = "select seq from sqlite_sequence where name = 'events'"
            row = _driver(connection).execute(query).fetchone()
            first = (row[0] if row else 0) + 1
        self._next = first + count
        return range(first, first + count)

    def number(self, connection: Connection, table: Table, count: int) -> Sequence[int]:
        # Whoever writes has the only lock there is, and gives the numbers SQLite would give.
        query = f"select coalesce(max(id), 0) + 1 from {table.name}"
        (first,) = _driver(connection).execute(query).fetchone()
        return range(first, first + count)

    def start_over(self) -> None:
        self._next = None

    def find_sessions(
        self, connection: Connection, business_id: int, texts: Sequence[str]
    ) -> Iterable[tuple[int, str, int | None, bool]]:
        named = business_id, msgspec.json.encode(texts).decode()
        return _driver(connection).execute(_SESSIONS, named).fetchall()

    def insert_events(self, connection: Connection, drafts: Sequence[EventDraft]) -> None:
        self.insert(connection, events, [_event_row(draft) for draft in drafts])

    def insert(self, connection: Connection, table: Table, rows: Sequence[Row]) -> None:
        for start, size in _cut(len(rows), self.UNIT, self.MOST):
            values: list[Any] = []
            for row in rows[start : start + size]:
                values += row
            _driver(connection).execute(self._text(table, size), values)

    def add_to_ledger(self, connection: Connection, rows: Sequence[Row]) -> None:
        for row in rows:
            _driver(connection).execute(self._ledger, row)

    def _text(self, table: Table, size: int) -> str:
        found = self._texts.get((table.name, size))
        if found is None:
            names = ", ".join(column.name for column in table.columns)
            marks = "(" + ", ".join("?" * len(table.columns)) + ")"
            found = f"insert into {table.name} ({names}) values " + ", ".join([marks] * size)
            self._texts[table.name, size] = found
        return found


class PostgresqlBulk:
    """``COPY`` for events, plain inserts for the few rows beside them."""

    def __init__(self) -> None:
        self._ledger = upsert("postgresql")
        self._sessions = select_facts().where(
            sessions.c.business_id == bindparam("business_id"),
            sessions.c.text.in_(bindparam("texts", expanding=True)),
        )
        names = ", ".join(column.name for column in events.columns)
        self._copy = f"copy events ({names}) from stdin"

    def number_events(self, connection: Connection, count: int) -> Sequence[int]:
        return self.number(connection, events, count)

    def number(self, connection: Connection, table: Table, count: int) -> Sequence[int]:
        rows = connection.execute(
            text("select nextval(:sequence) from generate_series(1, :count)"),
            {"sequence": f"{table.name}_id_seq", "count": count},
        )
        return [row[0] for row in rows]

    def start_over(self) -> None:
        pass

    def find_sessions(
        self, connection: Connection, business_id: int, texts: Sequence[str]
    ) -> Iterable[tuple[int, str, int | None, bool]]:
        named = {"business_id": business_id, "texts": texts}
        return [tuple(row) for row in connection.execute(self._sessions, named)]

    def insert_events(self, connection: Connection, drafts: Sequence[EventDraft]) -> None:
        with connection.connection.cursor() as cursor, cursor.copy(self._copy) as copy:  # type: ignore[attr-defined]
            for draft in drafts:
                copy.write_row(_event_row(draft))

    def insert(self, connection: Connection, table: Table, rows: Sequence[Row]) -> None:
        names = [column.name for column in table.columns]
        connection.execute(table.insert(), [dict(zip(names, row, strict=True)) for row in rows])

    def add_to_ledger(self, connection: Connection, rows: Sequence[Row]) -> None:
        names = [column.name for column in ledger.columns]
        connection.execute(
            self._ledger, [dict(zip(names, row, strict=True)) for row in sorted(map(tuple, rows))]
        )


def _driver(connection: Connection) -> sqlite3.Connection:
    """Return the driver's connection: three statements a commit, and each is 10 µs cheaper."""
    driver: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]
    return driver


def _cut(count: int, unit: int, most: int) -> Iterator[tuple[int, int]]:
    """Yield (start, size): ``most`` as often as it fits, then whole units, then the rest."""
    start = 0
    while start < count:
        left = count - start
        size = most if left >= most else left - left % unit or left
        yield start, size
        start += size
