"""Dry run: what the real pipeline would have done, told instead of kept.

The draft has been through the very commit a real event goes through, which was then undone. A
refusal answers with the status it would really have; bad input is never a 2xx.
"""

from typing import Any

import msgspec

from footfall.domain import money, times
from footfall.domain.events import EventDraft, Flag
from footfall.domain.public_ids import Kind
from footfall.errors import Refused, UnknownAction
from footfall.ingest.payloads import EventPayload
from footfall.ingest.refuse import Request
from footfall.ingest.respond import JSON, Headers, error_body, error_headers
from footfall.store.store import Store


def describe_rehearsal(
    store: Store, payload: EventPayload, draft: EventDraft, request: Request
) -> tuple[int, Headers, bytes]:
    """Return the answer to a dry run that got as far as the store."""
    if draft.fault is not None:
        refused = Refused([draft.fault])
        headers = error_headers(refused.status, request.id)
        return refused.status, headers, refused_rehearsal(refused, request)
    would_create: list[dict[str, Any]] = []
    if draft.made_session:
        would_create.append({"type": "session", "id": draft.new_session})
    if draft.made_object and draft.new_object is not None:
        would_create.append(_object(draft))
    answer = {
        "dry_run": True,
        "result": draft.result,
        "status": 201,
        "event": _event(store, payload, draft),
        "would_create": would_create,
        "would_attach": draft.made_attachment,
        "duplicate_of": (
            store.public_ids[Kind.EVENT].encode(draft.event_id)
            if draft.result == "duplicate"
            else None
        ),
        "hints": _hints(draft),
        "errors": [],
    }
    return 200, [JSON, (b"request-id", request.id.encode("latin-1"))], msgspec.json.encode(answer)


def refused_rehearsal(refused: Refused, request: Request) -> bytes:
    """Return the body of a dry run whose event would be refused."""
    hints = [fault.message for fault in refused.faults if isinstance(fault, UnknownAction)]
    return error_body(
        refused.faults,
        request.id,
        dry_run=True,
        result="rejected",
        status=refused.status,
        hints=hints,
    )


def _event(store: Store, payload: EventPayload, draft: EventDraft) -> dict[str, Any]:
    ids = store.public_ids
    known_object = draft.object_id is not None and not draft.made_object
    amount = None
    if draft.amount_minor is not None and draft.currency is not None:
        amount = money.format_minor(draft.amount_minor, draft.currency)
    return {
        "action": payload.action,
        "profile": None if draft.profile_id is None else ids[Kind.PROFILE].encode(draft.profile_id),
        "session": payload.session,
        "object": ids[Kind.OBJECT].encode(draft.object_id or 0) if known_object else None,
        "amount": amount,
        "currency": draft.currency,
        "tracked_at": None if draft.tracked_at is None else times.iso_utc(draft.tracked_at),
        "occurred_at": times.iso_utc(draft.occurred_at),
        "received_at": times.iso_utc(draft.received_at),
        "event_id": draft.key,
        "data": _data(draft),
    }


def _data(draft: EventDraft) -> dict[str, Any]:
    """Return what would be kept beside the columns; the key stands by itself in the answer."""
    kept: dict[str, Any] = msgspec.json.decode(draft.data or "{}")
    kept.pop("event_id", None)
    return kept


def _object(draft: EventDraft) -> dict[str, Any]:
    told = draft.new_object
    assert told is not None
    named = {"reference": told.reference, "sku": told.sku, "name": told.name}
    return {"type": told.kind, "source": told.source or None, **named}


def _hints(draft: EventDraft) -> list[str]:
    hints = []
    if draft.flags & Flag.AHEAD:
        hints.append("“tracked_at” is ahead of this server's clock; the event will be marked so.")
    if draft.key is None and not draft.is_lifecycle:
        hints.append(
            "Without “event_id” or an Idempotency-Key a repeat of this request is a second event."
        )
    return hints
