"""The dashboard in a real browser that can reach nothing but the server: each page's main task."""

import re
import shutil
import subprocess
import time
from collections.abc import Iterator

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, expect

from tests.browser.chromium import needs_chromium
from tests.browser.owner import PAGES, Owner, fill_shop, links_of, owning, track
from tests.server import Server

RUNS = {
    "curl": "curl",
    "Python": "python3",
    "Ruby": "ruby",
    "JavaScript": "node",
    "PHP": "php",
}

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def owner(browser: Browser, server: Server) -> Iterator[Owner]:
    """The owner, who has just made the account: the tests of this module go on from there."""
    with owning(browser, server) as somebody:
        somebody.join()
        yield somebody


@pytest.fixture(autouse=True)
def content(owner: Owner) -> Iterator[None]:
    """After each test the browser has complained of nothing and asked nobody else."""
    owner.complaints.clear()
    yield
    assert owner.complaints == []
    assert owner.strange == []


def test_a_first_event_is_one_paste_away_and_turns_the_page_green(owner: Owner) -> None:
    page = owner.open("start")
    if page.locator(".secret code").count() == 0:
        page.get_by_role("button", name="Put a new token").click()
    expect(page.locator(".secret code")).to_contain_text("ALK_")
    for number, (language, program) in enumerate(RUNS.items(), 1):
        if shutil.which(program) is None:
            continue
        page.locator(f"label[for=tab-{number}]").click()
        page.locator(f".tab:nth-of-type({number}) [data-copy]").click()
        command = page.evaluate("navigator.clipboard.readText()")
        pasted = subprocess.run(
            ["bash", "-c", command], capture_output=True, text=True, check=True, timeout=60
        )
        assert '{"state":"ok"}' in pasted.stdout, language
    expect(page.locator("#state")).to_contain_text("product.purchased", timeout=10_000)
    expect(page.locator("#state")).to_have_class(re.compile("is-good"))


def test_a_token_is_made_used_rotated_and_revoked(owner: Owner, server: Server) -> None:
    page = owner.open("tokens")
    page.get_by_text("New token", exact=True).click()
    page.fill("#name", "Point of sale")
    page.get_by_role("button", name="Make the token").click()
    expect(page.locator(".secret code")).to_contain_text("ALK_")
    first = owner.secret
    assert track(server, first).status_code == 201
    # Loading the page again makes nothing and shows nothing.
    page.reload()
    expect(page.locator(".secret")).to_have_count(0)
    expect(page.locator("tbody tr", has_text="Point of sale")).to_have_count(1)

    page.locator("summary", has_text="Rotate Point of sale").click()
    page.locator(".act[open] button").click()
    expect(page.locator(".secret code")).not_to_contain_text(first)
    second = owner.secret
    assert track(server, first).status_code == track(server, second).status_code == 201

    page.once("dialog", lambda dialog: dialog.accept())
    row = page.locator("tbody tr", has_text=second[:8])
    row.get_by_role("button", name="Revoke").click()
    expect(page.locator("tbody tr", has_text=second[:8])).to_contain_text("revoked")
    until = time.monotonic() + 1
    while track(server, second).status_code != 401:
        assert time.monotonic() < until
    assert track(server, first).status_code == 201


def test_events_and_refusals_show_by_themselves_and_open(owner: Owner, server: Server) -> None:
    page = owner.open("live?text=by-itself")
    expect(page.locator(".empty")).to_be_visible()
    track(server, server.token, url="https://shop.example/by-itself")
    line = page.locator(".feed li").first
    expect(line).to_contain_text("page.viewed", timeout=10_000)
    expect(page.locator(".empty")).to_be_hidden()

    page.get_by_role("button", name="Pause").click()
    track(server, server.token, action="prodct.viewed", url="https://shop.example/by-itself")
    page.wait_for_timeout(2500)
    expect(page.locator(".feed li")).to_have_count(1)
    page.get_by_role("button", name="Go on").click()
    expect(page.locator(".feed li")).to_have_count(2, timeout=10_000)

    page.select_option("[name=outcome]", "refused")
    expect(page.locator(".feed li")).to_have_count(1)
    assert "outcome=refused" in page.url
    page.locator(".feed a").first.click()
    expect(page.locator(".reasons")).to_contain_text("prodct.viewed")
    page.go_back()
    expect(page.locator("[name=outcome]")).to_have_value("refused")
    expect(page.locator(".feed li")).to_have_count(1)


def test_what_anybody_may_send_runs_nowhere(owner: Owner, server: Server) -> None:
    hostile = (
        "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>"
    )
    product = {"reference": hostile, "name": hostile, "price": {"amount": 1, "currency": "UYU"}}
    page = owner.open("live?text=onerror")
    # Once as a line that a script puts in, and once as part of a page.
    track(server, server.token, action="product.viewed", object_parameters=product)
    expect(page.locator(".feed li")).to_have_count(1, timeout=10_000)
    expect(page.locator(".feed .which")).to_contain_text("onerror")
    page.locator(".feed a").click()
    assert page.locator("main img").count() == 0
    assert page.title() != "taken"


def test_settings_are_saved(owner: Owner) -> None:
    page = owner.open("settings")
    page.fill("#name", "Smaller Things")
    page.fill("#origins", "https://shop.example")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".notice")).to_contain_text("Saved")
    expect(page.locator(".whose")).to_contain_text("Smaller Things")
    expect(owner.open("audit").locator("tbody tr").first).to_contain_text("business.changed")


def test_a_colleague_joins_by_a_link_and_only_looks(
    owner: Owner, browser: Browser, server: Server
) -> None:
    page = owner.open("members")
    page.get_by_role("button", name="Make a link").click()
    expect(page.locator(".secret code")).to_contain_text("/dashboard/join/")
    with owning(browser, server) as colleague:
        colleague.page.goto(owner.secret)
        for field, text in {"name": "Bo", "email": "bo@shop.example"}.items():
            colleague.page.fill(f"#{field}", text)
        colleague.page.fill("#password", "another sentence")
        colleague.page.get_by_role("button", name="Make the account").click()
        colleague.page.wait_for_url("**/start")
        colleague.home = owner.home
        tokens = colleague.open("tokens")
        expect(tokens.locator("tbody tr").first).to_be_visible()
        expect(tokens.get_by_role("button", name="Revoke")).to_have_count(0)
    expect(owner.open("members").locator("tbody")).to_contain_text("bo@shop.example")


def test_figures_of_a_period(owner: Owner, server: Server) -> None:
    assert track(server, server.token).status_code == 201
    page = owner.open("overview")
    page.get_by_role("link", name="Today").click()
    expect(page.locator(".figure").first).to_have_text(re.compile(r"\d"))
    (stored,) = server.query("select sum(stored) from ledger")
    # Nothing else sends while this test looks.
    assert page.locator(".figure").first.inner_text() == str(stored[0])
    page.get_by_text("The numbers").click()
    expect(page.locator(".numbers tbody tr")).to_have_count(24)


@pytest.fixture(scope="module")
def everything(owner: Owner, server: Server) -> list[str]:
    """Every page of a business, with something on each."""
    fill_shop(server)
    return [*PAGES, *links_of(owner), "../account"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(owner: Owner, everything: list[str], scheme: str) -> None:
    owner.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for page in everything:
        found = Axe().run(owner.open(page)).response["violations"]
        serious = [each for each in found if each["impact"] in ("serious", "critical")]
        told = [(each["id"], each["nodes"][0]["html"][:120]) for each in serious]
        assert told == [], page


@pytest.mark.parametrize("width", [320, 390, 768])
def test_no_page_scrolls_sideways(owner: Owner, everything: list[str], width: int) -> None:
    owner.page.set_viewport_size({"width": width, "height": 800})
    for page in everything:
        scrolled = owner.open(page).evaluate("document.documentElement.scrollWidth")
        assert scrolled <= width, page
    owner.page.set_viewport_size({"width": 1280, "height": 860})


def test_on_a_phone_every_page_is_in_reach(owner: Owner) -> None:
    owner.page.set_viewport_size({"width": 390, "height": 844})
    page = owner.open("overview")
    page.locator("nav.main").get_by_role("link", name="Live").click()
    page.wait_for_url("**/live")
    page.locator(".more > summary").click()
    page.locator(".panel").get_by_role("link", name="Audit log").click()
    page.wait_for_url("**/audit")
    owner.page.set_viewport_size({"width": 1280, "height": 860})


def test_the_keyboard_skips_to_the_content(owner: Owner) -> None:
    page = owner.open("tokens")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_a_page_weighs_little(owner: Owner, server: Server) -> None:
    page = owner.open("overview")
    names = page.evaluate("performance.getEntriesByType('resource').map(each => each.name)")
    files = [httpx.get(name, headers={"Accept-Encoding": "gzip"}) for name in names]
    bytes_sent = sum(int(answer.headers["content-length"]) for answer in files)
    assert bytes_sent + len(page.content()) < 100_000
