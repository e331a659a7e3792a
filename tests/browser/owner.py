"""A shop owner at the dashboard in a real browser, with some of everything to look at."""

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from playwright.sync_api import Browser, BrowserContext, Page

from tests.dashboard.somebody import PASSWORD, first_link
from tests.server import Server

PAGES = ["overview", "live", "start", "tokens", "settings", "members", "audit"]


class Owner:
    """One tab of somebody who is logged in.

    Attributes:
        complaints: what the browser's console said.
        strange: addresses asked for that are not the server's; they were not let through.
    """

    def __init__(self, context: BrowserContext, server: Server) -> None:
        self.server = server
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.strange: list[str] = []
        self.home = ""
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        context.route(lambda url: not url.startswith(server.url + "/"), self._turn_away)

    def _turn_away(self, route: Any) -> None:
        self.strange.append(route.request.url)
        route.abort()

    def join(self, *, business: str = "Small Things") -> None:
        """Make the owner's account with the link that the server printed."""
        self.page.goto(first_link(self.server))
        for field, text in {
            "name": "Ana López",
            "email": "ana@shop.example",
            "password": PASSWORD,
            "business": business,
            "currency": "UYU",
            "timezone": "America/Montevideo",
        }.items():
            self.page.fill(f"#{field}", text)
        self.page.get_by_role("button", name="Make the account").click()
        self.page.wait_for_url("**/start")
        self.home = self.page.url.removesuffix("/start")

    def open(self, page: str) -> Page:
        """Open a page of the business."""
        self.page.goto(f"{self.home}/{page}")
        return self.page

    @property
    def secret(self) -> str:
        """What the page shows this once."""
        return self.page.locator(".secret code").inner_text()


@contextmanager
def owning(browser: Browser, server: Server) -> Iterator[Owner]:
    """Somebody with a browser of their own."""
    context = browser.new_context(viewport={"width": 1280, "height": 860}, locale="en-GB")
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    yield Owner(context, server)
    context.close()


def track(server: Server, token: str, **changes: Any) -> httpx.Response:
    """Track an event in a session of its own."""
    event = {
        "action": "page.viewed",
        "session": str(uuid.uuid4()),
        "url": "https://shop.example/",
        **changes,
    }
    return httpx.post(
        f"{server.url}/v1/attribution/events",
        json=event,
        headers={"Authorization": f"Bearer {token}"},
    )


def fill_shop(server: Server) -> None:
    """Track some of everything, refusals too."""
    names = ["Canvas bag", "Enamel mug", "White hanging heart t-light holder"]
    for number in range(24):
        name = names[number % 3]
        price = {"amount": "1249.50", "currency": "UYU"}
        product = {"reference": str(number % 3), "name": name, "price": price}
        match number % 4:
            case 0:
                track(server, server.token, url=f"https://shop.example/{number}")
            case 3 if number % 8 == 3:
                track(server, server.token, action="prodct.viewed", object_parameters=product)
            case 1:
                track(server, server.token, action="product.viewed", object_parameters=product)
            case _:
                track(
                    server,
                    server.token,
                    action="product.purchased",
                    object_parameters=product,
                    metadata={"coupon": "SPRING"},
                )


def links_of(owner: Owner) -> list[str]:
    """Return the addresses of an event and of a refusal."""
    html = owner.open("live").content()
    events = re.findall(r'href="[^"]*/(live/events/[^"]+)"', html)
    refusals = re.findall(r'href="[^"]*/(live/refusals/[^"]+)"', html)
    return [events[0], refusals[0]]
