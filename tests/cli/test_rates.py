"""``footfall rates`` and reports in one currency, from the bank's file to the credit."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.api.shop import Shop, got, refused
from tests.cli.run import footfall, footfall_json
from tests.server import Server, serving

TODAY = datetime.now(UTC).date()


@pytest.fixture(scope="module")
def sold(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a sale in dollars, one in yen and one in reals."""
    data = tmp_path_factory.mktemp("data")
    with serving(f"sqlite:///{data / 'footfall.db'}", data) as started:
        shop = Shop(started.business_id, started.client)
        sales = (("A", "10", "USD"), ("B", "800", "JPY"), ("C", "7", "BRL"))
        for reference, total, currency in sales:
            session = shop.session()
            utm = {"source": "google", "medium": "cpc"}
            shop.track(action="page.viewed", session=session, url="https://x/", utm_params=utm)
            order = {"reference": reference, "total": total, "currency": currency}
            shop.track(action="order.placed", session=session, order_parameters=order)
        file = data / "eurofxref-hist.csv"
        day = TODAY - timedelta(days=1)
        file.write_text(f"Date,USD,JPY,ROL,\n{day},1.25,160,N/A,\n")
        with ZipFile(data / "eurofxref-hist.zip", "w") as archive:
            archive.write(file, file.name)
        footfall("rates", "import", data / "eurofxref-hist.zip", "--data", data)
        yield started


def test_rates_are_taken_once_from_either_file(sold: Server, tmp_path: Path) -> None:
    url = ("--data", sold.data)
    file = Path(sold.data) / "eurofxref-hist.csv"
    again = footfall_json("rates", "import", file, *url)
    assert (again["new"], again["changed"], again["same"]) == (0, 0, 2)
    assert again["passed_over"] == ["ROL"]
    daily = tmp_path / "eurofxref.csv"
    daily.write_text("Date, CHF, \n02 January 2026, 0.93, \n")
    assert footfall_json("rates", "import", daily, *url)["new"] == 1
    daily.write_text("Date, CHF, \n02 January 2026, 0.94, \n")
    assert "1 changed" in footfall("rates", "import", daily, *url).stdout
    assert footfall_json("rates", "show", "chf", *url) == [
        {"currency": "CHF", "day": "2026-01-02", "rate": "0.94"}
    ]
    listed = footfall_json("rates", "list", *url)
    assert [each["currency"] for each in listed] == ["CHF", "JPY", "USD"]
    assert "0.94" in footfall("rates", "list", *url).stdout
    assert "footfall rates list" in footfall("rates", "show", "NOK", *url).stdout


def test_a_report_in_one_currency_tells_the_rates_and_what_it_leaves(sold: Server) -> None:
    url = ("--data", sold.data)
    options = ("attribution", "report", "--model", "last", "--convert-to", "eur", *url)
    report = footfall_json(*options)
    query = {"models": "last", "convert_to": "EUR"}
    assert report == got(sold.client.get("/v1/attribution/report", params=query))
    assert (report["currency"], report["conversions"], report["net"]) == ("EUR", 2, "13.00")
    assert report["rows"][0]["credit"] == {"last": "13.00"}
    rates = {each["currency"]: each for each in report["exchange"]["rates"]}
    assert (rates["USD"]["rate"], rates["JPY"]["rate"]) == ("0.8", "0.00625")
    assert rates["USD"]["per_euro"] == {"USD": "1.25"}
    (left,) = report["exchange"]["not_converted"]
    assert (left["currency"], left["conversions"], left["net"]) == ("BRL", 1, "7.00")
    told = footfall(*options)
    assert "1 USD was 0.8 EUR" in told.stdout
    assert "Left out: 1 in BRL worth 7.00" in told.stderr
    lines = sold.client.get("/v1/attribution/report", params=query | {"format": "csv"}).text
    assert "1 in BRL: 7.00" in lines.splitlines()[1]
    plain = got(sold.client.get("/v1/attribution/report", params={"models": "last"}))
    assert (plain["currency"], plain["net"], plain["exchange"]) == ("USD", "10.00", None)


def test_a_receipt_tells_what_it_was_converted_with(sold: Server) -> None:
    url = ("--data", sold.data)
    (receipt,) = footfall_json("explain", "B", "--convert-to", "EUR", *url)
    path = "/v1/conversions/B/receipt"
    assert [receipt] == got(sold.client.get(path, params={"convert_to": "EUR"}))["data"]
    assert (receipt["money"]["net"], receipt["money"]["currency"]) == ("800", "JPY")
    assert receipt["money"]["converted"]["net"] == "5.00"
    assert receipt["touches"][0]["credit"]["last"] == "5.00"
    assert "1 JPY was 0.00625 EUR" in footfall("explain", "B", "--convert-to", "EUR", *url).stdout
    unknown = footfall("explain", "C", "--convert-to", "EUR", *url).stdout
    assert "No rate is known" in unknown
    assert "footfall rates import" in unknown


def test_what_cannot_be_converted_to_is_refused(sold: Server) -> None:
    report = "/v1/attribution/report"
    wrong = sold.client.get(report, params={"convert_to": "XXX"})
    assert refused(wrong, 422) == [("invalid", "convert_to")]
    both = sold.client.get(report, params={"convert_to": "EUR", "currency": "USD"})
    assert refused(both, 422) == [("invalid", "convert_to")]
    options = ("--convert-to", "EUR", "--currency", "USD", "--data", sold.data)
    assert "exclude each other" in footfall("attribution", "report", *options, status=2).stderr
    receipt = sold.client.get("/v1/conversions/A/receipt", params={"convert_to": "euro"})
    assert refused(receipt, 422) == [("invalid", "convert_to")]


def test_a_file_that_cannot_be_used_changes_nothing(sold: Server, tmp_path: Path) -> None:
    url = ("--data", sold.data)
    before = footfall_json("rates", "list", *url)
    file = tmp_path / "rates.csv"
    file.write_text("Date,USD\n2026-01-02,1.5\n2026-01-03,much\n")
    assert "line 3, USD" in footfall("rates", "import", file, *url, status=1).stderr
    file.write_bytes(b"Date,USD\n2026-01-02,\xff\n")
    assert "rates.csv" in footfall("rates", "import", file, *url, status=1).stderr
    archive = tmp_path / "rates.zip"
    with ZipFile(archive, "w") as made:
        made.writestr("a.csv", "Date,USD\n")
        made.writestr("b.csv", "Date,USD\n")
    assert "2 CSV files" in footfall("rates", "import", archive, *url, status=1).stderr
    assert footfall_json("rates", "list", *url) == before
