"""What makes a repeat a repeat: the key a caller gives, and the fingerprint of what came with it.

Source: the IETF draft “The Idempotency-Key HTTP Header Field” (a structured string in quotes; bare
keys are taken too). Header and ``event_id`` are two ways of giving an event's one key.
"""

import hashlib
from typing import Any

import msgspec

from footfall.errors import AmbiguousParameter, Fault
from footfall.ingest.payloads import KEY, EventPayload, read_key

HEADER = "Idempotency-Key"


def header_key(header: bytes | None, faults: list[Fault]) -> str | None:
    """Return the key in an ``Idempotency-Key`` header, quoted or bare."""
    if header is None:
        return None
    text = header.decode("latin-1").strip()
    if len(text) >= 2 and text[0] == text[-1] == '"':
        text = text[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    return read_key(HEADER, text, faults)


def fold_header(payload: EventPayload, key: str | None, faults: list[Fault]) -> None:
    """Give an event the key of its request's header, if it has none of its own."""
    if key is None:
        return
    if payload.key is not None and payload.key != key:
        faults.append(
            AmbiguousParameter(
                f"“event_id” and {HEADER} are both the event's key and differ; send one of them.",
                "event_id",
            )
        )
    if payload.key is None:
        payload.spell(KEY, HEADER)
    payload.key = key


def fingerprint(body: dict[str, Any]) -> bytes:
    """Return 16 bytes that two bodies share when they say the same, in whatever order of keys."""
    said = {name: value for name, value in body.items() if name != "event_id"}
    canonical = msgspec.json.encode(said, order="sorted")
    return hashlib.blake2b(canonical, digest_size=16).digest()


def raw_fingerprint(body: bytes) -> bytes:
    """Return 16 bytes for a batch as it was sent."""
    return hashlib.blake2b(body, digest_size=16).digest()
