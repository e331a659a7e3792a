"""Bracket spellings → nested values: flat keys such as ``email[primary]`` in JSON and in forms.

What could be read in two ways is refused.

Source: contract 2.9.
"""

import re
from collections.abc import Iterable
from typing import Any, Final

from footfall.domain.objects import BUILT_IN_KINDS
from footfall.errors import AmbiguousParameter, MalformedRequest, refuse

DEPTH: Final = 32
"""How deep a body may be nested."""

LABELLED: Final = frozenset({"email", "phone"})
"""Fields that may be given plainly and with labels at once; the plain one has the label ``""``."""

_BRACKETED: Final = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])+)")


def unfold(fields: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Return fields with bracket keys nested: ``a[b]=1`` becomes ``{"a": {"b": 1}}``.

    Raises:
        Refused: a field given twice, as a value and as an object, or nested too deeply.
    """
    told: dict[str, Any] = {}
    for key, value in fields:
        match = _BRACKETED.fullmatch(key)
        path = [match[1], *match[2][1:-1].split("][")] if match else [key]
        if len(path) > DEPTH:
            raise refuse(
                MalformedRequest(f"A key is nested more than {DEPTH} levels deep; flatten it.")
            )
        _put(told, path, value, key)
    return told


def unfold_event(told: dict[str, Any]) -> dict[str, Any]:
    """Return an event with the bracket keys of itself and of the object it describes nested.

    What is free inside, such as metadata, stays as it was told.

    Raises:
        Refused: as ``unfold``.
    """
    return {
        key: unfold(value.items()) if _describes(key, value) else value
        for key, value in unfold(told.items()).items()
    }


def _describes(key: str, value: Any) -> bool:
    # Of 2022 is {"product": {"name": …}}; other keys of events that hold objects are free.
    return isinstance(value, dict) and (key.endswith("_parameters") or key in BUILT_IN_KINDS)


def _put(told: dict[str, Any], path: list[str], value: Any, key: str) -> None:
    place = told
    for step in path[:-1]:
        inside = place.setdefault(step or str(len(place)), {})
        if not isinstance(inside, dict):
            if step not in LABELLED:
                raise _contradicts(key)
            inside = place[step] = {"": inside}
        place = inside
    last = path[-1] or (str(len(place)) if len(path) > 1 else "")
    known = place.get(last)
    if last in LABELLED and isinstance(known, dict) and not isinstance(value, dict):
        place, last = known, ""
    if last in place:
        raise _contradicts(key)
    place[last] = value


def _contradicts(key: str) -> Exception:
    return refuse(
        AmbiguousParameter(
            f"“{key[:64]}” is given twice, or once as a value and once as an object; send it once.",
            key[:64],
        )
    )
