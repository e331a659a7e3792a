"""Visits of the demo shop, and what the store has of each afterwards."""

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser

from tests.browser.chromium import needs_chromium
from tests.browser.visitor import Visitor, visiting
from tests.server import Server
from tests.shop import DemoShop

pytestmark = needs_chromium

CAMPAIGN = "/?utm_source=newsletter&utm_medium=email&utm_campaign=spring"
FIRST = ("session.started", "page.viewed")


def test_a_first_visit_begins_one_session_with_its_campaign(visitor: Visitor) -> None:
    visitor.open(CAMPAIGN)
    started, viewed = visitor.arrives(*FIRST)
    utm = {"source": "newsletter", "medium": "email", "campaign": "spring"}
    assert started.data["utm_params"].items() >= utm.items()
    assert viewed.data["page"]["path"] == "/"
    assert (started.flags, viewed.flags) == (0, 0)
    assert visitor.owner() is None


def test_a_return_visit_goes_on_with_the_session(visitor: Visitor) -> None:
    visitor.open(CAMPAIGN)
    visitor.arrives(*FIRST)
    session = visitor.session
    visitor.page.close()
    visitor.open("/cart", visitor.tab())
    stored = visitor.arrives(*FIRST, "page.viewed")
    assert visitor.session == session
    assert stored[-1].data["page"]["path"] == "/cart"
    assert stored[-1].data["utm_params"]["campaign"] == "spring"


def test_two_tabs_at_once_are_one_session(visitor: Visitor) -> None:
    other = visitor.tab()
    visitor.page.goto(visitor.address + "/", wait_until="commit")
    other.goto(visitor.address + "/cart", wait_until="commit")
    for tab in (visitor.page, other):
        visitor.is_answered(tab)
    assert visitor.page.evaluate("Hellotext.session") == visitor.session
    assert other.evaluate("Hellotext.session") == visitor.session
    visitor.arrives("session.started", "page.viewed", "page.viewed")


def test_what_two_tabs_queued_is_stored_once_and_not_sent_by_both(visitor: Visitor) -> None:
    visitor.open()
    other = visitor.open("/cart", visitor.tab())
    visitor.arrives(*FIRST, "page.viewed")
    visitor.context.set_offline(True)
    for tab in (visitor.page, other):
        tab.evaluate("for (let i = 0; i < 5; i++) Hellotext.track('page.viewed')")
    visitor.context.set_offline(False)
    visitor.arrives("session.started", *["page.viewed"] * 12)
    visitor.waits("!Object.keys(localStorage).some((key) => key.startsWith('hello_queue:'))")
    keys = [key for key in visitor.keys if key]
    # What one tab has sent, the other may still see in the queue for a moment: browsers pass on
    # changes of their storage a little later. That it is stored once is the promise.
    assert len(set(keys)) == 12
    assert len(keys) < 12 + 10


def test_who_opens_a_personal_link_comes_as_its_recipient(visitor: Visitor) -> None:
    client = visitor.server.client
    profile = client.post("/v1/profiles", json={"first_name": "Dana"}).json()["id"]
    told = {"destination": visitor.address + "/cart?size=s", "profile": profile, "medium": "sms"}
    link = client.post("/v1/links", json={**told, "campaign": "spring"})
    assert link.status_code == 201, link.text
    visitor.page.goto(link.json()["url"])
    stored = visitor.arrives("short_link.clicked", *FIRST)
    asked = parse_qs(urlsplit(visitor.page.url).query)
    assert (asked["size"], asked["hello_session"]) == (["s"], [visitor.session])
    assert visitor.owner() is not None
    assert stored[-1].data["utm_params"]["campaign"] == "spring"
    told = client.get(f"/v1/profiles/{profile}/events").json()["data"]
    assert {each["action"] for each in told} == {"short_link.clicked", *FIRST}


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "shop.localhost"])
def test_a_session_lasts_on_every_kind_of_host(
    browser: Browser, shop: DemoShop, server: Server, host: str
) -> None:
    """By number, by one word, and by a name with a domain: all but the first of another site."""
    with visiting(browser, shop.at(host), server) as visitor:
        visitor.open(CAMPAIGN)
        visitor.arrives(*FIRST)
        session = visitor.session
        visitor.open("/login", visitor.tab())
        visitor.arrives(*FIRST, "page.viewed")
        assert visitor.session == session
        assert visitor.complaints == []


def test_nothing_of_the_shop_breaks_its_strict_policy(visitor: Visitor) -> None:
    answer = visitor.page.goto(visitor.address + CAMPAIGN)
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self' " + visitor.server.url)
    assert "unsafe" not in policy
    visitor.put_into_basket("chilli-lights")
    visitor.is_answered()
    visitor.arrives(*FIRST, "page.viewed", "product.viewed", "page.viewed", "cart.added")
    assert visitor.violations() == []
    assert visitor.complaints == []


def test_a_whole_journey_is_one_persons(visitor: Visitor) -> None:
    visitor.open(CAMPAIGN)
    visitor.put_into_basket("regency-cakestand-3-tier")
    visitor.log_in("Chloe Martin")
    reference = visitor.buy()
    visitor.is_answered()
    anonymous = [*FIRST, "page.viewed", "product.viewed", "page.viewed", "cart.added"]
    known = ["page.viewed", "page.viewed", "page.viewed", "order.placed", "page.viewed"]
    stored = visitor.arrives(*anonymous, *known)
    (order,) = [each for each in stored if each.action == "order.placed"]
    assert order.profile_row == visitor.owner()
    ((amount, currency),) = visitor.server.query(
        "select e.amount_minor, e.currency from events e join idempotency i "
        "on i.event_id = e.id where i.key like :key",
        key=f"%{reference}-placed",
    )
    assert (amount, currency) == (1275, "GBP")

    visitor.open("/journey")
    steps = visitor.page.locator(".step")
    assert steps.count() >= len(anonymous + known)
    assert steps.first.locator(".step-title").inner_text().startswith("Came from newsletter")
    assert visitor.page.locator(".step-anonymous").count() >= len(anonymous)
    bought = visitor.page.locator("[data-action='order.placed']", has_text=reference)
    assert "12.75 GBP" in bought.inner_text()
    assert "anonymous" not in bought.inner_text()
    assert visitor.page.locator(".turn").count() >= 1
