"""What is read from a request before its meaning: headers and the whole body."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, MutableMapping
from typing import Any, Final, NoReturn
from urllib.parse import unquote_plus

from footfall.errors import Invalid, MalformedRequest, Refused, did_you_mean, refuse
from footfall.ingest.decode import decompress, too_large

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
HeaderMap = Mapping[bytes, bytes]

_JSON_TYPES: Final = frozenset({b"application/json", b""})
NDJSON_TYPES: Final = frozenset(
    {b"application/x-ndjson", b"application/ndjson", b"application/jsonl"}
)

NAME_SHOWN_LENGTH: Final = 64
"""Of a query parameter's name, in a message about it."""


class CallerGone(Exception):
    """The connection ended before the body did; there is nothing to do and nobody to tell."""


async def read_body(receive: Receive, headers: HeaderMap, limit: int) -> bytes:
    """Return the whole body, decompressed.

    Raises:
        Refused: 413 past the limit, 400 for compression that cannot be read.
        CallerGone: it ended early.
    """
    length = announced_length(headers, limit)
    message = await receive()
    if message["type"] != "http.request":
        raise CallerGone
    body: bytes = message.get("body", b"")
    # The server says that more may come even when all that was announced is there.
    if message.get("more_body") and len(body) != length:
        body = await _read_rest(receive, body, limit)
    elif len(body) > limit:
        raise too_large(limit)
    encoding = headers.get(b"content-encoding")
    return body if encoding is None else decompress(body, encoding, limit)


def announced_length(headers: HeaderMap, limit: int) -> int:
    """Return the ``Content-Length``, -1 without one; refuse one past the limit unread."""
    told = headers.get(b"content-length", b"")
    length = int(told) if told.isdigit() else -1
    if length > limit:
        raise too_large(limit)
    return length


async def _read_rest(receive: Receive, first: bytes, limit: int) -> bytes:
    body = bytearray(first)
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise CallerGone
        body += message.get("body", b"")
        if len(body) > limit:
            raise too_large(limit)
        if not message.get("more_body"):
            return bytes(body)


def check_content_type(
    headers: HeaderMap, *, is_batch: bool = False, is_public: bool = False
) -> bool:
    """Return whether the body is NDJSON; only batches may be.

    A page that is being left can send JSON as ``text/plain`` only; public endpoints take it.

    Raises:
        Refused: 400, the body is neither JSON nor that (contract 2.3).
    """
    given = headers.get(b"content-type", b"")
    if given == b"application/json":
        return False
    kind = given.partition(b";")[0].strip().lower()
    if kind in _JSON_TYPES or kind.endswith(b"+json"):
        return False
    if is_public and kind == b"text/plain":
        return False
    if is_batch and kind in NDJSON_TYPES:
        return True
    wanted = "application/json or application/x-ndjson" if is_batch else "application/json"
    raise refuse(
        MalformedRequest(
            f"Content-Type is “{kind.decode('latin-1')}”; send {wanted}.", "Content-Type"
        )
    )


def wants_rehearsal(query: bytes, *, is_public: bool = False) -> bool:
    """Tell whether the query asks for a dry run: ``dry_run=1`` (or ``true``).

    Args:
        is_public: pages append parameters of their own to addresses; other names are no fault.

    Raises:
        Refused: 400 for another value, 422 for another name, because storing what was only to be
            tried (``dry-run=1``) would be worse.
    """
    wanted: set[bool] = set()
    others: list[str] = []
    for part in filter(None, query.split(b"&")):
        name, _, value = part.partition(b"=")
        if name == b"dry_run":
            wanted.add(_as_flag(value))
        else:
            others.append(unquote_plus(name.decode("latin-1")))
    if others and not is_public:
        refuse_parameters(others, ("dry_run",))
    if len(wanted) > 1:
        raise refuse(MalformedRequest("“dry_run” is given twice; send it once.", "dry_run"))
    return wanted == {True}


def refuse_parameters(unknown: Iterable[str], known: Collection[str]) -> NoReturn:
    """Refuse a request for parameters of its query that its endpoint does not have.

    Raises:
        Refused: 422 with a fault for each, because what was asked for would not be done.
    """
    raise Refused([_unknown(name[:NAME_SHOWN_LENGTH], known) for name in dict.fromkeys(unknown)])


def _unknown(name: str, known: Collection[str]) -> Invalid:
    message = f"There is no query parameter “{name}” here."
    hint = did_you_mean(name, known)
    if not hint and known:
        hint = " Those there are: " + ", ".join(f"“{each}”" for each in known) + "."
    return Invalid(message + (hint or " This endpoint takes none."), name)


def _as_flag(value: bytes) -> bool:
    match value.lower():
        case b"1" | b"true" | b"":
            return True
        case b"0" | b"false":
            return False
    raise refuse(MalformedRequest("“dry_run” must be 1 or 0.", "dry_run"))
