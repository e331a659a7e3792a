"""Every wire error type explained: what it means, how it comes about, what to do.

``openapi`` takes its error answers from here, ``reference`` the page ``/docs/errors``, and
``markdown`` is ``docs/errors.md``. Which types there are and with which status they answer is
``footfall.errors``'s to say.
"""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Annotated, Any, Final, NamedTuple

from msgspec import Meta, Struct

from footfall.errors import Fault, wire_types
from footfall.ingest.respond import describe

REQUEST_ID: Final = "req_5f0c2a91b37e0000002a"
"""Stands in examples for an id of a request."""


class Error(Struct):
    """One thing that is wrong."""

    type: Annotated[
        str, Meta(description="One of the error types.", examples=["parameter_missing"])
    ]
    message: Annotated[str, Meta(description="What is wrong and what to do, for people.")]
    description: Annotated[str, Meta(description="The same text as `message`.")]
    parameter: Annotated[
        str | None,
        Meta(
            description="The parameter or header at fault, as it was sent; null: the whole request."
        ),
    ]
    request_id: Annotated[str, Meta(description="The request's `Request-Id`; quote it in reports.")]
    doc_url: Annotated[str, Meta(description="Where the type is explained, on this server.")]


class ErrorBody(Struct):
    """The body of every refused request."""

    errors: Annotated[
        list[Error], Meta(description="Everything that is wrong, not only the first.", min_length=1)
    ]


class Explanation(NamedTuple):
    """A type in words.

    Attributes:
        remedy: what the caller does about it.
        says: the message of a typical one, about ``parameter``.
    """

    meaning: str
    cause: str
    remedy: str
    says: str
    parameter: str | None


EXPLANATIONS: Final = {
    "ambiguous_parameter": Explanation(
        "Several parameters fill the same role and disagree.",
        "Two spellings of one field, such as `session` and `session_id`, have different values; "
        "`object` and `object_parameters` come together; a reference or SKU fits several objects; "
        "`starting_after` and `ending_before` come together.",
        "Send one of them. For a reference that several systems use, send the object's id.",
        "“session” and “session_id” fill the same role and have different values; send one "
        "of them.",
        "session_id",
    ),
    "blank": Explanation(
        "An input that a form requires was left empty.",
        "Somebody sent a form on a page without filling it in. A phone that is only a country's "
        "prefix counts as empty.",
        "Show it beside the input that `parameter` names, exactly as the form does.",
        "“email” is required; fill it in.",
        "email",
    ),
    "forbidden": Explanation(
        "The credential is good but not for this.",
        "The token was made without the scope that the operation needs, or a page of an origin "
        "that the business does not allow uses its public id.",
        "Create a token with the scope: `footfall token create --scope …`; each operation of the "
        "reference names its scope. Allow a page's origin with "
        "`footfall business update ID --origin ORIGIN`.",
        "The token lacks the scope “events:write”; create a token with it.",
        "Authorization",
    ),
    "idempotency_conflict": Explanation(
        "The key was used before with another body.",
        "An `Idempotency-Key` or `event_id` is used for two different events, or an event was "
        "changed between two tries.",
        "Give each event a key of its own. For a retry send the first body again, unchanged.",
        "The key “order-1041” was used before with another body; use a new key for a new "
        "event, or send the first body again.",
        "event_id",
    ),
    "identity_assigned": Explanation(
        "The phone or e-mail belongs to another profile.",
        "A profile is to get a phone or e-mail that identifies somebody else already.",
        "Look the owner up and use that profile, or remove the value there first.",
        "This e-mail identifies another profile; use that one.",
        "email",
    ),
    "invalid": Explanation(
        "The value is not acceptable.",
        "A time in milliseconds or without a zone, an amount below zero, a currency that is none, "
        "a text where a list is wanted, a session that is another profile's, a mistyped query "
        "parameter.",
        "The message says what is accepted. Change the value and send the request again.",
        "The time looks like milliseconds. Send seconds: divide it by 1000.",
        "tracked_at",
    ),
    "malformed_request": Explanation(
        "The request cannot be read.",
        "JSON with a syntax error, a key given twice, NaN, half a character, a number beyond 64 "
        "bits or nesting beyond 32 levels; a wrong `Content-Type`; a compressed body that is "
        "damaged.",
        "Send UTF-8 JSON made by a JSON library, with `Content-Type: application/json`. The same "
        "bytes will be refused again.",
        "Content-Type is “text/plain”; send application/json.",
        "Content-Type",
    ),
    "method_not_allowed": Explanation(
        "The path exists, the method does not.",
        "A `GET` where the reference says `POST`, or a `PUT` for a change.",
        "Use one of the methods in the answer's `Allow` header. Changes are made with `PATCH`.",
        "This path takes no PUT; send GET, POST.",
        None,
    ),
    "not_allowed": Explanation(
        "The state of the thing forbids it.",
        "An action that has events is to be deleted; an action that only the server records is "
        "sent; an object of a kind that cannot be made inside an event.",
        "Leave the thing as it is, or change what stands in the way first; the message names it.",
        "“short_link.clicked” is recorded by the server itself; do not send it.",
        "action",
    ),
    "not_found": Explanation(
        "What is referred to does not exist in this business.",
        "A mistyped action or id, something deleted, or an id of another business: a token sees "
        "its own business only. The status is 404 for an address and an action's name, 422 for "
        "an id inside a body.",
        "Check the spelling and the token's business. Create a profile, an object or a custom "
        "action before the first event that names it.",
        "There is no action “product.purchase” in this business. Did you mean "
        "“product.purchased”? Custom actions are created first: POST /v1/attribution/actions.",
        "action",
    ),
    "object_invalid": Explanation(
        "At least one of a group of parameters is needed, and none was given.",
        "An event says neither whose it is by `profile` nor by `session`.",
        "Send one of the group. An empty text, `null` and the word `undefined` count as not given.",
        "The event belongs to nobody; send “profile” (a profile's id) or “session” (what "
        "Hellotext.session returned in the browser).",
        "profile",
    ),
    "parameter_invalid_empty": Explanation(
        "A required parameter is there but empty.",
        "A variable that was never filled in: `null`, `false` or an empty text.",
        "Give it a value, or do not send the request.",
        "“action” is empty; name what was done.",
        "action",
    ),
    "parameter_missing": Explanation(
        "A required parameter is absent.",
        "An event without `action`, a built-in action without its object, `currency` without "
        "`amount`, a product without `name`.",
        "Add the parameter that the answer names.",
        "“action” is missing; name what was done, e.g. product.purchased.",
        "action",
    ),
    "parameter_not_unique": Explanation(
        "Another one of the same kind already has this value.",
        "A custom action under a name that exists; a reference that another product of its source "
        "has; a coupon's code; a unique property's value.",
        "Update the existing one, or choose another value.",
        "There is an action by this name already; update it.",
        "name",
    ),
    "rate_limited": Explanation(
        "There were more requests in a minute than are allowed.",
        "A client's address, a public id or a token has used up its quota; the operator sets them "
        "with `FOOTFALL_RATE_…`. Nothing of the request was kept.",
        "Wait as long as `Retry-After` says and send the same request again. `RateLimit-Policy` "
        "tells the quota: `q` requests in `w` seconds.",
        "There were more than 6000 requests in a minute from this address; send it again in 3 s, "
        "and fewer at once.",
        None,
    ),
    "too_large": Explanation(
        "The body has more bytes than the limit.",
        "A batch that is too long, a file sent as an event. The size counts after decompression.",
        "Send less at once: split a batch, and leave large texts out of `metadata`.",
        "The body is larger than 1048576 bytes (counted after decompression); send less at once.",
        None,
    ),
    "unauthenticated": Explanation(
        "There is no credential, or not a good one.",
        "The `Authorization` header is missing or misspelt; the token is unknown, revoked or "
        "expired; a public business id where a private token is needed.",
        "Send `Authorization: Bearer ALK_…` with a token of the business. "
        "`footfall token create` makes one, `footfall token list` shows which are valid.",
        "There is no credential; send the header Authorization: Bearer ALK_… with a token "
        "of the business.",
        "Authorization",
    ),
    "unavailable": Explanation(
        "It cannot be stored now.",
        "More events wait than the queue holds, the disk is full, or the database is away. "
        "Nothing of the request was kept.",
        "Wait as long as `Retry-After` says and send the same request again, with growing pauses; "
        "an `event_id` makes repeating safe.",
        "The server is busy and kept nothing; send it again.",
        None,
    ),
}


def statuses(error_type: str) -> tuple[int, ...]:
    """Return the HTTP statuses a type answers with, lowest first."""
    return tuple(sorted({cls.status for cls in _classes(Fault) if cls.type == error_type}))


def types_of(status: int) -> list[str]:
    """Return the types that answer with a status, in alphabetical order."""
    return [name for name in sorted(wire_types()) if status in statuses(name)]


def example(error_type: str) -> dict[str, Any]:
    """Return a whole body of a refusal of this type, as the server would send it."""
    told = EXPLANATIONS[error_type]
    fault = wire_types()[error_type](told.says, told.parameter)
    return {"errors": describe([fault], REQUEST_ID)}


def status_line(status: int) -> str:
    """Return a status with its standard phrase, e.g. ``422 Unprocessable Content``."""
    # Python up to 3.12 has the phrase from before RFC 9110.
    phrase = {413: "Content Too Large", 422: "Unprocessable Content"}.get(status)
    return f"{status} {phrase or HTTPStatus(status).phrase}"


def markdown() -> str:
    """Return ``docs/errors.md``."""
    return "\n".join(_lines())


def _classes(parent: type[Fault]) -> Iterator[type[Fault]]:
    for child in parent.__subclasses__():
        yield child
        yield from _classes(child)


def _lines() -> Iterator[str]:
    yield "# Errors"
    yield ""
    yield (
        "A refused request answers with a 4xx or 5xx status and lists everything that is wrong. "
        "A running server explains the same at `/docs/errors`, where each `doc_url` points."
    )
    yield ""
    yield "| Type | Status | Meaning |"
    yield "| --- | --- | --- |"
    for name in sorted(wire_types()):
        codes = ", ".join(map(str, statuses(name)))
        yield f"| [`{name}`](#{name}) | {codes} | {EXPLANATIONS[name].meaning} |"
    for name in sorted(wire_types()):
        told = EXPLANATIONS[name]
        yield ""
        yield f"## {name}"
        yield ""
        yield f"{told.meaning} Status: {', '.join(map(status_line, statuses(name)))}."
        yield ""
        yield f"- **Typical cause.** {told.cause}"
        yield f"- **Remedy.** {told.remedy}"
        yield f"- **Says for example.** {told.says}"
    yield ""
