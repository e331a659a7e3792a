"""``footfall profile`` beside a server: the same people, and the same log."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.api.shop import Shop, got, refused
from tests.cli.run import footfall, footfall_json
from tests.server import Server, serving


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[Server]:
    with serving(database_url, tmp_path / "data") as started:
        yield started


@pytest.fixture
def shop(server: Server) -> Shop:
    return Shop(server.business_id, server.client)


@pytest.fixture
def pair(shop: Shop) -> tuple[str, str]:
    """Two known people, and a session of the first that was claimed for the second."""
    session = shop.session()
    first = shop.profile(first_name="Ana", session=session)["id"]
    return first, shop.profile(first_name="Eva", session=session)["id"]


def test_people_are_merged_and_separated(
    shop: Shop, database_url: str, pair: tuple[str, str]
) -> None:
    first, other = pair
    url = ("--database", database_url)
    merged = footfall_json("profile", "merge", first, other, *url)
    assert (merged["id"], merged["merged"]) == (first, other)
    assert got(shop.client.get(f"/v1/profiles/{other}"))["id"] == first
    refusal = footfall("profile", "merge", other, first, *url, status=1)
    assert "one person already" in refusal.stderr
    undone = footfall_json("profile", "undo", merged["change"], *url)
    assert (undone["kind"], undone["about"]) == ("undo", merged["change"])
    assert got(shop.client.get(f"/v1/profiles/{other}"))["id"] == other
    log: list[dict[str, Any]] = footfall_json("profile", "log", other, *url)
    kinds = ["undo", "merge", "attach_conflict"]
    assert [each["kind"] for each in log] == kinds
    assert [each["cause"] for each in log] == ["cli", "cli", "profile"]
    table = footfall("profile", "log", other, *url).stdout
    assert all(kind in table for kind in kinds)
    assert "undone" in footfall("profile", "undo", merged["change"], *url, status=1).stderr


def test_open_conflicts_are_listed(shop: Shop, database_url: str, pair: tuple[str, str]) -> None:
    url = ("--database", database_url)
    listed = footfall_json("profile", "conflicts", *url)
    assert listed == got(shop.client.get("/v1/conflicts"))["data"]
    assert (listed[0]["owner"], listed[0]["profile"]) == pair
    assert footfall_json("profile", "conflicts", "--business", shop.business_id, *url) == listed
    assert pair[0] in footfall("profile", "conflicts", *url).stdout


def test_a_person_is_exported_and_erased(
    shop: Shop, database_url: str, pair: tuple[str, str]
) -> None:
    first, _ = pair
    key = shop.track(profile=first, metadata={"note": "mine"})
    url = ("--database", database_url)
    printed = json.loads(footfall("profile", "export", first, *url).stdout)
    assert printed == footfall_json("profile", "export", first, *url) | {
        "exported_at": printed["exported_at"]
    }
    told = got(shop.client.get(f"/v1/profiles/{first}/export"))
    assert printed | {"exported_at": ""} == told | {"exported_at": ""}
    assert "--yes" in footfall("profile", "erase", first, *url, status=2).stderr
    assert footfall_json("profile", "erase", first, "--yes", *url)["erased"]
    assert got(shop.client.get(f"/v1/attribution/events/{key}"))["metadata"] == {}
    assert refused(shop.client.get(f"/v1/profiles/{first}"), 404) == [("not_found", "id")]


def test_a_person_is_suppressed_until_that_is_lifted(
    shop: Shop, database_url: str, pair: tuple[str, str]
) -> None:
    first, _ = pair
    url = ("--database", database_url)
    assert footfall_json("profile", "suppress", first, *url)["suppressed_at"]
    assert got(shop.client.get(f"/v1/profiles/{first}"))["suppressed_at"]
    assert "taken again" in footfall("profile", "suppress", first, "--lift", *url).stdout
    assert got(shop.client.get(f"/v1/profiles/{first}"))["suppressed_at"] is None


def test_an_unknown_id_is_refused_with_where_to_find_ids(shop: Shop, database_url: str) -> None:
    url = ("--database", database_url)
    known = shop.profile()["id"]
    for command in (
        ("merge", known, "zzzzzzzz"),
        ("merge", "☃", known),
        ("log", "zzzzzzzz"),
        ("erase", "zzzzzzzz", "--yes"),
        ("export", ""),
        ("suppress", "x"),
    ):
        assert "GET /v1/profiles" in footfall("profile", *command, *url, status=1).stderr
    assert "profile log" in footfall("profile", "undo", "zzzzzzzz", *url, status=1).stderr
    unknown = ("--business", "zzzzzzzz")
    assert "business list" in footfall("profile", "conflicts", *unknown, *url, status=1).stderr
