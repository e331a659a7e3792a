"""What lets pages of other origins call the endpoints made for browsers, and only those.

Nothing that a page may do depends on cookies, so every origin is told the same (contract 2.2). A
refusal has to carry the header too, or the page would learn nothing of it.
"""

import re
from typing import Any, Final

from footfall.ingest.respond import Headers
from footfall.ingest.wire import HeaderMap, Message, Send

ALLOWED: Final = (
    (b"access-control-allow-origin", b"*"),
    # Or the page could read neither when to try again nor that its own clock is wrong.
    (b"access-control-expose-headers", b"Date, Retry-After"),
)
METHODS: Final = b"GET, POST, PATCH, DELETE, OPTIONS"
FIELDS: Final = b"Authorization, Content-Type, Accept, Idempotency-Key"
MAX_AGE_S: Final = 86_400

_FOR_BROWSERS: Final = re.compile(r"/(?:v1/)?(?:track|public)/")
_FIELD_NAMES: Final = re.compile(rb"[A-Za-z0-9!#$%&'*+.^_`|~, -]{1,1024}")


def is_for_browsers(path: str) -> bool:
    """Tell whether pages of any origin may call a path."""
    return _FOR_BROWSERS.match(path) is not None


def allowing(send: Send) -> Send:
    """Return a ``send`` that adds what a browser asks of the answer."""

    async def allowed(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), *ALLOWED]
        await send(message)

    return allowed


def preflight(headers: HeaderMap, request_id: str) -> Headers:
    """Return the headers of the answer to ``OPTIONS``; it comes without a credential.

    A page may add headers of its own, so whatever names it asks for are allowed.
    """
    asked = headers.get(b"access-control-request-headers", b"")
    return [
        *ALLOWED,
        (b"access-control-allow-methods", METHODS),
        (b"access-control-allow-headers", asked if _FIELD_NAMES.fullmatch(asked) else FIELDS),
        (b"access-control-max-age", str(MAX_AGE_S).encode()),
        (b"vary", b"Access-Control-Request-Headers"),
        (b"request-id", request_id.encode("latin-1")),
    ]


async def answer_preflight(send: Send, headers: HeaderMap, request_id: str) -> None:
    """Answer ``OPTIONS`` on a path for browsers."""
    start: dict[str, Any] = {"type": "http.response.start", "status": 204}
    await send({**start, "headers": preflight(headers, request_id)})
    await send({"type": "http.response.body", "body": b""})
