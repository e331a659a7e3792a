"""A page of another origin calls the endpoints for browsers, and no other."""

import http.server
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.chromium import needs_chromium
from tests.server import Server

pytestmark = needs_chromium

SESSION = "5f0d3b1e-7c7e-4c56-9c57-2e6d0b1f8a31"

CALL = """async ([url, credential, body, type]) => {
    const headers = { Authorization: `Bearer ${credential}`, "Content-Type": type, "X-Page": "1" };
    const sent = { method: "POST", headers, body: JSON.stringify(body), keepalive: true };
    try {
        const answer = await fetch(url, sent);
        return [answer.status, await answer.json()];
    } catch (problem) {
        return [0, {}];
    }
}"""


class _Shop(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """A page of a shop, on an origin of its own."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Shop) as shop:
        threading.Thread(target=shop.serve_forever, daemon=True).start()
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{shop.server_port}/")
        yield page
        page.close()
        shop.shutdown()


def call(page: Page, server: Server, path: str, body: dict[str, Any], credential: str) -> Any:
    return page.evaluate(CALL, [server.url + path, credential, body, "application/json"])


def test_it_tracks_with_the_public_id(page: Page, server: Server) -> None:
    told = {"action": "page.viewed", "session": SESSION, "page": {"url": "/"}}
    answer = call(page, server, "/v1/track/events", told, server.business_id)
    assert answer == [200, {"status": "received"}]
    stored = (
        "select count(*) from events e join sessions s on s.id = e.session_id where s.text = :text"
    )
    assert server.query(stored, text=SESSION) == [(1,)]


def test_it_begins_a_session(page: Page, server: Server) -> None:
    status, session = call(page, server, "/v1/track/sessions", {}, server.business_id)
    assert (status, len(session["id"])) == (201, 32)


def test_it_learns_what_was_wrong(page: Page, server: Server) -> None:
    status, answer = call(page, server, "/v1/track/events", {}, server.business_id)
    assert status == 422
    assert {error["type"] for error in answer["errors"]} >= {"parameter_missing"}


def test_it_reaches_no_private_endpoint_even_with_a_token(page: Page, server: Server) -> None:
    told = {"action": "page.viewed", "session": SESSION, "url": "/"}
    for path in ("/v1/attribution/events", "/v1/profiles"):
        assert call(page, server, path, told, server.token) == [0, {}]
