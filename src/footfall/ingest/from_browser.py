"""What is different about an event that a browser sends with the public business id.

Anybody can read that id in a page's source, so it says nothing about a profile: naming one is
ignored, and keys of browsers never meet those of the shop's backend.

Source: contract 1.3 (powers of a public id), 3.2 (fields of clients).
"""

import hashlib
from typing import Any

from footfall.domain.events import EventDraft
from footfall.ingest.payloads import EventPayload

RECEIVED_BODY = b'{"status":"received"}'


def read_as_told(told: dict[str, Any]) -> dict[str, Any]:
    """Return a browser's body in the words of a backend's.

    The iOS client names the parameters of every action's object ``app_parameters``.
    """
    told = {key: value for key, value in told.items() if key not in ("profile", "profile_id")}
    action = told.get("action")
    is_of_app = isinstance(action, str) and action.startswith("app.")
    if "app_parameters" in told and not is_of_app and "object_parameters" not in told:
        told["object_parameters"] = told.pop("app_parameters")
    return told


def keep_apart(draft: EventDraft, payload: EventPayload) -> None:
    """Put the key of a browser's event into a space of its session's own.

    Otherwise whoever guesses a backend's next key could have its event taken for a repeat.
    """
    if draft.key is not None:
        said = f"{payload.session}\0{draft.key}".encode()
        draft.key = f"browser:{hashlib.blake2b(said, digest_size=16).hexdigest()}"
