"""Whatever a handler or the framework raises → one error answer, and its record.

Litestar calls ``keep`` first and ``answer`` second. Nothing here lets an exception's text out:
what was not raised on purpose is logged and answered with a sentence of ours.
"""

from typing import Any, Final

import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, MethodNotAllowedException, NotFoundException
from litestar.types import Scope

from footfall.api.call import TRACE, Trace
from footfall.api.hot_path import OPERATIONS
from footfall.errors import (
    Fault,
    MalformedRequest,
    MethodNotAllowed,
    RateLimited,
    Refused,
    Suppressed,
    Unavailable,
    UnknownResource,
)
from footfall.ingest.authenticate import authenticate
from footfall.ingest.refuse import rejection
from footfall.ingest.respond import error_body, error_headers
from footfall.ingest.wire import CallerGone
from footfall.store.append import Submission
from footfall.store.store import Store

log = structlog.get_logger(__name__)

_SET_ELSEWHERE: Final = frozenset({b"content-type", b"request-id"})


class Refusals:
    """Answers and records what went wrong in one application."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def answer(self, request: Request[Any, Any, Any], problem: Exception) -> Response[bytes]:
        """Return the answer to a request that was refused or failed."""
        refused = _as_refusal(problem, request.scope)
        trace = _trace(request.scope)
        headers = {
            name.decode(): value.decode()
            for name, value in error_headers(refused.status, trace.request.id, refused.faults)
            if name not in _SET_ELSEWHERE
        }
        if isinstance(refused.faults[0], MethodNotAllowed):
            headers["allow"] = _allowed(request.scope, problem)
        return Response(
            error_body(refused.faults, trace.request.id),
            status_code=refused.status,
            media_type="application/json",
            headers=headers,
        )

    async def keep(self, problem: Exception, scope: Scope) -> None:
        """Record the refusal of an authenticated request; log what should never happen."""
        trace = _trace(scope)
        refused = _as_refusal(problem, scope)
        if not _is_foreseen(problem):
            log.error(
                "request_failed",
                request_id=trace.request.id,
                error=repr(problem),
                exc_info=problem,
            )
        if isinstance(problem, CallerGone):
            return
        if isinstance(refused.faults[0], Unavailable | RateLimited):
            return
        if isinstance(problem, HTTPException):
            await self._identify(trace, scope)
        if trace.caller is not None:
            await self._record(trace, refused)

    async def _identify(self, trace: Trace, scope: Scope) -> None:
        """Find out who asked for what the framework refused before anybody looked."""
        header = dict(scope["headers"]).get(b"authorization")
        try:
            trace.caller = await authenticate(self._store, header, scope=None)
        except Refused:
            return

    async def _record(self, trace: Trace, refused: Refused) -> None:
        caller = trace.caller
        assert caller is not None

        def row(_: int, __: Fault) -> dict[str, Any]:
            return rejection(
                trace.request,
                caller.business_id,
                caller.token_id,
                refused.status,
                refused.faults,
                trace.body,
            )

        suppressed = [each.profile_id for each in refused.faults if isinstance(each, Suppressed)]
        # Nothing received: the ledger counts events, and this was about something else.
        submission = Submission(
            caller.business_id,
            caller.token_id,
            trace.request.received_at,
            [],
            row,
            received=0,
            refusals=[] if suppressed else [row(0, refused.faults[0])],
            suppressed=suppressed[:1],
        )
        try:
            await self._store.append(submission)
        except Refused:
            log.warning("refusal_not_recorded", request_id=trace.request.id)


def _is_foreseen(problem: Exception) -> bool:
    if isinstance(problem, HTTPException):
        return problem.status_code < 500
    return isinstance(problem, Fault | Refused | CallerGone)


def _as_refusal(problem: Exception, scope: Scope) -> Refused:
    if isinstance(problem, Refused):
        return problem
    if isinstance(problem, Fault):
        return Refused([problem])
    if isinstance(problem, NotFoundException) and not _is_served_elsewhere(scope):
        return Refused(
            [UnknownResource("There is nothing at this path; /docs lists those there are.")]
        )
    if isinstance(problem, MethodNotAllowedException | NotFoundException):
        methods = _allowed(scope, problem)
        return Refused(
            [
                MethodNotAllowed(
                    f"This path takes no {_trace(scope).request.method}; send {methods}."
                )
            ]
        )
    if isinstance(problem, HTTPException) and problem.status_code < 500:
        return Refused([MalformedRequest("The request cannot be read; check its headers.")])
    if isinstance(problem, CallerGone):
        return Refused([MalformedRequest("The body ended early.")])
    return Refused(
        [Unavailable("The server could not handle this; nothing was kept. Send it again.")]
    )


def _is_served_elsewhere(scope: Scope) -> bool:
    """Tell whether the hot path serves this path by another method."""
    return any(each.path == scope["path"] for each in OPERATIONS)


def _allowed(scope: Scope, problem: Exception) -> str:
    told = (problem.headers or {}) if isinstance(problem, HTTPException) else {}
    methods = set(told.get("allow", "").split(", "))
    methods |= {each.method for each in OPERATIONS if each.path == scope["path"]}
    return ", ".join(sorted(methods - {""}))


def _trace(scope: Scope) -> Trace:
    trace: Trace = scope["state"][TRACE]
    return trace
