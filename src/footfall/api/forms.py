"""Form bodies and query strings → nested values.

Called for every body that is not on the hot path. A form's values are texts; what reads a body
takes numbers and flags as texts too. What could be read in two ways is refused.

Source: contract 2.9 (brackets), 2.1 (forms).
"""

from typing import Any, Final
from urllib.parse import parse_qsl

from footfall.errors import MalformedRequest, refuse
from footfall.ingest.brackets import unfold

FORM_TYPE: Final = "application/x-www-form-urlencoded"
FIELDS_MAX: Final = 10_000


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


def _listed(value: Any) -> Any:
    """Return objects whose keys count from 0 as the lists they are meant to be."""
    if not isinstance(value, dict):
        return value
    inside = {key: _listed(each) for key, each in value.items()}
    if inside and list(inside) == [str(number) for number in range(len(inside))]:
        return list(inside.values())
    return inside
