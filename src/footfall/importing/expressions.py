"""Turns the expressions of a mapping into one checked SQL value per row.

Called by ``rows`` before anything is sent: every expression is bound against the file's columns,
so that a misspelt column or a doubtful type is an error that names its key. Each value is then
cast to what JSON can carry without loss: money and other decimals as text, times as ISO 8601.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from footfall.errors import ConfigurationError, an
from footfall.importing.mapping import Fields
from footfall.importing.source import ROW, Source

_WHOLE: Final = re.compile(r"U?(TINYINT|SMALLINT|INTEGER|BIGINT)")
_NESTED: Final = re.compile(r"STRUCT\(|MAP\(|.*\[\d*\]$", re.DOTALL)
_TEXT_KEYS: Final = frozenset(
    {"action", "currency", "event_id", "object", "object_type", "product", "profile"}
    | {"reference", "session", "sku", "source"}
)
_ONE_ROW: Final = (
    "an expression sees one row and must always give the same value for it, so aggregates, window "
    "functions, subqueries and random values cannot be used"
)


@dataclass(frozen=True, slots=True)
class Compiled:
    """One section of the mapping as SQL.

    Attributes:
        struct: the whole section, a DuckDB struct shaped like the wire's JSON.
        leaves: key, expression as written, and SQL, for each single value.
    """

    struct: str
    leaves: tuple[tuple[str, str, str], ...]


def compile_section(source: Source, section: str, fields: Fields) -> Compiled:
    """Return a section as SQL over the source's relation.

    Raises:
        ConfigurationError: an expression is unsound; the message begins with its key.
    """
    compiled = dict(_compile_leaves(source, section, fields))
    return Compiled(
        struct=_struct(section, fields, {key: sql for key, (_, sql) in compiled.items()}),
        leaves=tuple((key, written, sql) for key, (written, sql) in compiled.items()),
    )


def compile_condition(source: Source, key: str, expression: str) -> Compiled:
    """Return a condition as SQL: a struct whose ``holds`` is true, false or null."""
    sql = f"({expression}\n)::boolean"
    _kind(source, key, expression, sql)
    return Compiled(struct=f"{{'holds': {sql}}}", leaves=((key, expression, sql),))


def _compile_leaves(
    source: Source, section: str, fields: Fields
) -> Iterator[tuple[str, tuple[str, str]]]:
    for name, value in fields.items():
        key = f"{section}.{name}"
        if isinstance(value, str):
            sql = f"({value}\n)"
            yield key, (value, _cast(key, name, sql, _kind(source, key, value, sql)))
        else:
            yield from _compile_leaves(source, key, value)


def _struct(section: str, fields: Fields, sql: dict[str, str]) -> str:
    parts = []
    for name, value in fields.items():
        key = f"{section}.{name}"
        part = sql[key] if isinstance(value, str) else _struct(key, value, sql)
        parts.append(f'"{name}" := {part}')
    return f"struct_pack({', '.join(parts)})"


def _kind(source: Source, key: str, written: str, sql: str) -> str:
    """Return the DuckDB type of an expression, having bound it."""
    try:
        columns = source.describe(f"select {sql} from {source.relation}")
    except ConfigurationError as problem:
        raise ConfigurationError(
            f"“{key}” is “{written}”: {problem} {_hint(source, written)}"
        ) from None
    if len(columns) != 1:
        raise ConfigurationError(f"“{key}” is “{written}”: it must be one expression.")
    try:
        source.describe(f"select {ROW}, try({{'value': {sql}}}) from {source.relation}")
    except ConfigurationError:
        raise ConfigurationError(f"“{key}” is “{written}”: {_ONE_ROW}.") from None
    return columns[0][1]


def _hint(source: Source, written: str) -> str:
    columns = f"The file's columns are {', '.join(source.columns)}."
    if re.fullmatch(r"[\w.-]+", written) and written not in source.columns:
        return f"For a fixed text write \"'{written}'\", with both quotes. {columns}"
    return columns


def _cast(key: str, name: str, sql: str, kind: str) -> str:
    """Return SQL for the value as it goes into JSON, by the type DuckDB found for it."""
    if name == "tracked_at":
        return _cast_time(key, sql, kind)
    if kind in ("FLOAT", "DOUBLE"):
        if name == "amount":
            raise ConfigurationError(
                f"“{key}” is {an(kind)}, which cannot hold money exactly; make it a decimal, such "
                "as quantity * price::decimal(18, 3)."
            )
        return _finite(sql)
    if name in _TEXT_KEYS or kind in ("VARCHAR", "UUID", "DATE", '"NULL"'):
        return f"{sql}::varchar"
    if kind in ("HUGEINT", "UHUGEINT"):
        return f"{sql}::bigint"
    if kind.startswith(("DECIMAL", "ENUM", "TIME")):
        return _instant(sql) if kind == "TIMESTAMP WITH TIME ZONE" else f"{sql}::varchar"
    if kind == "BOOLEAN" or _WHOLE.fullmatch(kind) or _NESTED.match(kind):
        return sql
    raise ConfigurationError(
        f"“{key}” is of type {kind}, which JSON cannot carry; cast it to text."
    )


def _cast_time(key: str, sql: str, kind: str) -> str:
    if kind == "TIMESTAMP WITH TIME ZONE":
        return _instant(sql)
    if kind in ("FLOAT", "DOUBLE") or kind.startswith("DECIMAL"):
        return _instant(f"to_timestamp({sql}::double)")
    if kind in ("VARCHAR", '"NULL"') or _WHOLE.fullmatch(kind):
        return sql
    raise ConfigurationError(
        f"“{key}” is {an(kind)} and does not say in which time zone; write it as "
        "(…)::timestamp at time zone 'Europe/London', with the zone of the file."
    )


def _instant(sql: str) -> str:
    return f"strftime({sql} at time zone 'UTC', '%Y-%m-%dT%H:%M:%S.%fZ')"


def _finite(sql: str) -> str:
    """Return SQL that fails, rather than giving null, for NaN and the infinities."""
    return f"case when isfinite({sql}) then {sql} else {sql}::varchar::bigint::double end"
