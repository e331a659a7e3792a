"""``footfall sql`` and ``export`` beside a server, and what other commands do to the lake."""

import csv
import json
from pathlib import Path

import duckdb
import pytest

from tests.api.shop import Shop
from tests.server import Server

EVENTS = "/v1/attribution/events"


@pytest.fixture
def filled(footfall_server: Server) -> Server:
    """A server with three events of one person, on three days."""
    shop = Shop(footfall_server.business_id, footfall_server.client)
    profile = shop.profile(first_name="Ana")["id"]
    for day in (1, 2, 3):
        told = {"action": "page.viewed", "profile": profile, "url": f"https://x.example/{day}"}
        at = {"tracked_at": f"2024-03-0{day}T12:00:00Z"}
        assert shop.client.post(EVENTS, json=told | at).status_code == 201
    return footfall_server


def printed(server: Server, *arguments: str, status: int = 0) -> str:
    done = server.command(*arguments)
    assert done.returncode == status, done.stderr
    return done.stdout if status == 0 else done.stderr


def count(server: Server, what: str) -> int:
    return int(printed(server, "sql", "--format", "csv", f"select count(*) from {what}").split()[1])


def test_one_query_is_answered_in_each_format(filled: Server) -> None:
    query = "select action, count(*) as count from events group by action"
    assert printed(filled, "sql", "--format", "csv", query) == "action,count\npage.viewed,3\n"
    told = json.loads(printed(filled, "sql", "--format", "json", query))
    assert told == {"action": "page.viewed", "count": 3}
    assert "page.viewed" in printed(filled, "sql", query)


def test_nothing_can_be_changed_by_a_query(filled: Server, tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    for query in ("drop view events", f"copy events to '{target}'", "select 1; select 2"):
        assert "Only one query" in printed(filled, "sql", query, status=1)
    assert not target.exists()
    assert "nothing" in printed(filled, "sql", "select nothing from events", status=1)


@pytest.mark.parametrize("ending", ["parquet", "csv", "jsonl"])
def test_a_table_is_exported_as_its_name_says(filled: Server, tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"events.{ending}"
    assert (
        printed(filled, "export", "events", str(file)) == f"Exported 3 rows of events to {file}.\n"
    )
    with duckdb.connect() as connection:
        found = connection.execute(f"select page_url from '{file}'").fetchall()
    assert found == [("https://x.example/1",), ("https://x.example/2",), ("https://x.example/3",)]
    assert [each.name for each in tmp_path.glob("*.part")] == []


def test_a_range_is_exported_to_standard_output(filled: Server) -> None:
    text = printed(
        filled, *("export", "events", "-", "--format", "csv"),
        *("--since", "2024-03-02", "--until", "2024-03-03"),
    )  # fmt: skip
    (row,) = csv.DictReader(text.splitlines())
    assert row["page_url"] == "https://x.example/2"


def test_what_cannot_be_exported_is_said(filled: Server, tmp_path: Path) -> None:
    assert "Did you mean “events”?" in printed(filled, "export", "event", "-", status=1)
    assert ".parquet" in printed(filled, "export", "events", "events.xls", status=1)
    nowhere = str(tmp_path / "no" / "events.csv")
    assert "cannot be written" in printed(filled, "export", "events", nowhere, status=1)


def test_one_of_several_businesses_has_to_be_named(filled: Server) -> None:
    made = json.loads(printed(filled, "business", "create", "Second", "--json"))
    assert "--business" in printed(filled, "sql", "select 1", status=1)
    other = ("--business", made["id"])
    text = printed(filled, "sql", *other, "--format", "csv", "select count(*) from events")
    assert text.split() == ["count_star()", "0"]


def test_wiping_the_test_side_reaches_the_lake(filled: Server) -> None:
    wanted = ("--business", filled.business_id, "--name", "test", "--test", "--json")
    made = json.loads(printed(filled, "token", "create", *wanted))
    client = filled.client
    client.headers["Authorization"] = f"Bearer {made['token']}"
    test = Shop("", client)
    profile = test.profile(first_name="Ana")["id"]
    told = {"action": "page.viewed", "profile": profile, "url": "https://x.example/"}
    assert client.post(EVENTS, json=told).status_code == 201
    answer = client.post("/v1/sql", json={"query": "select count(*) from events"})
    assert answer.json()["rows"] == [[1]]
    printed(filled, "business", "wipe-test", filled.business_id, "--yes")
    answer = client.post("/v1/sql", json={"query": "select count(*) from events"})
    assert answer.json()["rows"] == [[0]]
    assert count(filled, "events") == 3


def test_a_restore_begins_the_lake_anew(filled: Server, tmp_path: Path) -> None:
    file = tmp_path / "footfall.backup"
    printed(filled, "backup", str(file))
    told = {"action": "page.viewed", "session": "a" * 32, "url": "https://x.example/"}
    assert filled.client.post(EVENTS, json=told).status_code == 201
    assert count(filled, "events") == 4
    assert filled.stop() == 0
    printed(filled, "restore", str(file), "--force")
    filled.start()
    assert filled.client.post(EVENTS, json=told | {"url": "https://y.example/"}).status_code == 201
    assert count(filled, "events") == 4
    assert count(filled, "events where page_url = 'https://y.example/'") == 1


def test_the_status_tells_rows_and_how_far_behind_it_is(filled: Server) -> None:
    assert count(filled, "events") == 3
    told = json.loads(printed(filled, "lake", "status", "--json"))
    (events,) = [each for each in told["tables"] if each["table"] == "events"]
    assert (events["rows"], events["files"], events["behind"]) == (3, 3, 0)
    assert events["size_bytes"] > 0
    assert (told["events_in_lake_only"], told["store_has_events_since"]) == (0, None)
    shown = printed(filled, "lake", "status")
    assert str(told["place"]) in shown
    assert "MiB" in shown


def test_a_damaged_lake_is_rebuilt_beside_the_server(filled: Server) -> None:
    assert count(filled, "events") == 3
    place = Path(json.loads(printed(filled, "lake", "status", "--json"))["place"])
    for file in (place / "events").rglob("*.parquet"):
        file.write_bytes(b"damaged")
    assert "Archived" in printed(filled, "lake", "rebuild")
    assert count(filled, "events") == 3
