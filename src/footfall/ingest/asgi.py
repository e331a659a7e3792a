"""The way of an event, from wire bytes to the answer; one plain ASGI callable.

``POST /v1/attribution/events``, its batch and ``POST /v1/track/events`` come here, before any
framework. ``_event`` reads downwards: authenticate, decode, resolve, append, respond. Everything
else goes to the application behind. A request is answered only after its commit is synced; a body
that arrived whole is carried through even if the caller has gone.
"""

from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Any

from footfall.domain.bots import is_bot
from footfall.domain.events import EventDraft, Flag
from footfall.domain.times import now_us
from footfall.errors import (
    Fault,
    Forbidden,
    RateLimited,
    Refused,
    Suppressed,
    Unavailable,
    refuse,
)
from footfall.ingest.at_hand import at_hand
from footfall.ingest.at_once import AtOnce
from footfall.ingest.authenticate import (
    authenticate,
    authenticate_public,
    check_origin,
    public_credential,
    recall,
    recall_public,
    require_scope,
)
from footfall.ingest.batch import track_batch
from footfall.ingest.cors import ALLOWED, allowing, answer_preflight, is_for_browsers
from footfall.ingest.decode import decode_object
from footfall.ingest.endpoints import KEY_FIELD, NAMES, SCOPE
from footfall.ingest.from_browser import keep_apart, read_as_told
from footfall.ingest.idempotency import fingerprint, fold_header, header_key
from footfall.ingest.limits import Limits
from footfall.ingest.lookups import Lookups
from footfall.ingest.names import Names
from footfall.ingest.outcome import Answer, answer, turned_away, unexpected
from footfall.ingest.outcome import submission as submission_of
from footfall.ingest.payloads import EventPayload, read
from footfall.ingest.refuse import Request, rejection
from footfall.ingest.rehearse import describe_rehearsal, refused_rehearsal
from footfall.ingest.remember import remember
from footfall.ingest.resolve import resolve
from footfall.ingest.respond import Headers, error_body, error_headers
from footfall.ingest.wire import (
    CallerGone,
    HeaderMap,
    Receive,
    Send,
    check_content_type,
    read_body,
    wants_rehearsal,
)
from footfall.ops.counters import Counters
from footfall.ops.request_ids import request_id
from footfall.settings import Settings
from footfall.store.append import Submission
from footfall.store.facts import Caller
from footfall.store.store import Store

Application = Callable[[Any, Receive, Send], Awaitable[None]]


class HotPath:
    """Takes events; hands any other request to the application behind.

    Args:
        behind: ASGI application for everything else.
    """

    def __init__(
        self,
        store: Store,
        settings: Settings,
        counters: Counters,
        limits: Limits,
        behind: Application,
    ) -> None:
        self._store = store
        self._settings = settings
        self._lookups = Lookups(store)
        self._counters = counters
        self._limits = limits
        self._behind = behind
        self.at_once = AtOnce(store, settings, counters, limits)
        """What the listener may hand over without a call."""

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._behind(scope, receive, send)
            return
        headers = dict(scope["headers"])
        if scope["method"] != "POST" or scope["path"] not in NAMES:
            if is_for_browsers(scope["path"]):
                if scope["method"] == "OPTIONS":
                    await answer_preflight(send, headers, request_id(headers))
                    return
                send = allowing(send)
                try:
                    self._limits.take_address(scope.get("client"), headers)
                except Refused as refused:
                    await _send(send, *turned_away(refused, request_id(headers)))
                    return
            await self._behind(scope, await at_hand(receive, headers), send)
            return
        started = perf_counter()
        request = Request(request_id(headers), "POST", scope["path"], now_us())
        endpoint = NAMES[scope["path"]]
        try:
            if endpoint == "batch":
                status, fields, body = await self._batch(scope, receive, headers, request)
            else:
                is_public = endpoint == "browser_event"
                status, fields, body = await self._event(
                    scope, receive, headers, request, is_public=is_public
                )
        except CallerGone:
            return
        except Exception as problem:
            status, fields, body = unexpected(problem, request.id)
        if endpoint == "browser_event":
            fields += ALLOWED
        await _send(send, status, fields, body)
        self._counters.answered(endpoint, status, perf_counter() - started)

    async def _event(
        self,
        scope: Any,
        receive: Receive,
        headers: HeaderMap,
        request: Request,
        *,
        is_public: bool,
    ) -> Answer:
        body = b""
        caller: Caller | None = None
        is_rehearsal = False
        store = self._store
        try:
            credential = headers.get(b"authorization")
            if is_public:
                self._limits.take_address(scope.get("client"), headers)
                credential = public_credential(credential, scope["query_string"])
                caller = recall_public(store, credential)
            else:
                caller = recall(store, credential)
            if caller is None:
                receive = await at_hand(receive, headers)
                caller = await (authenticate_public if is_public else authenticate)(
                    store, credential
                )
            self._limits.take_caller(caller)
            if scope["query_string"]:
                is_rehearsal = wants_rehearsal(scope["query_string"], is_public=is_public)
            if caller.token_id is not None:
                require_scope(caller, SCOPE)
            elif is_rehearsal:
                raise refuse(Forbidden("A dry run needs a private token.", "dry_run"))
            else:
                check_origin(caller, headers.get(b"origin"))
            check_content_type(headers, is_public=is_public)
            body = await read_body(receive, headers, self._settings.event_size_max_bytes)
            payload, draft = await self._resolve(
                body, headers, caller, request, is_public=is_public
            )
            submission = submission_of(caller, request, draft, payload, body)
            if is_rehearsal:
                await store.rehearse(submission)
                return describe_rehearsal(store, payload, draft, request)
            generation = store.facts.generation
            group = store.writer.submit(submission)
            await group.future
            group.check(submission)
        except Refused as refused:
            return await self._refused(refused, caller, request, body, is_rehearsal=is_rehearsal)
        if draft.is_special:
            remember(store.facts, submission.drafts, generation)
        self._counters.events[draft.result] += 1
        return answer(draft, request.id, is_public=is_public)

    async def _resolve(
        self,
        body: bytes,
        headers: HeaderMap,
        caller: Caller,
        request: Request,
        *,
        is_public: bool,
    ) -> tuple[EventPayload, EventDraft]:
        told = decode_object(body)
        is_browsers = caller.token_id is None
        if is_browsers:
            told = read_as_told(told)
        faults: list[Fault] = []
        payload = _read(told, headers, faults)
        store = self._store
        names = Names(store.facts, caller, store.public_ids, begins_any=is_public)
        of_shape = len(faults)
        draft = resolve(payload, caller, names, request.received_at, faults)
        while names.lacks_some:
            await self._lookups.load(names)
            del faults[of_shape:]
            draft = resolve(payload, caller, names, request.received_at, faults)
        if faults:
            raise Refused(faults)
        if draft.key is not None:
            draft.fingerprint = fingerprint(told)
            if is_browsers:
                keep_apart(draft, payload)
        if is_browsers and is_bot(headers.get(b"user-agent")):
            draft.flags |= Flag.BOT
        return payload, draft

    async def _batch(
        self, scope: Any, receive: Receive, headers: HeaderMap, request: Request
    ) -> Answer:
        caller: Caller | None = None
        body = b""
        is_rehearsal = False
        try:
            receive = await at_hand(receive, headers)
            caller = await authenticate(self._store, headers.get(b"authorization"), scope=None)
            self._limits.take_caller(caller)
            is_rehearsal = wants_rehearsal(scope["query_string"])
            require_scope(caller, SCOPE)
            is_ndjson = check_content_type(headers, is_batch=True)
            body = await read_body(receive, headers, self._settings.batch_size_max_bytes)
            return await track_batch(
                self._store,
                self._lookups,
                caller,
                request,
                body,
                headers.get(KEY_FIELD),
                self._counters,
                is_ndjson=is_ndjson,
                is_rehearsal=is_rehearsal,
                events_max=self._settings.batch_events_max,
                event_size_max_bytes=self._settings.event_size_max_bytes,
            )
        except Refused as refused:
            return await self._refused(refused, caller, request, body, is_rehearsal=is_rehearsal)

    async def _refused(
        self,
        refused: Refused,
        caller: Caller | None,
        request: Request,
        body: bytes,
        *,
        is_rehearsal: bool,
    ) -> Answer:
        status, faults = refused.status, refused.faults
        fields = error_headers(status, request.id, faults)
        if is_rehearsal:
            return status, fields, refused_rehearsal(refused, request)
        # What is to be tried again is not on record: a flood must not cost a commit each.
        if caller is not None and not isinstance(faults[0], Unavailable | RateLimited):
            await self._keep(caller, request, status, faults, body)
            self._counters.events["rejected"] += 1
        return status, fields, error_body(faults, request.id)

    async def _keep(
        self, caller: Caller, request: Request, status: int, faults: list[Fault], body: bytes
    ) -> None:
        suppressed = [fault.profile_id for fault in faults if isinstance(fault, Suppressed)][:1]
        row = rejection(request, caller.business_id, caller.token_id, status, faults, body)
        submission = Submission(
            caller.business_id,
            caller.token_id,
            request.received_at,
            [],
            lambda _, __: row,
            rejected=1,
            refusals=[] if suppressed else [row],
            suppressed=suppressed,
        )
        try:
            await self._store.append(submission)
        except Refused:
            # The caller is told what is wrong either way; that it is not on record is counted.
            self._counters.unrecorded += 1


def _read(told: dict[str, Any], headers: HeaderMap, faults: list[Fault]) -> EventPayload:
    payload = read(told, faults)
    if KEY_FIELD in headers:
        fold_header(payload, header_key(headers[KEY_FIELD], faults), faults)
    return payload


async def _send(send: Send, status: int, fields: Headers, body: bytes) -> None:
    fields.append((b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": status, "headers": fields})
    await send({"type": "http.response.body", "body": body})
