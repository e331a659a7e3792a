"""Test tokens: a side of the business of its own, and nothing left of it after ``wipe-test``."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import func, select

from footfall.store import tables, wipe
from footfall.store.engine import Engines, open_engines
from tests.cli.run import footfall, footfall_json
from tests.server import Server

EVENTS = "/v1/attribution/events"


class Side:
    """One side of the business, as its token sees it."""

    def __init__(self, server: Server, token: str, public_id: str) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        self.client = httpx.Client(base_url=server.url, headers=headers, timeout=30)
        self.public_id = public_id

    def fill(self) -> dict[str, Any]:
        """Make a bit of everything; return ids."""
        session = str(uuid4())
        profile = self.made("/v1/profiles", reference=42, email="ana@example.com", session=session)
        product = self.made("/v1/attribution/products", name="Mug", reference="mug")
        order = {"reference": "1001", "total": "42.00"}
        tracked = {"action": "order.placed", "profile": profile["id"], "event_id": "order-1001"}
        self.made(EVENTS, **tracked, order_parameters=order)
        self.made(EVENTS, action="product.viewed", product="mug", session=session)
        ack = self.client.post("/v1/public/acks", json={"session": session})
        assert ack.status_code == 200, ack.text
        self.made("/integrations/woo", shop={"name": "Mug shop"})
        assert self.client.post(EVENTS, json={"action": "x.y"}).status_code == 404
        return {"profile": profile["id"], "product": product["id"], "session": session}

    def made(self, path: str, **told: Any) -> dict[str, Any]:
        answer = self.client.post(path, json=told)
        assert answer.status_code == 201, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def seen(self) -> dict[str, list[str]]:
        """Everything that lists show, by path."""
        paths = ("/v1/profiles", "/v1/attribution/products", EVENTS, "/v1/rejections", "/v1/ledger")
        return {
            path: [each["id"] for each in self.client.get(path).json()["data"]] for path in paths
        }


@pytest.fixture
def sides(footfall_server: Server) -> Iterator[tuple[Side, Side]]:
    """The live side and the test side of a business."""
    server = footfall_server
    url = ("--database", server.database_url)
    told = ("--business", server.business_id, "--name", "trial", "--test", *url)
    made = footfall_json("token", "create", *told)
    assert (made["mode"], made["business_id"]) == ("test", server.business_id)
    (business,) = footfall_json("business", "list", *url)
    live = Side(server, server.token, server.business_id)
    test = Side(server, made["token"], business["test_id"])
    yield live, test
    live.client.close()
    test.client.close()


@pytest.fixture
def engines(footfall_server: Server) -> Iterator[Engines]:
    opened = open_engines(footfall_server.database_url)
    yield opened
    opened.dispose()


def rows_of(engines: Engines) -> dict[tuple[str, int], int]:
    """How many rows each business has in each table."""
    found = {}
    with engines.read.begin() as connection:
        for table in tables.metadata.sorted_tables:
            if "business_id" in table.c:
                query = select(table.c.business_id, func.count()).group_by(table.c.business_id)
                for business_id, count in connection.execute(query):
                    found[table.name, business_id or 0] = count
    return found


def without_blanks(
    engines: Engines, before: dict[tuple[str, int], int]
) -> dict[tuple[str, int], int]:
    """The same but for last rows, which SQLite keeps so that no number is given again."""
    numbered = ("sessions", "profiles", "objects") if engines.is_sqlite else ()
    return {
        (table, business): count
        for (table, business), count in rows_of(engines).items()
        if (table, business) in before or table not in numbered or count > 1
    }


def test_one_side_knows_nothing_of_the_other(sides: tuple[Side, Side]) -> None:
    live, test = sides
    assert live.seen() == test.seen() | {"/v1/rejections": [], "/v1/ledger": []}
    ours, theirs = live.fill(), test.fill()
    assert not set(ours.values()) & set(theirs.values())
    for one, other in (ours, test), (theirs, live):
        for noun, path in (("profile", "/v1/profiles/"), ("session", "/v1/sessions/")):
            assert other.client.get(path + one[noun]).status_code == 404
        told = {"action": "subscribed", "profile": one["profile"]}
        assert other.client.post(EVENTS, json=told).status_code == 422
    for path, ids in live.seen().items():
        assert ids
        assert not set(ids) & set(test.seen()[path])


def test_pages_under_test_use_the_test_id(
    sides: tuple[Side, Side], footfall_server: Server
) -> None:
    live, test = sides
    session = str(uuid4())
    headers = {"Authorization": f"Bearer {test.public_id}"}
    told = {"action": "page.viewed", "session": session, "url": "/"}
    answer = httpx.post(footfall_server.url + "/v1/track/events", json=told, headers=headers)
    assert answer.status_code == 200
    for side, status in ((live, 422), (test, 200)):
        assert side.client.get(EVENTS, params={"session": session}).status_code == status
    path = f"/v1/public/businesses/{test.public_id}"
    assert httpx.get(footfall_server.url + path, headers=headers).json()["id"] == test.public_id


def test_custom_actions_of_the_business_are_known_on_both_sides(sides: tuple[Side, Side]) -> None:
    live, test = sides
    event = {"action": "visit.booked", "session": str(uuid4())}
    assert test.client.post(EVENTS, json=event).status_code == 404
    action = live.made("/v1/actions", name="visit.booked")
    test.made(EVENTS, **event)
    path = f"/v1/actions/{action['id']}"
    assert test.client.get(path).json() == action
    for method in ("PATCH", "DELETE"):
        answer = test.client.request(method, path, json={"title": "x"})
        assert [each["type"] for each in answer.json()["errors"]] == ["not_allowed"]
    assert live.client.patch(path, json={"name": "visit.made"}).status_code == 200
    assert test.client.post(EVENTS, json=event).status_code == 404
    test.made(EVENTS, **event | {"action": "visit.made"})
    own = test.made("/v1/actions", name="trial.made")
    assert live.client.get(f"/v1/actions/{own['id']}").status_code == 404
    assert live.client.post(EVENTS, json=event | {"action": "trial.made"}).status_code == 404


def test_the_test_side_is_no_business_of_its_own(
    sides: tuple[Side, Side], footfall_server: Server
) -> None:
    _, test = sides
    server, url = footfall_server, ("--database", footfall_server.database_url)
    (business,) = footfall_json("business", "list", *url)
    assert (business["id"], business["test_id"]) == (server.business_id, test.public_id)
    again = ("--business", server.business_id, "--name", "b", "--test", *url)
    footfall_json("token", "create", *again)
    assert footfall_json("business", "list", *url) == [business]
    for command in (
        ("business", "update", test.public_id, "--name", "x"),
        ("business", "wipe-test", test.public_id, "--yes"),
        ("token", "create", "--business", test.public_id, "--name", "x"),
    ):
        refused = footfall(*command, *url, status=1)
        assert f"is the test side of business {server.business_id}" in refused.stderr
    listed = footfall_json("token", "list", "--business", server.business_id, *url)
    assert [(each["mode"], each["business_id"]) for each in listed] == [
        ("test", server.business_id),
        ("test", server.business_id),
        ("live", server.business_id),
    ]
    assert "test mode" in footfall("token", "create", *again).stdout
    newest = footfall_json("token", "list", *url)[0]
    assert footfall_json("token", "rotate", newest["id"], *url)["mode"] == "test"


def test_origins_and_name_hold_for_both_sides(
    sides: tuple[Side, Side], footfall_server: Server, engines: Engines
) -> None:
    url = ("--database", footfall_server.database_url)
    told = ("--name", "B", "--origin", "https://shop.example")
    footfall("business", "update", footfall_server.business_id, *told, *url)
    with engines.read.begin() as connection:
        query = select(tables.businesses.c.name, tables.businesses.c.origins)
        assert connection.execute(query).all() == [("B", ["https://shop.example"])] * 2


def test_a_wipe_leaves_nothing_and_touches_nothing_else(
    sides: tuple[Side, Side], footfall_server: Server, engines: Engines
) -> None:
    live, test = sides
    url = ("--database", footfall_server.database_url)
    live.fill()
    before = rows_of(engines)
    shown = live.seen()
    test.fill()
    filled = {key for key in rows_of(engines) if key not in before}
    assert {"events", "profiles", "sessions", "objects", "idempotency"} <= {
        key[0] for key in filled
    }
    wiping = ("business", "wipe-test", footfall_server.business_id, "--yes", *url)
    wiped = footfall_json(*wiping)
    assert set(wiped["rows"]) >= {key[0] for key in filled}
    assert without_blanks(engines, before) == before
    with engines.read.begin() as connection:
        steps = select(func.count()).select_from(tables.lifecycles)
        assert connection.execute(steps).scalar_one() == 1
    assert live.seen() == shown
    # The token is good, the caches know nothing of what went, and all of it can be told again.
    assert not any(test.seen().values())
    test.fill()
    assert footfall_json(*wiping)["rows"]["events"] == wiped["rows"]["events"]
    assert live.seen() == shown


def test_events_that_are_gone_are_passed_over_by_the_index(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """On SQLite a derived file goes on naming them; a later event of the same names is found."""
    data = tmp_path_factory.mktemp("data")
    url = f"sqlite:///{data / 'footfall.db'}"
    server = Server(url, data, settings={"FOOTFALL_INDEX_EVENTS_COUNT": "4"})
    try:
        server.start()
        told = ("--business", server.business_id, "--name", "t", "--test", "--database", url)
        token = footfall_json("token", "create", *told)["token"]
        side, live = Side(server, token, ""), Side(server, server.token, "")
        sessions = [str(uuid4()) for _ in range(2)]
        for session in sessions * 6:
            side.made(EVENTS, action="page.viewed", url="/", session=session)
        while not server.query("select 1 from events where id >= 12") or not indexed(data, 3):
            pass
        footfall("business", "wipe-test", server.business_id, "--yes", "--database", url)
        assert side.client.get(EVENTS).json()["data"] == []
        for each in (side, live):
            each.made(EVENTS, action="page.viewed", url="/", session=sessions[0])
            listed = each.client.get(EVENTS, params={"session": sessions[0]}).json()["data"]
            assert len(listed) == 1
        side.client.close()
        live.client.close()
    finally:
        server.close()


def indexed(data: Any, blocks: int) -> bool:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(data / "index.db", timeout=10)) as connection:
        known: int = connection.execute("select count(*) from blocks").fetchone()[0]
        return known >= blocks


def test_a_wipe_asks_first_and_needs_something_to_wipe(footfall_server: Server) -> None:
    server, url = footfall_server, ("--database", footfall_server.database_url)
    wiping = ("business", "wipe-test", server.business_id, *url)
    assert "has no test side" in footfall(*wiping, "--yes", status=1).stderr
    footfall("token", "create", "--business", server.business_id, "--name", "t", "--test", *url)
    assert "Delete all test data" in footfall(*wiping, status=1).stderr


def test_every_table_is_wiped_or_kept_on_purpose() -> None:
    assert {table.name for table in tables.metadata.sorted_tables} == wipe.COVERED | wipe.KEPT
    assert not wipe.COVERED & wipe.KEPT
