"""``footfall import`` before it sends anything; ``tests/importing`` has the rest."""

from pathlib import Path

import pytest

from tests.cli.run import footfall

TOKEN = "ALK_" + "a1" * 20


@pytest.fixture
def arguments(tmp_path: Path) -> tuple[object, ...]:
    """A command that lacks nothing but a token."""
    for name in ("rows.csv", "map.toml"):
        (tmp_path / name).write_text("")
    return ("import", tmp_path / "rows.csv", "--map", tmp_path / "map.toml", "--data", tmp_path)


def test_without_a_token_it_says_to_set_one_first(arguments: tuple[object, ...]) -> None:
    said = footfall(*arguments, status=2, FOOTFALL_TOKEN="").stderr
    assert "export FOOTFALL_TOKEN=ALK_…" in said
    assert "footfall token create" in said


@pytest.mark.parametrize("text", ["ALK_…", "ALK_short", "1QsVymEv", TOKEN + "b", "$TOKEN"])
def test_what_is_no_token_is_refused_under_the_name_it_was_given_by(
    arguments: tuple[object, ...], text: str
) -> None:
    said = footfall(*arguments, status=2, FOOTFALL_TOKEN=text).stderr
    assert said.startswith("Error: FOOTFALL_TOKEN is not a token;")
    assert text not in said.replace("ALK_ and", "")
    said = footfall(*arguments, "--token", text, status=2, FOOTFALL_TOKEN=TOKEN).stderr
    assert said.startswith("Error: --token is not a token;")


def test_what_looks_like_a_token_gets_past_that(arguments: tuple[object, ...]) -> None:
    said = footfall(*arguments, status=2, FOOTFALL_TOKEN=f" {TOKEN}\n").stderr
    assert "not a token" not in said
