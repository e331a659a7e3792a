"""The business that the tests of tracking play in: who is there, with which tokens and things.

A golden pair names its parts as ``$PROFILE`` or ``$PRODUCT``; ``Scene`` makes each on first use,
over HTTP as a caller would. Tokens, and the second business, are made beside the server with the
functions behind ``footfall token``, because starting a command takes a second.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import count
from typing import Any
from uuid import uuid4

import httpx
from sqlalchemy import Connection, text

from footfall.domain.public_ids import Kind, PublicIds
from footfall.domain.sessions import mint
from footfall.domain.times import HOUR, now_us
from footfall.store import businesses, tokens
from footfall.store.engine import Engines, open_engines
from tests.server import Server

EVENTS = "/v1/attribution/events"
BATCH = EVENTS + "/batch"

_number = count(1).__next__


def unique(word: str) -> str:
    """A text that nobody used before in this run."""
    return f"{word}{_number()}"


class Scene:
    """One business on a running server, and a second one to keep apart from it."""

    def __init__(self, server: Server, engines: Engines) -> None:
        self.server = server
        self.engines = engines
        self.client = server.client
        with engines.read.begin() as connection:
            secret = connection.exec_driver_sql(
                "select value from installation where name = 'public_id_secret'"
            ).scalar_one()
            self.business_row = businesses.all_of(connection)[0].id
        self.ids = PublicIds(bytes.fromhex(secret))

    def read(self, sql: str, **values: Any) -> list[Any]:
        """The rows of a query, asked beside the server."""
        with self.engines.read.begin() as connection:
            return list(connection.execute(text(sql), values).all())

    def track(self, told: dict[str, Any], **headers: str) -> httpx.Response:
        return self.client.post(EVENTS, json=told, headers=headers)

    def new_business(self, name: str = "Another shop", currency: str = "USD") -> str:
        """Make a business; return a token of it that may do everything."""
        with self._write() as connection:
            made = businesses.create(
                connection, name, currency=currency, timezone="UTC", country="US"
            )
        return self.new_token(business_row=made.id)

    def new_token(self, *, business_row: int | None = None, **properties: Any) -> str:
        """Make a token of this business or another; ``properties`` as in ``tokens.create``."""
        row = self.business_row if business_row is None else business_row
        with self._write() as connection:
            return tokens.create(connection, row, unique("token "), **properties)[1]

    def client_of(self, token: str) -> httpx.Client:
        client = self.server.client
        client.headers["Authorization"] = f"Bearer {token}"
        return client

    def new_profile(self) -> str:
        return _id(self.client.post("/v1/profiles", json={"first_name": "Ana"}))

    def new_product(self, **told: Any) -> str:
        body = {"name": "Mug", "reference": unique("mug-"), "price": "19.90"} | told
        return _id(self.client.post("/v1/attribution/products", json=body))

    def new_session(self, profile: str | None = None) -> str:
        session = _id(self.client.post("/v1/track/sessions"))
        if profile is not None:
            path = f"/v1/sessions/{session}"
            assert self.client.patch(path, json={"profile": profile}).status_code == 200
        return session

    @cached_property
    def profile(self) -> str:
        return self.new_profile()

    @cached_property
    def other_profile(self) -> str:
        return self.new_profile()

    @cached_property
    def product(self) -> str:
        return self.new_product(reference="mug", sku="MUG-BLUE")

    @cached_property
    def structure(self) -> dict[str, Any]:
        return _structure(self)

    def property_row(self, name: str) -> int:
        """The row number of a property of the structure."""
        (told,) = (each for each in self.structure["properties"] if each["name"] == name)
        row = self.ids[Kind.PROPERTY].decode(told["id"])
        assert row is not None
        return row

    @cached_property
    def stranger(self) -> httpx.Client:
        """A client of another business."""
        return self.client_of(self.stranger_token)

    @cached_property
    def stranger_token(self) -> str:
        return self.new_business()

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        with self.engines.write.begin() as connection:
            yield connection

    def part(self, name: str) -> str:
        """What ``$NAME`` stands for; each use within one test means the same."""
        return _PARTS[name](self)


def _id(answer: httpx.Response) -> str:
    assert answer.status_code == 201, answer.text
    public_id: str = answer.json()["id"]
    return public_id


def _at(ahead: timedelta) -> str:
    return (datetime.now(UTC) + ahead).isoformat(timespec="seconds")


def _order(scene: Scene) -> str:
    """An order's public id; it is made by its first event, because there is no other way yet."""
    key = unique("order-event-")
    told = {
        "action": "order.placed",
        "profile": scene.profile,
        "event_id": key,
        "order_parameters": {"reference": unique("order-"), "total": "42.00"},
    }
    assert scene.track(told).status_code == 201
    ((row,),) = scene.read(
        "select object_id from events where id = "
        f"(select event_id from idempotency where key = '{key}')"
    )
    return scene.ids[Kind.OBJECT].encode(row)


def _foreign_profile(scene: Scene) -> str:
    return _id(scene.stranger.post("/v1/profiles", json={"first_name": "Bo"}))


def _foreign_product(scene: Scene) -> str:
    body = {"name": "Cup", "reference": unique("foreign-")}
    return _id(scene.stranger.post("/v1/attribution/products", json=body))


def _revoked(scene: Scene) -> str:
    token = scene.new_token()
    with scene.engines.write.begin() as connection:
        newest = tokens.all_of(connection, scene.business_row)[0]
        tokens.revoke(connection, newest.id)
    return token


def _custom_action(scene: Scene) -> str:
    name = unique("appointment.booked")
    body = {"name": name}
    assert scene.client.post("/v1/attribution/actions", json=body).status_code == 201
    return name


def _structure(scene: Scene) -> dict[str, Any]:
    """A kind of objects of the business's own."""
    properties = [
        {"kind": "text", "name": "reference", "required": True, "unique": True},
        {"kind": "money", "name": "fee", "inherit": True},
        {"kind": "date", "name": "day"},
    ]
    body = {"name": unique("appointment_"), "properties": properties}
    answer = scene.client.post("/v1/objects", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


_PARTS: dict[str, Callable[[Scene], str]] = {
    "TOKEN": lambda scene: scene.server.token,
    "BUSINESS": lambda scene: scene.server.business_id,
    "REVOKED_TOKEN": _revoked,
    "EXPIRED_TOKEN": lambda scene: scene.new_token(expires_at=now_us() - HOUR),
    "READING_TOKEN": lambda scene: scene.new_token(scopes=["read", "catalog", "profiles"]),
    "TRACKING_TOKEN": lambda scene: scene.new_token(scopes=["events:write"]),
    "STRANGER_TOKEN": lambda scene: scene.stranger_token,
    "YEN_TOKEN": lambda scene: scene.new_business("Tea house", "JPY"),
    "PROFILE": lambda scene: scene.profile,
    "OTHER_PROFILE": lambda scene: scene.other_profile,
    "FOREIGN_PROFILE": _foreign_profile,
    "PRODUCT": lambda scene: scene.product,
    "CHEAP_PRODUCT": lambda scene: scene.new_product(price=None),
    "YEN_PRODUCT": lambda scene: scene.new_product(price={"amount": 300, "currency": "JPY"}),
    "FOREIGN_PRODUCT": _foreign_product,
    "ORDER": _order,
    "SESSION": lambda scene: scene.new_session(),
    "OWN_SESSION": lambda scene: scene.new_session(scene.profile),
    "THEIR_SESSION": lambda scene: scene.new_session(scene.other_profile),
    "NEW_SESSION": lambda scene: mint(),
    "NEW_UUID": lambda scene: str(uuid4()),
    "CUSTOM_ACTION": _custom_action,
    "STRUCTURE": lambda scene: str(scene.structure["name"]),
    "STRUCTURE_ID": lambda scene: str(scene.structure["id"]),
    "DAY_ID": lambda scene: str(scene.structure["properties"][2]["id"]),
    "DAY_KEY": lambda scene: str(scene.property_row("day")),
    "FEE_KEY": lambda scene: str(scene.property_row("fee")),
    "REFERENCE_KEY": lambda scene: str(scene.property_row("reference")),
    "UNIQUE": lambda scene: unique("thing-"),
    "NUMBER": lambda scene: str(secrets.randbelow(10**12)),
    "AN_HOUR_AHEAD": lambda scene: _at(timedelta(hours=1)),
    "TWO_DAYS_AHEAD": lambda scene: _at(timedelta(days=2)),
}
PARTS = frozenset(_PARTS)
"""Every name that may follow a ``$``."""


@contextmanager
def scene_on(server: Server) -> Iterator[Scene]:
    """A scene on a server, and the connections to its database closed at the end."""
    engines = open_engines(server.database_url)
    try:
        yield Scene(server, engines)
    finally:
        engines.dispose()
