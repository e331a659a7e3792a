"""The reference page in a real browser that can reach nothing but the server itself."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.browser.chromium import needs_chromium
from tests.browser.contrast import CONTRAST
from tests.server import Server

PAGES = ["/docs", "/docs/errors"]

pytestmark = needs_chromium


class Visit:
    """A page with a diary of what it asked for and complained about."""

    def __init__(self, page: Page, server: Server) -> None:
        self.page = page
        self.asked: list[str] = []
        self.refused: list[str] = []
        self.complaints: list[str] = []
        self._address = server.url
        page.route("**/*", self._admit)
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def open(self, path: str) -> None:
        """Load a page and everything it needs."""
        answer = self.page.goto(self._address + path, wait_until="networkidle")
        assert answer is not None
        assert answer.ok

    def _admit(self, route: Route) -> None:
        url = route.request.url
        self.asked.append(url.removeprefix(self._address))
        if url.startswith(self._address + "/"):
            route.continue_()
        else:
            self.refused.append(url)
            route.abort()


@pytest.fixture
def visit(browser: Browser, server: Server) -> Iterator[Visit]:
    """A visit at the width of a desktop."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    yield Visit(page, server)
    page.close()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_needs_nothing_but_this_server(visit: Visit, path: str) -> None:
    visit.open(path)
    assert visit.refused == []
    assert visit.complaints == []
    assert "/docs/reference.css" in visit.asked
    assert visit.page.locator("h1").is_visible()


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_can_be_read_in_both_themes(visit: Visit, path: str, scheme: str) -> None:
    visit.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    visit.open(path)
    for selector in ("h1", ".lead", ".needs", "pre code", "main a", ".bar a"):
        for element in visit.page.locator(selector).all()[:3]:
            if element.is_visible():
                assert element.evaluate(CONTRAST) >= 4.5, selector


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("width", [320, 390, 768, 1100])
def test_a_page_never_scrolls_sideways(visit: Visit, path: str, width: int) -> None:
    visit.page.set_viewport_size({"width": width, "height": 800})
    visit.open(path)
    for details in visit.page.locator("details").all()[:20]:
        details.evaluate("element => { element.open = true }")
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width


def test_an_operation_is_one_step_from_the_contents(visit: Visit) -> None:
    visit.open("/docs")
    visit.page.locator(".frame > .contents a", has_text="Track many events").click()
    assert visit.page.url.endswith("#track_events")
    bar = visit.page.locator(".bar").bounding_box()
    title = visit.page.locator("#track_events h3").bounding_box()
    assert bar is not None
    assert title is not None
    # Not hidden behind the bar, and in view.
    assert bar["height"] <= title["y"] <= 400


def test_on_a_phone_the_contents_unfold(visit: Visit) -> None:
    visit.page.set_viewport_size({"width": 390, "height": 844})
    visit.open("/docs")
    assert not visit.page.locator(".frame > .contents").is_visible()
    link = visit.page.locator(".folded a", has_text="Track an event")
    assert not link.is_visible()
    visit.page.locator(".folded summary").click()
    link.click()
    assert visit.page.url.endswith("#track_event")


def test_the_keyboard_reaches_content_and_examples(visit: Visit) -> None:
    visit.open("/docs")
    visit.page.keyboard.press("Tab")
    assert visit.page.evaluate("document.activeElement.textContent") == "Skip to content"
    assert visit.page.locator(".skip").is_visible()
    visit.page.keyboard.press("Enter")
    assert visit.page.evaluate("document.activeElement.id") == "content"
    visit.page.locator("#track_event summary").first.focus()
    visit.page.keyboard.press("Enter")
    assert visit.page.locator("#track_event details[open]").count() == 1


def test_an_error_leads_to_its_explanation(visit: Visit) -> None:
    visit.open("/docs")
    visit.page.locator("#track_event .refusals a", has_text="parameter_missing").click()
    visit.page.wait_for_url("**/docs/errors#parameter_missing")
    assert visit.page.locator("#parameter_missing-title").is_visible()
    assert visit.refused == []
