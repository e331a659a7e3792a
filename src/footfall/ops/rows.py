"""Whole tables as plain rows that mean the same on both database engines.

``backup`` and ``restore`` read here from one engine and write to the other: JSON travels as its
text, truth as 0 and 1, everything else as it is. Nothing here begins or ends a transaction.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, NamedTuple, TypeAlias

from psycopg import Connection as PostgresqlConnection
from psycopg import sql
from sqlalchemy import JSON, Boolean, Column, Table

from footfall.store.tables import metadata

Row: TypeAlias = tuple[Any, ...]
Watch: TypeAlias = Callable[[str, int, "int | None"], None]
"""Told what is being done, how much of it is done, and out of how much, if that is known."""

CHUNK: Final = 2000
NOT_CONTENT: Final = frozenset({"alembic_version", "backup_contents"})
"""Tables that say something about the file, not about the business."""


class Shape(NamedTuple):
    """A table's columns in the order of their names, so that both engines agree on it.

    Attributes:
        json: positions of the columns that hold JSON text.
        is_numbered: rows are numbered by the database, in the column ``id``.
    """

    name: str
    columns: tuple[str, ...]
    json: tuple[int, ...]
    is_numbered: bool


def shapes() -> list[Shape]:
    """Return the tables of this version, those referred to before those that refer."""
    return [_shape(table) for table in metadata.sorted_tables]


def shapes_in(connection: sqlite3.Connection) -> list[Shape]:
    """Return the tables a SQLite file has, of whatever version."""
    tables = connection.execute(
        "select name from sqlite_master where type = 'table' and name not like 'sqlite%' order by 1"
    ).fetchall()
    return [_shape_in(connection, name) for (name,) in tables if name not in NOT_CONTENT]


def read_sqlite(connection: sqlite3.Connection, shape: Shape) -> Iterator[list[Row]]:
    """Yield a table's rows in chunks."""
    cursor = connection.execute(f"select {_listed(shape.columns)} from {shape.name}")
    while rows := cursor.fetchmany(CHUNK):
        yield rows


def read_postgresql(connection: PostgresqlConnection[Row], shape: Shape) -> Iterator[list[Row]]:
    """Yield a table's rows in chunks, through a cursor on the server."""
    table = metadata.tables[shape.name]
    wanted = sql.SQL(", ").join(_portable(table.c[name]) for name in shape.columns)
    query = sql.SQL("select {} from {}").format(wanted, sql.Identifier(shape.name))
    with connection.cursor(name="footfall_rows") as cursor:
        cursor.execute(query)
        while rows := cursor.fetchmany(CHUNK):
            yield rows


def write_sqlite(connection: sqlite3.Connection, shape: Shape, rows: Iterable[Row]) -> None:
    """Insert rows into a table."""
    marks = ", ".join("?" * len(shape.columns))
    connection.executemany(
        f"insert into {shape.name} ({_listed(shape.columns)}) values ({marks})",
        rows,
    )


def write_postgresql(
    connection: PostgresqlConnection[Row], shape: Shape, chunks: Iterable[list[Row]]
) -> None:
    """Insert chunks of rows into a table with ``COPY``."""
    query = sql.SQL("copy {} ({}) from stdin").format(
        sql.Identifier(shape.name), sql.SQL(", ").join(map(sql.Identifier, shape.columns))
    )
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        for rows in chunks:
            for row in rows:
                copy.write_row(row)


def last_numbers_sqlite(connection: sqlite3.Connection) -> dict[str, int]:
    """Return the highest row number each numbered table has given out."""
    known = dict(connection.execute("select name, seq from sqlite_sequence").fetchall())
    return {
        shape.name: max(known.get(shape.name, 0), highest_id(connection, shape) or 0)
        for shape in shapes_in(connection)
        if shape.is_numbered
    }


def highest_id(connection: sqlite3.Connection, shape: Shape) -> int | None:
    """Return the highest row number in a table, which is about how many rows it has."""
    if not shape.is_numbered:
        return None
    found: int | None = connection.execute(f"select max(id) from {shape.name}").fetchone()[0]
    return found


def last_numbers_postgresql(connection: PostgresqlConnection[Row]) -> dict[str, int]:
    """Return the highest row number each numbered table has given out."""
    query = sql.SQL("select case when is_called then last_value else last_value - 1 end from {}")
    numbers: dict[str, int] = {}
    for shape in shapes():
        if shape.is_numbered:
            row = connection.execute(query.format(_sequence(shape.name))).fetchone()
            assert row is not None
            numbers[shape.name] = row[0]
    return numbers


def continue_sqlite(connection: sqlite3.Connection, numbers: dict[str, int]) -> None:
    """Let new rows be numbered from after these; only where SQLite keeps such a number."""
    for name, last in numbers.items():
        if metadata.tables[name].dialect_options["sqlite"]["autoincrement"]:
            connection.execute("delete from sqlite_sequence where name = ?", (name,))
            connection.execute(
                "insert into sqlite_sequence (name, seq) values (?, ?)", (name, last)
            )


def continue_postgresql(connection: PostgresqlConnection[Row], numbers: dict[str, int]) -> None:
    """Let new rows be numbered from after these."""
    for name, last in numbers.items():
        connection.execute(
            sql.SQL("select setval({}, %s, %s)").format(sql.Literal(f"{name}_id_seq")),
            (max(last, 1), last > 0),
        )


def _shape(table: Table) -> Shape:
    columns = sorted(table.columns, key=lambda column: column.name)
    return Shape(
        table.name,
        tuple(column.name for column in columns),
        tuple(index for index, column in enumerate(columns) if isinstance(column.type, JSON)),
        "id" in table.columns,
    )


def _shape_in(connection: sqlite3.Connection, name: str) -> Shape:
    found = connection.execute("select name, type from pragma_table_info(?) order by 1", (name,))
    columns = found.fetchall()
    return Shape(
        name,
        tuple(column for column, _ in columns),
        tuple(index for index, (_, kind) in enumerate(columns) if kind == "JSON"),
        ("id", "INTEGER") in columns,
    )


def _portable(column: Column[Any]) -> sql.Composable:
    name = sql.Identifier(column.name)
    if isinstance(column.type, JSON):
        return sql.SQL("{}::text").format(name)
    return sql.SQL("{}::int").format(name) if isinstance(column.type, Boolean) else name


def _sequence(table: str) -> sql.Composable:
    return sql.Identifier(f"{table}_id_seq")


def _listed(columns: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)
