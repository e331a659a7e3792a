"""Crawlers on public endpoints: labelled, kept, and never mistaken for the shop's own programs."""

import subprocess
import sys
from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall.domain.bots import is_bot
from tests.scene import EVENTS, Scene

GOOGLE = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
BROWSERS = [
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/124.0.0.0 Safari/537.36",
    f"Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) {WEBKIT} Version/17.4 Mobile/15E148",
    "Mozilla/5.0 (X11; Linux x86_64; rv:125.0) Gecko/20100101 Firefox/125.0",
    "Shop/1 CFNetwork/1494.0.7 Darwin/23.4.0",
]
PLUGIN = "WordPress/6.5; https://shop.example"


@pytest.mark.parametrize(
    "user_agent", [GOOGLE, "facebookexternalhit/1.1", "Mozilla/5.0 HeadlessChrome/124.0", "GPTBot"]
)
def test_crawlers_are_known(user_agent: str) -> None:
    assert is_bot(user_agent.encode())


@pytest.mark.parametrize("user_agent", [*BROWSERS, PLUGIN, "okhttp/4.12.0", ""])
def test_browsers_apps_and_the_shops_plugin_are_none(user_agent: str) -> None:
    assert not is_bot(user_agent.encode())
    assert not is_bot(None)


@given(user_agent=st.binary(max_size=2000))
def test_whatever_is_sent_as_a_user_agent_is_answered(user_agent: bytes) -> None:
    assert is_bot(user_agent) is is_bot(user_agent[:512])


def test_a_server_that_no_page_calls_never_reads_the_list() -> None:
    program = "import sys, footfall.app, footfall.ingest.asgi; print(*sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert "crawleruseragents" not in ran.stdout.split()


def track(scene: Scene, path: str, user_agent: str, token: str) -> dict[str, Any]:
    """The event that a request with this header made."""
    session = str(uuid4())
    told = {"action": "page.viewed", "session": session, "url": "/mugs"}
    headers = {"Authorization": f"Bearer {token}", "User-Agent": user_agent}
    answer = httpx.post(scene.server.url + path, json=told, headers=headers)
    assert answer.status_code in (200, 201), answer.text
    listed = scene.client.get(EVENTS, params={"session": session}).json()["data"]
    assert len(listed) == 1
    event: dict[str, Any] = listed[0]
    return event


@pytest.mark.parametrize("path", ["/v1/track/events", "/v1/public/acks"])
def test_events_of_crawlers_are_kept_and_labelled(scene: Scene, path: str) -> None:
    assert track(scene, path, GOOGLE, scene.server.business_id)["bot"] is True
    for user_agent in (BROWSERS[0], PLUGIN):
        event = track(scene, path, user_agent, scene.server.business_id)
        assert (event["bot"], event["ahead_of_clock"]) == (False, False)


@pytest.mark.parametrize("path", ["/v1/track/events", "/v1/public/acks", EVENTS])
def test_nothing_sent_with_a_private_token_is_labelled(scene: Scene, path: str) -> None:
    assert track(scene, path, GOOGLE, scene.server.token)["bot"] is False
