"""What holds for every operation, as CommonMark: the description of the OpenAPI document."""

from typing import Final

from footfall.domain.tokens import SCOPES
from footfall.settings import Settings

_TEXT: Final = """\
Everything is JSON over HTTP, in both directions. Each path also works without `/v1`. Every answer
carries a `Request-Id`: the one sent with the request, up to 128 printable characters, or a new one.

## Authentication

Send `Authorization: Bearer ALK_…` with a private token. It belongs to one business and sees nothing
outside it. Make one with `footfall token create --business ID --name NAME`, and keep it out of
browsers and apps. A missing or wrong token is refused with 401, one without the scope with 403.

A token has scopes: {scopes}.

## Refusals

A refused request answers with a 4xx or 5xx status and `errors`, a list of everything wrong with
it. Each entry has a `type` for programs, a `message` for people and the `parameter` at fault,
spelled as it was sent. A 2xx means stored, never “perhaps later”. Where a private token is needed,
a query parameter that the operation does not list is refused, not ignored.

## Repeats

Give an event an `event_id`, or its request an `Idempotency-Key`, and it is stored once however
often it is sent; keys never expire. Without one, two identical requests are two events. A 503, or
no answer at all, is safe to repeat with a key.

## Absent values

`null`, `false` and an empty text count as not given where a field is optional. Ids may be sent as
numbers. Fields that are not listed are kept with the event.

## Time and money

Times are sent as Unix seconds or ISO 8601 with a zone, never milliseconds. Answers give
`created_at` in Unix seconds. Amounts are in major units: `24.90` with `USD` is twenty-four dollars
ninety.

## Lists

Lists come newest first as `data` and `has_more`, 25 at a time unless `limit` says otherwise. The
next page begins after the last id seen: `starting_after`; `ending_before` goes the other way.

## Limits

One event may have {event} of JSON, a batch {events} events and {batch}. Bodies may be compressed
with gzip or zstd; the size counts after decompression. Nesting goes 32 levels deep.
"""


def conventions(settings: Settings) -> str:
    """Return the text, with the limits in effect."""
    return _TEXT.format(
        scopes=", ".join(f"`{name}` ({means})" for name, means in SCOPES.items()),
        event=_size(settings.event_size_max_bytes),
        batch=_size(settings.batch_size_max_bytes),
        events=f"{settings.batch_events_max:,}",
    )


def _size(count_bytes: int) -> str:
    """Return bytes for people: ``1 MiB``; what is no whole MiB or KiB stays in bytes."""
    for unit, scale in (("MiB", 1 << 20), ("KiB", 1 << 10)):
        if count_bytes % scale == 0 and count_bytes:
            return f"{count_bytes // scale} {unit}"
    return f"{count_bytes:,} bytes"
