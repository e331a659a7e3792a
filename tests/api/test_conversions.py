"""Any total of any report opens into the conversions behind it, and they into their receipts."""

import csv
import io
import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from footfall.attribution.words import DIMENSIONS, RULES, SOLD, Dimension
from tests.api.shop import Shop, got, refused, unique

LIST = "/v1/conversions"
REPORT = "/v1/attribution/report"


def at(day: int, hour: int = 12) -> str:
    return f"2026-03-{day:02}T{hour:02}:00:00Z"


def touch(shop: Shop, session: str, source: str, when: str, **told: Any) -> None:
    utm = {"source": source, "medium": "cpc", "campaign": "spring"} | told
    shop.track(
        action="page.viewed",
        session=session,
        utm_params=utm,
        url="https://shop.example/mugs?x=1",
        tracked_at=when,
    )


def sell(shop: Shop, session: str, amount: str, when: str) -> str:
    reference = unique("S-")
    order = {"reference": reference, "total": amount, "currency": "USD"}
    shop.track(action="order.placed", session=session, order_parameters=order, tracked_at=when)
    return reference


@pytest.fixture(scope="module")
def busy(new_shop: Callable[..., Shop]) -> Shop:
    """A business with sales of every kind; nobody changes anything about it."""
    shop = new_shop()
    one, two, three, nobody = (shop.session() for _ in range(4))
    touch(shop, one, "google", at(10))
    touch(shop, one, "facebook", at(11))
    shop.track(
        action="form.completed",
        session=one,
        tracked_at=at(11, 13),
        form_parameters={"name": "Newsletter", "reference": unique("form-")},
    )
    touch(shop, one, "bing", at(12), medium="email", term="mugs", content="blue")
    sell(shop, one, "100.01", at(13))
    touch(shop, one, "google", at(14), campaign="late")
    refunded = sell(shop, one, "33.34", at(15))
    refund = {"reference": unique("R-"), "order": refunded, "amount": "3.33", "currency": "USD"}
    shop.track(action="refund.received", session=one, refund_parameters=refund)
    touch(shop, two, "google", at(12))
    touch(shop, two, "hellotext", at(13), medium="sms")
    sell(shop, two, "0.02", at(13, 13))
    cancelled = sell(shop, two, "70", at(14))
    shop.track(action="order.cancelled", session=two, order=cancelled)
    touch(shop, three, "facebook", at(1))
    sell(shop, three, "10", at(12))  # its touch is out of its window
    sell(shop, nobody, "20", at(12, 13))
    return shop


def listed(shop: Shop, **query: Any) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The conversions of all pages, and the last page."""
    rows: list[dict[str, Any]] = []
    query = {"limit": 100} | query
    while True:
        page = got(shop.client.get(LIST, params=query))
        rows += page["data"]
        if not page["has_more"]:
            return rows, page
        query["starting_after"] = page["data"][-1]["id"]


def minor(text: str) -> int:
    return round(float(text) * 100)


def value_of(touched: dict[str, Any], by: str) -> str:
    """What a touch of a receipt is credited by."""
    if by == "source_medium":
        return f"{touched['source'] or '(none)'} / {touched['medium'] or '(none)'}"
    return touched[by] or "(none)"


@pytest.mark.parametrize(
    ("by", "model"),
    [*(("channel", model) for model in RULES), *((by, "linear") for by in DIMENSIONS[1:])],
)
def test_a_report_is_the_sum_of_its_conversions_and_of_their_receipts(
    busy: Shop, by: Dimension, model: str
) -> None:
    asked = {"by": by, "since": "2026-03-12", "until": "2026-03-16"}
    report = got(busy.client.get(REPORT, params=asked | {"models": model}))
    rows, whole = listed(busy, model=model, **asked)
    assert (whole["conversions"], whole["net"]) == (report["conversions"], report["net"])
    assert whole["credited"] == report["credited"][model]
    of_receipts: dict[str, int] = defaultdict(int)
    for each in rows:
        (receipt,) = got(busy.client.get(each["receipt"]))["data"]
        assert receipt["money"]["net"] == each["net"]
        for touched in receipt["touches"]:
            of_receipts[value_of(touched, by)] += minor(touched["credit"].get(model, "0"))
    earned = {row["value"]: row["credit"][model] for row in report["rows"]}
    assert {value: each for value, each in of_receipts.items() if each} == {
        value: minor(each) for value, each in earned.items() if minor(each)
    }
    for row in report["rows"]:
        behind, page = listed(busy, model=model, value=row["value"], **asked)
        assert page["credited"] == row["credit"][model]
        assert sum(minor(each["credit"]) for each in behind) == minor(row["credit"][model])
        shares = sum(each["share"] for each in behind)
        assert shares == pytest.approx(row["conversions"][model])
    nothing, page = listed(busy, attributed="false", **asked)
    assert (len(nothing), page["net"]) == (
        report["unattributed_conversions"],
        report["unattributed"],
    )


@pytest.mark.parametrize("by", SOLD)
def test_what_was_sold_is_the_sum_of_its_conversions_and_of_their_receipts(
    new_shop: Callable[..., Shop], by: str
) -> None:
    shop = new_shop()
    mug = shop.product(name="Mug", categories=["Kitchen"])
    bag = shop.product(name="Bag", categories=["Bags"], variants=[{"name": "Red"}])
    red = bag["variants"][0]["id"]
    for amount, lines in (
        ("100.01", [(mug["id"], 2, 30), (red, 1, 30)]),
        ("0.05", [(red, 1, 1), (mug["id"], 1, 1)]),
        ("7", []),
    ):
        session = shop.session()
        touch(shop, session, "google", at(12))
        order: dict[str, Any] = {"reference": unique("S-"), "total": amount, "currency": "USD"}
        if lines:
            order["items"] = [
                {"product": product, "quantity": quantity, "price": price}
                for product, quantity, price in lines
            ]
        shop.track(
            action="order.placed", session=session, order_parameters=order, tracked_at=at(13)
        )
    report = got(shop.client.get(REPORT, params={"by": by, "models": "first,linear"}))
    names = {"category": ("Kitchen", "Bags"), "product": ("Mug", "Bag")}[by]
    earned = {row["value"]: row["credit"]["linear"] for row in report["rows"]}
    # Two thirds and a third of 100.01; 2 and 3 cents, the first line's; no lines, no name.
    assert earned == {names[0]: "66.69", names[1]: "33.37", "(none)": "7.00"}
    rows, _ = listed(shop, by=by)
    of_receipts: dict[str, int] = defaultdict(int)
    for each in rows:
        (receipt,) = got(shop.client.get(each["receipt"]))["data"]
        for line in receipt["sold"]:
            of_receipts[line[by]] += minor(line["net"])
    assert of_receipts == {name: minor(earned[name]) for name in names}
    for row in report["rows"]:
        page = listed(shop, by=by, value=row["value"])[1]
        assert page["credited"] == row["credit"]["linear"]
    for query, parameter in (
        ({"date_basis": "touch"}, "date_basis"),
        ({"models": "markov_1"}, "by"),
    ):
        answer = shop.client.get(REPORT, params={"by": by} | query)
        assert refused(answer, 422) == [("invalid", parameter)]
    answer = shop.client.get(LIST, params={"by": by, "value": "Mug", "role": "first"})
    assert refused(answer, 422) == [("invalid", "role")]
    answer = shop.client.get(f"{REPORT}/paths", params={"by": by})
    assert refused(answer, 422) == [("invalid", "by")]


def opened(busy: Shop, row: dict[str, Any], **query: Any) -> None:
    """Check that a row's conversions and net value are those of the list."""
    rows, page = listed(busy, **query)
    assert (len(rows), page["net"]) == (row["conversions"], row["net"])


def test_every_row_of_a_report_on_journeys_opens(busy: Shop) -> None:
    def rows(name: str, **query: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = got(busy.client.get(f"{REPORT}/{name}", params=query))["rows"]
        assert found
        return found

    for row in rows("paths", by="source"):
        opened(busy, row, by="source", path=json.dumps(row["path"]))
    for row in rows("path-lengths"):
        opened(busy, row, touches=row["touches"])
    for row in rows("time-to-convert"):
        opened(busy, row, time=row["time"])
    for row in rows("timeline", since="2026-03-10", until="2026-03-17"):
        opened(busy, row, since=row["since"], until=row["until"])
    for row in rows("assists", by="source"):
        asked = {"by": "source", "value": row["value"]}
        first, _ = listed(busy, role="first", **asked)
        assert len(first) == row["first"]
        opened(busy, {"conversions": row["last"], "net": row["last_net"]}, role="last", **asked)
        assisted = {"conversions": row["assisted"], "net": row["assisted_net"]}
        opened(busy, assisted, role="assisted", **asked)
    told = got(busy.client.get(f"{REPORT}/customers", params={"model": "linear"}))
    for customer in ("new", "returning"):
        opened(busy, told[customer], customer=customer)
        for row in told["rows"]:
            asked = {"model": "linear", "value": row["value"], "customer": customer}
            assert listed(busy, **asked)[1]["credited"] == row[f"{customer}_credit"]
    for row in rows("funnel", by="source"):
        met, _ = listed(busy, by="source", value=row["value"], role="met")
        # Nobody is known here: each session is a person.
        assert len(met) >= row["converted"]


def test_periods_open_by_purchase_and_by_touch(busy: Shop) -> None:
    for basis in ("purchase", "touch"):
        asked = {"by": "source", "date_basis": basis}
        query = {"models": "linear", "per": "week", "since": "2026-03-01", "until": "2026-03-31"}
        report = got(busy.client.get(REPORT, params=asked | query))
        assert [each["period"] for each in report["periods"]] == [
            f"2026-W{week:02}" for week in (9, 10, 11, 12, 13, 14)
        ]
        for period in report["periods"]:
            when = {"since": period["since"], "until": period["until"]}
            page = listed(busy, model="linear", **asked, **when)[1]
            assert page["credited"] == period["credited"]["linear"]
            for row in period["rows"]:
                page = listed(busy, model="linear", value=row["value"], **asked, **when)[1]
                assert page["credited"] == row["credit"]["linear"]
        added = sum(minor(each["credited"]["linear"]) for each in report["periods"])
        assert added == minor(report["credited"]["linear"])


def test_a_page_keeps_its_place(busy: Shop) -> None:
    whole, _ = listed(busy)
    assert listed(busy, limit=2)[0] == whole
    assert [each["at"] for each in whole] == sorted((each["at"] for each in whole), reverse=True)
    query = {"ending_before": whole[3]["id"], "limit": 2}
    page = got(busy.client.get(LIST, params=query))
    assert [each["id"] for each in page["data"]] == [each["id"] for each in whole[1:3]]
    assert page["has_more"] is True
    # What is cancelled is in no list, and still marks its place.
    cancelled = got(busy.client.get("/v1/attribution/events", params={"action": "order.cancelled"}))
    order = {"action": "order.placed", "object": cancelled["data"][0]["object"]["id"]}
    (placed,) = got(busy.client.get("/v1/attribution/events", params=order))["data"]
    page = got(busy.client.get(LIST, params={"starting_after": placed["id"], "limit": 100}))
    assert page["data"] == [each for each in whole if each["at"] < placed["occurred_at"]]


def test_conversions_come_as_csv(busy: Shop) -> None:
    query = {"format": "csv", "value": "google", "by": "source", "model": "first"}
    answer = busy.client.get(LIST, params=query)
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    page = got(busy.client.get(LIST, params=query | {"format": "json"}))
    assert [row["id"] for row in rows] == [each["id"] for each in page["data"]]
    assert rows[0]["path"].startswith("google > ")
    assert (rows[0]["timezone"], rows[0]["version"]) == ("UTC", page["version"])


def test_a_value_that_nothing_has_is_behind_no_conversion(busy: Shop) -> None:
    page = got(busy.client.get(LIST, params={"value": "Carrier pigeon"}))
    assert (page["data"], page["conversions"], page["credited"]) == ([], 0, "0.00")


def test_an_earlier_moment_has_receipts_of_its_own(busy: Shop) -> None:
    moment = "2100-01-01T00:00:00Z"
    page = got(busy.client.get(LIST, params={"as_of": moment, "limit": 1}))
    assert page["data"][0]["receipt"].endswith(f"?as_of={moment}")
    assert got(busy.client.get(page["data"][0]["receipt"]))["data"]


def faults() -> Iterator[tuple[dict[str, str], tuple[str, str]]]:
    yield {"model": "markov_1"}, ("invalid", "model")
    yield {"model": "lats"}, ("invalid", "model")
    yield {"by": "colour"}, ("invalid", "by")
    yield {"role": "first"}, ("invalid", "role")
    yield {"role": "middle", "value": "Email"}, ("invalid", "role")
    yield {"attributed": "maybe"}, ("invalid", "attributed")
    yield {"customer": "old"}, ("invalid", "customer")
    yield {"path": "Email"}, ("invalid", "path")
    yield {"path": '{"a":1}'}, ("invalid", "path")
    yield {"touches": "0"}, ("invalid", "touches")
    yield {"time": "2d"}, ("invalid", "time")
    yield {"date_basis": "arrival"}, ("invalid", "date_basis")
    yield {"since": "soon"}, ("invalid", "since")
    yield {"currency": "XXX"}, ("invalid", "currency")
    yield {"limit": "101"}, ("invalid", "limit")
    yield {"starting_after": "vxqQJ3Yg"}, ("not_found", "starting_after")
    yield {"ending_before": "no id"}, ("not_found", "ending_before")
    yield {"format": "xml"}, ("invalid", "format")


@pytest.mark.parametrize(("query", "fault"), [*faults()])
def test_a_list_refuses_what_it_does_not_know(
    busy: Shop, query: dict[str, str], fault: tuple[str, str]
) -> None:
    assert refused(busy.client.get(LIST, params=query), 422) == [fault]


def test_both_directions_at_once_are_refused(busy: Shop) -> None:
    first = listed(busy)[0][0]["id"]
    query = {"starting_after": first, "ending_before": first}
    assert refused(busy.client.get(LIST, params=query), 422) == [
        ("ambiguous_parameter", "ending_before")
    ]


def test_another_business_sees_none_of_them(busy: Shop, stranger: Shop) -> None:
    own = listed(busy)[0][0]["id"]
    assert own not in {each["id"] for each in listed(stranger)[0]}
    answer = stranger.client.get(LIST, params={"starting_after": own})
    assert refused(answer, 422) == [("not_found", "starting_after")]
