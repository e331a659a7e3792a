"""Somebody at a browser, and what the store has of them.

What a test claims it reads from the database, not from the page: a page may only think that it sent
something.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from playwright.sync_api import Browser, BrowserContext, Page, Request

from footfall.domain.actions import BUILT_IN, OWN
from tests.durability.conditions import until
from tests.server import Server

AGENT = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/142.0.0.0 Safari/537.36"
)
"""Chromium's own name says that it is headless, which counts as a bot."""

LIMIT_S = 20.0
_NAMES = {each.id: name for name, each in (BUILT_IN | OWN).items()}
_EVENTS = """
    select e.action_id, e.profile_id, e.tracked_at, e.received_at, e.flags, e.data
    from events e join sessions s on s.id = e.session_id
    where s.text = :session order by e.id
"""

WATCH_POLICY = """
    window.violations = [];
    addEventListener("securitypolicyviolation", (each) => violations.push(each.violatedDirective));
"""


class Stored(NamedTuple):
    """An event as the store has it."""

    action: str
    profile_row: int | None
    tracked_at: int | None
    received_at: int
    flags: int
    data: dict[str, Any]


class Visitor:
    """A browser without a past, at a shop.

    Attributes:
        complaints: errors of scripts, and what the console said.
        sent: requests to the server that were answered and change something, by path.
        keys: the event's own id in each of them, empty where there is none.
    """

    def __init__(self, context: BrowserContext, address: str, server: Server) -> None:
        self.context = context
        self.address = address
        self.server = server
        self.complaints: list[str] = []
        self.sent: list[str] = []
        self.keys: list[str] = []
        context.add_init_script(WATCH_POLICY)
        context.on("page", self._watch)
        context.on("requestfinished", self._note)
        self.page = context.new_page()

    def open(self, path: str = "/", page: Page | None = None) -> Page:
        """Open a page of the shop, in the first tab or another."""
        page = page or self.page
        page.goto(self.address + path)
        return page

    def tab(self) -> Page:
        """Another tab of the same browser."""
        return self.context.new_page()

    def cookie(self, name: str) -> str | None:
        """What a cookie holds, if there is one."""
        found = {each.get("name"): each.get("value") for each in self.context.cookies(self.address)}
        return found.get(name)

    @property
    def session(self) -> str:
        """The session in this browser's cookie; tabs take turns at beginning one."""
        until(lambda: self.cookie("hello_session") is not None, "a session begins", LIMIT_S)
        found = self.cookie("hello_session")
        assert found is not None
        return found

    def events(self, *, session: str | None = None) -> list[Stored]:
        """The events of this browser's session, in the order of their arrival."""
        rows = self.server.query(_EVENTS, session=session or self.session)
        return [
            Stored(_NAMES[action], profile, tracked, received, flags, json.loads(data or "{}"))
            for action, profile, tracked, received, flags, data in rows
        ]

    def actions(self, *, session: str | None = None) -> list[str]:
        """What was done in this browser's session."""
        return [each.action for each in self.events(session=session)]

    def arrives(self, *actions: str, session: str | None = None) -> list[Stored]:
        """Wait until these are the events of the session, and no others; return them."""
        wanted = sorted(actions)
        text = session or self.session
        seen: list[list[str]] = [[]]

        def is_so() -> bool:
            seen[0] = sorted(self.actions(session=text))
            return seen[0] == wanted

        try:
            until(is_so, str(wanted), LIMIT_S)
        except AssertionError as problem:
            raise AssertionError(f"stored are {seen[0]}, not {wanted}") from problem
        return self.events(session=text)

    def owner(self) -> int | None:
        """The row of whose session this is."""
        ((row,),) = self.server.query(
            "select profile_id from sessions where text = :session", session=self.session
        )
        return None if row is None else int(row)

    def log_in(self, name: str) -> None:
        """Log in as one of the shop's customers."""
        self.open("/login")
        self.page.get_by_role("button", name=name).click()
        self.page.wait_for_url("**/journey")

    def put_into_basket(self, slug: str) -> None:
        """Look at a product and take one."""
        self.open(f"/products/{slug}")
        self.page.get_by_role("button", name="Put into the basket").click()
        self.page.wait_for_url("**/cart")

    def buy(self) -> str:
        """Buy what is in the basket; return the order's reference."""
        self.open("/cart")
        self.page.get_by_role("button", name="Buy").click()
        self.page.wait_for_url("**/orders/*")
        return self.page.url.rpartition("/")[2]

    def is_answered(self, page: Page | None = None) -> None:
        """Wait until the page knows what became of all that it sent."""
        self.waits(
            "!!document.querySelector('#told .exchange') && "
            "![...document.querySelectorAll('#told [data-is=outcome]')]"
            ".some((each) => each.textContent === 'on its way')",
            page,
        )

    def waits(self, condition: str, page: Page | None = None) -> None:
        """Wait until something holds in a page; its policy forbids Playwright's own way."""
        looked_at = page or self.page
        until(lambda: bool(looked_at.evaluate(condition)), condition, LIMIT_S)

    def violations(self) -> list[str]:
        """What the page's policy forbade."""
        found: list[str] = self.page.evaluate("window.violations")
        return found

    def _watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda message: self._hear(message.text))

    def _hear(self, text: str) -> None:
        # That is the browser's own note of a refusal; the page is told of it properly.
        if not text.startswith("Failed to load resource"):
            self.complaints.append(text)

    def _note(self, request: Request) -> None:
        if request.method == "POST" and request.url.startswith(self.server.url):
            self.sent.append(request.url.removeprefix(self.server.url).partition("?")[0])
            self.keys.append(json.loads(request.post_data or "{}").get("event_id", ""))


@contextmanager
def visiting(browser: Browser, address: str, server: Server, **options: Any) -> Iterator[Visitor]:
    """A new visitor, gone at the end."""
    context = browser.new_context(user_agent=AGENT, **options)
    try:
        yield Visitor(context, address, server)
    finally:
        context.close()
