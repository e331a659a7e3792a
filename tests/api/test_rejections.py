"""Refused requests are on record, newest first, without secrets; the ledger counts events only."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.api.shop import Shop, got
from tests.server import Server


def latest(shop: Shop) -> dict[str, Any]:
    answer = got(shop.client.get("/v1/rejections", params={"limit": 1}))
    entry: dict[str, Any] = answer["data"][0]
    return entry


def test_a_refused_request_is_on_record(shop: Shop) -> None:
    answer = shop.client.post("/v1/attribution/products", json={"sku": "x"})
    entry = latest(shop)
    assert entry["type"] == "rejection"
    assert entry["request_id"] == answer.headers["request-id"]
    assert (entry["method"], entry["path"]) == ("POST", "/v1/attribution/products")
    assert (entry["status"], entry["item"]) == (422, None)
    assert entry["errors"] == answer.json()["errors"]
    assert entry["body"] == {"sku": "x"}
    assert entry["received_at"].endswith("Z")
    assert len(entry["token"]) == 8


@pytest.mark.parametrize(
    ("method", "path", "content", "status"),
    [
        ("GET", "/v1/profiles/vxqQJ3Yg", None, 404),
        ("GET", "/v1/profiles?limit=0", None, 422),
        ("GET", "/v1/nowhere", None, 404),
        ("PUT", "/v1/profiles", b"{}", 405),
        ("POST", "/v1/profiles", b"{", 400),
        ("PATCH", "/v1/sessions/", b"{}", 404),
        ("POST", "/v1/attribution/events", b"{}", 422),
    ],
)
def test_every_refusal_of_a_good_token_is_on_record(
    shop: Shop, method: str, path: str, content: bytes | None, status: int
) -> None:
    headers = {"Content-Type": "application/json"}
    answer = shop.client.request(method, path, content=content, headers=headers)
    assert answer.status_code == status
    entry = latest(shop)
    assert (entry["request_id"], entry["status"]) == (answer.headers["request-id"], status)


def test_a_token_without_the_scope_is_on_record(
    shop: Shop, client_of: Callable[..., httpx.Client]
) -> None:
    answer = client_of(shop.business_id, "read").post("/v1/profiles", json={})
    assert answer.status_code == 403
    assert latest(shop)["request_id"] == answer.headers["request-id"]


def test_a_stranger_without_a_token_is_not_on_record(module_server: Server, shop: Shop) -> None:
    shop.client.get("/v1/nowhere")
    before = latest(shop)
    for headers in ({}, {"Authorization": "Bearer ALK_" + "x" * 40}):
        answer = httpx.get(f"{module_server.url}/v1/profiles", headers=headers)
        assert answer.status_code == 401
    assert latest(shop) == before


def test_contacts_and_secrets_are_masked(shop: Shop) -> None:
    body = {"email": "ana@nowhere@", "phone": ["+598 99 000 001"], "consumer_secret": "cs_1"}
    assert shop.client.post("/v1/profiles", json=body).status_code == 422
    kept = str(latest(shop))
    assert "ana@" not in kept
    assert "99 000" not in kept
    assert "cs_1" not in kept
    shop.client.post("/v1/profiles", data={"email": "ana@nowhere@"})
    assert "ana" not in str(latest(shop)["body"])
    shop.client.get("/v1/attribution/products/ana@example.com")
    assert "ana" not in latest(shop)["path"]


def test_requests_about_other_things_are_not_in_the_ledger(new_shop: Callable[..., Shop]) -> None:
    shop = new_shop()
    shop.profile()
    shop.client.post("/v1/attribution/products", json={})
    assert got(shop.client.get("/v1/ledger")) == {"data": [], "has_more": False}


def test_the_ledger_balances_per_token_and_hour(new_shop: Callable[..., Shop]) -> None:
    shop = new_shop()
    body = {"action": "subscribed", "session": shop.session(), "event_id": "one"}
    for _ in range(3):
        assert shop.client.post("/v1/attribution/events", json=body).status_code == 201
    assert shop.client.post("/v1/attribution/events", json={}).status_code == 422
    entries = got(shop.client.get("/v1/ledger"))["data"]
    counts = {
        name: sum(each[name] for each in entries)
        for name in ("received", "stored", "duplicate", "rejected")
    }
    assert counts == {"received": 4, "stored": 1, "duplicate": 2, "rejected": 1}
    hour = entries[0]["hour"]
    since = got(shop.client.get("/v1/ledger", params={"since": hour}))["data"]
    until = got(shop.client.get("/v1/ledger", params={"until": hour}))["data"]
    assert entries[0] in since
    assert entries[0] not in until
    answer = shop.client.get("/v1/ledger", params={"since": "then"})
    assert answer.status_code == 422


def test_the_ledger_shows_what_came_with_the_public_id_by_itself(
    new_shop: Callable[..., Shop], module_server: Server
) -> None:
    shop = new_shop()
    told = {"action": "page.viewed", "url": "/", "session": shop.session()}
    page = {"Authorization": f"Bearer {shop.business_id}"}
    for body in (told, told, {}):
        httpx.post(f"{module_server.url}/v1/track/events", json=body, headers=page)
    assert shop.client.post("/v1/attribution/events", json=told).status_code == 201
    entries = got(shop.client.get("/v1/ledger"))["data"]
    (public,) = (each for each in entries if each["token"] is None)
    counts = {name: public[name] for name in ("received", "stored", "duplicate", "rejected")}
    assert counts == {"received": 3, "stored": 2, "duplicate": 0, "rejected": 1}
    assert public["id"].startswith("public-")
    # It is a place in the list like any other.
    after = got(shop.client.get("/v1/ledger", params={"starting_after": public["id"]}))["data"]
    assert after == entries[entries.index(public) + 1 :]
