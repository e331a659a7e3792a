"""The address that a tracked link has, as OpenAPI has it; ``open_link`` answers it."""

from typing import Any, Final

from footfall.api.components import ref
from footfall.api.error_types import status_line

Json = dict[str, Any]


def _page(status: int, example: str) -> Json:
    return {
        "description": status_line(status),
        "headers": {"Request-Id": ref("headers", "RequestId")},
        "content": {"text/html": {"schema": {"type": "string"}, "example": example}},
    }


PATHS: Final[Json] = {
    "/l/{code}": {
        "get": {
            "operationId": "open_link",
            "tags": ["Links"],
            "summary": "Open a link",
            "description": "Records a click as an event `short_link.clicked` and sends the visitor "
            "to the link's destination, whose query gets `hello_session`, `utm_source`, "
            "`utm_medium` and `utm_campaign`. Programs that only look at the address (previews, "
            "scanners, `HEAD`) are sent on without a session and not recorded.",
            "security": [],
            "parameters": [
                {
                    "name": "code",
                    "in": "path",
                    "required": True,
                    "description": "The link's code.",
                    "schema": {"type": "string"},
                },
                {"$ref": "#/components/parameters/RequestId"},
            ],
            "responses": {
                "302": {
                    "description": status_line(302),
                    "headers": {
                        "Request-Id": ref("headers", "RequestId"),
                        "Location": {
                            "description": "The destination.",
                            "required": True,
                            "schema": {"type": "string"},
                        },
                    },
                },
                "404": _page(404, "<h1>There is nothing here</h1>"),
                "429": _page(429, "<h1>Too many requests</h1>"),
                "503": _page(503, "<h1>Not now</h1>"),
            },
        }
    }
}
