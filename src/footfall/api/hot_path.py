"""What the hot-path operations say of themselves: their ``Endpoint``, answers and headers.

``ingest.asgi`` serves them as plain ASGI, so there is no handler to carry an ``Endpoint``;
``openapi`` takes ``OPERATIONS`` beside the route table. The Structs document; nothing is decoded
into them or encoded from them.
"""

from typing import Annotated, Any, Final, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from footfall.api.endpoint import Endpoint
from footfall.api.error_types import Error
from footfall.api.event_bodies import NewEvent
from footfall.api.operations import Operation
from footfall.ingest.endpoints import SCOPE
from footfall.ingest.idempotency import HEADER

Text = str | None


class Accepted(Struct):
    """The event is stored, or was already."""

    state: Annotated[Literal["ok"], Meta(description="Always `ok`.")]


class Received(Struct):
    """The event is stored, or was already."""

    status: Annotated[Literal["received"], Meta(description="Always `received`.")]


class WouldCreate(Struct):
    """A session or an object that would be made for the event."""

    type: Annotated[str, Meta(description="`session`, or the kind of object.")]
    id: Annotated[str | UnsetType, Meta(description="A session's id.")] = UNSET
    source: Annotated[Text | UnsetType, Meta(description="System of `reference`.")] = UNSET
    reference: Annotated[Text | UnsetType, Meta(description="An object's reference.")] = UNSET
    sku: Annotated[Text | UnsetType, Meta(description="A product's SKU.")] = UNSET
    name: Annotated[Text | UnsetType, Meta(description="An object's name.")] = UNSET


class ResolvedEvent(Struct):
    """An event as the server understood it."""

    action: Annotated[str, Meta(description="Name of the action.")]
    profile: Annotated[Text, Meta(description="Id of the profile.")]
    session: Annotated[Text, Meta(description="Id of the session.")]
    object: Annotated[Text, Meta(description="Id of the object, unless it would be made.")]
    amount: Annotated[Text, Meta(description="Decimal text in major units of `currency`.")]
    currency: Annotated[Text, Meta(description="ISO 4217.")]
    tracked_at: Annotated[Text, Meta(description="When it is said to have happened; ISO 8601.")]
    occurred_at: Annotated[str, Meta(description="The time analysis uses; ISO 8601.")]
    received_at: Annotated[str, Meta(description="When it arrived; ISO 8601.")]
    event_id: Annotated[Text, Meta(description="The caller's own id.")]
    data: Annotated[dict[str, Any], Meta(description="Everything else that would be kept.")]


class Rehearsal(Struct):
    """What would happen; nothing is stored."""

    dry_run: Annotated[Literal[True], Meta(description="Always true.")]
    result: Annotated[Literal["created", "duplicate"], Meta(description="What it would become.")]
    status: Annotated[int, Meta(description="Status of the real answer.")]
    event: Annotated[ResolvedEvent, Meta(description="The event as resolved.")]
    would_create: Annotated[list[WouldCreate], Meta(description="What would be made for it.")]
    would_attach: Annotated[
        bool, Meta(description="Whether the session would become the profile's.")
    ]
    duplicate_of: Annotated[Text, Meta(description="Id of the event it would repeat.")]
    hints: Annotated[list[str], Meta(description="What is right but may be meant otherwise.")]
    errors: Annotated[list[Error], Meta(description="Empty here; a refusal has its own status.")]


class Batch(Struct):
    """Several events in one request."""

    events: Annotated[
        list[NewEvent],  # type: ignore[valid-type]
        Meta(description="At least one; in the order their results come back.", min_length=1),
    ]


class BatchResult(Struct):
    """What became of one event of a batch."""

    index: Annotated[int, Meta(description="Position in the batch, from 0.")]
    event_id: Annotated[
        Text,
        Meta(description="The event's `event_id`, else the id it got; null when it has neither."),
    ]
    result: Annotated[
        Literal["created", "duplicate", "rejected"], Meta(description="What became of it.")
    ]
    errors: Annotated[list[Error], Meta(description="Why it was rejected.")]


class BatchAnswer(Struct):
    """One result per event, and their count."""

    results: Annotated[list[BatchResult], Meta(description="In the order of the events.")]
    created: Annotated[int, Meta(description="How many were stored.")]
    duplicate: Annotated[int, Meta(description="How many were stored before.")]
    rejected: Annotated[int, Meta(description="How many were refused.")]
    dry_run: Annotated[bool | UnsetType, Meta(description="True for a dry run.")] = UNSET


_DRY_RUN: Final = {
    "dry_run": (
        {"type": "boolean"},
        "With `1` or `true` the answer says what would happen, and nothing is stored.",
    )
}

_PURCHASE: Final = {
    "action": "product.purchased",
    "session": "bBJn9vR15yPaYkWmR2QK0jopMeNxrA6l",
    "object_parameters": {
        "name": "Blue mug",
        "sku": "MUG-BLUE",
        "price": {"amount": "24.90", "currency": "USD"},
    },
    "event_id": "order-1041-line-1",
}

_REHEARSED: Final = {
    "dry_run": True,
    "result": "created",
    "status": 201,
    "event": {
        "action": "product.purchased",
        "profile": None,
        "session": "bBJn9vR15yPaYkWmR2QK0jopMeNxrA6l",
        "object": None,
        "amount": "24.90",
        "currency": "USD",
        "tracked_at": None,
        "occurred_at": "2026-03-01T09:30:00Z",
        "received_at": "2026-03-01T09:30:00Z",
        "event_id": "order-1041-line-1",
        "data": {},
    },
    "would_create": [
        {"type": "session", "id": "bBJn9vR15yPaYkWmR2QK0jopMeNxrA6l"},
        {
            "type": "product",
            "source": None,
            "reference": None,
            "sku": "MUG-BLUE",
            "name": "Blue mug",
        },
    ],
    "would_attach": False,
    "duplicate_of": None,
    "hints": [],
    "errors": [],
}

_RESULTS: Final = {
    "results": [
        {"index": 0, "event_id": "visit-77-page-1", "result": "created", "errors": []},
        {"index": 1, "event_id": "MzYwlE50", "result": "created", "errors": []},
    ],
    "created": 2,
    "duplicate": 0,
    "rejected": 0,
}

TRACK_EVENT: Final = Operation(
    "POST",
    "/v1/attribution/events",
    "track_event",
    Endpoint(
        summary="Track an event",
        description=(
            "Stores one thing a customer did. The answer comes once the event is safely on disk: "
            "201 means it is kept.\n\n"
            "A session and an object that are new are made with the event, in the same commit. "
            "Of each order, every step (`order.placed`, `order.shipped` …) is stored once, whoever "
            "reports it; a repeat is answered like a success."
        ),
        scope=SCOPE,
        body=NewEvent,
        answer=Accepted,
        status=201,
        errors=(400, 404, 413, 422),
        query=_DRY_RUN,
        example=_PURCHASE,
        answer_example={"state": "ok"},
    ),
    rehearsal=(Rehearsal, _REHEARSED),
    headers={
        HEADER: (
            "A key of the caller's, the same as `event_id` in the body. A repeat with the same key "
            "and body gets the first answer, with `Idempotent-Replayed: true`; another body under "
            "the same key is refused. Keys do not expire."
        )
    },
    more_examples={
        "By profile": {
            "action": "product.purchased",
            "product": "vxqQJ3Yg",
            "profile": "PROFILE_ID",
        },
        "By session": {
            "action": "product.purchased",
            "product_id": "vxqQJ3Yg",
            "session_id": "HELLOTEXT_SESSION_ID",
        },
    },
)

TRACK_BATCH: Final = Operation(
    "POST",
    "/v1/attribution/events/batch",
    "track_events",
    Endpoint(
        summary="Track many events",
        description=(
            "Stores a list of events in one commit and answers with one result per event, in the "
            "same order. A bad one is rejected by itself and never touches its neighbours, so look "
            "at `rejected` even when the status is 207.\n\n"
            "Send a JSON object with `events`, a bare JSON array, or NDJSON with one event a line; "
            "gzip and zstd bodies are welcome."
        ),
        scope=SCOPE,
        body=Batch,
        answer=BatchAnswer,
        status=207,
        errors=(400, 413, 422),
        query=_DRY_RUN,
        example={
            "events": [
                {
                    "action": "page.viewed",
                    "session": "bBJn9vR15yPaYkWmR2QK0jopMeNxrA6l",
                    "url": "https://shop.example/mugs",
                    "tracked_at": "2026-03-01T09:30:00Z",
                    "event_id": "visit-77-page-1",
                },
                {
                    "action": "product.viewed",
                    "session": "bBJn9vR15yPaYkWmR2QK0jopMeNxrA6l",
                    "product_parameters": {"name": "Blue mug", "sku": "MUG-BLUE"},
                },
            ]
        },
        answer_example=_RESULTS,
        media_types=("application/json", "application/x-ndjson"),
        many="events",
    ),
    rehearsal=(BatchAnswer, {**_RESULTS, "dry_run": True}),
    headers={
        HEADER: (
            "A key of the caller's for the whole batch. The same batch again gets the first "
            "answer, with `Idempotent-Replayed: true`; each event may have an `event_id` besides."
        ),
        "Content-Encoding": "`gzip`, `deflate` or `zstd`, when the body is compressed.",
    },
)

TRACK_BROWSER_EVENT: Final = Operation(
    "POST",
    "/v1/track/events",
    "track_browser_event",
    Endpoint(
        summary="Track a browser's event",
        description=(
            "Stores one thing a visitor did. Send the public business id in the place of a token; "
            "it may be seen by anybody, so naming a `profile` is ignored: an event belongs to "
            "whoever its session belongs to. Pages of any origin may call it. What a page knows "
            "of itself (`page`, `utm_params`, `device` …) is kept with the event.\n\n"
            "A page that is being left may send the same JSON as `text/plain`. An `event_id` makes "
            "a retry harmless; it is unique within its session."
        ),
        credential="public",
        body=NewEvent,
        answer=Received,
        status=200,
        errors=(400, 404, 413, 422),
        example={
            "action": "product.viewed",
            "session": "5f0d3b1e-7c7e-4c56-9c57-2e6d0b1f8a31",
            "object_parameters": {"name": "Blue mug", "sku": "MUG-BLUE"},
            "page": {"url": "https://shop.example/mugs", "title": "Mugs", "path": "/mugs"},
            "utm_params": {"source": "newsletter", "medium": "email"},
        },
        answer_example={"status": "received"},
        media_types=("application/json", "text/plain"),
    ),
)

OPERATIONS: Final = (TRACK_EVENT, TRACK_BATCH, TRACK_BROWSER_EVENT)
