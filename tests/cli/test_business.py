import re
import shlex
from pathlib import Path

import pytest

from tests.cli.run import footfall, footfall_json


def test_a_created_business_is_listed(database_url: str) -> None:
    options = ("--currency", "uyu", "--timezone", "America/Montevideo", "--country", "uy")
    made = footfall_json("business", "create", " Ana’s ", *options, "--database", database_url)
    assert re.fullmatch("[0-9A-Za-z]{8}", made["id"])
    assert made | {"id": "", "created_at": ""} == {
        "id": "",
        "name": "Ana’s",
        "currency": "UYU",
        "timezone": "America/Montevideo",
        "country": "UY",
        "created_at": "",
    }
    assert made["created_at"].endswith("Z")
    assert footfall_json("business", "list", "--database", database_url) == [made]
    shown = footfall("business", "list", "--database", database_url).stdout
    assert made["id"] in shown
    assert "Ana’s" in shown


def test_businesses_are_listed_oldest_first(database_url: str) -> None:
    for name in ("first", "second"):
        footfall("business", "create", name, "--database", database_url)
    listed = footfall_json("business", "list", "--database", database_url)
    assert [each["name"] for each in listed] == ["first", "second"]


def test_the_next_step_works_as_it_is_printed(tmp_path: Path) -> None:
    shown = footfall("business", "create", "A", "--data", tmp_path / "a folder").stdout
    command = shlex.split(shown.splitlines()[-1])
    assert "ALK_" in footfall(*command[1:]).stdout


def test_brackets_in_a_name_are_shown_as_they_are(tmp_path: Path) -> None:
    footfall("business", "create", "[bold]A[/x]", "--data", tmp_path)
    assert "[bold]A[/x]" in footfall("business", "list", "--data", tmp_path).stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("",), "The name is empty"),
        (("  \t",), "The name is empty"),
        (("a\x1b[2J",), "unprintable"),
        (("n" * 256,), "more than 255 characters"),
        (("A", "--currency", "XXX"), "ISO 4217"),
        (("A", "--timezone", "Mars/Olympus"), "IANA"),
        (("A", "--country", "ZZ"), "ISO 3166"),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_its_remedy(
    tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    result = footfall("business", "create", *arguments, "--data", tmp_path, status=2)
    assert message in result.stderr
    assert list(tmp_path.iterdir()) == []
