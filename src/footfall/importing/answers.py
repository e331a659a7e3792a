"""The server's answers as far as an import reads them.

Decoded by ``sender``; carried by ``transfer``, ``progress`` and ``report``.
"""

from typing import Literal

import msgspec


class WireError(msgspec.Struct, frozen=True):
    """One entry of an answer's ``errors`` (contract 2.3)."""

    type: str = "invalid"
    message: str = ""
    parameter: str | None = None


class Outcome(msgspec.Struct, frozen=True):
    """What became of one event."""

    result: Literal["created", "duplicate", "rejected"]
    errors: list[WireError] = []


class ProfileOutcome(msgspec.Struct, frozen=True):
    """The public id of a profile made or found; or why there is none."""

    id: str | None = None
    errors: list[WireError] = []


class BatchAnswer(msgspec.Struct):
    """Answer to a batch: an outcome per event, in order."""

    results: list[Outcome]


class ProfileAnswer(msgspec.Struct):
    """Answer to a profile made or found."""

    id: str


class _Refusal(msgspec.Struct):
    errors: list[WireError] = []


def errors_of(status: int, body: bytes) -> list[WireError]:
    """Return the errors in the body of a refusal; one that names the status if there are none."""
    try:
        errors = msgspec.json.decode(body, type=_Refusal).errors
    except msgspec.DecodeError:
        errors = []
    return errors or [WireError(message=f"The server answered {status}.")]
