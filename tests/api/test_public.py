"""What pages call besides events: acks, their business, and widgets that are not here."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.api.shop import Shop, got, refused, unique
from tests.server import Server

ACKS = "/v1/public/acks"
UTM = {"source": "google", "medium": "cpc", "campaign": "spring"}
WIDGETS = [
    "webchats/vxqQJ3Yg",
    "webchats/vxqQJ3Yg/messages",
    "webchats/vxqQJ3Yg/messages/seen",
    "webchats/vxqQJ3Yg/messages/vxqQJ3Yg",
    "widgets/whatsapp/vxqQJ3Yg",
    "popups/vxqQJ3Yg",
    "popups/vxqQJ3Yg/submissions",
    "popups/vxqQJ3Yg/resend",
    "popups/vxqQJ3Yg/cancel",
    "push/identities",
    "push/alerts",
    "submissions/vxqQJ3Yg/otps",
    "submissions/vxqQJ3Yg/otps/123456/verify",
]


@pytest.fixture(scope="module")
def page(module_server: Server) -> httpx.Client:
    """A page of the business: its public id, and an origin."""
    client = module_server.client
    client.headers["Authorization"] = f"Bearer {module_server.business_id}"
    client.headers["Origin"] = "https://shop.example"
    return client


def starts(shop: Shop, session: str) -> list[dict[str, Any]]:
    query = {"session": session, "action": "session.started"}
    return list(got(shop.client.get("/v1/attribution/events", params=query))["data"])


def test_an_ack_begins_the_session_and_keeps_what_brought_it(
    shop: Shop, page: httpx.Client
) -> None:
    session = str(uuid4())
    utm = UTM | {"observed_at": "2026-03-01T09:29:59.000Z"}
    told = {"utm_params": utm, "session": session, "at": "2026-03-01T09:30:00.125Z"}
    answer = page.post(ACKS, json=told)
    assert (answer.status_code, answer.content) == (200, b'{"status":"received"}')
    assert answer.headers["access-control-allow-origin"] == "*"
    (event,) = starts(shop, session)
    assert event["data"] == {"utm_params": utm, "at": "2026-03-01T09:30:00.125Z"}
    assert event["tracked_at"] == event["occurred_at"] == "2026-03-01T09:30:00.125Z"
    assert got(shop.client.get(f"/v1/sessions/{session}"))["profile"] is None


@pytest.mark.parametrize("session", [None, "", "undefined", "null", False])
def test_an_ack_without_a_session_keeps_nothing(
    shop: Shop, page: httpx.Client, session: Any
) -> None:
    query: dict[str, Any] = {"action": "session.started", "limit": 100}
    before = got(shop.client.get("/v1/attribution/events", params=query))["data"]
    for told in ({"utm_params": UTM}, {"utm_params": {}, "session": session, "at": "x"}):
        assert got(page.post(ACKS, json=told)) == {"status": "received"}
    assert got(shop.client.get("/v1/attribution/events", params=query))["data"] == before


def test_the_same_ack_is_kept_once_and_another_beside_it(shop: Shop, page: httpx.Client) -> None:
    session = str(uuid4())
    told = {"utm_params": UTM, "session": session, "at": "2026-03-01T09:30:00.000Z"}
    # The page reads the campaign once more, at another moment.
    observed = told | {"utm_params": UTM | {"observed_at": "2026-03-01T09:30:01.000Z"}}
    for each in (told, told, observed):
        assert got(page.post(ACKS, json=each)) == {"status": "received"}
    assert len(starts(shop, session)) == 1
    got(page.post(ACKS, json=told | {"utm_params": {}}))
    got(page.post(ACKS, json=told | {"at": "2026-03-02T09:30:00.000Z"}))
    assert len(starts(shop, session)) == 3


def test_an_ack_keeps_where_the_visit_began_and_the_click(shop: Shop, page: httpx.Client) -> None:
    session = str(uuid4())
    began = {"url": "https://shop.example/p", "title": "P", "path": "/p"}
    led = {**began, "referrer": "https://www.google.com/"}
    clicks = {"gclid": "Cj0KCQ", "observed_at": "2026-03-01T09:29:59.000Z"}
    told = {"session": session, "page": led | {"more": 1}, "click_ids": clicks, "utm_params": {}}
    got(page.post(ACKS, json=told))
    (event,) = starts(shop, session)
    assert event["data"] == {"page": led, "click_ids": clicks}


def test_a_click_or_referrer_makes_another_ack_and_a_moment_or_page_does_not(
    shop: Shop, page: httpx.Client
) -> None:
    session = str(uuid4())
    told = {
        "session": session,
        "at": "2026-03-01T09:30:00.000Z",
        "click_ids": {"gclid": "a", "observed_at": "2026-03-01T09:30:00.000Z"},
        "page": {"url": "https://shop.example/", "referrer": "https://www.google.com/"},
    }
    page_again = {"url": "https://shop.example/2", "referrer": "https://www.google.com/"}
    again = {"click_ids": {"gclid": "a"}, "page": page_again}
    for each in (told, told | again, told | {"click_ids": {"gclid": "b"}}, told | {"page": {}}):
        got(page.post(ACKS, json=each))
    assert len(starts(shop, session)) == 3


@pytest.mark.parametrize(
    "at", ["soon", "2026-03-01T09:30:00", 1665684173000, "9999-01-01T00:00:00Z"]
)
def test_a_clock_that_is_none_costs_no_ack(shop: Shop, page: httpx.Client, at: Any) -> None:
    session = str(uuid4())
    got(page.post(ACKS, json={"session": session, "at": at}))
    (event,) = starts(shop, session)
    assert event["tracked_at"] is None
    assert event["data"] == ({"at": at} if isinstance(at, str) else {})


def test_a_page_that_is_left_sends_text(shop: Shop, page: httpx.Client) -> None:
    session = str(uuid4())
    content = json.dumps({"session": session, "utm_params": {}})
    kind = {"Content-Type": "text/plain;charset=UTF-8"}
    assert page.post("/public/acks", content=content, headers=kind).status_code == 200
    assert len(starts(shop, session)) == 1


def test_an_ack_names_a_session_by_any_of_its_ids(shop: Shop, page: httpx.Client) -> None:
    text = shop.session()
    short = got(shop.client.get(f"/v1/sessions/{text}"))["id"]
    got(page.post(ACKS, json={"session": short}))
    assert len(starts(shop, text)) == 1


@pytest.mark.parametrize(
    ("told", "faults"),
    [
        ({"session": "no session"}, [("not_found", "session")]),
        ({"session": "nobody12"}, [("not_found", "session")]),
        ({"session": ["x"]}, [("invalid", "session")]),
        ({"session_id": {}}, [("invalid", "session_id")]),
        ({"utm_params": "google"}, [("invalid", "utm_params")]),
        ({"page": "/"}, [("invalid", "page")]),
        ({"page": {"referrer": "r" * 8193}}, [("invalid", "page[referrer]")]),
        ({"click_ids": ["abc"]}, [("invalid", "click_ids")]),
        ({"click_ids": {"gclid": 7}}, [("invalid", "click_ids[gclid]")]),
        ({"click_ids": {"gclid": "g" * 513}}, [("invalid", "click_ids[gclid]")]),
        ({"click_ids": {f"id_{n}": "x" for n in range(21)}}, [("invalid", "click_ids")]),
        ({"click_ids": {"n" * 65: "x"}}, [("invalid", "click_ids")]),
    ],
)
def test_an_ack_that_cannot_be_is_refused(
    page: httpx.Client, told: dict[str, Any], faults: list[tuple[str, str]]
) -> None:
    answer = page.post(ACKS, json=told)
    assert refused(answer, 422) == faults
    assert answer.headers["access-control-allow-origin"] == "*"


def test_the_start_of_a_session_is_the_servers_to_record(shop: Shop) -> None:
    told = {"action": "session.started", "session": str(uuid4())}
    for path in ("/v1/attribution/events", "/v1/track/events"):
        assert refused(shop.client.post(path, json=told), 422) == [("not_allowed", "action")]
    body = {"name": "session.started"}
    answer = shop.client.post("/v1/actions", json=body)
    assert refused(answer, 422) == [("parameter_not_unique", "name")]


def test_a_private_token_may_ack_and_its_books_balance(shop: Shop) -> None:
    session = str(uuid4())
    assert got(shop.client.post(ACKS, json={"session": session})) == {"status": "received"}
    (event,) = starts(shop, session)
    assert event["bot"] is False


@pytest.mark.parametrize("prefix", ["/v1", ""])
def test_a_page_learns_of_its_business(shop: Shop, page: httpx.Client, prefix: str) -> None:
    answer = page.get(f"{prefix}/public/businesses/{shop.business_id}")
    assert got(answer) == {
        "id": shop.business_id,
        "country": {"code": "US", "prefix": "1"},
        "features": {"white_label": True},
        "locale": "en",
        "style_url": None,
        "webchat": None,
        "whatsapp": None,
        "whitelist": "enabled",
        "subscription": None,
    }
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    ("country", "prefix", "locale"), [("UY", "598", "es"), ("ES", "34", "es"), ("BR", "55", "en")]
)
def test_a_business_speaks_as_its_country(
    new_shop: Callable[..., Shop], module_server: Server, country: str, prefix: str, locale: str
) -> None:
    shop = new_shop(country)
    path = f"{module_server.url}/v1/public/businesses/{shop.business_id}"
    told = got(httpx.get(path, headers={"Authorization": f"Bearer {shop.business_id}"}))
    assert (told["country"], told["locale"]) == ({"code": country, "prefix": prefix}, locale)
    assert got(shop.client.get(path))["id"] == shop.business_id


def test_a_business_is_told_to_itself_only(shop: Shop, stranger: Shop, page: httpx.Client) -> None:
    path = "/v1/public/businesses/"
    for name in (stranger.business_id, "nobody12", "-"):
        faults = [("unauthenticated", "Authorization")]
        assert refused(page.get(path + name), 401) == faults
        assert refused(shop.client.get(path + name), 401) == faults
        headers = {"Authorization": f"Bearer {name}"}
        answer = page.get(path + name, headers=headers)
        assert answer.status_code == (200 if name == stranger.business_id else 404)
    no_credential = {"Authorization": ""}
    assert page.get(path + shop.business_id, headers=no_credential).status_code == 401


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
@pytest.mark.parametrize("prefix", ["/v1/public/", "/public/"])
def test_widgets_are_not_here_and_say_so_in_json(
    page: httpx.Client, prefix: str, method: str
) -> None:
    for path in WIDGETS:
        answer = page.request(method, f"{prefix}{path}?session=undefined&style[primaryColor]=%23f")
        assert refused(answer, 404) == [("not_found", None)]
        assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", ACKS, "POST"),
        ("DELETE", "/public/acks", "POST"),
        ("PUT", "/v1/public/forms/vxqQJ3Yg", "GET"),
        ("POST", "/v1/public/businesses/vxqQJ3Yg", "GET"),
        ("GET", "/v1/public/forms/vxqQJ3Yg/submissions", "POST"),
        ("GET", "/v1/track/events", "POST"),
        ("PUT", "/v1/track/sessions", "POST"),
        ("GET", "/v1/integrations/woo", "POST"),
    ],
)
def test_another_method_is_refused_in_json(
    page: httpx.Client, method: str, path: str, allowed: str
) -> None:
    answer = page.request(method, path)
    assert refused(answer, 405) == [("method_not_allowed", None)]
    assert allowed in answer.headers["allow"]


def test_head_answers_like_get_without_the_body(shop: Shop, page: httpx.Client) -> None:
    path = f"/v1/public/businesses/{shop.business_id}"
    there, head = page.get(path), page.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == there.headers["content-length"]
    assert shop.client.head("/v1/profiles").status_code == 200
    missing = shop.client.head("/v1/profiles/vxqQJ3Yg")
    assert (missing.status_code, missing.content) == (404, b"")


@pytest.mark.parametrize(
    "path", [ACKS, "/public/businesses/x", "/v1/public/forms/x/submissions", "/v1/public/popups/x"]
)
def test_a_preflight_is_answered_for_all_of_them(page: httpx.Client, path: str) -> None:
    headers = {"Access-Control-Request-Headers": "authorization,x-a", "Authorization": ""}
    answer = page.options(path, headers=headers)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-headers"] == "authorization,x-a"


def test_refusals_of_pages_are_on_record_without_their_contacts(
    shop: Shop, page: httpx.Client
) -> None:
    name = unique("ana-")
    answer = page.post(ACKS, json={"session": "x y", "email": f"{name}@example.com"})
    number = answer.headers["request-id"]
    kept = got(shop.client.get("/v1/rejections", params={"limit": 100}))["data"]
    assert [each["request_id"] for each in kept].count(number) == 1
    assert name not in json.dumps(kept)
