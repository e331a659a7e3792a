"""Many events in one request: one result per input, in order; none touches its neighbours.

The same steps as for one event (``asgi``), each over the whole batch, so that names are looked up
in one read and rows stored in one commit.
"""

import asyncio
import zlib
from typing import Any, Final

import msgspec

from footfall.domain.events import EventDraft
from footfall.domain.public_ids import Kind
from footfall.errors import (
    Fault,
    IdempotencyConflict,
    Invalid,
    MalformedRequest,
    Refused,
    Suppressed,
    refuse,
    status_of,
)
from footfall.ingest.decode import decode_object, split_array, split_lines, too_large
from footfall.ingest.express import express
from footfall.ingest.idempotency import HEADER, fingerprint, header_key, raw_fingerprint
from footfall.ingest.lookups import Lookups
from footfall.ingest.names import Names
from footfall.ingest.payloads import EventPayload, read
from footfall.ingest.refuse import Request, rejection
from footfall.ingest.remember import remember
from footfall.ingest.resolve import resolve
from footfall.ingest.respond import JSON, REPLAYED, Headers, describe
from footfall.ops.counters import Counters
from footfall.store.append import BatchKey, Submission
from footfall.store.facts import Caller, Facts
from footfall.store.store import Store

STATUS: Final = 207
"""Multi-Status: what became of each item is in the body."""

TURN: Final = 250
"""Items handled before other requests get their turn on the event loop."""


class Item:
    """One input of a batch on its way."""

    __slots__ = ("body", "draft", "faults", "index", "key", "payload", "told")

    def __init__(self, index: int, body: bytes) -> None:
        self.index = index
        self.body = body
        self.told: dict[str, Any] = {}
        self.payload: EventPayload | None = None
        self.draft: EventDraft | None = None
        self.key: str | None = None
        self.faults: list[Fault] = []


async def track_batch(
    store: Store,
    lookups: Lookups,
    caller: Caller,
    request: Request,
    body: bytes,
    key_header: bytes | None,
    counters: Counters,
    *,
    is_ndjson: bool,
    is_rehearsal: bool,
    events_max: int,
    event_size_max_bytes: int,
) -> tuple[int, Headers, bytes]:
    """Store a batch and return its answer.

    Raises:
        Refused: the batch as a whole: it cannot be split, is empty or too long, its key is taken.
    """
    faults: list[Fault] = []
    key = header_key(key_header, faults)
    if faults:
        raise Refused(faults)
    items = _split(body, is_ndjson=is_ndjson, events_max=events_max)
    await _read(items, store.facts, caller, request, event_size_max_bytes)
    await _resolve(items, store, lookups, caller, request)
    submission = _submission(items, caller, request)
    fields: Headers = [JSON, (b"request-id", request.id.encode("latin-1"))]
    if key is not None:
        submission.batch = BatchKey(
            key,
            raw_fingerprint(body),
            lambda: zlib.compress(_render(items, store, request), 1),
        )
    if is_rehearsal:
        await store.rehearse(submission)
        if submission.batch is not None and submission.batch.outcome != "created":
            told = {**msgspec.json.decode(_replay(submission.batch)), "dry_run": True}
            return 200, [*fields, REPLAYED], msgspec.json.encode(told)
        return 200, fields, _render(items, store, request, dry_run=True)
    generation = store.facts.generation
    await store.append(submission)
    remember(store.facts, submission.drafts, generation)
    if submission.batch is not None and submission.batch.outcome != "created":
        counters.events["duplicate"] += len(items)
        return STATUS, [*fields, REPLAYED], _replay(submission.batch)
    _count(counters, items)
    return STATUS, fields, _render(items, store, request)


def _split(body: bytes, *, is_ndjson: bool, events_max: int) -> list[Item]:
    parts = split_lines(body) if is_ndjson else split_array(body)
    if not parts:
        raise refuse(MalformedRequest("The batch has no events; send at least one.", "events"))
    if len(parts) > events_max:
        raise refuse(
            Invalid(
                f"The batch has {len(parts)} events; send at most {events_max} at once.", "events"
            )
        )
    return [Item(index, bytes(part)) for index, part in enumerate(parts)]


async def _read(
    items: list[Item], facts: Facts, caller: Caller, request: Request, size_max_bytes: int
) -> None:
    for item in items:
        item.draft = express(item.body, caller, facts, request.received_at)
        if item.draft is not None:
            item.draft.item = item.index
        else:
            _read_item(item, size_max_bytes)
        if item.index % TURN == TURN - 1:
            await asyncio.sleep(0)


def _read_item(item: Item, size_max_bytes: int) -> None:
    try:
        if len(item.body) > size_max_bytes:
            raise too_large(size_max_bytes)
        item.told = decode_object(item.body)
    except Refused as refused:
        item.faults = refused.faults
        return
    item.payload = read(item.told, item.faults)
    item.key = item.payload.key


async def _resolve(
    items: list[Item], store: Store, lookups: Lookups, caller: Caller, request: Request
) -> None:
    names = Names(store.facts, caller, store.public_ids)
    unsure = await _resolve_known(items, names, caller, request)
    while names.lacks_some:
        await lookups.load(names)
        unsure = await _resolve_known(unsure, names, caller, request)
    for item in items:
        if item.draft is not None and item.draft.key is not None:
            item.draft.fingerprint = fingerprint(item.told)


async def _resolve_known(
    items: list[Item], names: Names, caller: Caller, request: Request
) -> list[Item]:
    """Resolve items from what is known; return those that asked for something that is not."""
    unsure: list[Item] = []
    for count, item in enumerate(items):
        if item.payload is None:
            continue
        of_shape = len(item.faults)
        asked = names.asked_count
        draft = resolve(item.payload, caller, names, request.received_at, item.faults)
        draft.item = item.index
        item.draft = draft if not item.faults else None
        if names.asked_count != asked or names.lacks_actions:
            del item.faults[of_shape:]
            unsure.append(item)
        if count % TURN == TURN - 1:
            await asyncio.sleep(0)
    return unsure


def _submission(items: list[Item], caller: Caller, request: Request) -> Submission:
    def row(index: int, faults: list[Fault]) -> dict[str, Any]:
        return rejection(
            request,
            caller.business_id,
            caller.token_id,
            status_of(faults),
            faults,
            items[index].body,
            index,
        )

    def refusal(index: int, fault: Fault) -> dict[str, Any]:
        payload = items[index].payload
        return row(index, [payload.respell(fault) if payload is not None else fault])

    refused = [item for item in items if item.faults]
    suppressed = {item.index: whom for item in refused if (whom := _suppressed(item)) is not None}
    return Submission(
        caller.business_id,
        caller.token_id,
        request.received_at,
        [item.draft for item in items if item.draft is not None],
        refusal,
        received=len(items),
        rejected=len(refused),
        refusals=[row(item.index, item.faults) for item in refused if item.index not in suppressed],
        suppressed=list(suppressed.values()),
    )


def _suppressed(item: Item) -> int | None:
    """Return the profile whose events are not kept, if that is why an item is refused."""
    return next((each.profile_id for each in item.faults if isinstance(each, Suppressed)), None)


def _render(items: list[Item], store: Store, request: Request, *, dry_run: bool = False) -> bytes:
    encode = store.public_ids[Kind.EVENT].encode
    counts = {"created": 0, "duplicate": 0, "rejected": 0}
    results: list[dict[str, Any]] = []
    for item in items:
        draft = item.draft
        result = "rejected" if draft is None else draft.result
        counts[result] += 1
        faults = item.faults
        event_id = item.key
        if draft is None or draft.fault is not None:
            faults = faults or [draft.fault] if draft is not None and draft.fault else faults
        elif event_id is None and not (dry_run and result == "created"):
            event_id = encode(draft.event_id)
        results.append(
            {
                "index": item.index,
                "event_id": event_id,
                "result": result,
                "errors": describe(faults, request.id) if faults else [],
            }
        )
    answer: dict[str, Any] = {"results": results, **counts}
    if dry_run:
        answer["dry_run"] = True
    return msgspec.json.encode(answer)


def _replay(batch: BatchKey) -> bytes:
    if batch.outcome == "duplicate":
        return zlib.decompress(batch.answer)
    raise refuse(
        IdempotencyConflict(
            f"The key “{batch.key}” was used before with another body; use a new key for a new "
            "batch, or send the first body again.",
            HEADER,
        )
    )


def _count(counters: Counters, items: list[Item]) -> None:
    for item in items:
        counters.events["rejected" if item.draft is None else item.draft.result] += 1
