"""Session ids: what may begin, what may be carried, and what is none."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall.domain.sessions import (
    MAX_LENGTH,
    MINTED_LENGTH,
    NOTHING,
    is_carriable,
    is_well_formed,
    mint,
)


def test_a_minted_session_is_well_formed_and_new() -> None:
    minted = {mint() for _ in range(1000)}
    assert len(minted) == 1000
    assert all(len(text) == MINTED_LENGTH and is_well_formed(text) for text in minted)


def test_the_session_of_the_documentation_is_well_formed() -> None:
    assert is_well_formed("bBJn9vR15yPaYkWmR2QK0jopMeNxrA6l")


@given(st.uuids(version=4) | st.uuids(version=1) | st.uuids(version=5))
def test_a_uuid_is_well_formed_in_either_case(uuid: UUID) -> None:
    assert is_well_formed(str(uuid))
    assert is_well_formed(str(uuid).upper())


@pytest.mark.parametrize(
    "text",
    [
        *sorted(NOTHING),
        "vxqQJ3Yg",
        "b" * 31,
        "b" * 33,
        "b" * 31 + "-",
        "b" * 31 + "ñ",
        "b" * 32 + "\n",
        "{5f0d3b1e-7c7e-4c56-9c57-2e6d0b1f8a31}",
        " 5f0d3b1e-7c7e-4c56-9c57-2e6d0b1f8a31",
        "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
    ],
)
def test_nothing_begins_under_another_text(text: str) -> None:
    assert not is_well_formed(text)


printable = st.characters(min_codepoint=33, max_codepoint=126)


@given(st.text(printable, min_size=1, max_size=MAX_LENGTH))
def test_any_printable_text_can_be_carried(text: str) -> None:
    assert is_carriable(text)


@pytest.mark.parametrize("text", ["", "a b", "a\tb", "a\0", "ñ", "a" * (MAX_LENGTH + 1), "\x7f"])
def test_other_texts_cannot_be_carried(text: str) -> None:
    assert not is_carriable(text)


@given(st.text())
def test_what_may_begin_may_be_carried(text: str) -> None:
    assert is_carriable(text) or not is_well_formed(text)
