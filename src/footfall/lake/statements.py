"""``sql/NAME.sql`` → its text. Values are bound by name; nothing is formatted into a statement."""

from functools import cache
from importlib.resources import files


@cache
def statement(name: str) -> str:
    """Return the statement in a file; its header says what it takes and returns."""
    return (files(__package__) / "sql" / f"{name}.sql").read_text("utf-8")
