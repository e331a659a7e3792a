"""Is it alive, is it ready, what does it count: ``/healthz``, ``/readyz``, ``/metrics``.

No credential is asked for, and nothing about a business is told; keep ``/metrics`` from the public
in the reverse proxy (docs/operations.md).
"""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from sqlalchemy import text

import footfall
from footfall.errors import Refused
from footfall.ops.metrics import CONTENT_TYPE, Metrics
from footfall.ops.request_ids import request_id
from footfall.store.store import Store

Application = Callable[[Any, Any, Any], Awaitable[None]]


class Probes:
    """Answers the three paths; hands any other request to the application behind."""

    def __init__(self, store: Store, metrics: Metrics, behind: Application) -> None:
        self._store = store
        self._metrics = metrics
        self._behind = behind

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self._behind(scope, receive, send)
            return
        match scope["path"]:
            case "/healthz":
                answer = {"status": "ok", "version": footfall.__version__}
                await _send(scope, send, 200, msgspec.json.encode(answer))
            case "/readyz":
                await self._ready(scope, send)
            case "/metrics":
                await _send(scope, send, 200, self._metrics.render(), CONTENT_TYPE.encode())
            case _:
                await self._behind(scope, receive, send)

    async def _ready(self, scope: Any, send: Any) -> None:
        problems = []
        try:
            await self._store.read(lambda connection: connection.execute(text("select 1")).scalar())
        except Refused:
            problems.append("the database cannot be read")
        if self._store.writer.has_failed:
            problems.append("the last commit failed")
        waiting = self._store.writer.waiting
        status = "unavailable" if problems else "ok"
        answer = {"status": status, "problems": problems, "waiting_events": waiting}
        await _send(scope, send, 503 if problems else 200, msgspec.json.encode(answer))


async def _send(
    scope: Any, send: Any, status: int, body: bytes, kind: bytes = b"application/json"
) -> None:
    headers = [
        (b"content-type", kind),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
        (b"request-id", request_id(dict(scope["headers"])).encode("latin-1")),
    ]
    if status == 503:
        headers.append((b"retry-after", b"2"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
