"""The smallest mapping and files an import can run on; a test changes one thing."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from footfall.importing.mapping import ImportMapping, read_mapping
from footfall.importing.rows import PreparedRow, Rows
from footfall.importing.source import Source

SALES = """\
order_no,customer,article,quantity,price,sold_at
A-1,007,00042,2,1.25,2011-07-01 12:00:00
A-2,,00043,1,10,2011-01-01 12:00:00
A-3,007,00042,3,0.10,2011-01-02 12:00:00
"""

MAPPING: dict[str, dict[str, Any]] = {
    "profile": {"source": "'till'", "reference": "customer"},
    "event": {
        "event_id": "'till-' || order_no",
        "action": "'product.purchased'",
        "tracked_at": "sold_at::timestamp at time zone 'Europe/London'",
        "amount": "quantity::integer * price::decimal(12, 3)",
        "currency": "'GBP'",
        "session": "case when customer is null then md5('till/' || order_no) end",
        "object_parameters": {"source": "'till'", "reference": "article", "name": "article"},
        "metadata": {"quantity": "quantity::integer"},
    },
}


def toml(mapping: dict[str, dict[str, Any]] | None = None, **sections: dict[str, Any]) -> str:
    """Return a mapping as TOML; a section given changes that section, ``None`` drops a key."""
    whole = {**(MAPPING if mapping is None else mapping)}
    for name, changes in sections.items():
        merged = {**whole.get(name, {}), **changes}
        whole[name] = {key: value for key, value in merged.items() if value is not None}
    lines = []
    for name, section in whole.items():
        lines.append(f"[{name}]")
        lines += [f"{json.dumps(key)} = {_inline(value)}" for key, value in section.items()]
    return "\n".join(lines)


def mapping(**sections: dict[str, Any]) -> ImportMapping:
    return read_mapping(toml(**sections).encode())


def write(folder: Path, text: str = SALES, name: str = "sales.csv") -> Path:
    file = folder / name
    file.write_text(text)
    return file


@contextmanager
def rows_of(path: Path, /, **sections: dict[str, Any]) -> Iterator[Rows]:
    described = mapping(**sections)
    with Source(path, described.file) as source:
        yield Rows(source, described)


def prepared(path: Path, /, **sections: dict[str, Any]) -> list[PreparedRow]:
    with rows_of(path, **sections) as rows:
        return list(rows.events())


def events(path: Path, /, **sections: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the events of a file, none of whose rows may fail."""
    made = []
    for row in prepared(path, **sections):
        assert row.event is not None, row
        made.append(json.loads(row.event))
    return made


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        pairs = (f"{json.dumps(key)} = {_inline(each)}" for key, each in value.items())
        return "{" + ", ".join(pairs) + "}"
    return json.dumps(value)
