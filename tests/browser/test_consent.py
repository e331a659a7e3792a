"""Nobody is measured who said no, or whose browser says so for them."""

from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser

from tests.browser.chromium import needs_chromium
from tests.browser.visitor import Visitor, visiting
from tests.server import Server
from tests.shop import DemoShop

pytestmark = needs_chromium

SIGNALS = {
    "Global Privacy Control": "globalPrivacyControl",
    "Do Not Track": "doNotTrack",
}


def traces(visitor: Visitor, mark: str) -> int:
    """How many events have a mark in what was told."""
    ((count,),) = visitor.server.query(
        "select count(*) from events where data like :mark", mark=f"%{mark}%"
    )
    return int(count)


def kept(visitor: Visitor) -> list[str]:
    """What the client keeps in this browser: cookies and stored keys."""
    cookies = [each.get("name", "") for each in visitor.context.cookies(visitor.address)]
    stored: list[str] = visitor.page.evaluate("Object.keys(localStorage)")
    return [each for each in cookies + stored if each.startswith("hello_")]


def measuring(visitor: Visitor, name: str) -> None:
    """Press the shop's switch, at the bottom of each page."""
    visitor.page.locator("#strip summary").click()
    visitor.page.get_by_role("button", name=name).click()


def test_who_refuses_leaves_nothing_here_or_there(visitor: Visitor) -> None:
    visitor.open()
    visitor.arrives("session.started", "page.viewed")
    session, mark = visitor.session, uuid4().hex
    measuring(visitor, "Stop telling Footfall")
    assert kept(visitor) == []
    for path in (f"/?utm_source={mark}&utm_medium=email", f"/products/chilli-lights?{mark}"):
        visitor.open(path)
        visitor.is_answered()
        assert kept(visitor) == []
    answer = visitor.page.evaluate("Hellotext.track('page.viewed')")
    assert (answer["failed"], answer["data"]["errors"][0]["type"]) == (True, "not_allowed")
    visitor.arrives("session.started", "page.viewed", session=session)
    assert traces(visitor, mark) == 0


def test_who_agrees_again_is_somebody_new(visitor: Visitor) -> None:
    visitor.open()
    visitor.arrives("session.started", "page.viewed")
    before = visitor.session
    measuring(visitor, "Stop telling Footfall")
    visitor.page.reload()
    measuring(visitor, "Tell Footfall again")
    visitor.open("/cart")
    visitor.arrives("session.started", "page.viewed")
    assert visitor.session != before


def test_what_waits_for_consent_is_sent_when_it_is_given(guest: Visitor) -> None:
    guest.open('/?options={"consent":"required"}')
    guest.page.evaluate("void Hellotext.track('page.viewed', { metadata: { early: true } })")
    assert (guest.cookie("hello_session"), guest.sent) == (None, [])
    guest.page.evaluate("Hellotext.consent(true)")
    stored = guest.arrives("session.started", "page.viewed")
    assert stored[-1].data["metadata"] == {"early": True}


@pytest.mark.parametrize("signal", SIGNALS.values(), ids=SIGNALS.keys())
def test_a_browser_that_says_no_is_heard(
    browser: Browser, shop: DemoShop, server: Server, signal: str
) -> None:
    value: Any = '"1"' if signal == "doNotTrack" else "true"
    with visiting(browser, shop.url, server) as visitor:
        visitor.context.add_init_script(
            f"Object.defineProperty(Navigator.prototype, '{signal}', {{ get: () => {value} }})"
        )
        mark = uuid4().hex
        visitor.page.close()
        visitor.page = visitor.tab()
        visitor.open(f"/products/chilli-lights?utm_source={mark}&utm_medium=email")
        visitor.is_answered()
        assert (kept(visitor), visitor.sent) == ([], [])
        assert traces(visitor, mark) == 0
