"""The parts of the OpenAPI document that do not depend on which operations there are."""

from typing import Any, Final

from footfall.api.error_types import example, status_line, types_of

Json = dict[str, Any]

SCHEMAS: Final = "#/components/schemas/{name}"

ALIAS: Final = "x-alias-of"
"""Marks a field as another spelling of the one named; mixed spellings must agree."""


def ref(section: str, name: str) -> Json:
    """Return a reference to a component."""
    return {"$ref": f"#/components/{section}/{name}"}


def refusal(status: int) -> Json:
    """Return the answer of a status, with an example of each error type behind it."""
    headers = {"Request-Id": ref("headers", "RequestId")}
    if status in (429, 503):
        headers["Retry-After"] = ref("headers", "RetryAfter")
    if status == 429:
        headers["RateLimit-Policy"] = ref("headers", "RateLimitPolicy")
        headers["RateLimit"] = ref("headers", "RateLimit")
    if status == 401:
        headers["WWW-Authenticate"] = ref("headers", "WwwAuthenticate")
    types = types_of(status)
    return {
        "description": f"{status_line(status)}: {', '.join(f'`{name}`' for name in types)}.",
        "headers": headers,
        "content": {
            "application/json": {
                "schema": {"$ref": SCHEMAS.format(name="ErrorBody")},
                "examples": {name: {"value": example(name)} for name in types},
            }
        },
    }


HEADERS: Final = {
    "RequestId": {
        "description": "The request's id, as it was sent or newly made. Quote it in reports.",
        "required": True,
        "schema": {"type": "string"},
    },
    "IdempotentReplayed": {
        "description": "`true` when this repeats an earlier request, and nothing new was stored.",
        "schema": {"type": "string", "const": "true"},
    },
    "RetryAfter": {
        "description": "Seconds to wait before the same request is sent again.",
        "schema": {"type": "integer"},
    },
    "RateLimitPolicy": {
        "description": "The quota that was used up: `q` requests in `w` seconds.",
        "schema": {"type": "string", "examples": ['"address";q=6000;w=60']},
    },
    "RateLimit": {
        "description": "What is left of the quota, and in how many seconds there is more.",
        "schema": {"type": "string", "examples": ['"address";r=0;t=12']},
    },
    "WwwAuthenticate": {
        "description": "How to authenticate.",
        "schema": {"type": "string"},
    },
}

PARAMETERS: Final = {
    "RequestId": {
        "name": "Request-Id",
        "in": "header",
        "description": "An id of the caller's for this request, up to 128 printable ASCII "
        "characters; the answer carries it.",
        "schema": {"type": "string", "maxLength": 128},
    }
}

SECURITY: Final = {
    "privateToken": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "ALK_ and 40 letters and digits",
        "description": "A private token of one business, for servers only. It is made with "
        "`footfall token create` and shown once.",
    },
    "publicId": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "8 letters and digits",
        "description": "The business's public id, for browsers and apps. It reads nothing.",
    },
}
