import re
import shlex
from pathlib import Path
from typing import Any

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
        "origins": None,
        "link_hosts": None,
        "test_id": None,
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


def test_a_business_is_changed(database_url: str) -> None:
    made = footfall_json("business", "create", "A", "--database", database_url)

    def update(*options: str) -> dict[str, Any]:
        told: dict[str, Any] = footfall_json(
            "business", "update", made["id"], *options, "--database", database_url
        )
        assert footfall_json("business", "list", "--database", database_url) == [told]
        return told

    assert update("--name", "B") == {**made, "name": "B"}
    both = ("--origin", "https://Shop.example:443/", "--origin", "http://localhost:3000")
    assert update(*both)["origins"] == ["http://localhost:3000", "https://shop.example"]
    assert update("--origin", "https://a.example")["origins"] == ["https://a.example"]
    assert update("--any-origin") == {**made, "name": "B"}
    hosts = ("--link-host", "Shop.example", "--link-host", "a.example")
    assert update(*hosts)["link_hosts"] == ["a.example", "shop.example"]
    assert update("--any-link-host") == {**made, "name": "B"}


@pytest.mark.parametrize(
    ("options", "status", "message"),
    [
        ((), 2, "nothing to change"),
        (("--any-origin", "--origin", "https://a.example"), 2, "exclude each other"),
        (("--any-link-host", "--link-host", "a.example"), 2, "exclude each other"),
        (("--link-host", "https://shop.example"), 2, "shop.example"),
        (("--origin", "shop.example"), 2, "https://shop.example"),
        (("--origin", "https://shop.example/path"), 2, "nothing after it"),
        (("--origin", "https://u@shop.example"), 2, "nothing after it"),
        (("--name", "B"), 1, "footfall business list"),
    ],
)
def test_a_change_that_cannot_be_is_refused(
    tmp_path: Path, options: tuple[str, ...], status: int, message: str
) -> None:
    footfall("business", "create", "A", "--data", tmp_path)
    told = ("business", "update", "00000000", *options, "--data", tmp_path)
    assert message in footfall(*told, status=status).stderr


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
