"""Bracket spellings: what is nested is found again, and what could mean two things is refused."""

from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall.api.forms import decode_form
from footfall.errors import Refused
from footfall.ingest.brackets import unfold

names = st.text("abcxyz_", min_size=1, max_size=5)
leaves = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
nested = st.recursive(
    leaves,
    lambda inner: (
        st.dictionaries(names, inner, min_size=1, max_size=3)
        | st.lists(inner, min_size=1, max_size=3)
    ),
    max_leaves=8,
)


def fold(value: Any, key: str) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [pair for name, each in value.items() for pair in fold(each, f"{key}[{name}]")]
    if isinstance(value, list):
        return [pair for index, each in enumerate(value) for pair in fold(each, f"{key}[{index}]")]
    return [(key, value)]


@given(st.dictionaries(names, nested, max_size=4))
def test_a_form_says_what_was_put_into_it(told: dict[str, Any]) -> None:
    pairs = [pair for name, value in told.items() for pair in fold(value, name)]
    assert decode_form(urlencode(pairs).encode()) == told


@given(st.binary(max_size=60))
def test_no_bytes_break_the_reader(body: bytes) -> None:
    with suppress(Refused):
        assert isinstance(decode_form(body), dict)


def test_empty_brackets_append() -> None:
    assert decode_form(b"a[]=1&a[]=2") == {"a": ["1", "2"]}


def test_a_contact_may_be_plain_and_labelled_in_either_order() -> None:
    both = {"email": {"": "a", "work": "b"}}
    assert unfold([("email", "a"), ("email[work]", "b")]) == both
    assert unfold([("email[work]", "b"), ("email", "a")]) == both


@pytest.mark.parametrize(
    "pairs",
    [
        [("price", "1"), ("price[currency]", "USD")],
        [("price[currency]", "USD"), ("price", "1")],
        [("name", "a"), ("name", "b")],
        [("email[work]", "a"), ("email[work]", "b")],
        [("email", {"work": "a"}), ("email[work]", "b")],
    ],
)
def test_what_could_mean_two_things_is_refused(pairs: list[tuple[str, Any]]) -> None:
    with pytest.raises(Refused) as refused:
        unfold(pairs)
    assert refused.value.faults[0].type == "ambiguous_parameter"


@pytest.mark.parametrize("key", ["a[", "a]", "[a]", "a[b]c", "a[[b]]"])
def test_brackets_that_do_not_match_are_part_of_the_name(key: str) -> None:
    assert unfold([(key, "1")]) == {key: "1"}


def test_keys_nested_too_deeply_are_refused() -> None:
    with pytest.raises(Refused):
        unfold([("a" + "[b]" * 32, "1")])
