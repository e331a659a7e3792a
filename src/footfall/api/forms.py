"""Bracket spellings → nested values: form bodies, and flat keys such as ``email[primary]`` in JSON.

Called for every body that is not on the hot path. A form's values are texts; what reads a body
takes numbers and flags as texts too. What could be read in two ways is refused.

Source: contract 2.9 (brackets), 2.1 (forms).
"""

import re
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import parse_qsl

from footfall.errors import AmbiguousParameter, MalformedRequest, refuse
from footfall.ingest.decode import DEPTH

FORM_TYPE: Final = "application/x-www-form-urlencoded"
FIELDS_MAX: Final = 10_000

LABELLED: Final = frozenset({"email", "phone"})
"""Fields that may be given plainly and with labels at once; the plain one has the label ``""``."""

_BRACKETED: Final = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])+)")


def decode_form(body: bytes) -> dict[str, Any]:
    """Return the nested value of a form body.

    Raises:
        Refused: 400 for what is no UTF-8 form, 422 for fields that contradict each other.
    """
    return {name: _listed(value) for name, value in unfold(read_pairs(body, "body")).items()}


def read_pairs(encoded: bytes, what: str) -> list[tuple[str, str]]:
    """Return the names and texts of a form body or query string, in order.

    Raises:
        Refused: 400, it is not UTF-8, has a NUL character or too many fields.
    """
    try:
        pairs = parse_qsl(
            encoded.decode(), keep_blank_values=True, errors="strict", max_num_fields=FIELDS_MAX
        )
    except UnicodeDecodeError:
        raise refuse(MalformedRequest(f"The {what} is not UTF-8; encode it as UTF-8.")) from None
    except ValueError:
        raise refuse(
            MalformedRequest(f"The {what} has more than {FIELDS_MAX} fields; send fewer.")
        ) from None
    if any("\0" in text for pair in pairs for text in pair):
        raise refuse(MalformedRequest(f"The {what} has a NUL character; remove it."))
    return pairs


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


def _listed(value: Any) -> Any:
    """Return objects whose keys count from 0 as the lists they are meant to be."""
    if not isinstance(value, dict):
        return value
    inside = {key: _listed(each) for key, each in value.items()}
    if inside and list(inside) == [str(number) for number in range(len(inside))]:
        return list(inside.values())
    return inside
