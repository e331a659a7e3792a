"""Outcome → status, headers and bytes; the one shape of every error answer.

Source: contract 2.3 (``message`` and ``description`` carry the same text), 3.1 (answers).
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from footfall.errors import Fault, RateLimited

OK_BODY: Final = b'{"state":"ok"}'
JSON: Final = (b"content-type", b"application/json")
REPLAYED: Final = (b"idempotent-replayed", b"true")
RETRY_AFTER_S: Final = 2
DOC_PATH: Final = "/docs/errors#"

Headers = list[tuple[bytes, bytes]]


def describe(faults: Iterable[Fault], request_id: str) -> list[dict[str, Any]]:
    """Return faults as answers and refusal records list them."""
    return [
        {
            "type": fault.type,
            "message": fault.message,
            "description": fault.message,
            "parameter": fault.parameter,
            "request_id": request_id,
            "doc_url": DOC_PATH + fault.type,
        }
        for fault in faults
    ]


def error_body(faults: Sequence[Fault], request_id: str, **extra: Any) -> bytes:
    """Return the body of a refused request."""
    return msgspec.json.encode({"errors": describe(faults, request_id), **extra})


def error_headers(status: int, request_id: str, faults: Sequence[Fault] = ()) -> Headers:
    """Return the headers of a refused request.

    Source: draft-ietf-httpapi-ratelimit-headers-10 (``RateLimit``, ``RateLimit-Policy``).
    """
    headers: Headers = [JSON, (b"request-id", request_id.encode("latin-1"))]
    for fault in faults:
        if isinstance(fault, RateLimited):
            wait, quota = fault.retry_after_s, f'"{fault.policy}";q={fault.quota}'
            headers += [
                (b"retry-after", b"%d" % wait),
                (b"ratelimit-policy", f"{quota};w={fault.window_s}".encode()),
                (b"ratelimit", f'"{fault.policy}";r=0;t={wait}'.encode()),
            ]
    if status == 503:
        headers.append((b"retry-after", str(RETRY_AFTER_S).encode()))
    if status == 401:
        headers.append((b"www-authenticate", b'Bearer realm="footfall"'))
    return headers


def lines(headers: Headers) -> bytes:
    """Return headers as they are written."""
    return b"".join([b"%b: %b\r\n" % pair for pair in headers])
