"""Short public ids: one for each row number, read back exactly, and nothing else is one."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall.domain.public_ids import ALPHABET, LENGTH, SPACE, Codec, Kind, PublicIds

IDS = PublicIds(b"one installation, thirty-two byte")
OTHERS = PublicIds(b"another, of thirty-two bytes too!")

kinds = st.sampled_from(Kind)
rows = st.integers(0, SPACE - 1) | st.integers(0, 100_000)
texts = st.text(ALPHABET, min_size=LENGTH, max_size=LENGTH)


@given(kind=kinds, row=rows)
def test_a_row_number_comes_back_from_its_id(kind: Kind, row: int) -> None:
    text = IDS[kind].encode(row)
    assert re.fullmatch("[0-9A-Za-z]{8}", text)
    assert IDS[kind].decode(text) == row


@given(kind=kinds, text=texts)
def test_every_text_of_the_shape_is_the_id_of_one_row(kind: Kind, text: str) -> None:
    row = IDS[kind].decode(text)
    assert row is not None
    assert 0 <= row < SPACE
    assert IDS[kind].encode(row) == text


@given(row=rows, kind=kinds, other=kinds)
def test_two_nouns_have_different_ids(row: int, kind: Kind, other: Kind) -> None:
    assert (IDS[kind].encode(row) == IDS[other].encode(row)) == (kind == other)


@given(row=rows, kind=kinds)
def test_two_installations_have_different_ids(row: int, kind: Kind) -> None:
    assert IDS[kind].encode(row) != OTHERS[kind].encode(row)


@given(row=rows, kind=kinds)
def test_the_same_secret_gives_the_same_ids_anywhere(row: int, kind: Kind) -> None:
    again = Codec(b"one installation, thirty-two byte", kind)
    assert again.encode(row) == IDS[kind].encode(row)


@given(st.text().filter(lambda text: not re.fullmatch("[0-9A-Za-z]{8}", text)))
def test_what_is_no_id_is_none(text: str) -> None:
    assert IDS[Kind.PROFILE].decode(text) is None


@pytest.mark.parametrize("row", [-1, SPACE, SPACE + 1])
def test_a_number_without_an_id_is_refused(row: int) -> None:
    with pytest.raises(ValueError, match="outside"):
        IDS[Kind.EVENT].encode(row)


def test_ids_in_a_row_do_not_look_alike() -> None:
    first = [IDS[Kind.PROFILE].encode(row) for row in range(1, 1001)]
    assert len(set(first)) == 1000
    assert len({text[:2] for text in first}) > 500
