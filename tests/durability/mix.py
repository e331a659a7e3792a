"""Seeded chance → requests of every kind that changes something.

The world they speak of (profiles, products, orders, sessions) is small, so that senders meet.
"""

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.durability.sent import Item, Sent
from tests.server import Server

EVENTS = "/v1/attribution/events"
STEPS = ("order.placed", "order.confirmed", "order.shipped", "order.delivered")


@dataclass(slots=True)
class World:
    """What the senders share: ids and references that exist, or come to exist under load."""

    profiles: list[str]
    products: list[str]
    sessions: list[str] = field(default_factory=list)

    def meet(self, chance: Random) -> None:
        """Think of new sessions, inline products and orders that several senders will name."""
        self.sessions = [new_session(chance) for _ in range(12)]


def make_world(server: Server) -> World:
    """Make the profiles and products that requests speak of."""
    references = [f"bag-{number}" for number in range(10)]
    client = server.client
    profiles = [
        client.post("/v1/profiles", json={"first_name": "Ada", "reference": f"ada-{number}"})
        for number in range(10)
    ]
    for reference in references:
        product = {"name": "Bag", "reference": reference, "price": "12.50"}
        client.post("/v1/attribution/products", json=product).raise_for_status()
    return World([answer.raise_for_status().json()["id"] for answer in profiles], references)


class Mix:
    """Makes one sender's requests.

    Args:
        name: unique to this sender in this round; every marker and key begins with it.
    """

    def __init__(self, chance: Random, name: str, world: World) -> None:
        self._chance = chance
        self._name = name
        self._world = world
        self._count = 0
        self._kinds: dict[Callable[[], Sent], int] = {
            self.purchase: 6,
            self._keyed_by_header: 4,
            self._keyed_by_body: 4,
            self._newcomer: 4,
            self._order_step: 4,
            self._joined: 2,
            self._attach: 2,
            self._profile: 1,
            self._bad: 2,
            self._batch_of_keys: 2,
            self._batch_with_key: 1,
        }

    def next(self) -> Sent:
        """Return the next request."""
        kind = self._chance.choices(list(self._kinds), list(self._kinds.values()))[0]
        return kind()

    def _marker(self) -> str:
        self._count += 1
        return f"{self._name}-{self._count}"

    def purchase(self) -> Sent:
        """Return a plain event without a key."""
        body, item = self._simple()
        return self._event(body, item)

    def _keyed_by_header(self) -> Sent:
        body, item = self._simple()
        item.key = f"key {item.marker}"
        return self._event(body, item, {"Idempotency-Key": f'"{item.key}"'})

    def _keyed_by_body(self) -> Sent:
        body, item = self._simple()
        item.key = body["event_id"] = f"id-{item.marker}"
        return self._event(body, item)

    def _newcomer(self) -> Sent:
        """A session and a product nobody has heard of, or somebody has just now."""
        item = Item(self._marker())
        item.session = self._some_session()
        item.reference = f"{self._name.split('.')[0]}-product-{self._chance.randrange(8)}"
        body = {
            "action": "product.viewed",
            "session": item.session,
            "object_parameters": {"reference": item.reference, "name": "Inline", "price": 5},
        }
        if self._chance.random() < 0.5:
            item.key = body["event_id"] = f"id-{item.marker}"
        return self._event(body, item)

    def _order_step(self) -> Sent:
        item = Item(self._marker(), profile=self._chance.choice(self._world.profiles))
        reference = f"{self._name.split('.')[0]}-order-{self._chance.randrange(12)}"
        item.step = (reference, self._chance.choice(STEPS))
        body = {
            "action": item.step[1],
            "profile": item.profile,
            "order_parameters": {"reference": reference, "total": 10, "currency": "USD"},
        }
        sent = self._event(body, item)
        sent.is_safe = True
        return sent

    def _joined(self) -> Sent:
        """A profile and a session of its own in one event, which attaches the session."""
        item = Item(self._marker(), profile=self._chance.choice(self._world.profiles))
        item.session = new_session(self._chance)
        body = {
            "action": "page.viewed",
            "profile": item.profile,
            "session": item.session,
            "url": "https://shop.example/",
        }
        return self._event(body, item)

    def _attach(self) -> Sent:
        name = self._marker()
        session, profile = new_session(self._chance), self._chance.choice(self._world.profiles)
        sent = self._request(name, "PATCH", f"/v1/sessions/{session}", {"profile": profile})
        sent.attach = (session, profile)
        sent.is_safe = True
        return sent

    def _profile(self) -> Sent:
        name = self._marker()
        sent = self._request(name, "POST", "/v1/profiles", {"first_name": "Ada", "reference": name})
        sent.made = name
        return sent

    def _bad(self) -> Sent:
        item = Item(self._marker(), is_good=False)
        return self._event(self._spoil(self._simple()[0]), item)

    def _batch_of_keys(self) -> Sent:
        """Every item has a key; some are said twice, some are bad."""
        pairs: list[tuple[dict[str, Any], Item]] = []
        for _ in range(self._chance.randint(2, 30)):
            body, item = self._simple()
            item.key = body["event_id"] = f"id-{item.marker}"
            if self._chance.random() < 0.1:
                item.is_good, item.key = False, None
                body = self._spoil(body)
            pairs.append((self._marked(body, item), item))
        if pairs[0][1].is_good:
            pairs.append(pairs[0])
        sent = self._batch(pairs, {})
        sent.is_safe = True
        return sent

    def _batch_with_key(self) -> Sent:
        pairs: list[tuple[dict[str, Any], Item]] = []
        for _ in range(self._chance.randint(2, 30)):
            body, item = self._simple()
            pairs.append((self._marked(body, item), item))
        sent = self._batch(pairs, {"Idempotency-Key": f"batch-{self._marker()}"})
        sent.is_safe = True
        return sent

    def _simple(self) -> tuple[dict[str, Any], Item]:
        item = Item(self._marker())
        body: dict[str, Any] = {
            "action": self._chance.choice(("product.purchased", "product.viewed")),
            "product": self._chance.choice(self._world.products),
            "amount": "12.50",
        }
        if self._chance.random() < 0.7:
            item.profile = body["profile"] = self._chance.choice(self._world.profiles)
        else:
            item.session = body["session"] = self._some_session()
        return body, item

    def _some_session(self) -> str:
        return self._chance.choice([*self._world.sessions, new_session(self._chance)])

    def _spoil(self, body: dict[str, Any]) -> dict[str, Any]:
        wrong: dict[str, Any] = self._chance.choice(
            (
                {"action": "product.purchase"},
                {"profile": "nobody00", "session": None},
                {"product": "no such product"},
                {"amount": "much"},
                {"tracked_at": 1_700_000_000_000},
            )
        )
        return body | wrong

    def _marked(self, body: dict[str, Any], item: Item) -> dict[str, Any]:
        return body | {"metadata": {"marker": item.marker}}

    def _event(
        self, body: dict[str, Any], item: Item, headers: dict[str, str] | None = None
    ) -> Sent:
        sent = self._request(item.marker, "POST", EVENTS, self._marked(body, item), headers)
        sent.items = [item]
        sent.is_safe = item.key is not None
        return sent

    def _batch(self, pairs: list[tuple[dict[str, Any], Item]], headers: dict[str, str]) -> Sent:
        events = [body for body, _ in pairs]
        sent = self._request(self._marker(), "POST", EVENTS + "/batch", {"events": events}, headers)
        sent.items = [item for _, item in pairs]
        return sent

    def _request(
        self,
        name: str,
        method: str,
        path: str,
        body: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> Sent:
        fields = {"Content-Type": "application/json", "Request-Id": name, **(headers or {})}
        return Sent(name, method, path, json.dumps(body).encode(), fields)


def new_session(chance: Random) -> str:
    """Return a session id as a browser makes one."""
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))
