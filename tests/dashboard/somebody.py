"""Somebody with a browser that only knows HTTP: keeps cookies, sends forms as pages give them."""

import itertools
import re
from typing import Any, Self

import httpx

from tests.server import Server

PASSWORD = "correct horse battery"
_hosts = itertools.count(1)
CSRF = re.compile(r'name="csrf" value="([0-9a-f]{64})"')
SECRET = re.compile(r'<div class="secret".*?<code>(.*?)</code>', re.DOTALL)


def first_link(server: Server) -> str:
    """Return the link that the server printed last."""
    links: list[str] = re.findall(r"http\S+/dashboard/join/\S+", server.printed)
    return links[-1]


class Somebody:
    """A browser without a script."""

    def __init__(self, server: Server) -> None:
        self._server = server
        # Each from an address of its own, as a proxy tells it: guesses are counted by address.
        address = {"X-Forwarded-For": f"203.0.113.{next(_hosts) % 250}"}
        self.client = httpx.Client(
            base_url=server.url, headers=address, follow_redirects=True, timeout=30
        )
        self.page = httpx.Response(200)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def open(self, path: str) -> httpx.Response:
        """Load a page."""
        self.page = self.client.get(path)
        return self.page

    def submit(self, path: str, **fields: Any) -> httpx.Response:
        """Send a form of the page that is open."""
        found = CSRF.search(self.page.text)
        token = found[1] if found else ""
        self.page = self.client.post(path, data={"csrf": token, **fields})
        return self.page

    def join(self, link: str, email: str, **more: str) -> httpx.Response:
        """Make an account with a link, if the link still opens its page."""
        path = link.removeprefix(self._server.url)
        if not self.open(path).is_success:
            return self.page
        return self.submit(path, name="Ana", email=email, password=PASSWORD, **more)

    def log_in(self, email: str, password: str = PASSWORD) -> httpx.Response:
        """Fill in the form of the login page."""
        self.open("/dashboard/login")
        return self.submit("/dashboard/login", email=email, password=password)

    @property
    def home(self) -> str:
        """The path of the business whose page is open."""
        return "/".join(self.page.url.path.split("/")[:3])

    @property
    def secret(self) -> str:
        """What the page shows this once."""
        found = SECRET.search(self.page.text)
        assert found is not None
        return found[1]
