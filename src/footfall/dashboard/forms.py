"""What a form said: texts read and checked, with a sentence about each that will not do."""

from collections.abc import Callable
from typing import TypeVar

from footfall.dashboard.gate import Request, Visit

T = TypeVar("T")

TEXT_LENGTH_MAX = 255


class Form:
    """The fields of one request.

    Attributes:
        faults: what is wrong, in the reader's language, by field.
    """

    def __init__(self, visit: Visit, fields: dict[str, list[str]]) -> None:
        self._visit = visit
        self._fields = fields
        self.faults: dict[str, str] = {}

    @classmethod
    async def of(cls, visit: Visit) -> "Form":
        """Return the form a request carries; files in it count as nothing."""
        request: Request = visit.request
        fields: dict[str, list[str]] = {}
        for name, value in (await request.form()).multi_items():
            if isinstance(value, str):
                # NUL is no text to PostgreSQL, and nothing anybody types.
                fields.setdefault(name, []).append(value.replace("\0", ""))
        return cls(visit, fields)

    def raw(self, name: str) -> str:
        """Return a field as it was typed."""
        return (self._fields.get(name) or [""])[-1]

    def all(self, name: str) -> list[str]:
        """Return every value of a field."""
        return self._fields.get(name, [])

    def text(self, name: str) -> str:
        """Return a field that may not be empty, without spaces around it."""
        text = self.raw(name).strip()
        if not text:
            self.refuse(name, "Fill this in.")
        elif len(text) > TEXT_LENGTH_MAX:
            self.refuse(name, "Shorten this to 255 characters.")
        return text

    def parsed(self, name: str, parse: Callable[[str], T], fault: str) -> T | None:
        """Return a field as a parser reads it; ``fault`` says what it should be."""
        try:
            return parse(self.raw(name).strip())
        except ValueError:
            self.refuse(name, fault)
            return None

    def refuse(self, name: str, fault: str) -> None:
        """Note what is wrong with a field, in English."""
        self.faults.setdefault(name, self._visit.say(fault))

    @property
    def is_good(self) -> bool:
        return not self.faults
