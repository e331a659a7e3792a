"""Private tokens: ``ALK_`` and 40 random letters and digits, kept only as a digest.

Source: contract 1.1. The fixed prefix and length let secret scanners find a leaked one:
``ALK_[A-Za-z0-9]{40}``.
"""

import hashlib
import secrets
import string
from typing import Final

PREFIX: Final = "ALK_"
RANDOM_LENGTH: Final = 40
DISPLAY_LENGTH: Final = 8
PATTERN: Final = rf"{PREFIX}[A-Za-z0-9]{{{RANDOM_LENGTH}}}"
_ALPHABET: Final = string.ascii_letters + string.digits

SCOPES: Final[dict[str, str]] = {
    "events:write": "track events, tell of deliveries",
    "catalog": "create and change products, actions and links",
    "profiles": "create and change profiles, attach sessions",
    "read": "read everything of the business",
    "admin": "all of these",
}
"""What a token may do, by scope; ``admin`` includes the others."""


def generate() -> str:
    """Return a new private token; 40 base-62 characters are 238 bits of chance."""
    return PREFIX + "".join(secrets.choice(_ALPHABET) for _ in range(RANDOM_LENGTH))


def digest(token: str | bytes) -> bytes:
    """Return the 32 bytes stored instead of a token.

    A plain SHA-256 is enough for a text with 238 random bits, and looking a digest up tells a
    listener with a stopwatch nothing about the token.
    """
    return hashlib.sha256(token.encode() if isinstance(token, str) else token).digest()


def display_prefix(token: str) -> str:
    """Return the part of a token that pages and lists may show, e.g. ``ALK_eSMR``."""
    return token[:DISPLAY_LENGTH]
