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
                await _send(send, 200, {"status": "ok", "version": footfall.__version__})
            case "/readyz":
                await self._ready(send)
            case "/metrics":
                body = self._metrics.render()
                await _send_bytes(send, 200, CONTENT_TYPE.encode(), body)
            case _:
                await self._behind(scope, receive, send)

    async def _ready(self, send: Any) -> None:
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
        await _send(send, 503 if problems else 200, answer)


async def _send(send: Any, status: int, answer: dict[str, Any]) -> None:
    await _send_bytes(send, status, b"application/json", msgspec.json.encode(answer))


async def _send_bytes(send: Any, status: int, kind: bytes, body: bytes) -> None:
    headers = [(b"content-type", kind), (b"cache-control", b"no-store")]
    if status == 503:
        headers.append((b"retry-after", b"2"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
