"""Sequences: what a client sends, request after request, and what must come of it.

``sequences/NAME.http`` holds the requests as they go over the wire, head, blank line, body, with a
line ``###`` between two; lines of the head end in CRLF. Lines before the head that begin with ``#``
say who sends it and are not sent. ``NAME.json`` beside it tells:

- ``answers``, one per request: ``status``; the whole ``body``, or what it ``holds`` among other
  things, or the ``errors`` as pairs of type and parameter; ``take``, names for texts of the answer
  that later requests use; ``hangs_up``, of a client that is gone before the answer.
- ``stored``: the rows that all requests together left behind, by table. A row tells what must hold
  of it; a table has exactly these rows, events and changes of identity in this order. A table that
  is not named is empty; one that is ``null`` may hold anything.
- ``nowhere``: texts that must be in no row of the database.

``$BUSINESS`` and ``$TOKEN`` are the credentials of a business that nobody used before, ``$LENGTH``
the length of the body, every other ``$NAME`` what an answer before gave.
"""

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).parent / "sequences"
NEXT_REQUEST = b"\n###\n"

_PART = re.compile(rb"\$([A-Z_]+)")


class Sequence(NamedTuple):
    """The requests of a client, not yet filled in, and what is expected."""

    name: str
    requests: list[bytes]
    expected: dict[str, Any]


def sequences() -> list[Sequence]:
    """Every sequence there is, by name."""
    return [
        Sequence(
            path.stem,
            path.read_bytes().split(NEXT_REQUEST),
            json.loads(path.with_suffix(".json").read_bytes()),
        )
        for path in sorted(HERE.glob("*.http"))
    ]


class Parts:
    """What ``$NAME`` stands for; grows with each answer."""

    def __init__(self, **known: str) -> None:
        self.known = known

    def request(self, text: bytes) -> bytes:
        """Fill a request in and give it the form of the wire."""
        lines = text.strip().split(b"\n")
        while lines[0].startswith(b"#"):
            del lines[0]
        head, _, body = b"\n".join(lines).partition(b"\n\n")
        body = self._fill(body)
        head = self._fill(head.replace(b"$LENGTH", str(len(body)).encode()))
        return head.replace(b"\n", b"\r\n") + b"\r\n\r\n" + body

    def expected(self, told: Any) -> Any:
        """Fill what is expected in."""
        return json.loads(self._fill(json.dumps(told).encode()))

    def take(self, answer: Any, names: dict[str, str]) -> None:
        """Remember texts of an answer, each under a name that no other text has.

        ``names`` leads from a name to a key of the answer, or to several with a dot between.
        """
        for name, path in names.items():
            value = answer
            for key in path.split("."):
                value = value[int(key) if isinstance(value, list) else key]
            assert isinstance(value, str)
            assert value
            assert name not in self.known
            self.known[name] = value

    def _fill(self, text: bytes) -> bytes:
        return _PART.sub(lambda match: self.known[match[1].decode()].encode(), text)


def holds(value: Any, told: Any) -> bool:
    """Whether a value is as told; an object may have more keys, ``null`` is absent too."""
    if isinstance(told, dict) and isinstance(value, dict):
        return all(holds(value.get(key), told[key]) for key in told)
    if isinstance(told, list) and isinstance(value, list):
        return len(told) == len(value) and all(map(holds, value, told))
    return bool(value == told) and isinstance(value, bool) == isinstance(told, bool)
