"""The paths for whoever runs the server, as OpenAPI has them; ``ops.health`` answers them."""

from typing import Any, Final

from footfall import __version__
from footfall.api.error_types import status_line
from footfall.api.operations import OTHER

Json = dict[str, Any]

_READY: Final = {
    "type": "object",
    "required": ["status", "problems", "waiting_events"],
    "properties": {
        "status": {
            "type": "string",
            "enum": ["ok", "unavailable"],
            "description": "Whether events can be stored.",
        },
        "problems": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Why not, in words.",
        },
        "waiting_events": {
            "type": "integer",
            "description": "Events taken in that wait for their commit.",
        },
    },
}

_ALIVE: Final = {
    "type": "object",
    "required": ["status", "version"],
    "properties": {
        "status": {"type": "string", "const": "ok", "description": "Always `ok`."},
        "version": {"type": "string", "description": "Version of the server."},
    },
}


def _answer(status: int, media_type: str, schema: Json, example: Any) -> Json:
    return {
        "description": status_line(status),
        "content": {media_type: {"schema": schema, "example": example}},
    }


def _path(name: str, summary: str, description: str, responses: Json) -> Json:
    return {
        "get": {
            "operationId": name,
            "tags": [OTHER],
            "summary": summary,
            "description": description,
            "security": [],
            "responses": responses,
        }
    }


PATHS: Final = {
    "/healthz": _path(
        "check_health",
        "Check that the server is alive",
        "Answers as long as the process does; looks at nothing else. For liveness probes.",
        {"200": _answer(200, "application/json", _ALIVE, {"status": "ok", "version": __version__})},
    ),
    "/readyz": _path(
        "check_readiness",
        "Check that events can be stored",
        "Reads from the database and looks at the last commit. For load balancers.",
        {
            "200": _answer(
                200,
                "application/json",
                _READY,
                {"status": "ok", "problems": [], "waiting_events": 0},
            ),
            "503": _answer(
                503,
                "application/json",
                _READY,
                {
                    "status": "unavailable",
                    "problems": ["the last commit failed"],
                    "waiting_events": 12,
                },
            ),
        },
    ),
    "/metrics": _path(
        "read_metrics",
        "Read the metrics",
        "Counters and gauges for Prometheus. It tells nothing about a business; keep it from the "
        "public all the same.",
        {
            "200": _answer(
                200,
                "text/plain",
                {"type": "string"},
                'footfall_events_total{outcome="created"} 1041.0',
            )
        },
    ),
}
