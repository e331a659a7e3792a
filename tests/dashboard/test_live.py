"""The feed: complete, in order, filtered, and open to be looked into."""

import re
import uuid
from typing import Any

import httpx
import pytest

from footfall.dashboard.feed import Cursor, Filters
from tests.dashboard.conftest import Shop


def send(shop: Shop, count: int = 1, **changes: Any) -> None:
    """Track events, each in a session of its own; refused ones too."""
    with shop.server.client as client:
        for _ in range(count):
            event = {
                "action": "page.viewed",
                "session": str(uuid.uuid4()),
                "url": "https://shop.example/",
                **changes,
            }
            client.post("/v1/attribution/events", json=event)


def lines(page: httpx.Response) -> list[str]:
    """Return the address of each line."""
    return re.findall(r'<li><a href="([^"]+/live/(?:events|refusals)/[^"]+)"', page.text)


def poll(page: httpx.Response) -> str:
    """Return the address at which the page asks for newer lines."""
    found = re.search(r'id="poll" hx-get="([^"]+)"', page.text)
    assert found is not None
    return found[1].replace("&amp;", "&")


def test_newer_lines_come_once_each_and_none_is_left_out(shop: Shop) -> None:
    send(shop, 3)
    page = shop.owner.open(shop.home + "/live?text=fresh")
    assert lines(page) == []
    seen: list[str] = []
    for count in (2, 0, 3):
        send(shop, count, url="https://shop.example/fresh")
        send(shop, 1, url="https://shop.example/stale")
        page = shop.owner.open(poll(page))
        seen += lines(page)
    assert len(seen) == len(set(seen)) == 5


def test_refusals_stand_between_events_in_the_order_they_came(shop: Shop) -> None:
    send(shop, 1, url="https://shop.example/ordered")
    send(shop, 1, url="https://shop.example/ordered", action="no.such.action")
    send(shop, 1, url="https://shop.example/ordered")
    found = lines(shop.owner.open(shop.home + "/live?text=ordered"))
    assert [address.split("/")[-2] for address in found] == ["events", "refusals", "events"]


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ("outcome=stored", {"events"}),
        ("outcome=refused", {"refusals"}),
        ("outcome=nonsense", {"events", "refusals"}),
        ("action=page.viewed", {"events"}),
        ("action=an.unknown.one", {"refusals"}),
    ],
)
def test_filters_narrow_by_outcome_and_action(shop: Shop, query: str, kinds: set[str]) -> None:
    send(shop)
    send(shop, action="an.unknown.one")
    page = shop.owner.open(f"{shop.home}/live?{query}")
    assert {address.split("/")[-2] for address in lines(page)} == kinds


def test_a_refusal_says_why_and_what_was_sent(shop: Shop) -> None:
    send(shop, action="prodct.purchased", metadata={"till": "7"})
    page = shop.owner.open(shop.home + "/live?outcome=refused&text=prodct")
    detail = shop.owner.open(lines(page)[0]).text
    assert "product.purchased" in detail
    assert "&#34;till&#34;: &#34;7&#34;" in detail
    assert "First token" in detail


def test_an_event_says_what_it_resolved_to(shop: Shop) -> None:
    product = {"reference": "17", "name": "Canvas bag", "price": {"amount": 5, "currency": "UYU"}}
    session = str(uuid.uuid4())
    send(shop, action="product.purchased", session=session, object_parameters=product)
    page = shop.owner.open(shop.home + "/live?text=canvas+bag")
    detail = shop.owner.open(lines(page)[0]).text
    for told in (session, "Canvas bag", "5.00 UYU", "nobody known yet", "First token"):
        assert told in detail


def test_test_data_is_shown_apart(shop: Shop) -> None:
    shop.owner.open(shop.home + "/tokens")
    shop.owner.submit(shop.home + "/tokens", name="testing", scope="admin", mode="test")
    event = {
        "action": "page.viewed",
        "session": str(uuid.uuid4()),
        "url": "https://t.example/apart",
    }
    headers = {"Authorization": f"Bearer {shop.owner.secret}"}
    answer = httpx.post(f"{shop.server.url}/v1/attribution/events", json=event, headers=headers)
    assert answer.status_code == 201
    assert lines(shop.owner.open(shop.home + "/live?text=apart")) == []
    (address,) = lines(shop.owner.open(shop.home + "/live?text=apart&data=test"))
    assert shop.owner.open(address).status_code == 200
    assert shop.owner.open(address.partition("?")[0]).status_code == 404


def test_it_says_how_far_back_it_reaches(shop: Shop) -> None:
    send(shop, 2)
    assert "Reaches back to the oldest" in shop.owner.open(shop.home + "/live").text
    send(shop, 101)
    page = shop.owner.open(shop.home + "/live")
    assert re.search(r"Reaches back to\s+<time", page.text)
    assert len(lines(page)) >= 100


def test_a_cursor_is_read_as_it_is_written_and_nothing_else_is_one() -> None:
    assert Cursor.read(str(Cursor(17, 4))) == Cursor(17, 4)
    for text in ("", "17", "17.", "a.4", "-1.4", "1.4.5", "9" * 20 + ".1"):
        assert Cursor.read(text) is None
    assert Filters.of({"outcome": "DROP"}).outcome == ""
