"""What each endpoint says of itself; the OpenAPI document and isolation tests are made of it."""

from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

Credential = Literal["private", "public", "none"]


@dataclass(frozen=True)
class Alternative:
    """Another body of an endpoint, with the success it has; as in ``Endpoint``."""

    title: str
    body: type[msgspec.Struct]
    example: dict[str, Any]
    status: int
    answer: type[msgspec.Struct]
    answer_example: dict[str, Any]


@dataclass(frozen=True)
class Endpoint:
    """One operation, as the reference page tells of it. Handlers carry it as ``opt["endpoint"]``.

    Attributes:
        summary: one line, imperative.
        description: what a caller has to know beyond the fields; plain text.
        credential: ``private`` token, ``public`` business id (a private token does too), or none.
        scope: what a private token must be allowed; any of ``also`` is enough as well.
        body: type of the request body, documentation of what ``decode`` reads by hand.
        answer: type of the successful answer.
        status: of the successful answer.
        errors: wire statuses it may refuse with, beside 503 and, on private ones, 400 and 422 (for
            a query it does not take), 401 and 403.
        query: query parameters by name: (JSON schema, description). Any other is refused with 422,
            except on public endpoints.
        query_also: other spellings of them that are taken too.
        example: a body that works; ``answer_example`` what comes back.
        media_types: of the body.
        many: the field under which the body lists many things. It may be as large as a batch then,
            and one of them a line (NDJSON).
        answer_type: media type of the answer.
        alternative: another body that is taken, and the success it has.
    """

    summary: str
    answer: type[msgspec.Struct] | None = None
    body: type[msgspec.Struct] | None = None
    description: str = ""
    credential: Credential = "private"
    scope: str = "read"
    also: tuple[str, ...] = ()
    status: int = 200
    errors: tuple[int, ...] = (400, 422)
    query: dict[str, tuple[dict[str, Any], str]] = field(default_factory=dict)
    query_also: tuple[str, ...] = ()
    example: dict[str, Any] | None = None
    answer_example: dict[str, Any] | None = None
    media_types: tuple[str, ...] = ("application/json",)
    many: str = ""
    answer_type: str = "application/json"
    alternative: Alternative | None = None


def bound(endpoint: Endpoint) -> dict[str, Any]:
    """Return what the decorator of a handler needs so that it carries its endpoint."""
    return {"opt": {"endpoint": endpoint}, "status_code": endpoint.status}
