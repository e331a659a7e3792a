"""Which SQL a token may have run: one query over the views of its business and nothing else.

The query is taken apart by DuckDB's own parser and every name in it is looked up here, so that what
is not known to be harmless is refused. The connection it then runs on cannot reach files, the
network or settings either (``sandbox``): this gate says so in time, and in words.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import msgspec

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SOURCES: Final = frozenset(
    {
        "BASE_TABLE",
        "CTE",
        "EMPTY",
        "EMPTY_FROM",
        "EXPRESSION_LIST",
        "JOIN",
        "PIVOT",
        "SHOW_REF",
        "SUBQUERY",
        "TABLE_FUNCTION",
    }
)
_TABLE_FUNCTIONS: Final = frozenset(
    {"generate_series", "json_each", "json_tree", "range", "unnest"}
)
_REFUSED_FUNCTIONS: Final = re.compile(
    r"^(read_|duckdb_|pragma_|glob$|sniff_|parquet_|current_setting$|getenv$|getvariable$|query$|"
    r"query_table$|write_log$|json_execute_|json_serialize_|json_deserialize_|sql_auto_complete$|"
    r"current_connection_id$|current_transaction_id$|txid_current$|nextval$|currval$|http_)"
)
_PLAIN: Final = re.compile(r"^[A-Za-z_]\w*$")
_SYSTEM: Final = re.compile(r"^(duckdb_|pg_|sqlite_|pragma_|information_schema$)", re.IGNORECASE)


def objection(connection: "DuckDBPyConnection", query: str, views: frozenset[str]) -> str | None:
    """Return why a query is not to be run, ``None`` if it may be.

    Args:
        views: names of the tables it may read.
    """
    from duckdb import Error, StatementType

    try:
        statements = connection.extract_statements(query)
    except Error as problem:
        return str(problem).strip()
    if len(statements) != 1:
        return f"There are {len(statements)} statements; send one."
    if statements[0].type != StatementType.SELECT:
        return "Only a query is run here; begin with SELECT, FROM or WITH."
    tree = _parse(connection, query)
    if tree is None:
        return "This form of query cannot be checked; write it as a plain SELECT."
    named = {name.lower() for name in _ctes(tree)}
    odd = next((name for name in named if not _PLAIN.match(name) or _SYSTEM.match(name)), None)
    if odd is not None:
        return f"A WITH cannot be named “{odd}”; choose another name."
    return next(filter(None, (_judge(each, views | named, views) for each in _nodes(tree))), None)


def _parse(connection: "DuckDBPyConnection", query: str) -> Any:
    text = connection.execute("select json_serialize_sql($query::varchar)", {"query": query})
    found = text.fetchone()
    tree = msgspec.json.decode(found[0]) if found else {"error": True}
    return None if tree["error"] else tree["statements"]


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    pending = [tree]
    while pending:
        each = pending.pop()
        if isinstance(each, dict):
            yield each
            pending.extend(each.values())
        elif isinstance(each, list):
            pending.extend(each)


def _ctes(tree: Any) -> Iterator[str]:
    for each in _nodes(tree):
        if isinstance(each.get("cte_map"), dict):
            yield from (entry["key"] for entry in each["cte_map"].get("map", ()))
        if each.get("type") in ("CTE_NODE", "RECURSIVE_CTE_NODE"):
            yield each.get("cte_name") or each.get("ctename") or ""


def _judge(node: dict[str, Any], known: frozenset[str], views: frozenset[str]) -> str | None:
    for place in ("from_table", "left", "right", "source"):
        source = node.get(place)
        if not isinstance(source, dict) or "class" in source or "sample" not in source:
            continue
        if source["type"] not in _SOURCES and not source["type"].endswith("_NODE"):
            return "This form of FROM is not run here; read the views, subqueries or WITH."
    if node.get("type") == "BASE_TABLE":
        return _judge_table(node, known, views)
    if node.get("type") == "SHOW_REF" and node.get("query") is None:
        return "SHOW is not run here; `describe events` shows the columns of a view."
    if node.get("type") == "TABLE_FUNCTION":
        name = _function_name(node.get("function") or {})
        if name not in _TABLE_FUNCTIONS:
            return f"The table function “{name}” is not run here; read {_listed(views)}."
    name = _function_name(node)
    if node.get("class") == "FUNCTION" and _REFUSED_FUNCTIONS.match(name):
        return f"The function “{name}” is not run here; leave it out."
    return None


def _judge_table(node: dict[str, Any], known: frozenset[str], views: frozenset[str]) -> str | None:
    path = (node.get("qualified_name") or {}).get("path") or [node.get("table_name", "")]
    name = ".".join(path)
    is_plain = len(path) == 1 and not node.get("schema_name") and not node.get("catalog_name")
    if is_plain and name.lower() in known and not node.get("at_clause"):
        return None
    return f"There is no table “{name}” here; there are {_listed(views)}."


def _function_name(node: dict[str, Any]) -> str:
    return str(node.get("function_name", "")).lower()


def _listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(names))
