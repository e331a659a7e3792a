"""The short way of an event: from a whole request to its draft in one step, to its answer in another.

What the listener has whole is offered here first (``listener.at_once``). Taken is the commonest of
all: a known credential, no limit reached, a body for which ``express`` has a draft. Everything else
is declined, before anything was counted or changed, and goes the ordinary way (``asgi``). There is
no coroutine: the commit itself calls for the answer.
"""

from collections.abc import Callable
from time import perf_counter
from typing import Final

import structlog

from footfall.domain import tokens
from footfall.domain.events import EventDraft
from footfall.domain.times import now_us
from footfall.errors import Refused
from footfall.ingest.cors import ALLOWED
from footfall.ingest.endpoints import EVENT_PATHS, KEY_FIELD, NAMES, SCOPE
from footfall.ingest.express import express
from footfall.ingest.limits import Limits
from footfall.ingest.outcome import Answer, answer, submission, turned_away, unexpected
from footfall.ingest.refuse import Request
from footfall.ingest.remember import remember
from footfall.ingest.respond import Headers
from footfall.ingest.wire import HeaderMap, check_content_type
from footfall.ops.counters import Counters
from footfall.ops.request_ids import request_id
from footfall.settings import Settings
from footfall.store.append import Submission
from footfall.store.facts import Caller
from footfall.store.store import Store
from footfall.store.writer import Group

log = structlog.get_logger(__name__)

Send = Callable[[int, Headers, bytes], None]

_ORDINARY: Final = (b"content-encoding", KEY_FIELD)
"""Headers of requests that go the ordinary way."""


class AtOnce:
    """Takes events that need no waiting before their commit."""

    paths: Final = {path.encode(): path for path in EVENT_PATHS}

    def __init__(
        self, store: Store, settings: Settings, counters: Counters, limits: Limits
    ) -> None:
        self._store = store
        self._size_max_bytes = settings.event_size_max_bytes
        self._counters = counters
        self._limits = limits

    def take(
        self,
        path: str,
        headers: HeaderMap,
        peer: tuple[str, int] | None,
        body: bytes,
        send: Send,
    ) -> bool:
        """Take an event, or decline it (``listener.at_once.Taker``)."""
        started = perf_counter()
        received_at = now_us()
        caller = self._caller(headers, received_at)
        if caller is None or not self._is_usual(headers, body):
            return False
        draft = express(body, caller, self._store.facts, received_at)
        if draft is None:
            return False
        request = Request(request_id(headers), "POST", path, received_at)
        waiting = _Waiting(self._store, self._counters, request, draft, started, send)
        try:
            self._limits.take_caller(caller)
            waiting.submit(submission(caller, request, draft, None, body))
        except Refused as refused:
            waiting.answer(turned_away(refused, request.id))
        return True

    def _caller(self, headers: HeaderMap, at: int) -> Caller | None:
        """Return who sends an event and may; ``None`` if that is not known yet."""
        credential = headers.get(b"authorization")
        if credential is None:
            return None
        caller = self._store.facts.callers.get(tokens.digest(credential))
        if caller is None or not caller.may(SCOPE):
            return None
        if caller.expires_at is not None and caller.expires_at <= at:
            return None
        assert caller.token_id is not None
        self._store.used_tokens[caller.token_id] = at
        return caller

    def _is_usual(self, headers: HeaderMap, body: bytes) -> bool:
        try:
            check_content_type(headers)
        except Refused:
            return False
        return len(body) <= self._size_max_bytes and not any(name in headers for name in _ORDINARY)


class _Waiting:
    """An event that was taken, until its commit is synced and its answer given."""

    __slots__ = (
        "_counters",
        "_draft",
        "_generation",
        "_request",
        "_send",
        "_started",
        "_store",
        "_submission",
    )

    def __init__(
        self,
        store: Store,
        counters: Counters,
        request: Request,
        draft: EventDraft,
        started: float,
        send: Send,
    ) -> None:
        self._store = store
        self._counters = counters
        self._request = request
        self._draft = draft
        self._started = started
        self._send = send

    def submit(self, submission: Submission) -> None:
        """Put the event into the next commit.

        Raises:
            Refused: too much is waiting.
        """
        self._submission = submission
        self._generation = self._store.facts.generation
        self._store.writer.submit(submission).waiters.append(self)

    def committed(self, group: Group) -> None:
        """Answer, whatever became of the commit."""
        try:
            group.check(self._submission)
            draft = self._draft
            if draft.is_special:
                remember(self._store.facts, [draft], self._generation)
            self._counters.events[draft.result] += 1
            told = answer(draft, self._request.id, is_public=draft.token_id is None)
        except Refused as refused:
            told = turned_away(refused, self._request.id)
        except Exception as problem:
            told = unexpected(problem, self._request.id)
        self.answer(told)

    def answer(self, told: Answer) -> None:
        """Give the answer, and count it."""
        status, fields, body = told
        endpoint = NAMES[self._request.path]
        if endpoint == "browser_event":
            fields.append(ALLOWED)
        fields.append((b"content-length", b"%d" % len(body)))
        self._send(status, fields, body)
        self._counters.answered(endpoint, status, perf_counter() - self._started)
