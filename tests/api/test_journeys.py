"""Reports on journeys over HTTP: what they are reckoned by, as CSV, and what they refuse."""

import csv
import io
from collections.abc import Callable
from typing import Final

import pytest
from msgspec import Struct
from msgspec.structs import fields

from footfall.reports import journey_bodies
from tests.api.shop import Shop, got, refused
from tests.api.test_conversions import at, sell, touch

ROWS: Final[dict[str, type[Struct]]] = {
    "paths": journey_bodies.PathRow,
    "path-lengths": journey_bodies.LengthRow,
    "time-to-convert": journey_bodies.LagRow,
    "funnel": journey_bodies.FunnelRow,
    "assists": journey_bodies.AssistRow,
    "customers": journey_bodies.CustomerRow,
    "timeline": journey_bodies.TimelineRow,
}
REPORT = "/v1/attribution/report"


@pytest.fixture(scope="module")
def busy(new_shop: Callable[..., Shop]) -> Shop:
    """A business with one sale after two touches; nobody changes anything about it."""
    shop = new_shop()
    session = shop.session()
    touch(shop, session, "google", at(10))
    touch(shop, session, "hellotext", at(12), medium="sms")
    sell(shop, session, "12.34", at(13))
    return shop


@pytest.fixture(scope="module")
def empty(new_shop: Callable[..., Shop]) -> Shop:
    """A business that nothing happened to."""
    return new_shop()


@pytest.mark.parametrize("name", ROWS)
def test_a_report_says_what_it_was_reckoned_by(busy: Shop, name: str) -> None:
    asked = {"since": "2026-03-01", "until": "2026-04-01", "as_of": "2100-01-01"}
    told = got(busy.client.get(f"{REPORT}/{name}", params=asked))
    assert (told["currency"], told["timezone"], told["date_basis"]) == ("USD", "UTC", "purchase")
    assert (told["since"], told["until"]) == ("2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z")
    assert told["as_of"] == "2100-01-01T00:00:00Z"
    assert told["definition"]["journeys"] == "all"
    assert len(told["version"]) == 12
    assert told["rows"]


@pytest.mark.parametrize("name", ROWS)
def test_a_report_comes_as_csv_with_the_columns_of_its_rows(busy: Shop, name: str) -> None:
    answer = busy.client.get(f"{REPORT}/{name}", params={"format": "csv"})
    assert answer.headers["content-type"].startswith("text/csv")
    told = csv.DictReader(io.StringIO(answer.text))
    own = [each.name for each in fields(ROWS[name])]
    reckoned = ["currency", "timezone", "since", "until", "date_basis", "as_of", "version"]
    assert told.fieldnames == [*own, *(each for each in reckoned if each not in own)]
    assert len([*told]) == len(got(busy.client.get(f"{REPORT}/{name}"))["rows"])


@pytest.mark.parametrize("name", ROWS)
def test_a_business_without_sales_has_reports_too(empty: Shop, name: str) -> None:
    told = got(empty.client.get(f"{REPORT}/{name}"))
    assert told["currencies"] == []
    assert all(row.get("conversions", 0) == 0 for row in told["rows"])


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ({"currency": "XXX"}, ("invalid", "currency")),
        ({"since": "yesterday"}, ("invalid", "since")),
        ({"as_of": "2026-02-01T00:00:00"}, ("invalid", "as_of")),
        ({"format": "xml"}, ("invalid", "format")),
        ({"colour": "red"}, ("invalid", "colour")),
    ],
)
def test_a_report_refuses_what_it_does_not_know(
    busy: Shop, name: str, query: dict[str, str], fault: tuple[str, str]
) -> None:
    assert refused(busy.client.get(f"{REPORT}/{name}", params=query), 422) == [fault]


@pytest.mark.parametrize(
    ("name", "query", "said"),
    [
        ("paths", {"top": "0"}, "from 1 to 1,000"),
        ("paths", {"by": "chanel"}, "Did you mean “channel”?"),
        ("customers", {"model": "liner"}, "Did you mean “linear”?"),
        ("customers", {"model": "shapley_sum"}, "credits no sale by itself"),
        ("timeline", {"per": "moth"}, "Did you mean “month”?"),
        ("timeline", {"since": "1990-01-01"}, "more than 4,000 periods"),
    ],
)
def test_a_refusal_names_the_remedy(
    busy: Shop, name: str, query: dict[str, str], said: str
) -> None:
    answer = busy.client.get(f"{REPORT}/{name}", params=query)
    assert answer.status_code == 422
    assert said in answer.json()["errors"][0]["message"]


def test_top_paths_are_as_many_as_were_asked_for(busy: Shop) -> None:
    told = got(busy.client.get(f"{REPORT}/paths", params={"top": 1}))
    assert [row["path"] for row in told["rows"]] == [["Paid Search", "SMS"]]
    assert (told["paths"], told["net"], told["unattributed"]) == (1, "12.34", "0.00")


def test_another_business_is_in_no_report(busy: Shop, stranger: Shop) -> None:
    assert got(busy.client.get(f"{REPORT}/funnel"))["people"]["reached"] == 1
    assert got(stranger.client.get(f"{REPORT}/funnel"))["people"]["reached"] == 0
