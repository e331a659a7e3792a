"""A draft → what is submitted to the writer, and what became of it → the answer.

The ordinary way of an event and the short one end here, so that nobody can tell them apart.
"""

from typing import Any

import structlog

from footfall.domain.events import EventDraft
from footfall.errors import Fault, Refused, Unavailable
from footfall.ingest.from_browser import RECEIVED_BODY
from footfall.ingest.payloads import EventPayload
from footfall.ingest.refuse import Request, rejection
from footfall.ingest.respond import (
    JSON,
    OK_BODY,
    REPLAYED,
    Headers,
    error_body,
    error_headers,
)
from footfall.store.append import Submission
from footfall.store.facts import Caller

log = structlog.get_logger(__name__)

Answer = tuple[int, Headers, bytes]


def submission(
    caller: Caller, request: Request, draft: EventDraft, payload: EventPayload | None, body: bytes
) -> Submission:
    """Return what is to be stored for an event.

    Args:
        payload: what the draft was made of; ``None`` if nothing in it was spelled otherwise.
        body: as it came, for the record of a refusal.
    """

    def refusal(_: int, fault: Fault) -> dict[str, Any]:
        faults = [fault if payload is None else payload.respell(fault)]
        return rejection(request, caller.business_id, caller.token_id, fault.status, faults, body)

    return Submission(caller.business_id, caller.token_id, request.received_at, [draft], refusal)


def answer(draft: EventDraft, number: str, *, is_public: bool) -> Answer:
    """Return the answer to an event after its commit.

    Args:
        number: the request's id.
    """
    fields: Headers = [JSON, (b"request-id", number.encode("latin-1"))]
    # Official clients take nothing but just these two for a success (contract 9, rows 1 and 2).
    status, body = (200, RECEIVED_BODY) if is_public else (201, OK_BODY)
    if draft.result == "created":
        return status, fields, body
    if draft.fault is not None:
        refused = draft.fault.status
        return refused, error_headers(refused, number), error_body([draft.fault], number)
    if draft.key is not None:
        fields.append(REPLAYED)
    return status, fields, body


def turned_away(refused: Refused, number: str) -> Answer:
    """Return the answer to a refusal that is not put on record."""
    faults = refused.faults
    return refused.status, error_headers(refused.status, number, faults), error_body(faults, number)


def unexpected(problem: BaseException, number: str) -> Answer:
    """Return the answer to a defect of ours: nothing was acknowledged, so it may be sent again."""
    log.error("request_failed", request_id=number, error=repr(problem), exc_info=problem)
    fault = Unavailable("The server could not handle this; nothing was kept. Send it again.")
    return 503, error_headers(503, number), error_body([fault], number)
