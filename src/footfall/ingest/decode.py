"""Bytes → JSON values, strictly; everything that reads a request body comes through here.

What two parsers could read differently is refused: a key twice, NaN, half a surrogate pair, NUL,
whole numbers beyond 64 bits, nesting beyond 32. The check costs a walk over the decoded values and
one count of quotes: without escapes a document has exactly two quotes for each key and text, so a
key that was swallowed shows. Documents with escapes take a second, slower look.
"""

import json
import zlib
from collections.abc import Iterator
from typing import Any

import msgspec
import zstandard

from footfall.errors import MalformedRequest, Refused, TooLarge, refuse
from footfall.ingest.brackets import DEPTH, unfold_event

_MIN, _MAX = -(1 << 63), (1 << 64) - 1
_decode = msgspec.json.Decoder().decode
_split = msgspec.json.Decoder(list[msgspec.Raw]).decode


class _Envelope(msgspec.Struct):
    events: msgspec.Raw


_open = msgspec.json.Decoder(_Envelope).decode


def decode(body: bytes) -> Any:
    """Return the JSON value of a body.

    Raises:
        Refused: 400 with what is wrong and where.
    """
    try:
        value = _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise refuse(MalformedRequest(_explain(body, problem))) from None
    try:
        texts = _walk(value, DEPTH)
    except OverflowError as problem:
        raise refuse(MalformedRequest(str(problem))) from None
    if b"\\" in body or 2 * texts != body.count(b'"'):
        _look_again(body)
    return value


def decode_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object of an event's body, bracket keys nested (contract 2.9).

    Raises:
        Refused: 400, also when the body is JSON but no object; as ``unfold``.
    """
    value = decode(body)
    if type(value) is not dict:
        raise refuse(MalformedRequest('The body must be a JSON object: {"action": …}.'))
    # Looked for in the bytes: hardly any body has such a key, and each has many others.
    return unfold_event(value) if b']"' in body else value


def split_lines(body: bytes) -> list[bytes]:
    """Return the documents of an NDJSON body, undecoded; blank lines do not count."""
    return [line for line in body.split(b"\n") if line and not line.isspace()]


def split_array(body: bytes) -> list[msgspec.Raw]:
    """Return the items under ``events``, or of a bare array, undecoded.

    Raises:
        Refused: 400, the body is neither.
    """
    try:
        if body.lstrip()[:1] == b"[":
            return _split(body)
        listed = bytes(_open(body).events)
        # What stands around the list is read as strictly as an event: a second list is no batch.
        start = body.index(listed)
        decode(body[:start] + b"null" + body[start + len(listed) :])
        return _split(listed)
    except msgspec.ValidationError:
        raise refuse(
            MalformedRequest(
                "A batch is a JSON object with a list under “events”, or NDJSON with one event a "
                "line and Content-Type: application/x-ndjson.",
                "events",
            )
        ) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise refuse(MalformedRequest(_explain(body, problem))) from None


def decompress(body: bytes, encoding: bytes, limit: int) -> bytes:
    """Return a body without its ``Content-Encoding``.

    Args:
        encoding: ``gzip``, ``deflate`` (zlib), ``zstd`` or ``identity``.
        limit: most bytes allowed afterwards.

    Raises:
        Refused: 413 past the limit; 400 for damaged data or another encoding.
    """
    match encoding.strip().lower():
        case b"" | b"identity":
            return body
        case b"gzip" | b"x-gzip" | b"deflate":
            return _inflate(body, limit)
        case b"zstd":
            return _unzstd(body, limit)
        case other:
            raise refuse(
                MalformedRequest(
                    f"Content-Encoding “{other.decode('latin-1')}” is not known; send gzip, zstd "
                    "or none.",
                    "Content-Encoding",
                )
            )


def too_large(limit: int) -> Refused:
    """Return the refusal of a body over the limit."""
    return refuse(
        TooLarge(
            f"The body is larger than {limit} bytes (counted after decompression); send less at "
            "once."
        )
    )


def _inflate(body: bytes, limit: int) -> bytes:
    # 32: find out from the header whether it is gzip or zlib.
    stream = zlib.decompressobj(zlib.MAX_WBITS | 32)
    try:
        plain = stream.decompress(body, limit + 1)
    except zlib.error as problem:
        raise _damaged(str(problem)) from None
    if len(plain) > limit:
        raise too_large(limit)
    _check_end(stream)
    return plain


def _unzstd(body: bytes, limit: int) -> bytes:
    stream = zstandard.ZstdDecompressor(max_window_size=1 << 27).decompressobj()
    plain = bytearray()
    try:
        # Small pieces in, so that a bomb is noticed after one of them.
        for start in range(0, len(body), 1024):
            plain += stream.decompress(body[start : start + 1024])
            if len(plain) > limit:
                raise too_large(limit)
    except (zstandard.ZstdError, MemoryError) as problem:
        raise _damaged(str(problem)) from None
    _check_end(stream)
    return bytes(plain)


def _check_end(stream: Any) -> None:
    if not stream.eof:
        raise _damaged("it ends too early")
    if stream.unused_data:
        # A second part would be lost without a word.
        raise _damaged("something follows its end")


def _damaged(reason: str) -> Refused:
    return refuse(
        MalformedRequest(
            f"The compressed body cannot be read ({reason}); compress it again, or send it plain.",
            "Content-Encoding",
        )
    )


def _walk(value: Any, depth: int) -> int:
    """Return how many texts a value holds, keys included.

    Raises:
        OverflowError: nested too deeply, or a whole number beyond 64 bits.
    """
    kind = type(value)
    if kind is str:
        return 1
    if kind is dict:
        if depth == 0:
            raise OverflowError(f"The body is nested more than {DEPTH} levels deep; flatten it.")
        texts = len(value)
        for each in value.values():
            if type(each) is str:
                texts += 1
            else:
                texts += _walk(each, depth - 1)
        return texts
    if kind is list:
        if depth == 0:
            raise OverflowError(f"The body is nested more than {DEPTH} levels deep; flatten it.")
        return sum(_walk(each, depth - 1) for each in value)
    if kind is int and not _MIN <= value <= _MAX:
        raise OverflowError("The body has a whole number beyond 64 bits; send it as a text.")
    return 0


def _look_again(body: bytes) -> None:
    """Refuse keys given twice, NUL and half surrogate pairs."""
    json.loads(body, object_pairs_hook=_pairs)
    if b"\\u0000" in body and any("\0" in text for text in _texts(_decode(body))):
        raise refuse(
            MalformedRequest("The body has a text with a NUL character (\\u0000); remove it.")
        )


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise refuse(
                MalformedRequest(f"The key “{key[:64]}” is given twice; send it once.", key[:64])
            )
        found[key] = value
    return found


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield key
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


def _explain(body: bytes, problem: Exception) -> str:
    if not body.strip():
        return "The body is empty; send a JSON object."
    if isinstance(problem, RecursionError):
        return f"The body is nested more than {DEPTH} levels deep; flatten it."
    if isinstance(problem, UnicodeDecodeError):
        return "The body is not UTF-8; send JSON in UTF-8."
    if b"\\u" in body and _has_half_pair(body):
        return "The body has half of a surrogate pair (\\ud800 alone); send whole characters."
    reason = str(problem).removeprefix("JSON is malformed: ")
    return f"The body is not valid JSON: {reason}."


def _has_half_pair(body: bytes) -> bool:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return False
    return any("\ud800" <= character <= "\udfff" for text in _texts(value) for character in text)
