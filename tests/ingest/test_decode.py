"""Bytes are read strictly or refused with 400: never another exception, never two readings."""

import gzip
import json
import zlib
from collections.abc import Callable
from typing import Any

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from footfall.errors import MalformedRequest, Refused, TooLarge
from footfall.ingest.brackets import DEPTH
from footfall.ingest.decode import (
    decode,
    decode_object,
    decompress,
    split_array,
    split_lines,
)
from tests.strategies import json_bytes, json_values

LIMIT = 1000


def attempt(read: Callable[..., Any], *arguments: Any) -> Any:
    """What is read, or its refusal; anything else that is raised fails the test."""
    try:
        return read(*arguments)
    except Refused as refused:
        return refused


def refusal(body: bytes) -> MalformedRequest:
    with pytest.raises(Refused) as caught:
        decode(body)
    assert caught.value.status == 400
    (fault,) = caught.value.faults
    assert isinstance(fault, MalformedRequest)
    return fault


def without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    assert len({key for key, _ in pairs}) == len(pairs)
    return dict(pairs)


def parts(value: Any, depth: int = 0) -> list[tuple[int, Any]]:
    """Every value and key in a value, with how deep it lies."""
    found = [(depth, value)]
    if isinstance(value, dict):
        for key, each in value.items():
            found += [(depth, key), *parts(each, depth + 1)]
    elif isinstance(value, list):
        for each in value:
            found += parts(each, depth + 1)
    return found


@given(json_bytes() | st.binary())
def test_what_is_accepted_is_what_another_parser_reads(body: bytes) -> None:
    value = attempt(decode, body)
    if isinstance(value, Refused):
        assert value.status == 400
        assert all(isinstance(fault, MalformedRequest) for fault in value.faults)
        return
    assert repr(value) == repr(json.loads(body, object_pairs_hook=without_repeats))
    for depth, part in parts(value):
        assert depth <= DEPTH
        if isinstance(part, str):
            part.encode()
            assert "\0" not in part
        if isinstance(part, int):
            assert -(2**63) <= part < 2**64


@given(json_values, st.booleans(), st.sampled_from([None, 1]))
def test_what_is_allowed_is_accepted(value: Any, ascii_only: bool, indent: int | None) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    assert decode(text.encode()) == value


@pytest.mark.parametrize("of", [b"[%s]", b'{"a":%s}'])
def test_nesting_has_a_limit(of: bytes) -> None:
    body = b"1"
    for _ in range(DEPTH):
        body = of % body
    decode(body)
    assert "32 levels" in refusal(of % body).message


@pytest.mark.parametrize("body", [b"[" * 10**6, b'{"a":' * 10**5, b"[" * 10**5 + b"]" * 10**5])
def test_endless_nesting_is_refused(body: bytes) -> None:
    assert "32 levels" in refusal(body).message


@pytest.mark.parametrize(
    ("body", "key"),
    [
        (b'{"a":1,"a":1}', "a"),
        (b'{"a":"x","b":"y","a":"x"}', "a"),
        (b'{"a":{"b":[{"c":1,"c":2}]}}', "c"),
        (b'{"a":1,"\\u0061":1}', "a"),
        ('{"é":1,"\\u00e9":1}'.encode(), "é"),
        (b'{"":1,"":2}', ""),
        (b'{"' + b"k" * 100 + b'":1,"' + b"k" * 100 + b'":2}', "k" * 64),
    ],
)
def test_a_key_given_twice_is_named(body: bytes, key: str) -> None:
    assert refusal(body).parameter == key


@pytest.mark.parametrize(
    "body",
    [b'"\\ud800"', b'"\\udc00\\ud800"', b'{"\\udfff":1}', b'["\\ud83d\\u0041"]', b'"\\ud83d\\n"'],
)
def test_half_a_surrogate_pair_is_refused_by_name(body: bytes) -> None:
    assert "surrogate" in refusal(body).message


def test_a_whole_surrogate_pair_is_a_character() -> None:
    assert decode(b'"\\ud83d\\ude00"') == "😀"


@pytest.mark.parametrize("body", [b'"\\u0000"', b'{"a\\u0000":1}', b'[{"a":["\\u0000"]}]'])
def test_nul_is_refused_by_name(body: bytes) -> None:
    assert "NUL" in refusal(body).message


def test_an_escaped_backslash_before_u0000_is_no_nul() -> None:
    assert decode(b'"\\\\u0000"') == "\\u0000"


@pytest.mark.parametrize("body", [b"[]", b"1", b"null", b'"a"', b"true"])
def test_an_event_is_an_object(body: bytes) -> None:
    with pytest.raises(Refused, match="JSON object"):
        decode_object(body)


@given(st.lists(json_values, max_size=5), json_values)
def test_a_list_is_split_into_what_it_holds(items: list[Any], other: Any) -> None:
    for body in (items, {"events": items}, {"before": other, "events": items, "after": other}):
        found = split_array(json.dumps(body).encode())
        assert [decode(bytes(item)) for item in found] == items


@given(st.lists(json_values, max_size=5), st.sampled_from(["\n", "\r\n", "\n\n", "\n \t\n"]))
def test_lines_are_split_into_what_they_hold(items: list[Any], end: str) -> None:
    body = "".join(json.dumps(item) + end for item in items).encode()
    assert [decode(line) for line in split_lines(body)] == items


@given(json_bytes() | st.binary() | json_bytes().map(lambda body: b'{"events":' + body + b"}"))
def test_any_batch_is_split_or_refused(body: bytes) -> None:
    found = attempt(split_array, body)
    assert isinstance(found, list) or found.status == 400


@given(
    st.binary(max_size=LIMIT), st.sampled_from(["gzip", "deflate", "zstd", "identity", "X-GZIP"])
)
def test_a_compressed_body_is_read(body: bytes, encoding: str) -> None:
    assert decompress(compressed(body, encoding), encoding.encode(), LIMIT) == body


@given(st.binary(), st.sampled_from([b"gzip", b"deflate", b"zstd"]))
def test_damaged_compression_is_refused(body: bytes, encoding: bytes) -> None:
    found = attempt(decompress, body, encoding, LIMIT)
    assert isinstance(found, bytes) or found.status in (400, 413)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "zstd"])
def test_compression_counts_by_what_comes_out(encoding: str) -> None:
    assert decompress(compressed(b"x" * LIMIT, encoding), encoding.encode(), LIMIT) == b"x" * LIMIT
    with pytest.raises(Refused) as caught:
        decompress(compressed(b"x" * (LIMIT + 1), encoding), encoding.encode(), LIMIT)
    assert isinstance(caught.value.faults[0], TooLarge)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "zstd"])
@pytest.mark.parametrize("size", [2, 5000])
def test_what_is_cut_or_continued_is_refused(encoding: str, size: int) -> None:
    whole = compressed(b'{"a":1}' * size, encoding)
    for body in (whole[:-1], whole[: len(whole) // 2], whole + whole, whole + b"x"):
        with pytest.raises(Refused) as caught:
            decompress(body, encoding.encode(), 100_000)
        assert caught.value.status == 400


@pytest.mark.parametrize("encoding", [b"br", b"gzip, gzip", b"compress", b"\xff"])
def test_another_encoding_is_refused(encoding: bytes) -> None:
    with pytest.raises(Refused, match="not known"):
        decompress(b"{}", encoding, LIMIT)


def compressed(body: bytes, encoding: str) -> bytes:
    match encoding.lower():
        case "deflate":
            return zlib.compress(body)
        case "zstd":
            return zstandard.ZstdCompressor().compress(body)
        case "identity":
            return body
    return gzip.compress(body)


def test_bracket_keys_of_an_event_and_its_object_mean_the_nested_ones() -> None:
    flat = (
        b'{"action":"order.placed","metadata":{"a[b]":1},"order_parameters[reference]":"A-1",'
        b'"object_parameters":{"total[amount]":"5","total[currency]":"EUR"},"page[url]":"/x"}'
    )
    assert decode_object(flat) == {
        "action": "order.placed",
        "metadata": {"a[b]": 1},
        "order_parameters": {"reference": "A-1"},
        "object_parameters": {"total": {"amount": "5", "currency": "EUR"}},
        "page": {"url": "/x"},
    }


def test_a_value_told_flat_and_nested_is_ambiguous() -> None:
    with pytest.raises(Refused) as refused:
        decode_object(b'{"object_parameters":{"total":1,"total[amount]":"5"}}')
    (fault,) = refused.value.faults
    assert (fault.type, fault.parameter) == ("ambiguous_parameter", "total[amount]")
