"""What a browser says of its visitor: an id in another system, and claims that nobody has proved.

Called for the body of an identification; every fault is named, not only the first.

Source: contract 3.6, 5.4, 2.6 (missing values).
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import msgspec

from footfall.domain.objects import is_absent, read_text, require
from footfall.errors import Fault, Invalid

USER_LENGTH: Final = 255
SOURCE_LENGTH: Final = 64
KEY_LENGTH: Final = 320
CLAIMS_MAX: Final = 50
"""Most claims in one identification."""

CLAIM_NAME_LENGTH: Final = 64
CLAIM_LENGTH: Final = 1024

_NO_CLAIMS: Final = frozenset({"session", "session_id", "user_id", "source"})


class Identification(NamedTuple):
    """Who a visitor is in the system ``source``, and what the page claims beside."""

    source: str
    user_id: str
    key: str
    claims: dict[str, str]


def user_key(source: str, user_id: str) -> str | None:
    """Return what a person is found by: ``source:user_id``, ``None`` if it is too long for a key.

    A colon in the source is escaped, so that no two pairs have the same key.

    >>> user_key("shopify", "user_1"), user_key("a:b", "c")
    ('shopify:user_1', 'a%3Ab:c')
    """
    key = f"{source.replace('%', '%25').replace(':', '%3A')}:{user_id}"
    return key if len(key) <= KEY_LENGTH else None


def read_identification(told: Mapping[str, Any], faults: list[Fault]) -> Identification:
    """Return who a body says the visitor is, noting every fault."""
    require(told, "user_id", "An identification", faults)
    user_id = read_text(told, "user_id", faults, limit=USER_LENGTH) or ""
    source = read_text(told, "source", faults, limit=SOURCE_LENGTH) or ""
    key = user_key(source, user_id)
    if key is None:
        faults.append(
            Invalid("“source” and “user_id” are too long together; use shorter ones.", "source")
        )
    return Identification(source, user_id, key or "", _read_claims(told, faults))


def _read_claims(told: Mapping[str, Any], faults: list[Fault]) -> dict[str, str]:
    claims: dict[str, str] = {}
    for name, value in told.items():
        if name in _NO_CLAIMS or is_absent(value):
            continue
        text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
        if len(name) > CLAIM_NAME_LENGTH:
            what = f"A field’s name may have at most {CLAIM_NAME_LENGTH} characters."
            faults.append(Invalid(what, name[:CLAIM_NAME_LENGTH]))
        elif len(text) > CLAIM_LENGTH:
            what = f"“{name}” has {len(text)} characters; use at most {CLAIM_LENGTH}."
            faults.append(Invalid(what, name))
        else:
            claims[name] = text
    if len(claims) > CLAIMS_MAX:
        faults.append(Invalid(f"There are more than {CLAIMS_MAX} fields; send fewer."))
    return claims
