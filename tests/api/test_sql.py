"""``/v1/sql``: everything of the business that is stored, and nothing of anybody else."""

import csv
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.shop import Shop, refused
from tests.server import serving

SLOW = "select sum(hash(range)) from range(1000000000000)"


def ask(shop: Shop, query: object, **headers: str) -> httpx.Response:
    return shop.client.post("/v1/sql", json={"query": query}, headers=headers)


def rows(shop: Shop, query: str) -> Any:
    answer = ask(shop, query)
    assert answer.status_code == 200, answer.text
    return answer.json()["rows"]


def track(shop: Shop, **told: Any) -> None:
    answer = shop.client.post("/v1/attribution/events", json={"action": "page.viewed"} | told)
    assert answer.status_code == 201, answer.text


@pytest.fixture
def visited(new_shop: Callable[..., Shop]) -> Shop:
    """A business of the test's own with two events of one visitor."""
    shop = new_shop()
    profile = shop.profile(first_name="Ana")["id"]
    for _ in range(2):
        track(shop, profile=profile, url="https://x.example/?utm_source=news&utm_medium=email")
    return shop


def test_what_was_stored_before_the_query_is_in_its_answer(visited: Shop) -> None:
    query = "select action, utm_source, count(*) as events from events group by all"
    assert ask(visited, query).json() == {
        "columns": [
            {"name": "action", "type": "VARCHAR"},
            {"name": "utm_source", "type": "VARCHAR"},
            {"name": "events", "type": "BIGINT"},
        ],
        "rows": [["page.viewed", "news", 2]],
        "truncated": False,
    }


def test_the_address_takes_a_query_too(visited: Shop) -> None:
    query = {"query": "select count(*) from events"}
    assert visited.client.get("/v1/sql", params=query).json()["rows"] == [[2]]


def test_no_row_of_another_business_is_seen(visited: Shop, new_shop: Callable[..., Shop]) -> None:
    stranger = new_shop()
    assert rows(stranger, "select count(*) from events") == [[0]]
    assert rows(visited, "select count(distinct business_id) from events") == [[1]]


def test_rows_come_as_csv_to_whoever_accepts_that(visited: Shop) -> None:
    query = "select action, amount_minor from events order by event_id"
    answer = ask(visited, query, Accept="text/csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    told = list(csv.reader(answer.text.splitlines()))
    assert told == [["action", "amount_minor"], ["page.viewed", ""], ["page.viewed", ""]]


def test_rows_beyond_the_limit_are_left_out(visited: Shop) -> None:
    answer = ask(visited, "select * from range(10001)").json()
    assert (len(answer["rows"]), answer["truncated"]) == (10_000, True)
    answer_csv = ask(visited, "select * from range(10001)", Accept="text/csv")
    assert answer_csv.headers["footfall-truncated"] == "true"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("drop view events", "SELECT"),
        ("select 1; select 2", "2 statements"),
        ("select * from read_text('/etc/passwd')", "read_text"),
        ("select * from nothing", "nothing"),
        ("select nothing from events", "nothing"),
        (7, "text"),
        ("x" * 20_001, "20000"),
    ],
)
def test_a_query_that_is_not_run_is_refused_with_the_reason(
    visited: Shop, query: object, said: str
) -> None:
    answer = ask(visited, query)
    assert refused(answer, 422) == [("invalid", "query")]
    assert said in answer.json()["errors"][0]["message"]


def test_without_a_query_the_address_tells_what_there_is(visited: Shop) -> None:
    told = visited.client.get("/v1/sql").json()
    names = [column["name"] for column in told["columns"]]
    assert names == ["view", "column", "type", "unit", "meaning"]
    assert ["events", "session_id", "bigint", ""] in [row[:4] for row in told["rows"]]


def test_a_query_has_to_be_there(visited: Shop) -> None:
    assert refused(visited.client.post("/v1/sql", json={}), 422) == [("parameter_missing", "query")]


def test_only_tokens_that_may_read_may_ask(
    visited: Shop, client_of: Callable[..., httpx.Client]
) -> None:
    client = client_of(visited.business_id, "events:write")
    answer = client.post("/v1/sql", json={"query": "select 1"})
    assert answer.status_code == 403


def test_a_query_that_takes_too_long_is_ended_and_events_are_taken_meanwhile(
    tmp_path: Path,
) -> None:
    settings = {"FOOTFALL_SQL_TIMEOUT_S": "3"}
    with serving(f"sqlite:///{tmp_path / 'footfall.db'}", tmp_path, settings) as server:
        shop = Shop(server.business_id, server.client)
        profile = shop.profile(first_name="Ana")["id"]
        answers: list[httpx.Response] = []
        asking = threading.Thread(target=lambda: answers.append(ask(Shop("", server.client), SLOW)))
        asking.start()
        while not answers:
            track(shop, profile=profile, url="https://x.example/")
        asking.join()
        assert refused(answers[0], 422) == [("invalid", "query")]
        assert "3 s" in answers[0].json()["errors"][0]["message"]
        assert server.stop() == 0
