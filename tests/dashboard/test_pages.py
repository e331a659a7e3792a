"""What every page promises: whose it is, what it lets run, and that data stays data."""

import re
import uuid
from collections.abc import Iterator

import httpx
import pytest

from tests.cli.run import footfall_json
from tests.dashboard.conftest import Shop
from tests.dashboard.somebody import Somebody

PAGES = ["overview", "live", "start", "tokens", "settings", "members", "audit"]
HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}"


@pytest.fixture(scope="module")
def analyst(shop: Shop) -> Iterator[Somebody]:
    with Somebody(shop.server) as somebody:
        somebody.join(shop.invite("analyst"), "analyst@shop.example")
        yield somebody


@pytest.fixture(scope="module")
def other(shop: Shop) -> str:
    """The path of a business that the owner is not in."""
    made = footfall_json("business", "create", "B", "--database", shop.server.database_url)
    return f"/dashboard/{made['id']}"


@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_and_lets_nothing_inline_run(shop: Shop, page: str) -> None:
    answer = shop.owner.open(f"{shop.home}/{page}")
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["cache-control"] == "no-store"
    assert not re.search(r"<script(?! src=)|<[^>]*\s(?:on\w+|style)=|<style", answer.text)


@pytest.mark.parametrize("page", PAGES)
def test_a_business_of_others_is_as_absent_as_none(shop: Shop, other: str, page: str) -> None:
    theirs = shop.owner.open(f"{other}/{page}")
    none = shop.owner.open(f"/dashboard/aaaaaaaa/{page}")
    assert theirs.status_code == none.status_code == 404
    assert theirs.text == none.text


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_is_asked_to_log_in(shop: Shop, page: str) -> None:
    answer = httpx.get(f"{shop.server.url}{shop.home}/{page}")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/dashboard/login?next=")


@pytest.mark.parametrize(
    "change",
    ["tokens", "start/token", "settings", "members/invite", "members/1"],
)
def test_an_analyst_changes_nothing(shop: Shop, analyst: Somebody, change: str) -> None:
    before = shop.server.query("select count(*) from audit")
    analyst.open("/dashboard/account")
    answer = analyst.submit(f"{shop.home}/{change}", name="x", role="analyst", scope="admin")
    assert answer.status_code == 403
    assert shop.server.query("select count(*) from audit") == before


def test_who_is_taken_out_is_out_at_once(shop: Shop) -> None:
    with Somebody(shop.server) as leaving:
        leaving.join(shop.invite("developer"), "leaving@shop.example")
        assert leaving.open(shop.home + "/live").status_code == 200
        (row,) = shop.server.query("select id from members where email = 'leaving@shop.example'")
        shop.owner.open(shop.home + "/members")
        shop.owner.submit(f"{shop.home}/members/{row[0]}", role="none")
        assert leaving.open(shop.home + "/live").status_code == 404


def test_the_last_owner_stays(shop: Shop) -> None:
    (row,) = shop.server.query("select id from members order by id limit 1")
    shop.owner.open(shop.home + "/members")
    answer = shop.owner.submit(f"{shop.home}/members/{row[0]}", role="analyst")
    assert answer.status_code == 422
    assert "at least one owner" in answer.text


def test_data_of_events_stays_text(shop: Shop) -> None:
    """What anybody may send with a public id is shown to the owner: the way of stored scripts."""
    session = str(uuid.uuid4())
    product = {"reference": HOSTILE, "name": HOSTILE, "price": {"amount": 1, "currency": "UYU"}}
    event = {
        "action": "product.viewed",
        "session": session,
        "object_parameters": product,
        "url": "https://shop.example/" + HOSTILE,
        "metadata": {HOSTILE: HOSTILE},
    }
    with shop.server.client as client:
        assert client.post("/v1/attribution/events", json=event).status_code == 201
        refused = client.post("/v1/attribution/events", json={"action": HOSTILE, "x": HOSTILE})
        assert refused.is_client_error
    pages = [shop.owner.open(f"{shop.home}/live").text]
    links = re.findall(rf'href="({shop.home}/live/(?:events|refusals)/\w+)"', pages[0])
    assert len(links) >= 2
    pages += [shop.owner.open(link).text for link in links]
    pages.append(shop.owner.open(f"{shop.home}/live?text=%22%3E%3Cscript%3E").text)
    assert sum("alert(1)" in page for page in pages) >= 3
    for page in pages:
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "\"'>" not in page
        assert "49" not in re.findall(r"\{\{.*?\}\}", page)


def test_what_members_typed_stays_text(shop: Shop) -> None:
    shop.owner.open(shop.home + "/tokens")
    page = shop.owner.submit(shop.home + "/tokens", name=HOSTILE, scope="read", mode="live")
    for text in (page.text, shop.owner.open(shop.home + "/audit").text):
        assert "alert(1)" in text
        assert "<script>alert" not in text
        assert "<img src=x" not in text


def test_money_and_zone_stay_once_events_came(shop: Shop) -> None:
    with shop.server.client as client:
        event = {"action": "page.viewed", "session": str(uuid.uuid4()), "url": "https://a.example"}
        assert client.post("/v1/attribution/events", json=event).status_code == 201
    shop.owner.open(shop.home + "/settings")
    fields = {"name": "Small Things", "currency": "EUR", "timezone": "UTC"}
    shop.owner.submit(shop.home + "/settings", **fields, origins="HTTPS://Shop.example/")
    currency, origins = shop.server.query("select currency, origins from businesses order by id")[0]
    assert currency == "UYU"
    assert "https://shop.example" in str(origins)
    changes = shop.owner.open(shop.home + "/audit").text
    assert "business.changed" in changes


def test_a_wrong_field_is_told_beside_it_and_the_rest_is_kept(shop: Shop) -> None:
    shop.owner.open(shop.home + "/settings")
    page = shop.owner.submit(shop.home + "/settings", name="Kept", origins="not an origin/x")
    assert page.status_code == 422
    assert "Give an origin on each line" in page.text
    assert 'value="Kept"' in page.text
    assert "not an origin/x" in page.text


def test_pages_speak_the_reader_s_language(shop: Shop) -> None:
    asked = httpx.get(
        f"{shop.server.url}/dashboard/login", headers={"Accept-Language": "es-UY, en;q=0.5"}
    )
    assert '<html lang="es">' in asked.text
    assert "Contraseña" in asked.text
    with Somebody(shop.server) as reader:
        reader.join(shop.invite("analyst"), "reader@shop.example")
        reader.open("/dashboard/account")
        reader.submit("/dashboard/account/language", language="es")
        assert "En vivo" in reader.open(f"{shop.home}/live").text


@pytest.mark.parametrize(
    "path", ["/dashboard/nothing", "/dashboard/a/b/c", "/dashboard/static/x/y"]
)
def test_what_is_not_there_is_a_page_that_says_so(shop: Shop, path: str) -> None:
    answer = shop.owner.open(path)
    assert answer.status_code == 404
    assert "There is no such page." in answer.text


@pytest.mark.parametrize("path", ["/dashboards", "/v1/dashboard", "/overview"])
def test_the_api_answers_in_json_beside_the_dashboard(shop: Shop, path: str) -> None:
    answer = httpx.get(shop.server.url + path, headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert answer.json()["errors"][0]["type"] == "not_found"


def test_files_are_kept_for_ever_and_come_compressed(shop: Shop) -> None:
    page = httpx.get(shop.server.url + "/dashboard/login").text
    for address in re.findall(r'(?:href|src)="(/dashboard/static/[^"]+)"', page):
        answer = httpx.get(shop.server.url + address)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["content-encoding"] == "gzip"


def test_a_form_of_any_size_is_not_read(shop: Shop) -> None:
    answer = shop.owner.client.post("/dashboard/login", data={"csrf": "", "email": "x" * 100_000})
    assert answer.status_code == 413
