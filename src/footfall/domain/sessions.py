"""Session ids: what a browser or this server mints, and what is no session at all.

Source: contract 2.5 (shapes), 2.6 (words that stand for nothing), 3.1 rule 6 (leniency).
"""

import re
import secrets
import string
from typing import Final, NamedTuple

MINTED_LENGTH: Final = 32
MAX_LENGTH: Final = 128
_ALPHABET: Final = string.ascii_letters + string.digits
_UUID: Final = re.compile(
    r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-8][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}"
)
_MINTED: Final = re.compile(r"[A-Za-z0-9]{32}")

NOTHING: Final = frozenset({"", "undefined", "null"})
"""Texts that mean “no session”; official clients really send them (contract 2.6)."""


class SessionFact(NamedTuple):
    """What is known of a session's row: its number, and the profile it is attached to.

    ``is_suppressed``: that person's events are not kept.
    """

    id: int
    profile_id: int | None
    is_suppressed: bool = False


def mint() -> str:
    """Return a new session id: 32 letters and digits, some 190 bits of chance."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(MINTED_LENGTH))


def is_well_formed(text: str) -> bool:
    """Tell whether this is what browsers and this server mint: a session may begin under it.

    A UUID (any version, so that a browser may choose) or 32 letters and digits. Where a page speaks
    for itself, one may begin under any text that can be carried (contract 2.5, 3.2).
    """
    return bool(_MINTED.fullmatch(text) or _UUID.fullmatch(text))


def is_carriable(text: str) -> bool:
    """Tell whether a text could be an id at all: 1 to 128 printable characters, no spaces."""
    return 0 < len(text) <= MAX_LENGTH and text.isascii() and text.isprintable() and " " not in text
