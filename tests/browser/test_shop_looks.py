"""The demo shop can be read, reached and used by anybody: any width, either theme, keys alone."""

from tests.browser.chromium import needs_chromium
from tests.browser.contrast import CONTRAST
from tests.browser.visitor import Visitor

pytestmark = needs_chromium

WIDTHS = [320, 390, 768, 1280]
PAGES = ["/", "/products/chilli-lights", "/cart", "/login", "/journey", "/orders/none"]
TEXTS = [
    "h1",
    ".lead",
    ".hint",
    ".price",
    ".button",
    ".bar a",
    ".foot p",
    ".latest",
    ".step-meaning",
]
TEXTS += [".raw summary", ".chip", ".problem", ".person-name", ".facts dt", ".small"]  # fmt: skip

FOCUSED = """
    document.activeElement.matches("a, button") ? document.activeElement.textContent : ""
"""


def with_a_past(visitor: Visitor) -> Visitor:
    """Somebody whose pages have something on them."""
    visitor.put_into_basket("regency-cakestand-3-tier")
    visitor.log_in("Ben Okafor")
    visitor.is_answered()
    return visitor


def test_every_page_can_be_read_in_both_themes(visitor: Visitor) -> None:
    with_a_past(visitor)
    for path in PAGES:
        visitor.open(path)
        visitor.page.locator("#strip summary").click()
        for scheme in ("light", "dark"):
            visitor.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            for element in visitor.page.locator(", ".join(TEXTS)).all()[:40]:
                if element.is_visible():
                    ratio = element.evaluate(CONTRAST)
                    assert ratio >= 4.5, (path, scheme, element.inner_text())


def test_no_page_scrolls_sideways(visitor: Visitor) -> None:
    with_a_past(visitor)
    for path in PAGES:
        visitor.open(path)
        visitor.page.evaluate(
            "document.querySelectorAll('details').forEach((each) => { each.open = true })"
        )
        for width in WIDTHS:
            visitor.page.set_viewport_size({"width": width, "height": 800})
            assert visitor.page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_every_field_and_button_has_a_name(visitor: Visitor) -> None:
    with_a_past(visitor)
    for path in PAGES:
        visitor.open(path)
        nameless = visitor.page.evaluate(
            "[...document.querySelectorAll('input:not([type=hidden]), button, a')]"
            ".filter((each) => !(each.labels?.length || each.textContent.trim()))"
            ".map((each) => each.outerHTML)"
        )
        assert nameless == [], path
        assert visitor.page.locator("h1").count() == 1


def test_a_purchase_takes_no_more_than_keys(visitor: Visitor) -> None:
    visitor.open()
    keys = visitor.page.keyboard
    keys.press("Tab")
    assert visitor.page.evaluate("document.activeElement.textContent") == "Skip to content"
    keys.press("Enter")
    assert visitor.page.evaluate("document.activeElement.id") == "content"
    for name, url in (
        ("Jumbo bag red retrospot", "**/products/*"),
        ("Put into the basket", "**/cart"),
        ("Buy", "**/orders/*"),
    ):
        while name not in visitor.page.evaluate(FOCUSED):
            keys.press("Tab")
            assert visitor.page.evaluate("document.activeElement !== document.body"), name
        outline = visitor.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid", name
        keys.press("Enter")
        visitor.page.wait_for_url(url)
        visitor.page.locator("#content").focus()
    visitor.is_answered()
    told = ["page.viewed"] * 4 + ["product.viewed", "cart.added", "order.placed"]
    visitor.arrives("session.started", *told)


def test_the_strip_says_what_was_sent_and_answered(visitor: Visitor) -> None:
    visitor.open()
    visitor.is_answered()
    visitor.page.locator("#strip summary").click()
    strip = visitor.page.locator("#told")
    assert '"action": "page.viewed"' in strip.inner_text()
    assert '"status": "received"' in strip.inner_text()
    visitor.put_into_basket("chilli-lights")
    reference = visitor.buy()
    visitor.page.locator("#strip summary").click()
    assert f'"event_id": "{reference}-placed"' in strip.inner_text()
    assert '"state": "ok"' in strip.inner_text()
    assert visitor.server.token not in visitor.page.content()
