"""Credit over HTTP: what was acknowledged is in it, money adds up, every sale explains itself."""

import csv
import io
from typing import Any

import pytest

from footfall.attribution.words import MODELS
from tests.api.shop import Shop, got, refused, unique

REPORT = "/v1/attribution/report"


class Sale:
    """Somebody who came by an ad, came back by a friend's page, and bought."""

    def __init__(self, shop: Shop, amount: str = "99.90") -> None:
        self.reference = unique("A-")
        self.session = shop.session()
        self.profile = shop.profile(first_name="Ana")["id"]
        utm = {"source": "google", "medium": "cpc", "campaign": unique("spring")}
        self.campaign = utm["campaign"]
        shop.track(action="page.viewed", session=self.session, url="https://x/", utm_params=utm)
        page = {"url": "https://x/", "referrer": "https://friend.example/page"}
        shop.track(action="page.viewed", session=self.session, page=page)
        self.key = shop.track(
            action="order.placed",
            session=self.session,
            profile=self.profile,
            order_parameters={"reference": self.reference, "total": amount, "currency": "USD"},
        )

    def receipt(self, shop: Shop, **query: str) -> dict[str, Any]:
        listed = got(shop.client.get(f"/v1/conversions/{self.reference}/receipt", params=query))
        assert len(listed["data"]) == 1
        receipt: dict[str, Any] = listed["data"][0]
        return receipt


def test_a_sale_is_explained_the_moment_it_is_acknowledged(shop: Shop) -> None:
    sale = Sale(shop)
    receipt = sale.receipt(shop)
    assert receipt["money"]["net"] == "99.90"
    assert (receipt["profile"], receipt["reference"]) == (sale.profile, sale.reference)
    assert [touch["channel"] for touch in receipt["touches"]] == ["Paid Search", "Referral"]
    assert receipt["touches"][1]["source"] == "friend.example"
    assert receipt["touches"][1]["credit"]["precedence"] == "99.90"
    assert [touch["credit"]["linear"] for touch in receipt["touches"]] == ["49.95", "49.95"]
    assert receipt["reason"].startswith("By precedence Referral earned it")
    assert [change["kind"] for change in receipt["identity"]] == ["attach"]


def test_the_event_that_started_a_sale_names_its_receipt_too(shop: Shop) -> None:
    sale = Sale(shop)
    event = got(shop.client.get(f"/v1/attribution/events/{sale.key}"))["id"]
    listed = got(shop.client.get(f"/v1/conversions/{event}/receipt"))
    assert listed["data"] == [sale.receipt(shop)]


def test_a_refund_lowers_what_is_credited(shop: Shop) -> None:
    sale = Sale(shop)
    refund = {"reference": unique("R-"), "order": sale.reference, "amount": "20", "currency": "USD"}
    shop.track(action="refund.received", session=sale.session, refund_parameters=refund)
    receipt = sale.receipt(shop)
    assert receipt["money"] == {
        "currency": "USD",
        "gross": "99.90",
        "refunded": "20.00",
        "cancelled": False,
        "net": "79.90",
        "converted": None,
    }
    assert sum(float(touch["credit"]["linear"]) for touch in receipt["touches"]) == 79.90


def test_a_cancelled_order_is_credited_to_nobody_and_says_so(shop: Shop) -> None:
    sale = Sale(shop)
    shop.track(action="order.cancelled", session=sale.session, order=sale.reference)
    receipt = sale.receipt(shop)
    assert receipt["money"]["net"] == "0.00"
    assert "cancelled" in receipt["reason"]
    assert all(touch["credit"] == {} for touch in receipt["touches"])


def test_a_sale_that_nothing_explains_has_a_receipt(shop: Shop) -> None:
    reference = unique("A-")
    order = {"reference": reference, "total": "10", "currency": "USD"}
    shop.track(action="order.placed", session=shop.session(), order_parameters=order)
    (receipt,) = got(shop.client.get(f"/v1/conversions/{reference}/receipt"))["data"]
    assert (receipt["profile"], receipt["touches"]) == (None, [])
    assert "without attribution" in receipt["reason"]


def test_a_report_adds_up_to_the_net_value_under_every_model(shop: Shop) -> None:
    Sale(shop, "33.33")
    report = got(shop.client.get(REPORT, params={"models": ",".join(MODELS)}))
    attributed = _minor(report["net"]) - _minor(report["unattributed"])
    for model in MODELS:
        assert sum(_minor(row["credit"][model]) for row in report["rows"]) == attributed, model


def test_a_report_is_the_sum_of_its_receipts(shop: Shop) -> None:
    sales = [Sale(shop, "10.01"), Sale(shop, "0.02")]
    query = {"by": "campaign", "models": "linear,position"}
    rows = {row["value"]: row for row in got(shop.client.get(REPORT, params=query))["rows"]}
    for sale in sales:
        for model in ("linear", "position"):
            told = sum(
                _minor(touch["credit"][model])
                for touch in sale.receipt(shop)["touches"]
                if touch["campaign"] == sale.campaign
            )
            assert told == _minor(rows[sale.campaign]["credit"][model])


def test_a_report_says_what_it_was_reckoned_by(shop: Shop) -> None:
    report = got(shop.client.get(REPORT, params={"since": "2026-01-01", "as_of": "2026-02-01"}))
    assert (report["timezone"], report["date_basis"]) == ("UTC", "purchase")
    assert (report["since"], report["until"]) == ("2026-01-01T00:00:00Z", None)
    assert report["as_of"] == "2026-02-01T00:00:00Z"
    assert report["rows"] == []
    assert len(report["version"]) == 12


def test_a_report_says_how_sure_its_numbers_are(shop: Shop) -> None:
    Sale(shop)
    models = ("linear", "markov_1")
    query = {"models": ",".join(models), "bootstrap": "40", "seed": "7"}
    report = got(shop.client.get(REPORT, params=query))
    assert report == got(shop.client.get(REPORT, params=query))
    told = report["bootstrap"]
    assert (told["samples"], told["seed"], told["level"]) == (40, 7, 0.95)
    assert told["customers"] > 0
    for row in report["rows"]:
        for model in models:
            low, high = row["conversions_interval"][model]
            assert low <= row["conversions"][model] + 1e-9
            assert row["conversions"][model] - 1e-9 <= high
            low, high = map(_minor, row["credit_interval"][model])
            assert low <= _minor(row["credit"][model]) <= high
    lines = shop.client.get(REPORT, params=query | {"format": "csv"}).text
    first = next(csv.DictReader(io.StringIO(lines)))
    row = report["rows"][0]
    assert [first["credit_low"], first["credit_high"]] == row["credit_interval"][first["model"]]
    plain = got(shop.client.get(REPORT, params={"models": "linear"}))
    assert (plain["bootstrap"], plain["rows"][0]["credit_interval"]) == (None, None)


def test_other_currencies_are_named_and_never_added(shop: Shop) -> None:
    order = {"reference": unique("A-"), "total": "500", "currency": "JPY"}
    shop.track(action="order.placed", session=shop.session(), order_parameters=order)
    report = got(shop.client.get(REPORT))
    assert "JPY" in report["currencies"]
    yen = got(shop.client.get(REPORT, params={"currency": "jpy"}))
    assert (yen["currency"], yen["net"]) == ("JPY", "500")


def test_a_report_comes_as_csv_that_no_spreadsheet_runs(shop: Shop) -> None:
    shop.track(
        action="page.viewed",
        session=(session := shop.session()),
        url="https://x/",
        utm_params={"source": "x", "medium": "y", "campaign": "=1+1"},
    )
    order = {"reference": unique("A-"), "total": "1", "currency": "USD"}
    shop.track(action="order.placed", session=session, order_parameters=order)
    query = {"by": "campaign", "models": "last", "format": "csv"}
    answer = shop.client.get(REPORT, params=query)
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert "'=1+1" in {row["campaign"] for row in rows}


def test_a_report_shows_its_periods_and_those_without_a_sale(shop: Shop) -> None:
    at = "2026-03-29T00:30:00Z"
    session = shop.session()
    utm = {"source": "google", "medium": "cpc"}
    seen = {"url": "https://x/", "utm_params": utm, "tracked_at": at}
    shop.track(action="page.viewed", session=session, **seen)
    order = {"reference": unique("A-"), "total": "8.01", "currency": "USD"}
    shop.track(action="order.placed", session=session, order_parameters=order, tracked_at=at)
    query = {"per": "day", "since": "2026-03-28", "until": "2026-03-31"}
    report = got(shop.client.get(REPORT, params=query | {"models": ",".join(MODELS)}))
    assert [(each["period"], each["net"]) for each in report["periods"]] == [
        ("2026-03-28", "0.00"),
        ("2026-03-29", "8.01"),
        ("2026-03-30", "0.00"),
    ]
    # Every model has the one channel to credit.
    (row,) = report["periods"][1]["rows"]
    assert set(row["credit"].values()) == {"8.01"}
    assert report["periods"][0]["credited"] == dict.fromkeys(MODELS, "0.00")
    answer = shop.client.get(REPORT, params=query | {"models": "last", "format": "csv"})
    told = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["period"], row["channel"], row["credit"]) for row in told] == [
        ("2026-03-28", "", "0.00"),
        ("2026-03-29", "Paid Search", "8.01"),
        ("2026-03-30", "", "0.00"),
    ]
    assert told[0]["until"] == "2026-03-29T00:00:00Z"


def test_by_time_of_touch_a_sale_counts_where_its_touches_were(shop: Shop) -> None:
    session = shop.session()
    utm = {"source": unique("news-"), "medium": "cpc"}
    seen = {"url": "https://x/", "utm_params": utm, "tracked_at": "2026-04-30T10:00:00Z"}
    shop.track(action="page.viewed", session=session, **seen)
    order = {"reference": unique("A-"), "total": "5", "currency": "USD"}
    bought = {"order_parameters": order, "tracked_at": "2026-05-02T10:00:00Z"}
    shop.track(action="order.placed", session=session, **bought)
    april = {"since": "2026-04-01", "until": "2026-05-01", "by": "source", "models": "last"}
    assert got(shop.client.get(REPORT, params=april))["rows"] == []
    report = got(shop.client.get(REPORT, params=april | {"date_basis": "touch"}))
    assert [(row["value"], row["credit"]["last"]) for row in report["rows"]] == [
        (utm["source"], "5.00")
    ]
    assert (report["date_basis"], report["credited"]) == ("touch", {"last": "5.00"})
    # What no touch explains has no time of touch.
    assert (report["conversions"], report["net"], report["unattributed"]) == (None, None, None)


def test_models_of_all_journeys_have_no_time_of_touch(shop: Shop) -> None:
    query = {"date_basis": "touch", "models": "linear,markov_2"}
    answer = shop.client.get(REPORT, params=query)
    assert refused(answer, 422) == [("invalid", "date_basis")]
    assert "markov_2" in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("per", "fortnight"),
        ("date_basis", "arrival"),
        ("by", "colour"),
        ("models", "last,best"),
        ("currency", "XXX"),
        ("since", "yesterday"),
        ("as_of", "2026-02-01T00:00:00"),
        ("format", "xml"),
        ("bootstrap", "39"),
        ("bootstrap", "1001"),
        ("bootstrap", "-5"),
        ("seed", "x"),
    ],
)
def test_a_report_refuses_what_it_does_not_know(shop: Shop, name: str, value: str) -> None:
    assert refused(shop.client.get(REPORT, params={name: value}), 422) == [("invalid", name)]


def test_a_sale_that_nobody_knows_has_no_receipt(shop: Shop) -> None:
    answer = shop.client.get(f"/v1/conversions/{unique('none-')}/receipt")
    assert refused(answer, 404)[0][0] == "not_found"


def test_another_business_sees_neither_report_nor_receipt(shop: Shop, stranger: Shop) -> None:
    sale = Sale(shop)
    assert sale.receipt(shop)
    path = f"/v1/conversions/{sale.reference}/receipt"
    assert stranger.client.get(path).status_code == 404
    rows = got(stranger.client.get(REPORT, params={"by": "campaign"}))["rows"]
    assert sale.campaign not in {row["value"] for row in rows}


def _minor(text: str) -> int:
    return round(float(text) * 100)
