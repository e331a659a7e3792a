"""``footfall attribution`` and ``footfall explain`` beside a server: credit, receipts, moves."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.api.shop import Shop, got
from tests.cli.run import footfall, footfall_json
from tests.server import Server, serving


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server on which nothing was sold yet."""
    data = tmp_path / "data"
    with serving(f"sqlite:///{data / 'footfall.db'}", data) as started:
        yield started


@pytest.fixture(scope="module")
def sold(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with one order; nobody changes anything about it."""
    data = tmp_path_factory.mktemp("data")
    with serving(f"sqlite:///{data / 'footfall.db'}", data) as started:
        sell(started)
        yield started


def sell(server: Server) -> Shop:
    """Place an order by somebody whom an ad and a newsletter had reached."""
    shop = Shop(server.business_id, server.client)
    session = shop.session()
    for source, medium in (("google", "cpc"), ("hellotext", "email")):
        utm = {"source": source, "medium": medium, "campaign": "spring"}
        shop.track(action="page.viewed", session=session, url="https://x/", utm_params=utm)
    order = {"reference": "A-1", "total": "99.90", "currency": "USD"}
    shop.track(action="order.placed", session=session, order_parameters=order)
    return shop


def test_what_each_channel_earned_is_printed(sold: Server) -> None:
    url = ("--data", sold.data)
    report = footfall_json("attribution", "report", "--model", "linear", *url)
    assert {row["value"]: row["credit"] for row in report["rows"]} == {
        "Paid Search": {"linear": "49.95"},
        "Email": {"linear": "49.95"},
    }
    assert report == got(sold.client.get("/v1/attribution/report", params={"models": "linear"}))
    table = footfall("attribution", "report", *url).stdout
    assert "Paid Search" in table
    assert "days of UTC" in table


@pytest.mark.parametrize(
    "name",
    ["paths", "path-lengths", "time-to-convert", "funnel", "assists", "customers", "timeline"],
)
def test_reports_on_journeys_are_those_of_the_api(sold: Server, name: str) -> None:
    url = ("--data", sold.data)
    told = footfall_json("attribution", name, *url)
    assert told == got(sold.client.get(f"/v1/attribution/report/{name}"))
    table = footfall("attribution", name, *url).stdout
    assert f"days of UTC; rules {told['version']}" in table
    assert len(table.splitlines()) > 2


def test_sales_that_nothing_explains_are_told_of(server: Server) -> None:
    shop = Shop(server.business_id, server.client)
    order = {"reference": "B-1", "total": "5", "currency": "USD"}
    shop.track(action="order.placed", session=shop.session(), order_parameters=order)
    url = ("--data", server.data)
    paths = footfall("attribution", "paths", *url).stdout
    assert "1 conversions, worth 5.00; of these without attribution 1, worth 5.00" in paths
    assert "New customers: 1 conversions" in footfall("attribution", "customers", *url).stdout
    assert "Nothing of that was sold" in footfall("attribution", "funnel", *url).stdout


def test_credit_comes_in_periods_and_by_time_of_touch(sold: Server) -> None:
    asked = ("attribution", "report", "--per", "month", "--data", sold.data)
    month = f"{datetime.now(UTC):%Y-%m}"
    table = footfall(*asked).stdout
    assert f"{month} for 1 conversion" in table
    assert "All of them:" in table
    by_touch = footfall(*asked, "--date-basis", "touch", "--model", "linear").stdout
    assert "by time of touch" in by_touch
    assert "without attribution" not in by_touch
    refused = footfall(*asked, "--date-basis", "touch", "--model", "markov_1", status=1).stderr
    assert "credits no single touch" in refused


def test_the_conversions_behind_a_number_are_listed(sold: Server) -> None:
    asked = ("attribution", "conversions", "--value", "Email", "--model", "linear")
    told = footfall_json(*asked, "--data", sold.data)
    query = {"value": "Email", "model": "linear"}
    assert told == got(sold.client.get("/v1/conversions", params=query))
    assert (told["conversions"], told["credited"]) == (1, "49.95")
    table = footfall(*asked, "--data", sold.data).stdout
    assert "A-1" in table
    assert "Paid Search > Email" in table
    path = ("--step", "Paid Search", "--step", "Email")
    lone = ("attribution", "conversions", "--data", sold.data)
    assert footfall_json(*lone, *path)["conversions"] == 1
    assert footfall_json(*lone, *path[:2])["conversions"] == 0
    after = ("--starting-after", told["data"][0]["id"])
    assert "Nothing of that was sold" in footfall(*lone, *after).stdout
    assert "--value" in footfall(*lone, "--role", "first", status=1).stderr
    assert "starting_after" in footfall(*lone, "--starting-after", "x", status=1).stderr


def test_an_order_is_explained_by_its_reference(sold: Server) -> None:
    url = ("--data", sold.data)
    told = footfall_json("explain", "A-1", *url)
    assert told == got(sold.client.get("/v1/conversions/A-1/receipt"))["data"]
    text = footfall("explain", told[0]["id"], *url).stdout
    assert "By precedence Paid Search earned it" in text
    assert "It counts: active evidence" in text
    assert "No sale is known" in footfall("explain", "A-2", *url, status=1).stderr


def test_a_definition_of_ones_own_moves_sales_and_says_so(sold: Server, tmp_path: Path) -> None:
    edition = tmp_path / "c.toml"
    edition.write_text('edition = "C"\n')
    url = ("--data", sold.data)
    moved = footfall_json("attribution", "diff", "--b", edition, *url)["moved"]
    assert [(sale["reference"], sale["before"], sale["after"]) for sale in moved] == [
        ("A-1", {"Paid Search": "99.90"}, {"Email": "99.90"})
    ]
    assert moved[0]["causes"] == ["setting"]
    assert "1 of 1 sales" in footfall("attribution", "diff", "--b", edition, *url).stdout
    same = footfall_json("attribution", "diff", *url)
    assert (same["compared"], same["moved"]) == (1, [])


def test_a_refund_between_two_moments_is_the_cause(server: Server) -> None:
    shop = sell(server)
    moment = datetime.now(UTC).isoformat()
    refund = {"reference": "R-1", "order": "A-1", "amount": "9.90", "currency": "USD"}
    shop.track(action="refund.received", session=shop.session(), refund_parameters=refund)
    url = ("--data", server.data)
    (sale,) = footfall_json("attribution", "diff", "--as-of-a", moment, *url)["moved"]
    assert (sale["before"], sale["after"]) == ({"Paid Search": "99.90"}, {"Paid Search": "90.00"})
    assert sale["causes"] == ["refund"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('edition = "D"', "edition"),
        ("active_lookback = 7", "active_lookback"),
        ("first_share = 0.9", "more than 1 together"),
        ("windows = 1", "windows"),
        ("=", "cannot be used"),
    ],
)
def test_a_definition_that_makes_no_sense_is_refused(
    sold: Server, tmp_path: Path, text: str, said: str
) -> None:
    file = tmp_path / "definition.toml"
    file.write_text(text)
    told = footfall(
        "attribution", "report", "--definition", file, "--data", sold.data, status=1
    ).stderr
    assert said in told
    assert "definition.toml" in told


def test_channel_rules_of_ones_own_are_used(sold: Server, tmp_path: Path) -> None:
    rules = tmp_path / "channels.toml"
    rules.write_text('[sources]\n[[channel]]\nname = "Ours"\nsource_is = ["hellotext"]\n')
    url = ("--data", sold.data)
    report = footfall_json("attribution", "report", "--channels", rules, *url)
    assert {row["value"] for row in report["rows"]} == {"Ours", "Unassigned"}


def test_intervals_are_shown_with_their_seed(sold: Server) -> None:
    options = ("attribution", "report", "--model", "linear", "--bootstrap", "40", "--seed", "7")
    url = ("--data", sold.data)
    report = footfall_json(*options, *url)
    query = {"models": "linear", "bootstrap": "40", "seed": "7"}
    assert report == got(sold.client.get("/v1/attribution/report", params=query))
    told = footfall(*options, *url).stdout
    assert "49.95 (49.95 to 49.95)" in told
    assert "40 samples of 1 customers; seed 7" in told
    assert "39" in footfall(*options[:4], "--bootstrap", "39", *url, status=2).stderr


def test_what_cannot_be_asked_is_refused_with_the_remedy(sold: Server) -> None:
    url = ("--data", sold.data)
    report = ("attribution", "report")
    assert "did you mean" in footfall(*report, "--model", "lats", *url, status=1).stderr.lower()
    assert "--since" in footfall(*report, "--since", "soon", *url, status=1).stderr
    assert "--currency" in footfall(*report, "--currency", "XXX", *url, status=1).stderr
    assert "markov_1" in footfall(*report, "--model", "best", *url, status=1).stderr
    assert "business list" in footfall(*report, "--business", "x", *url, status=1).stderr


def test_a_report_without_sales_says_what_to_do_next(server: Server) -> None:
    told = footfall("attribution", "report", "--data", server.data).stdout
    assert "order.placed" in told
