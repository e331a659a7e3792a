"""Pages that change their address without loading tell of each view by themselves."""

from tests.browser.chromium import needs_chromium
from tests.browser.visitor import Visitor

pytestmark = needs_chromium

VIEWS = '/first?options={"autoPageViews":true}'


def paths(visitor: Visitor, count: int) -> list[str]:
    stored = visitor.arrives("session.started", *["page.viewed"] * count)
    return [each.data["page"]["path"] for each in stored if each.action == "page.viewed"]


def test_each_new_address_is_one_view(guest: Visitor) -> None:
    guest.open(VIEWS)
    assert paths(guest, 1) == ["/first"]
    guest.page.evaluate("document.title = 'Second'; history.pushState({}, '', '/second')")
    assert paths(guest, 2) == ["/first", "/second"]
    guest.page.evaluate("history.replaceState({}, '', '/third')")
    assert paths(guest, 3)[-1] == "/third"
    guest.page.go_back()
    assert paths(guest, 4)[-1] == "/first"


def test_the_same_address_again_is_no_view(guest: Visitor) -> None:
    guest.open(VIEWS)
    guest.page.evaluate("for (let i = 0; i < 5; i++) history.pushState({}, '', location.href)")
    guest.page.evaluate("location.hash = 'reviews'")
    guest.page.evaluate("history.pushState({}, '', '/second')")
    assert paths(guest, 2) == ["/first", "/second"]
    assert guest.complaints == []
