"""A refusal → its row for ``rejections``: what was wrong, when, and the body without secrets."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import msgspec

from footfall.domain.masking import mask_text, mask_value
from footfall.errors import Fault
from footfall.ingest.respond import describe

BODY_KEPT_BYTES: Final = 4096
"""A larger body is kept as the beginning of its text."""

_NUL: Final = "␀"
"""Shown in the place of NUL, which PostgreSQL keeps in no text."""


class Request(NamedTuple):
    """What a refusal says about the request it belongs to; time in microseconds UTC."""

    id: str
    method: str
    path: str
    received_at: int


def rejection(
    request: Request,
    business_id: int,
    token_id: int | None,
    status: int,
    faults: Sequence[Fault],
    body: bytes,
    item: int | None = None,
) -> dict[str, Any]:
    """Return the row of a refused request, or of the refused item of a batch.

    Args:
        body: the request's or the item's, decompressed; secrets, e-mails and phones are masked.
        item: position in the batch.
    """
    errors = [
        {**error, **{name: _shown(error[name]) for name in ("message", "description", "parameter")}}
        for error in describe(faults, request.id)
    ]
    return {
        "business_id": business_id,
        "token_id": token_id,
        "received_at": request.received_at,
        "request_id": request.id,
        "method": request.method,
        "path": request.path[:255],
        "status": status,
        "item": item,
        "errors": errors,
        "body": masked_body(body),
    }


def masked_body(body: bytes) -> Any:
    """Return a body fit to be kept: its JSON masked, or the beginning of its text masked."""
    if not body:
        return None
    if len(body) <= BODY_KEPT_BYTES:
        try:
            return _without_nul(mask_value(msgspec.json.decode(body)))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            pass
    return _shown(body[:BODY_KEPT_BYTES].decode("utf-8", "replace"))


def _shown(text: str | None) -> str | None:
    return None if text is None else mask_text(text.replace("\0", _NUL))


def _without_nul(value: Any) -> Any:
    match value:
        case str():
            return value.replace("\0", _NUL)
        case dict():
            return {_without_nul(key): _without_nul(each) for key, each in value.items()}
        case list():
            return [_without_nul(each) for each in value]
    return value
