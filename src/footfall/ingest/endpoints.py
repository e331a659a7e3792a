"""The paths that events come to, and what their requests have in common."""

from typing import Final

SCOPE: Final = "events:write"
"""What a private token needs to be allowed."""

KEY_FIELD: Final = b"idempotency-key"

EVENT_PATHS: Final = frozenset({"/v1/attribution/events", "/attribution/events"})
BATCH_PATHS: Final = frozenset({path + "/batch" for path in EVENT_PATHS})
BROWSER_PATHS: Final = frozenset({"/v1/track/events", "/track/events"})

NAMES: Final = {
    **dict.fromkeys(EVENT_PATHS, "event"),
    **dict.fromkeys(BATCH_PATHS, "batch"),
    **dict.fromkeys(BROWSER_PATHS, "browser_event"),
}
"""What each path's requests are counted as (``ops.counters``)."""
