import re
import threading
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from footfall.domain.times import HOUR, now_us, parse_expiry
from footfall.domain.tokens import digest
from footfall.store import tokens
from footfall.store.engine import open_engines
from tests.cli.run import footfall, footfall_json


@pytest.fixture
def business(database_url: str) -> str:
    made: dict[str, str] = footfall_json("business", "create", "A", "--database", database_url)
    return made["id"]


@pytest.fixture
def made(database_url: str, business: str) -> dict[str, Any]:
    return create(database_url, business)


def create(url: str, business: str, *options: str) -> dict[str, Any]:
    arguments = ("--business", business, "--name", "shop", *options, "--database", url)
    made: dict[str, Any] = footfall_json("token", "create", *arguments)
    return made


def listed(url: str, *options: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = footfall_json("token", "list", *options, "--database", url)
    return found


def caller(url: str, text: str) -> Any:
    engines = open_engines(url)
    try:
        with engines.read.connect() as connection:
            return tokens.find_caller(connection, digest(text))
    finally:
        engines.dispose()


def test_a_created_token_is_good(database_url: str, made: dict[str, Any]) -> None:
    assert re.fullmatch("ALK_[A-Za-z0-9]{40}", made["token"])
    assert made["prefix"] == made["token"][:8]
    assert made["scopes"] == ["admin"]
    assert made["expires_at"] is None
    assert caller(database_url, made["token"]).scopes == {"admin"}


def test_a_token_is_shown_once_and_never_listed(database_url: str, business: str) -> None:
    arguments = ("--business", business, "--name", "shop", "--database", database_url)
    shown = footfall("token", "create", *arguments).stdout
    text = re.search("ALK_[A-Za-z0-9]{40}", shown)
    assert text is not None
    assert "will not be shown again" in shown
    table = footfall("token", "list", "--database", database_url).stdout
    assert text[0][:8] in table
    assert text[0] not in table
    assert "token" not in listed(database_url)[0]


def test_scopes_and_expiry_are_kept(database_url: str, business: str) -> None:
    options = ("--scope", "read", "--scope", "catalog", "--expires", "2999-12-31")
    made = create(database_url, business, *options)
    assert made["scopes"] == ["catalog", "read"]
    assert made["expires_at"] == "3000-01-01T00:00:00Z"
    assert caller(database_url, made["token"]).expires_at == parse_expiry("2999-12-31", now=0)


def test_a_list_can_be_of_one_business(database_url: str, made: dict[str, Any]) -> None:
    other = footfall_json("business", "create", "B", "--database", database_url)["id"]
    theirs = create(database_url, other)
    ids = [theirs["id"], made["id"]]
    assert [each["id"] for each in listed(database_url)] == ids
    assert [each["id"] for each in listed(database_url, "--business", other)] == ids[:1]


def test_a_revoked_token_is_nobodys(database_url: str, made: dict[str, Any]) -> None:
    first = footfall_json("token", "revoke", made["id"], "--database", database_url)
    again = footfall_json("token", "revoke", made["id"], "--database", database_url)
    assert first == again
    assert first["state"] == "revoked"
    assert caller(database_url, made["token"]) is None


def test_a_rotated_token_overlaps_with_its_successor(
    database_url: str, made: dict[str, Any]
) -> None:
    before = now_us()
    new = footfall_json(
        "token", "rotate", made["id"], "--overlap", "2h", "--database", database_url
    )
    assert new["token"] != made["token"]
    assert (new["name"], new["scopes"], new["expires_at"]) == ("shop", ["admin"], None)
    ends_at = caller(database_url, made["token"]).expires_at
    assert before + 2 * HOUR <= ends_at <= now_us() + 2 * HOUR
    assert new["replaces"] == {
        "id": made["id"],
        "expires_at": listed(database_url)[1]["expires_at"],
    }
    assert caller(database_url, new["token"]).expires_at is None


def test_a_revoked_token_cannot_be_rotated(database_url: str, made: dict[str, Any]) -> None:
    footfall("token", "revoke", made["id"], "--database", database_url)
    result = footfall("token", "rotate", made["id"], "--database", database_url, status=1)
    assert "is revoked; make a new one" in result.stderr


@pytest.mark.parametrize("unknown", ["00000000", "zzzzzzzz", "x", "☃", ""])
def test_an_unknown_id_is_refused_with_where_to_find_ids(
    database_url: str, business: str, unknown: str
) -> None:
    url = ("--database", database_url)
    refused = footfall("token", "create", "--business", unknown, "--name", "x", *url, status=1)
    assert "footfall business list" in refused.stderr
    for command in ("revoke", "rotate"):
        refused = footfall("token", command, unknown, *url, status=1)
        assert "footfall token list" in refused.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--expires", "2020-01-01"), "already past"),
        (("--expires", "soon"), "2027-01-31"),
        (("--scope", "everything"), "events:write"),
        (("--name", " "), "The name is empty"),
    ],
)
def test_a_value_that_cannot_be_is_refused(
    tmp_path: Path, options: tuple[str, str], message: str
) -> None:
    arguments = ("--business", "x", "--name", "x", *options, "--data", tmp_path)
    assert message in footfall("token", "create", *arguments, status=2).stderr


def test_a_command_waits_for_a_commit_of_the_server(database_url: str, business: str) -> None:
    """The server's writer may be in the middle of a group; the command takes the next turn."""
    results: list[Result] = []
    arguments = ("--business", business, "--name", "x", "--database", database_url)
    engines = open_engines(database_url)
    command = threading.Thread(
        target=lambda: results.append(footfall("token", "create", *arguments))
    )
    try:
        with engines.write.begin() as connection:
            tokens.create(connection, 1, "the server's")
            command.start()
    finally:
        command.join()
        engines.dispose()
    assert "ALK_" in results[0].stdout
    assert {each["name"] for each in listed(database_url)} == {"x", "the server's"}


def test_a_token_rotated_again_gets_a_successor_that_ends_when_it_would_have(
    database_url: str, business: str
) -> None:
    url = ("--database", database_url)
    for options, end in (((), None), (("--expires", "2999-12-31"), "3000-01-01T00:00:00Z")):
        made = create(database_url, business, *options)
        first = footfall_json("token", "rotate", made["id"], *url)
        again = footfall_json("token", "rotate", made["id"], *url)
        later = footfall_json("token", "rotate", first["id"], *url)
        once_more = footfall_json("token", "rotate", made["id"], *url)
        assert {each["expires_at"] for each in (first, again, later, once_more)} == {end}


def test_a_token_can_be_revoked_by_its_text(database_url: str, made: dict[str, Any]) -> None:
    shown = footfall("token", "revoke", made["token"], "--database", database_url)
    assert made["id"] in shown.stdout
    assert made["token"] not in shown.output
    assert caller(database_url, made["token"]) is None


def test_a_token_rotated_by_its_text_is_told_by_its_id(
    database_url: str, made: dict[str, Any]
) -> None:
    new = footfall_json("token", "rotate", made["token"], "--database", database_url)
    assert new["replaces"]["id"] == made["id"]


def test_a_text_that_is_no_token_is_not_repeated(database_url: str, made: dict[str, Any]) -> None:
    wrong = made["token"][:-1] + "ñ"
    for command in ("revoke", "rotate"):
        refused = footfall("token", command, wrong, "--database", database_url, status=1)
        assert "footfall token list" in refused.stderr
        assert wrong[8:] not in refused.output
