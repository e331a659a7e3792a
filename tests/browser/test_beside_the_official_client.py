"""Footfall's client and the official one on one site: each goes on with what the other began.

The official package is in no index that this project is locked to. So its part is played: the
cookies it writes and reads, and the requests it makes (contract 5.8 and 8.2).
"""

import json
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from tests.browser.chromium import needs_chromium
from tests.browser.visitor import Visitor

pytestmark = needs_chromium

SESSION = str(uuid4())
UTM = {"source": "google", "medium": "cpc", "campaign": "c"}

OFFICIAL_TRACK = """async ([root, business]) => {
  const cookies = Object.fromEntries(document.cookie.split("; ").map((each) => {
    const [name, ...value] = each.split("=");
    return [name, value.join("=")];
  }));
  const id = cookies.hello_user_id;
  const answer = await fetch(`${root}/v1/track/events`, {
    method: "POST",
    keepalive: true,
    headers: {
      Authorization: `Bearer ${business}`,
      Accept: "application/json",
      "Content-Type": "application/json",
    },
    body: JSON.stringify({
      session: cookies.hello_session,
      user_parameters: id ? { id, source: cookies.hello_user_source } : {},
      action: "page.viewed",
      page: { url: location.href, title: document.title, path: location.pathname },
      utm_params: JSON.parse(cookies.hello_utm ?? "{}"),
    }),
  });
  return [answer.status, await answer.json()];
}"""


def official_cookies(visitor: Visitor, **more: str) -> None:
    """Set what hellotext.js 2.5.5 leaves behind on a first visit by a campaign."""
    left = {
        "hello_session": SESSION,
        "hello_session_ack_at": "2026-03-01T09:30:00.010Z",
        "hello_utm": json.dumps(UTM, separators=(",", ":")),
        **more,
    }
    visitor.open()
    for name, value in left.items():
        cookie = f"{name}={value}; path=/; max-age=315360000; SameSite=Lax"
        visitor.page.evaluate("(text) => { document.cookie = text }", cookie)


def official_track(visitor: Visitor) -> Any:
    return visitor.page.evaluate(OFFICIAL_TRACK, [visitor.server.url, visitor.server.business_id])


def test_ours_goes_on_with_a_session_that_the_official_one_began(guest: Visitor) -> None:
    official_cookies(guest, hello_user_id="user_1", hello_user_source="shopify")
    assert official_track(guest) == [200, {"status": "received"}]
    guest.open("/?options={}")
    guest.page.evaluate("Hellotext.track('page.viewed')")
    theirs, ours = guest.arrives("page.viewed", "page.viewed", session=SESSION)
    assert guest.page.evaluate("Hellotext.session") == guest.session == SESSION
    for each in (theirs, ours):
        assert each.data["utm_params"].items() >= UTM.items()
        assert each.data["user_parameters"] == {"id": "user_1", "source": "shopify"}


def test_the_official_one_goes_on_with_a_session_that_ours_began(guest: Visitor) -> None:
    guest.open(f"/?options={quote('{}')}&utm_source=google&utm_medium=cpc&utm_campaign=c")
    guest.page.evaluate("Hellotext.identify('user_2', { source: 'shopify' })")
    guest.page.evaluate("Hellotext.track('page.viewed')")
    assert official_track(guest) == [200, {"status": "received"}]
    _, ours, theirs = guest.arrives("session.started", "page.viewed", "page.viewed")
    assert theirs.data["utm_params"].items() >= UTM.items()
    assert theirs.data["user_parameters"] == ours.data["user_parameters"]
    assert guest.owner() is not None


def test_a_word_that_the_official_one_leaves_for_no_session_is_none(guest: Visitor) -> None:
    guest.open()
    guest.page.evaluate("document.cookie = 'hello_session=undefined; path=/'")
    guest.open("/?options={}")
    guest.page.evaluate("Hellotext.track('page.viewed')")
    guest.arrives("session.started", "page.viewed")
    assert guest.session not in ("undefined", SESSION)
