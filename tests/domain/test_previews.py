"""A person is told from what only looks at an address."""

import pytest

from footfall.domain.previews import preview_of
from tests.api.shop import BROWSER

PEOPLE = [
    BROWSER,
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/126.0.0.0 Safari/537.36"
    ),
    "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0",
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/126.0.0.0 Safari/537.36 Avast/126.0.0.0"
    ),
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
        "Gecko) Mobile/15E148 Instagram 330.0.0.0"
    ),
    (
        "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 "
        "Chrome/126.0.0.0 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/470.0]"
    ),
]

PROGRAMS = {
    "WhatsApp/2.23.20.0 A": "crawler",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)": "crawler",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)": "crawler",
    "TelegramBot (like TwitterBot)": "crawler",
    "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)": "crawler",
    "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5": "crawler",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)": "crawler",
    "okhttp/4.12.0": "crawler",
    "WordPress/6.5; https://shop.example": "crawler",
    "curl/8.5.0": "crawler",
    "Mozilla/5.0 (compatible; Barracuda Sentinel (EE))": "scanner",
    "Mozilla/5.0 (Windows NT 10.0) Proofpoint URL Defense": "scanner",
    "Mimecast/1.0": "scanner",
    "Microsoft Office Existence Discovery": "scanner",
    "Mozilla/4.0 (compatible; ms-office; MSOffice 16)": "scanner",
    "Mail/3774 CFNetwork/1494.0.7 Darwin/23.4.0": "scanner",
}


@pytest.mark.parametrize("user_agent", PEOPLE)
def test_a_browser_in_somebodys_hands_is_a_person(user_agent: str) -> None:
    assert preview_of("GET", {b"user-agent": user_agent.encode()}) is None


@pytest.mark.parametrize(("user_agent", "label"), PROGRAMS.items())
def test_what_fetches_links_by_itself_is_none(user_agent: str, label: str) -> None:
    assert preview_of("GET", {b"user-agent": user_agent.encode()}) == label


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("purpose", "prefetch"),
        ("x-purpose", "preview"),
        ("x-purpose", "instant"),
        ("x-moz", "prefetch"),
        ("sec-purpose", "prefetch;prerender"),
        ("sec-purpose", "PREFETCH;anonymous-client-ip"),
    ],
)
def test_a_browser_that_looks_ahead_is_none(header: str, value: str) -> None:
    headers = {b"user-agent": BROWSER.encode(), header.encode(): value.encode()}
    assert preview_of("GET", headers) == "prefetch"


def test_who_asks_for_headers_only_or_says_nothing_of_itself_is_none() -> None:
    assert preview_of("HEAD", {b"user-agent": BROWSER.encode()}) == "head"
    assert preview_of("GET", {}) == "unnamed"
    assert preview_of("GET", {b"user-agent": b"  "}) == "unnamed"
