import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from footfall.domain.tokens import digest
from tests.cli.run import footfall, footfall_json
from tests.dashboard.conftest import OWNER, Shop
from tests.dashboard.somebody import PASSWORD, Somebody, first_link
from tests.server import serving

COOKIE = "footfall_session"


@pytest.fixture
def stranger(shop: Shop) -> Iterator[Somebody]:
    """A browser that is not logged in."""
    with Somebody(shop.server) as somebody:
        yield somebody


def test_the_first_link_names_the_business_and_leads_to_a_start(shop: Shop) -> None:
    page = shop.owner.open(shop.home + "/start")
    assert page.status_code == 200
    assert "Small Things" in page.text
    assert shop.server.query("select name, currency, timezone from businesses") == [
        ("Small Things", "UYU", "America/Montevideo")
    ]


def test_the_first_link_is_good_once(shop: Shop, stranger: Somebody) -> None:
    page = stranger.join(first_link(shop.server), "second@shop.example", business="Mine")
    assert page.status_code == 404
    assert "used up" in page.text
    assert shop.server.query("select count(*) from members where email like 'second%'") == [(0,)]


def test_no_link_is_printed_once_there_is_an_owner(sqlite_url: str, tmp_path: Path) -> None:
    with serving(sqlite_url, tmp_path / "data") as server:
        with Somebody(server) as owner:
            owner.join(first_link(server), OWNER, business="A", currency="USD", timezone="UTC")
        server.stop()
        before = len(server.printed)
        server.start()
        assert "/dashboard/join/" not in server.printed[before:]


def test_nothing_that_opens_the_door_is_kept_as_it_is(shop: Shop) -> None:
    (password,) = shop.server.query("select password from members where email = :e", e=OWNER)[0]
    assert password.startswith("$argon2id$")
    cookie = shop.owner.client.cookies[COOKIE]
    digests = [bytes(row[0]) for row in shop.server.query("select digest from web_sessions")]
    assert digest(cookie) in digests
    assert cookie.encode() not in digests


def test_a_login_leads_back_to_the_page_that_was_asked_for(shop: Shop, stranger: Somebody) -> None:
    page = stranger.open(f"{shop.home}/live?outcome=refused")
    assert page.url.path == "/dashboard/login"
    onward = re.search(r'name="next" value="([^"]*)"', page.text)
    assert onward is not None
    fields = {"email": " Owner@SHOP.example", "password": PASSWORD, "next": onward[1]}
    page = stranger.submit("/dashboard/login", **fields)
    assert str(page.url).endswith(f"{shop.home}/live?outcome=refused")


@pytest.mark.parametrize("onward", ["https://evil.example", "//evil.example", "/docs"])
def test_a_login_leads_nowhere_else(shop: Shop, stranger: Somebody, onward: str) -> None:
    stranger.open("/dashboard/login")
    page = stranger.submit("/dashboard/login", email=OWNER, password=PASSWORD, next=onward)
    assert page.url.path.startswith("/dashboard/")


def test_a_browser_gets_another_cookie_when_it_logs_in(shop: Shop, stranger: Somebody) -> None:
    stranger.open("/dashboard/login")
    before = stranger.client.cookies[COOKIE]
    stranger.log_in(OWNER)
    assert stranger.client.cookies[COOKIE] != before
    with httpx.Client(base_url=shop.server.url, cookies={COOKIE: before}) as thief:
        assert thief.get(shop.home + "/live").status_code == 303


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(
    shop: Shop, stranger: Somebody
) -> None:
    told = stranger.open("/dashboard/login").headers["set-cookie"]
    assert {"HttpOnly", "SameSite=lax", "Path=/dashboard"} <= set(told.split("; "))


def test_a_logout_ends_the_session_for_whoever_has_the_cookie(
    shop: Shop, stranger: Somebody
) -> None:
    stranger.log_in(OWNER)
    cookie = stranger.client.cookies[COOKIE]
    stranger.submit("/dashboard/logout")
    with httpx.Client(base_url=shop.server.url, cookies={COOKIE: cookie}) as thief:
        assert thief.get(shop.home + "/live").status_code == 303


def test_whether_there_is_an_account_shows_in_no_answer(shop: Shop, stranger: Somebody) -> None:
    known = stranger.log_in(OWNER, "wrong")
    unknown = stranger.log_in("nobody@shop.example", "wrong")
    assert known.status_code == unknown.status_code == 422
    assert known.text.replace(OWNER, "…") == unknown.text.replace("nobody@shop.example", "…")


def test_guesses_for_one_account_are_numbered(shop: Shop, stranger: Somebody) -> None:
    for _ in range(12):
        page = stranger.log_in("guessed@shop.example", "wrong")
    assert page.status_code == 429
    assert "Too many attempts" in page.text


@pytest.mark.parametrize("token", ["", "0" * 64])
def test_a_change_without_the_token_of_its_page_is_refused(shop: Shop, token: str) -> None:
    answer = shop.owner.client.post(f"{shop.home}/tokens", data={"csrf": token, "name": "forged"})
    assert answer.status_code == 403
    assert shop.server.query("select count(*) from tokens where name = 'forged'") == [(0,)]


def test_the_token_of_another_browser_is_refused(shop: Shop, stranger: Somebody) -> None:
    stranger.open("/dashboard/login")
    answer = stranger.client.post(
        "/dashboard/login",
        data={"csrf": "1" * 64, "email": OWNER, "password": PASSWORD},
    )
    assert answer.status_code == 403


def test_a_new_password_ends_every_other_session(shop: Shop, stranger: Somebody) -> None:
    stranger.join(shop.invite("analyst"), "changing@shop.example")
    with Somebody(shop.server) as elsewhere:
        elsewhere.log_in("changing@shop.example")
        stranger.open("/dashboard/account")
        fields = {"current": PASSWORD, "password": "another sentence"}
        assert "is changed" in stranger.submit("/dashboard/account/password", **fields).text
        assert elsewhere.open(shop.home + "/live").url.path == "/dashboard/login"
        assert elsewhere.log_in("changing@shop.example", "another sentence").status_code == 200
        assert elsewhere.page.url.path != "/dashboard/login"


def test_the_machine_renews_a_forgotten_password(shop: Shop, stranger: Somebody) -> None:
    stranger.join(shop.invite("analyst"), "forgetful@shop.example")
    beside = ("--database", shop.server.database_url)
    fresh = footfall_json("member", "password", "Forgetful@shop.example", *beside)["password"]
    assert stranger.open(shop.home + "/live").url.path == "/dashboard/login"
    assert stranger.log_in("forgetful@shop.example").status_code == 422
    assert stranger.log_in("forgetful@shop.example", fresh).url.path != "/dashboard/login"


def test_the_machine_lists_and_invites(shop: Shop, stranger: Somebody) -> None:
    business = shop.home.rpartition("/")[2]
    beside = ("--database", shop.server.database_url)
    made = footfall_json("member", "invite", "--business", business, *beside)
    path = "/dashboard/join/" + made["link"].rpartition("/")[2]
    assert stranger.join(path, "invited@shop.example").url.path == shop.home + "/start"
    listed = footfall("member", "list", *beside).stdout
    assert re.search(rf"invited@shop\.example +Ana +{business} analyst", listed)
