"""Query and body → the few kinds of parameter that several endpoints share.

A role is what a parameter says (whose? which session?), whatever of its spellings the caller used.
Missing values are those of contract 2.6. Every fault is noted under the name as it was sent.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from footfall.api.forms import read_pairs
from footfall.domain.objects import is_absent
from footfall.domain.sessions import NOTHING
from footfall.domain.times import parse_instant
from footfall.errors import AmbiguousParameter, Fault, Invalid, MalformedRequest, refuse

PROFILE: Final = ("profile", "profile_id")
SESSION: Final = ("session", "session_id")

_ANY_TIME: Final = 1 << 62
_LOST_PLUS: Final = re.compile(r"(?<=\d) (?=\d\d:?\d\d$)")
_FLAGS: Final = {"true": True, "1": True, "false": False, "0": False}


class Given(NamedTuple):
    """What a role was given as, and under which of its names."""

    text: str
    parameter: str


def read_query(encoded: bytes) -> dict[str, str]:
    """Return the query's parameters by name.

    Raises:
        Refused: 400 for a query that cannot be read, or a name given twice with different values.
    """
    query: dict[str, str] = {}
    for name, value in read_pairs(encoded, "query"):
        if query.setdefault(name, value) != value:
            raise refuse(
                MalformedRequest(f"“{name[:64]}” is given twice; send it once.", name[:64])
            )
    return query


def read_role(told: Mapping[str, Any], names: Sequence[str], faults: list[Fault]) -> Given | None:
    """Return an id given under any of some names, ``None`` when it is absent."""
    found: Given | None = None
    for name in names:
        value = told.get(name)
        if is_absent(value) or (names is SESSION and isinstance(value, str) and value in NOTHING):
            continue
        text = str(value) if type(value) is int else value
        if not isinstance(text, str):
            faults.append(Invalid(f"“{name}” must be an id, given as a text.", name))
        elif found is not None and found.text != text:
            faults.append(
                AmbiguousParameter(
                    f"“{found.parameter}” and “{name}” fill the same role and have different "
                    "values; send one of them.",
                    name,
                )
            )
        else:
            found = found or Given(text, name)
    return found


def read_flag(told: Mapping[str, Any], name: str, faults: list[Fault]) -> bool | None:
    """Return a true or false, as JSON says it or as a form must; ``None`` when it is absent."""
    value = told.get(name)
    if value is None or value == "" or isinstance(value, bool):
        return None if value == "" else value
    if (text := str(value).lower()) in _FLAGS:
        return _FLAGS[text]
    faults.append(Invalid(f"“{name}” must be true or false.", name))
    return None


def read_time(query: Mapping[str, str], name: str, faults: list[Fault]) -> int | None:
    """Return a time in microseconds UTC, in any form that ``tracked_at`` takes."""
    text = query.get(name, "")
    if not text:
        return None
    try:
        # A plus that was not encoded arrives as a space.
        return parse_instant(_LOST_PLUS.sub("+", text), received_at=_ANY_TIME).tracked_at
    except ValueError as problem:
        faults.append(Invalid(str(problem), name))
        return None
