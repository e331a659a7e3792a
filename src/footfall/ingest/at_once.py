"""The short way of an event: a whole request → its draft in one step, its answer in another.

What the listener has whole is offered here first (``listener.at_once``). Taken is the commonest of
all: a known credential, no limit reached, a body for which ``express`` has a draft. Everything else
is declined, before anything was counted or changed, and goes the ordinary way (``asgi``). There is
no coroutine: the commit itself calls for the answer.
"""

from collections.abc import Callable
from time import perf_counter
from typing import Final, NamedTuple

import structlog

from footfall.domain import tokens
from footfall.domain.bots import is_bot
from footfall.domain.events import EventDraft, Flag
from footfall.domain.times import now_us
from footfall.errors import Refused
from footfall.ingest.authenticate import may_come_from
from footfall.ingest.cors import ALLOWED
from footfall.ingest.endpoints import BROWSER_PATHS, EVENT_PATHS, KEY_FIELD, NAMES, SCOPE
from footfall.ingest.express import express
from footfall.ingest.express_page import Pages
from footfall.ingest.limits import Limits
from footfall.ingest.outcome import Answer, answer, submission, turned_away, unexpected
from footfall.ingest.refuse import Request
from footfall.ingest.remember import remember
from footfall.ingest.respond import lines
from footfall.ingest.wire import HeaderMap, check_content_type
from footfall.ops.counters import Counters
from footfall.ops.request_ids import request_id
from footfall.settings import Settings
from footfall.store.append import Submission
from footfall.store.facts import Caller
from footfall.store.store import Store
from footfall.store.writer import Group

log = structlog.get_logger(__name__)

Send = Callable[[int, bytes, bytes], None]
Peer = tuple[str, int] | None

_ORDINARY: Final = frozenset({b"content-encoding", KEY_FIELD})
"""Headers of requests that go the ordinary way."""


class AtOnce:
    """Takes events that need no waiting before their commit (``listener.at_once.Taker``)."""

    paths: Final = frozenset(path.encode() for path in EVENT_PATHS | BROWSER_PATHS)

    def __init__(
        self, store: Store, settings: Settings, counters: Counters, limits: Limits
    ) -> None:
        self.store = store
        self.counters = counters
        self.limits = limits
        self.size_max_bytes = settings.event_size_max_bytes
        self.pages = Pages()

    def sender(self, path: bytes, headers: HeaderMap, peer: Peer) -> "_Sender | None":
        """Return who sends such headers, unless something about them is unusual."""
        head = _Head(path.decode(), headers, peer)
        is_public = head.path in BROWSER_PATHS
        if b"authorization" not in headers or not _ORDINARY.isdisjoint(headers):
            return None
        try:
            check_content_type(headers, is_public=is_public)
        except Refused:
            return None
        return _Page(self, head) if is_public else _Backend(self, head)


class _Head(NamedTuple):
    """What a request begins with."""

    path: str
    headers: HeaderMap
    peer: Peer


class _Sender:
    """Somebody who sends events under one and the same head."""

    def __init__(self, way: AtOnce, head: _Head) -> None:
        self.way = way
        self.head = head
        self.credential = head.headers[b"authorization"]

    def take(self, body: bytes, send: Send) -> bool:
        """Take an event, or decline it (``listener.at_once.Sender``)."""
        started = perf_counter()
        received_at = now_us()
        if len(body) > self.way.size_max_bytes:
            return False
        try:
            caller = self.caller(received_at)
            draft = self.draft(body, caller, received_at) if caller is not None else None
        except Exception as problem:
            # The ordinary way knows what to tell the sender of a defect.
            log.error("short_cut_failed", error=repr(problem), exc_info=problem)
            return False
        if caller is None or draft is None:
            return False
        number = request_id(self.head.headers)
        request = Request(number, "POST", self.head.path, received_at)
        waiting = _Waiting(self.way, request, draft, started, send)
        try:
            self.count(caller)
            waiting.submit(submission(caller, request, draft, None, body))
        except Refused as refused:
            waiting.answer(turned_away(refused, number))
        return True

    def caller(self, at: int) -> Caller | None:
        """Return who it is, as far as that is known by now, and good for events."""
        raise NotImplementedError

    def draft(self, body: bytes, caller: Caller, at: int) -> EventDraft | None:
        """Return the draft of a body, if there is a short cut to it."""
        raise NotImplementedError

    def count(self, caller: Caller) -> None:
        """Count a request; raises ``Refused`` if it is one too many."""
        self.way.limits.take_caller(caller)


class _Backend(_Sender):
    """A shop's own server, with a private token."""

    def __init__(self, way: AtOnce, head: _Head) -> None:
        super().__init__(way, head)
        self._digest = tokens.digest(self.credential)

    def caller(self, at: int) -> Caller | None:
        store = self.way.store
        caller = store.facts.callers.get(self._digest)
        if caller is None or not caller.may(SCOPE):
            return None
        if caller.expires_at is not None and caller.expires_at <= at:
            return None
        assert caller.token_id is not None
        store.used_tokens[caller.token_id] = at
        return caller

    def draft(self, body: bytes, caller: Caller, at: int) -> EventDraft | None:
        return express(body, caller, self.way.store.facts, at)


class _Page(_Sender):
    """A page, with the public id of a business."""

    def __init__(self, way: AtOnce, head: _Head) -> None:
        super().__init__(way, head)
        self._origin = head.headers.get(b"origin")
        self._flags = int(Flag.BOT) if is_bot(head.headers.get(b"user-agent")) else 0

    def caller(self, at: int) -> Caller | None:  # noqa: ARG002
        caller = self.way.store.facts.publics.get(self.credential)
        if caller is None or not may_come_from(caller, self._origin):
            return None
        return caller

    def draft(self, body: bytes, caller: Caller, at: int) -> EventDraft | None:
        draft = self.way.pages.express(body, caller, self.way.store.facts, at)
        if draft is not None:
            draft.flags = self._flags
        return draft

    def count(self, caller: Caller) -> None:
        self.way.limits.take_address(self.head.peer, self.head.headers)
        super().count(caller)


class _Waiting:
    """An event that was taken, until its commit is synced and its answer given."""

    __slots__ = ("_draft", "_generation", "_request", "_send", "_started", "_submission", "_way")

    def __init__(
        self, way: AtOnce, request: Request, draft: EventDraft, started: float, send: Send
    ) -> None:
        self._way = way
        self._request = request
        self._draft = draft
        self._started = started
        self._send = send

    def submit(self, submission: Submission) -> None:
        """Put the event into the next commit.

        Raises:
            Refused: too much is waiting.
        """
        store = self._way.store
        self._submission = submission
        self._generation = store.facts.generation
        store.writer.submit(submission).waiters.append(self)

    def committed(self, group: Group) -> None:
        """Answer, whatever became of the commit (``store.writer.Waiter``)."""
        draft, number = self._draft, self._request.id
        is_public = draft.token_id is None
        try:
            group.check(self._submission)
            if draft.is_special:
                remember(self._way.store.facts, [draft], self._generation)
            self._way.counters.events[draft.result] += 1
            if draft.result == "created":
                status, head, body = _CREATED[is_public]
                self._end(status, head % number.encode(), body)
                return
            told = answer(draft, number, is_public=is_public)
        except Refused as refused:
            told = turned_away(refused, number)
        except Exception as problem:
            told = unexpected(problem, number)
        self.answer(told)

    def answer(self, told: Answer) -> None:
        """Give an answer."""
        status, fields, body = told
        if self._request.path in BROWSER_PATHS:
            fields += ALLOWED
        fields.append((b"content-length", b"%d" % len(body)))
        self._end(status, lines(fields), body)

    def _end(self, status: int, head: bytes, body: bytes) -> None:
        self._send(status, head, body)
        seconds = perf_counter() - self._started
        self._way.counters.answered(NAMES[self._request.path], status, seconds)


def _created(*, is_public: bool) -> tuple[int, bytes, bytes]:
    """Return the answer to an event that was stored, with a place for the request's id."""
    draft = EventDraft(0, None, 0, 0, 0)
    status, fields, body = answer(draft, "%b", is_public=is_public)
    allowed = ALLOWED if is_public else ()
    return status, lines([*fields, *allowed, (b"content-length", b"%d" % len(body))]), body


_CREATED: Final = {is_public: _created(is_public=is_public) for is_public in (False, True)}
