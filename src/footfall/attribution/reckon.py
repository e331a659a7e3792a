"""The lake's relations of one business → who is who, every touch, every conversion, as relations.

``owners``, ``coded_touches`` with the ``tellings`` of what they tell, and ``told_conversions`` are
tables; ``told_touches`` and ``origins`` show the touches in words, ``goods`` has
what can be sold. Questions are asked of these.
"""

from typing import Any, Final

from duckdb import DuckDBPyConnection

from footfall.attribution.channels import Channels, origin_of
from footfall.attribution.definition import Definition
from footfall.attribution.statements import statement

TELLINGS: Final = (
    "telling_no bigint, kind tinyint, evidence varchar, source varchar, medium varchar, "
    "campaign varchar, term varchar, content varchar, click_id_kind varchar, link_id varchar, "
    "landing_page varchar, named_source varchar, named_medium varchar, named_campaign varchar, "
    "channel varchar"
)
"""Columns of ``tellings``: the ways in which touches are told, and how reports name them."""

_TOLD: Final = ("evidence", "source", "medium", "campaign", "click_id_kind")
"""What a touch tells of where it came from."""

_NAMES: Final = ("named_source", "named_medium", "named_campaign", "channel")
"""What reports call it."""


def reckon(
    connection: DuckDBPyConnection,
    business_id: int,
    definition: Definition,
    channels: Channels,
    as_of: int,
) -> None:
    """Make all relations as temporary tables of a connection with those of the lake.

    Args:
        as_of: UTC microseconds; whatever arrived later is not known yet.
    """
    known = {"business_id": business_id, "as_of": as_of}
    make(connection, "owners", "owners", **known)
    make(connection, "told_conversions", "conversions", **known, **of_conversions(definition))
    connection.execute(f"create or replace temp table tellings ({TELLINGS})")
    code_touches(connection, business_id, definition, channels, as_of)
    make(connection, "goods", "goods", business_id=business_id)
    show(connection)


def code_touches(
    connection: DuckDBPyConnection,
    business_id: int,
    definition: Definition,
    channels: Channels,
    as_of: int,
) -> None:
    """Make ``coded_touches``, and add to ``tellings`` what they tell that it did not know."""
    known = {"business_id": business_id, "as_of": as_of}
    make(connection, "heard_touches", "touches", **known, **of_touches(definition))
    make(connection, "new_tellings", "tellings")
    _name(connection, channels)
    make(connection, "coded_touches", "coded_touches")
    connection.execute("drop table heard_touches")


def show(connection: DuckDBPyConnection) -> None:
    """Make the views that show touches in words."""
    for view in ("told_touches", "origins"):
        connection.execute(f"create or replace temp view {view} as {statement(view)}")


def make(connection: DuckDBPyConnection, table: str, query: str, **values: Any) -> None:
    """Make a table of what one of the queries in ``sql/`` returns.

    Args:
        table: its name, or with a database before it; without one it is temporary.
    """
    is_temporary = "" if "." in table else "temp"
    text = f"create or replace {is_temporary} table {table} as {statement(query)}"
    connection.execute(text, values)


def of_touches(definition: Definition) -> dict[str, Any]:
    """Return what decides which events are touches."""
    return {
        "visit_us": definition.visit_us,
        "own_sources": list(definition.own_sources),
        "own_hosts": list(definition.own_hosts),
    }


def of_conversions(definition: Definition) -> dict[str, Any]:
    """Return what decides which events are conversions."""
    return {"goals": list(definition.goals), "is_confirmed_only": definition.confirmed_only}


def _name(connection: DuckDBPyConnection, channels: Channels) -> None:
    """Move ``new_tellings`` to ``tellings``, each with its source, medium, campaign and channel."""
    told = connection.execute(f"select distinct {', '.join(_TOLD)} from new_tellings").fetchall()
    rows = []
    for each in told:
        origin = origin_of(*each)
        rows.append((*each, *origin, channels.name_of(origin)))
    names = (*_TOLD, *_NAMES)
    columns: list[Any] = [list(column) for column in zip(*rows, strict=True)] or [[]] * len(names)
    make(connection, "named_origins", "named_origins", **dict(zip(names, columns, strict=True)))
    connection.execute(f"insert into tellings {statement('complete_tellings')}")
    for table in ("named_origins", "new_tellings"):
        connection.execute(f"drop table {table}")
