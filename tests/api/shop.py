"""A business as its callers see it, and the few questions every API test asks of an answer."""

from dataclasses import dataclass
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

BROWSER = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
)
"""How a person's phone calls itself."""

_number = count(1).__next__


def unique(word: str) -> str:
    """A text nobody used before in this run."""
    return f"{word}{_number()}"


@dataclass(frozen=True)
class Shop:
    """A business with a client that may do everything in it."""

    business_id: str
    client: httpx.Client

    def profile(self, **told: Any) -> dict[str, Any]:
        return made(self.client.post("/v1/profiles", json=told))

    def product(self, **told: Any) -> dict[str, Any]:
        body = {"name": "Canvas bag", "reference": unique("bag-")} | told
        return made(self.client.post("/v1/attribution/products", json=body))

    def order(self, **told: Any) -> dict[str, Any]:
        body = {"reference": unique("order-")} | told
        return made(self.client.post("/v1/attribution/orders", json=body))

    def item(self, order: str, **told: Any) -> dict[str, Any]:
        body = told if "product" in told else {"product": self.product()["id"]} | told
        return made(self.client.post(f"/v1/attribution/orders/{order}/items", json=body))

    def cart(self, **told: Any) -> dict[str, Any]:
        body = {"reference": unique("cart-")} | told
        return made(self.client.post("/v1/attribution/carts", json=body))

    def coupon(self, **told: Any) -> dict[str, Any]:
        return made(self.client.post("/v1/coupons", json={"code": unique("CODE-")} | told))

    def refund(self, **told: Any) -> dict[str, Any]:
        body = {"reference": unique("refund-")} | told
        return made(self.client.post("/v1/attribution/refunds", json=body))

    def app(self, **told: Any) -> dict[str, Any]:
        return made(self.client.post("/v1/attribution/apps", json={"name": unique("App ")} | told))

    def form(self, **told: Any) -> dict[str, Any]:
        return made(self.client.post("/v1/forms", json={"name": "Newsletter"} | told))

    def action(self, **told: Any) -> dict[str, Any]:
        body = {"name": unique("thing.done")} | told
        return made(self.client.post("/v1/attribution/actions", json=body))

    def structure(self, *properties: dict[str, Any], **told: Any) -> dict[str, Any]:
        body = {
            "name": unique("visit_"),
            "properties": properties or [{"kind": "text", "name": "place"}],
        }
        return made(self.client.post("/v1/objects", json=body | told))

    def instance(self, structure: dict[str, Any], **told: Any) -> dict[str, Any]:
        return made(self.client.post(f"/v1/objects/{structure['id']}/instances", json=told))

    def field(self, **told: Any) -> dict[str, Any]:
        body = {"name": unique("Field "), "kind": "text"} | told
        return made(self.client.post("/v1/properties", json=body))

    def a_list(self, name: str | None = None) -> dict[str, Any]:
        return made(self.client.post("/v1/lists", json={"name": name or unique("List ")}))

    def link(self, **told: Any) -> dict[str, Any]:
        body = {"destination": "https://shop.example/sale"} | told
        return made(self.client.post("/v1/links", json=body))

    def delivery(self, **told: Any) -> dict[str, Any]:
        body = {"campaign": "spring", "channel": "sms", "reference": unique("msg-")} | told
        return made(self.client.post("/v1/deliveries", json=body))

    def session(self) -> str:
        text: str = made(self.client.post("/v1/track/sessions"))["id"]
        return text

    def track(self, **told: Any) -> str:
        """Track an event under a key of its own; return the key."""
        body = {"action": "subscribed", "event_id": unique("event-")} | told
        made(self.client.post("/v1/attribution/events", json=body))
        key: str = body["event_id"]
        return key

    def event(self, **told: Any) -> dict[str, Any]:
        return got(self.client.get(f"/v1/attribution/events/{self.track(**told)}"))


def session_in(location: str) -> str | None:
    """The session that an opened link's address passes on."""
    return parse_qs(urlsplit(location).query).get("hello_session", [None])[0]


def made(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def got(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def refused(answer: httpx.Response, status: int) -> list[tuple[str, str | None]]:
    """The (type, parameter) of each error of an answer in the one shape of refusals."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    for error in answer.json()["errors"]:
        assert error["message"]
        assert error["message"] == error["description"]
        assert error["request_id"] == answer.headers["request-id"]
    return [(error["type"], error["parameter"]) for error in answer.json()["errors"]]
