"""Opening a tracked link: who is recorded, with which session, and who is only sent on."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.shop import BROWSER, Shop, got, made, session_in
from tests.server import Server, serving

SALE = "https://shop.example/sale?color=blue&utm_source=x&hello_session=y#top"


@pytest.fixture(scope="module")
def visitor(module_server: Server) -> Iterator[httpx.Client]:
    """A person with a phone, who has no token."""
    with httpx.Client(base_url=module_server.url, headers={"User-Agent": BROWSER}) as client:
        yield client


def opened(visitor: httpx.Client, link: dict[str, Any], **headers: str) -> httpx.Response:
    answer = visitor.get(f"/l/{link['code']}", headers=headers)
    assert answer.status_code == 302, answer.text
    return answer


def clicks_of(shop: Shop, session: str | None) -> list[dict[str, Any]]:
    found = shop.client.get("/v1/attribution/events", params={"session": session or "-"})
    data: list[dict[str, Any]] = got(found)["data"]
    return data


def test_a_visitor_is_sent_on_with_a_session_and_where_they_come_from(
    shop: Shop, visitor: httpx.Client
) -> None:
    link = shop.link(destination=SALE, campaign="spring sale", medium="sms")
    answer = opened(visitor, link)
    session = session_in(answer.headers["location"])
    assert answer.headers["location"] == (
        f"https://shop.example/sale?color=blue&hello_session={session}&utm_source=hellotext"
        "&utm_medium=sms&utm_campaign=spring%20sale#top"
    )
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert answer.content == b""


def test_a_click_is_an_event_before_the_visitor_is_sent_on(
    shop: Shop, visitor: httpx.Client
) -> None:
    link = shop.link(destination=SALE, campaign="spring", medium="sms")
    answer = opened(visitor, link, Referer="https://mail.example/inbox")
    (event,) = clicks_of(shop, session_in(answer.headers["location"]))
    assert (event["action"], event["profile"], event["bot"]) == ("short_link.clicked", None, False)
    assert event["data"] == {
        "link": link["id"],
        "destination": SALE,
        "source": "hellotext",
        "medium": "sms",
        "campaign": "spring",
        "referrer": "https://mail.example/inbox",
    }
    told = got(shop.client.get(f"/v1/links/{link['id']}"))
    assert (told["clicks"], told["previews"]) == (1, 0)
    assert told["last_clicked_at"] == event["created_at"]


def test_every_visitor_of_a_link_for_all_is_somebody_else(
    shop: Shop, visitor: httpx.Client
) -> None:
    link = shop.link()
    sessions = {session_in(opened(visitor, link).headers["location"]) for _ in range(3)}
    assert len(sessions) == 3
    assert got(shop.client.get(f"/v1/links/{link['id']}"))["clicks"] == 3


def test_a_link_made_for_somebody_opens_their_session_whoever_opens_it(
    shop: Shop, visitor: httpx.Client
) -> None:
    profile = shop.profile()["id"]
    link = shop.link(profile=profile)
    sessions = {session_in(opened(visitor, link).headers["location"]) for _ in range(2)}
    (session,) = sessions
    assert got(shop.client.get(f"/v1/sessions/{session}"))["profile"] == profile
    told = {"action": "page.viewed", "url": "https://shop.example/", "session": session}
    visitor.post("/v1/track/events", json=told, params={"business": shop.business_id})
    history = got(shop.client.get(f"/v1/profiles/{profile}/events"))["data"]
    assert [each["action"] for each in history] == [
        "page.viewed",
        "short_link.clicked",
        "short_link.clicked",
    ]


def test_each_link_has_a_session_of_its_own(shop: Shop, visitor: httpx.Client) -> None:
    profile = shop.profile()["id"]
    sessions = [
        session_in(opened(visitor, shop.link(profile=profile)).headers["location"])
        for _ in range(2)
    ]
    assert len(set(sessions)) == 2


def test_the_session_of_a_deleted_person_is_given_to_nobody(
    shop: Shop, visitor: httpx.Client
) -> None:
    profile = shop.profile()["id"]
    link = shop.link(profile=profile)
    theirs = session_in(opened(visitor, link).headers["location"])
    got(shop.client.delete(f"/v1/profiles/{profile}"))
    session = session_in(opened(visitor, link).headers["location"])
    assert session not in (None, theirs)
    assert got(shop.client.get(f"/v1/sessions/{session}"))["profile"] is None


def test_who_is_not_to_be_tracked_is_sent_on_and_counted(shop: Shop, visitor: httpx.Client) -> None:
    first, other = shop.profile(first_name="A")["id"], shop.profile(first_name="B")["id"]
    link = shop.link(profile=other)
    got(shop.client.post(f"/v1/profiles/{first}/merge", json={"profile": other}))
    got(shop.client.post(f"/v1/profiles/{first}/suppress"))
    answer = opened(visitor, link)
    assert session_in(answer.headers["location"]) is None
    assert "utm_source=hellotext" in answer.headers["location"]
    told = got(shop.client.get(f"/v1/links/{link['id']}"))
    assert (told["clicks"], told["suppressed"]) == (0, 1)
    person = got(shop.client.get(f"/v1/profiles/{first}"))
    assert person["suppressed_events"] == 1
    assert got(shop.client.get(f"/v1/profiles/{first}/events"))["data"] == []


PREVIEWS = {
    "chat": ("GET", {"User-Agent": "WhatsApp/2.23.20.0 A"}),
    "scanner": ("GET", {"User-Agent": "Mozilla/5.0 (compatible; Barracuda Sentinel (EE))"}),
    "unnamed": ("GET", {"User-Agent": ""}),
    "prefetch": ("GET", {"Sec-Purpose": "prefetch"}),
    "head": ("HEAD", {}),
}


@pytest.mark.parametrize(("method", "headers"), PREVIEWS.values(), ids=PREVIEWS)
def test_what_only_looks_at_the_address_gets_no_session_and_is_no_click(
    shop: Shop, visitor: httpx.Client, method: str, headers: dict[str, str]
) -> None:
    profile = shop.profile()["id"]
    link = shop.link(destination=SALE, profile=profile)
    answer = visitor.request(method, f"/l/{link['code']}", headers=headers)
    assert answer.status_code == 302
    assert answer.headers["location"] == (
        "https://shop.example/sale?color=blue&utm_source=hellotext#top"
    )
    told = got(shop.client.get(f"/v1/links/{link['id']}/stats"))
    assert (told["clicks"], told["previews"], told["sessions"], told["days"]) == (0, 1, 0, [])
    assert got(shop.client.get(f"/v1/profiles/{profile}/events"))["data"] == []


@pytest.mark.parametrize("code", ["-", "nobody", "a" * 33, "%00", "%F0%9F%90%B1", "a%2Fb"])
def test_an_unknown_code_leads_to_a_page_of_ours(visitor: httpx.Client, code: str) -> None:
    answer = visitor.get(f"/l/{code}", params={"url": "https://evil.example/"})
    assert answer.status_code == 404
    assert "location" not in answer.headers
    if "%2F" not in code:
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "evil" not in answer.text
        assert "<script" not in answer.text


def test_a_code_is_told_in_its_capitals(shop: Shop, visitor: httpx.Client) -> None:
    link = shop.link()
    assert visitor.get(f"/l/{link['code'].swapcase()}").status_code == 404


def test_many_clicks_at_once_are_all_counted(shop: Shop, module_server: Server) -> None:
    links = [shop.link(), shop.link(profile=shop.profile()["id"])]
    with (
        httpx.Client(base_url=module_server.url, headers={"User-Agent": BROWSER}) as client,
        ThreadPoolExecutor(8) as pool,
    ):
        answers = list(pool.map(lambda n: opened(client, links[n % 2]), range(40)))
    sessions = [session_in(answer.headers["location"]) for answer in answers]
    assert (len(set(sessions[::2])), len(set(sessions[1::2]))) == (20, 1)
    for link in links:
        told = got(shop.client.get(f"/v1/links/{link['id']}/stats"))
        assert (told["clicks"], told["days"][0]["clicks"]) == (20, 20)


def test_a_test_sides_links_are_its_own(shop: Shop, module_server: Server) -> None:
    command = ("token", "create", "--test", "--business", shop.business_id, "--name", "t")
    printed = module_server.command(*command, "--json").stdout
    token = httpx.Response(200, text=printed).json()["token"]
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=module_server.url, headers=headers) as client:
        link = made(client.post("/v1/links", json={"destination": SALE}))
        session = session_in(
            client.get(f"/l/{link['code']}", headers={"User-Agent": BROWSER}).headers["location"]
        )
        assert len(clicks_of(Shop("", client), session)) == 1
    answer = shop.client.get("/v1/attribution/events", params={"session": session})
    assert answer.status_code == 422
    assert module_server.command("business", "wipe-test", shop.business_id, "--yes").returncode == 0
    assert shop.client.get(f"/l/{link['code']}").status_code == 404


def test_the_address_and_the_names_of_the_session_can_be_set(tmp_path: Path) -> None:
    settings = {
        "FOOTFALL_LINK_URL": "https://go.shop.example/",
        "FOOTFALL_LINK_SESSION_ALSO": "hellotext_session",
    }
    with serving(f"sqlite:///{tmp_path / 'f.db'}", tmp_path, settings) as server:
        link = made(server.client.post("/v1/links", json={"destination": "https://a.example"}))
        assert link["url"] == f"https://go.shop.example/{link['code']}"
        answer = server.client.get(f"/l/{link['code']}", headers={"User-Agent": BROWSER})
        session = session_in(answer.headers["location"])
        assert f"&hellotext_session={session}&" in answer.headers["location"]


def test_an_address_that_opens_too_many_is_told_so_on_a_page(tmp_path: Path) -> None:
    settings = {"FOOTFALL_RATE_ADDRESS_PER_MINUTE": "1", "FOOTFALL_TRUSTED_PROXIES": "10.0.0.1"}
    with serving(f"sqlite:///{tmp_path / 'f.db'}", tmp_path, settings) as server:
        link = made(server.client.post("/v1/links", json={"destination": "https://a.example"}))
        answers = [
            httpx.get(f"{server.url}/l/{link['code']}", headers={"User-Agent": BROWSER})
            for _ in range(2)
        ]
    assert [answer.status_code for answer in answers] == [302, 429]
    assert answers[1].headers["content-type"] == "text/html; charset=utf-8"
    assert int(answers[1].headers["retry-after"]) > 0
