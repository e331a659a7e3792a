"""Passwords of members: which are taken, and the text that is kept in place of one.

A text of argon2id holds its parameters and its salt. ``argon2`` is imported at first use: a server
whose dashboard nobody opens need not load it.
"""

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from argon2 import PasswordHasher

LENGTH_MIN: Final = 10
LENGTH_MAX: Final = 256
"""Longer is no password; hashing it would only cost time."""

MEMORY_KIB: Final = 19_456
PASSES: Final = 2
"""Parameters of argon2id with one lane. Source: OWASP Password Storage Cheat Sheet."""

_NOBODYS: Final = (
    "$argon2id$v=19$m=19456,t=2,p=1"
    "$bm9ib2R5J3MgcGFzc3dvcmQ$0GvM5ZfJ8Gz8yZq0a7yBqJmJt1c3l0mD7oBvJ2nVn3w"
)
"""Compared with when there is no such member, so that nobody learns it from the time it takes."""


def is_long_enough(password: str) -> bool:
    """Tell whether a password may be chosen; length is the only rule.

    Source: NIST SP 800-63B, section 5.1.1.2, which advises against rules of composition.
    """
    return LENGTH_MIN <= len(password) <= LENGTH_MAX


def hashed(password: str) -> str:
    """Return the text to keep of a password; another one each time."""
    return _hasher().hash(password)


def matches(kept: str | None, password: str) -> bool:
    """Tell whether a password is the one behind a kept text; ``None`` takes as long and fails."""
    from argon2.exceptions import VerificationError

    try:
        _hasher().verify(_NOBODYS if kept is None else kept, password[:LENGTH_MAX])
    except VerificationError:
        return False
    return kept is not None


def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=1)
