"""Histories whose credit is known by hand: read from files, reckoned, and compared.

A history is a folder or one YAML file, as docs/attribution.md, “Histories with known credit”, says:
rows of the lake's ``events``, ``identity``, ``objects`` and ``deliveries``, of which only what
matters is told; a definition; and the credit that must come out. Nothing is read from an
installation, and nothing is written.
"""

import csv
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

import duckdb

from footfall.attribution import channels, definition_file
from footfall.attribution.channels import Channels
from footfall.attribution.definition import Definition
from footfall.attribution.run import Attribution
from footfall.attribution.words import DIMENSIONS, FOREVER, RULES, Dimension
from footfall.domain.money import LARGEST_MINOR
from footfall.domain.times import parse_instant
from footfall.errors import ConfigurationError, did_you_mean
from footfall.lake.columns import DELIVERIES, EVENTS, IDENTITY, OBJECTS, Column

Row = dict[str, Any]
Value = TypeVar("Value")

BUSINESS: Final = 1
"""Whose rows are that name no business."""

UNATTRIBUTED: Final = "(unattributed)"
"""What ``credits`` call the part of a sale that nobody earned."""

RELATIONS: Final = {table.name: table for table in (EVENTS, IDENTITY, OBJECTS, DELIVERIES)}

_CREDIT: Final = ("order", "model", "value", "credit_minor")
_NEEDED: Final = {
    "events": ("occurred_at",),
    "identity": ("log_id", IDENTITY.day_of, "kind"),
    "objects": ("object_id", "kind"),
    "deliveries": ("delivered_at",),
}
_KEYS: Final = ("story", "by", "as_of", "definition", "channels", *RELATIONS, "credits")

Credits = dict[tuple[str, str, str], int]
"""Minor units by reference of the order, model and value of the dimension; nothing is left out."""


class BadHistory(ConfigurationError):
    """A history that cannot be read; the message names the file and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class History:
    """What happened, by what it is credited, and what must come out.

    Attributes:
        name: of the folder or file.
        story: in a sentence.
        told: keys of the definition.
        channels: rules of its own.
        as_of: UTC microseconds.
        rows: by relation.
        credits: all there is under the models that it names.
    """

    name: str
    story: str
    by: Dimension
    told: dict[str, Any]
    channels: Channels | None
    as_of: int
    rows: dict[str, list[Row]]
    credits: Credits

    @property
    def models(self) -> tuple[str, ...]:
        """The models whose credit is told; where none is, that there is none under ``last``."""
        named = {model for _, model, _ in self.credits} or {"last"}
        return tuple(model for model in RULES if model in named)


class Difference(NamedTuple):
    """Credit that is not what it must be; minor units."""

    order: str
    model: str
    value: str
    wanted: int
    found: int


def find(folder: Path) -> list[Path]:
    """Return the histories in a folder, in the order of their names.

    Raises:
        BadHistory: there is none.
    """
    found = [
        path
        for path in sorted(folder.iterdir())
        if path.suffix in (".yaml", ".yml") or (path / "credits.csv").exists()
    ]
    if not found:
        raise BadHistory(
            f"There is no history in {folder}: one is a folder with a file credits.csv, or a file "
            "NAME.yaml."
        )
    return found


def read(path: Path) -> History:
    """Return the history in a folder or a YAML file.

    Raises:
        BadHistory: it cannot be read.
    """
    try:
        return _of_folder(path) if path.is_dir() else _of_yaml(path)
    except (OSError, ValueError, csv.Error) as problem:
        raise BadHistory(f"The history {path} cannot be used: {problem}") from None


@contextmanager
def attribution(
    history: History, base: Mapping[str, Any] | None = None, rules: Channels | None = None
) -> Iterator[Attribution]:
    """Open the attribution of a history.

    Args:
        base: keys of a definition where the history has none of its own.
        rules: channel rules where the history has none of its own.

    Raises:
        BadHistory: its definition and the base make no sense together.
    """
    try:
        definition = definition_file.of({**(base or {}), **history.told}, Definition().goals)
    except ValueError as problem:
        raise BadHistory(f"The history {history.name} cannot be used: {problem}") from None
    with lake(history.rows) as views:
        yield Attribution(
            views, BUSINESS, definition, history.channels or rules or channels.load(), history.as_of
        )


def differences(asked: Attribution, history: History) -> list[Difference]:
    """Return where the credit is not what the history says; none where all is as it must be."""
    found = reckon(asked, history.by, history.models)
    keys = sorted(found.keys() | history.credits.keys())
    pairs = [(key, history.credits.get(key, 0), found.get(key, 0)) for key in keys]
    return [Difference(*key, wanted, minor) for key, wanted, minor in pairs if wanted != minor]


def reckon(asked: Attribution, by: Dimension, models: Sequence[str]) -> Credits:
    """Return the credit of each conversion, and what of it nobody earned."""
    query = "select conversion_id, reference, currency, net_minor from told_conversions"
    sales = asked.connection.execute(query).fetchall()
    earned: Credits = defaultdict(int)
    for currency in asked.currencies():
        theirs = {sale[0]: (str(sale[1]), sale[3]) for sale in sales if sale[2] == currency}
        for model in models:
            credited = asked.by_conversion(by, model, currency)
            for conversion, (reference, net_minor) in theirs.items():
                shares = credited.get(conversion, {})
                for value, minor in shares.items():
                    earned[reference, model, value] += minor
                earned[reference, model, UNATTRIBUTED] += net_minor - sum(shares.values())
    return {key: minor for key, minor in earned.items() if minor}


@contextmanager
def lake(rows: Mapping[str, Iterable[Mapping[str, Any]]]) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a connection with the lake's relations; those that are not told are empty."""
    with duckdb.connect(config={"threads": 1}) as connection:
        for name, table in RELATIONS.items():
            fill(connection, name, table.columns, list(rows.get(name, ())))
        yield connection


def fill(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    columns: Sequence[Column],
    rows: Sequence[Mapping[str, Any]],
) -> None:
    """Make one relation; what a row does not tell is null."""
    told = ", ".join(f'"{column.name}" {column.kind}' for column in columns)
    connection.execute(f"create table {name} ({told})")
    if rows:
        one = f"({', '.join('?' * len(columns))})"
        values = [row.get(column.name) for row in rows for column in columns]
        connection.execute(f"insert into {name} values {', '.join([one] * len(rows))}", values)


def _of_folder(folder: Path) -> History:
    strange = {path.stem for path in folder.glob("*.csv")} - {*RELATIONS, "credits"}
    if strange:
        raise ValueError(_unknown("file", min(strange), [*RELATIONS, "credits"]))
    told = _optional(folder / "definition.toml", tomllib.loads) or {}
    return _history(
        folder.name,
        _optional(folder / "story.txt", str) or "",
        told.pop("by", "source"),
        told.pop("as_of", None),
        told,
        _optional(folder / "channels.toml", str),
        {name: _rows(folder / f"{name}.csv") for name in (*RELATIONS, "credits")},
    )


def _of_yaml(path: Path) -> History:
    # Loaded by whoever has such files.
    import yaml

    text = path.read_text("utf-8")
    try:
        # Cells as they are written, as in CSV; only a definition has numbers and truth.
        told = yaml.load(text, Loader=yaml.BaseLoader)
        typed = yaml.safe_load(text)
    except yaml.YAMLError as problem:
        raise ValueError(f"it is no YAML: {problem}") from None
    if not isinstance(told, dict):
        raise ValueError("it is no mapping of keys to values")
    for key in told:
        if key not in _KEYS:
            raise ValueError(_unknown("key", str(key), _KEYS))
    rows = {name: told.get(name) or [] for name in (*RELATIONS, "credits")}
    for name, each in rows.items():
        if not isinstance(each, list) or not all(isinstance(row, dict) for row in each):
            raise ValueError(f"“{name}” is no list of rows, each a mapping of columns to values")
    definition = typed.get("definition") or {}
    if not isinstance(definition, dict):
        raise ValueError("“definition” is no mapping of keys to values")
    return _history(
        path.stem,
        str(told.get("story", "")),
        str(told.get("by", "source")),
        told.get("as_of"),
        definition,
        str(told["channels"]) if "channels" in told else None,
        rows,
    )


def _history(
    name: str,
    story: str,
    by: str,
    as_of: str | None,
    told: dict[str, Any],
    rules: str | None,
    rows: Mapping[str, list[dict[str, str]]],
) -> History:
    if by not in DIMENSIONS:
        raise ValueError(_unknown("dimension", by, DIMENSIONS))
    definition_file.effective(told)
    return History(
        name,
        story.strip(),
        by,
        told,
        None if rules is None else channels.read(rules),
        FOREVER if as_of is None else _instant(as_of),
        {
            relation: [_row(relation, number, row) for number, row in enumerate(rows[relation], 1)]
            for relation in RELATIONS
        },
        _credits(rows["credits"]),
    )


def _row(relation: str, number: int, told: Mapping[str, str]) -> Row:
    """Return a row with what is usual where it tells nothing."""
    table = RELATIONS[relation]
    kinds = {column.name: column.kind for column in table.columns if column.kind != "date"}
    row: Row = {}
    for column, text in told.items():
        if column not in kinds:
            where = f"{relation}, row {number}"
            raise ValueError(f"{where}: {_unknown('column', str(column), kinds)}")
        if text:
            row[column] = _cell(f"{relation}, row {number}, {column}", column, kinds[column], text)
    for column in _NEEDED[relation]:
        if column not in row:
            raise ValueError(f"{relation}, row {number}: it tells no “{column}”")
    if relation == "events":
        at = row["occurred_at"]
        usual: Row = {
            "event_id": number,
            "business_id": BUSINESS,
            "action": "page.viewed",
            "object_id": number,
            "received_at": at,
            "is_bot": False,
            "is_ahead": False,
            "currency": "USD" if "amount_minor" in row else None,
        }
        return usual | row
    usual = {"business_id": BUSINESS}
    if relation == "deliveries":
        usual |= {"delivery_id": number, "created_at": row["delivered_at"]}
    return usual | row


def _cell(where: str, column: str, kind: str, text: object) -> Any:
    if not isinstance(text, str):
        raise ValueError(f"{where}: it is no single value")
    try:
        if column.endswith("_at"):
            return _instant(text)
    except ValueError as problem:
        raise ValueError(f"{where}: {problem}") from None
    try:
        if kind == "boolean":
            return {"true": True, "false": False}[text]
        return _whole(text) if kind == "bigint" else text
    except (KeyError, ValueError):
        takes = "true or false" if kind == "boolean" else "a whole number of 64 bits"
        raise ValueError(f"{where}: “{text[:64]}” is not {takes}") from None


def _whole(text: str) -> int:
    number = int(text)
    if abs(number) > LARGEST_MINOR:
        raise ValueError(text)
    return number


def _credits(rows: Iterable[Mapping[str, str]]) -> Credits:
    told: Credits = {}
    for number, row in enumerate(rows, 1):
        where = f"credits, row {number}"
        if set(row) != set(_CREDIT):
            raise ValueError(f"{where}: its columns must be {', '.join(_CREDIT)}")
        key = (row["order"], row["model"], row["value"])
        if row["model"] not in RULES:
            raise ValueError(f"{where}: {_unknown('model', row['model'], RULES)}")
        if key in told:
            raise ValueError(f"{where}: the same order, model and value are there before")
        told[key] = _cell(f"{where}, credit_minor", "credit_minor", "bigint", row["credit_minor"])
    return told


def _rows(path: Path) -> list[dict[str, str]]:
    text = _optional(path, str) or ""
    return list(csv.DictReader(text.splitlines()))


def _optional(path: Path, parse: Callable[[str], Value]) -> Value | None:
    return parse(path.read_text("utf-8")) if path.exists() else None


def _instant(text: str) -> int:
    return parse_instant(text, received_at=FOREVER).tracked_at


def _unknown(what: str, given: str, known: Iterable[str]) -> str:
    names = list(known)
    near = did_you_mean(given, names)
    return f"there is no {what} “{given[:64]}”; there are {', '.join(names)}.{near}"
