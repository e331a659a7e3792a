"""The id that every answer carries, and that errors, refusals and logs quote."""

import os
from collections.abc import Mapping
from itertools import count

_process = os.urandom(6).hex()
_next = count(1).__next__


def request_id(headers: Mapping[bytes, bytes]) -> str:
    """Return the caller's ``Request-Id``, or a new one that no other process gives."""
    given = headers.get(b"request-id") or headers.get(b"x-request-id")
    if given and len(given) <= 128 and given.isascii():
        text = given.decode("ascii")
        if text.isprintable():
            return text
    return f"req_{_process}{_next():08x}"
