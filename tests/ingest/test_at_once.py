"""An event taken at once gets the answer and leaves the row that the ordinary way gives it."""

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text, update

from footfall.domain.public_ids import Kind
from footfall.ingest.asgi import HotPath
from footfall.ingest.limits import Limits
from footfall.ingest.respond import lines
from footfall.ops.counters import Counters
from footfall.settings import load
from footfall.store import tables
from footfall.store import tokens as token_rows
from tests.store.builders import Shop
from tests.store.running import Running, running

EVENTS, TRACK = "/v1/attribution/events", "/v1/track/events"
PEER = ("192.0.2.1", 4711)
PAGE = {"url": "https://shop.example/", "title": "Shop", "path": "/"}
MUG = {"reference": "mug", "source": "shop", "name": "Mug", "price": "19.90"}

Told = tuple[int, bytes, bytes]
"""Status, header lines and body of an answer."""


class Ways:
    """A business on a real store, and both ways of an event into it."""

    def __init__(self, started: Running, **changes: Any) -> None:
        self.running, self.store = started, started.store
        self.shop = started.write(Shop)
        worth = {"amount_minor": 1990, "currency": "USD"}
        self.product = started.write(lambda each: self.shop.add_object(each, **worth))
        ids = self.store.public_ids
        self.names = {
            "profile": ids[Kind.PROFILE].encode(self.shop.profiles[0]),
            "product": ids[Kind.OBJECT].encode(self.product),
        }
        self.backend = {b"authorization": b"Bearer " + self.shop.token_text.encode()}
        public_id = ids[Kind.BUSINESS].encode(self.shop.id)
        self.page = {b"authorization": b"Bearer " + public_id.encode()}
        self.counters = Counters()
        settings = load(**changes)
        limits = Limits(settings)

        async def behind(*_: Any) -> None:
            raise AssertionError("nothing here is for the framework")

        self.hot_path = HotPath(self.store, settings, self.counters, limits, behind)

    def head(self, path: str, more: dict[bytes, bytes]) -> dict[bytes, bytes]:
        return {**(self.page if path == TRACK else self.backend), b"request-id": b"req_1", **more}

    def ordinary(self, path: str, body: bytes, **more: Any) -> Told:
        """The answer of the ASGI callable."""
        headers = self.head(path, more.get("headers", {}))
        scope = {
            "type": "http",
            "method": "POST",
            "path": path,
            "query_string": b"",
            "headers": list({**headers, b"content-length": b"%d" % len(body)}.items()),
            "client": PEER,
        }
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        self.running.run(self.hot_path(scope, receive, send))
        start, end = sent
        return start["status"], lines(start["headers"]), end["body"]

    def at_once(self, path: str, *bodies: bytes, **more: Any) -> list[Told] | None:
        """The answers of the short way, all bodies in one turn; ``None``: one was declined."""

        async def take() -> list[Told] | None:
            headers = self.head(path, more.get("headers", {}))
            sender = self.hot_path.at_once.sender(path.encode(), headers, PEER)
            answers: list[asyncio.Future[Told]] = [asyncio.Future() for _ in bodies]
            for body, told in zip(bodies, answers, strict=True):
                if sender is None or not sender.take(body, _telling(told)):
                    return None
            return list(await asyncio.gather(*answers))

        return self.running.run(take())

    def events(self) -> list[dict[str, Any]]:
        """The events there are, but for what differs from one to the next."""
        query = select(tables.events).order_by(tables.events.c.id)
        rows = self.running.read(lambda each: each.execute(query).mappings().all())
        own = ("id", "received_at", "occurred_at")
        return [{name: row[name] for name in row if name not in own} for row in rows]

    def ledger(self) -> tuple[int, int]:
        rows = self.running.rows(select(tables.ledger.c.received, tables.ledger.c.stored))
        return sum(row[0] for row in rows), sum(row[1] for row in rows)

    def purchase(self, **changes: Any) -> bytes:
        return json.dumps({"action": "product.purchased", **self.names, **changes}).encode()

    def view(self, session: str | None = None, **changes: Any) -> bytes:
        told = {"session": session or str(uuid4()), "action": "product.viewed", "page": PAGE}
        return json.dumps({**told, "object_parameters": MUG, **changes}).encode()

    def warm_up(self) -> None:
        """Have both ways know every name."""
        assert self.ordinary(EVENTS, self.purchase())[0] == 201
        assert self.ordinary(TRACK, self.view())[0] == 200


def _telling(told: asyncio.Future[Told]) -> Callable[[int, bytes, bytes], None]:
    return lambda *answer: told.set_result(answer)


@pytest.fixture
def ways(database_url: str) -> Iterator[Ways]:
    with running(database_url) as started:
        made = Ways(started)
        made.warm_up()
        yield made


@pytest.mark.parametrize("path", [EVENTS, TRACK])
def test_both_ways_give_one_answer_and_one_row(ways: Ways, path: str) -> None:
    session = str(uuid4())
    body = ways.purchase() if path == EVENTS else ways.view(session)
    ordinary = ways.ordinary(path, body)
    before = ways.ledger()
    assert ways.at_once(path, body) == [ordinary]
    *_, one, other = ways.events()
    assert one == other
    assert ways.ledger() == (before[0] + 1, before[1] + 1)


def test_a_session_begins_once_whoever_is_first(ways: Ways) -> None:
    session = str(uuid4())
    body = ways.view(session)
    assert ways.at_once(TRACK, body, body) == [ways.ordinary(TRACK, body)] * 2
    query = select(tables.sessions.c.id).where(tables.sessions.c.text == session)
    ((row_id,),) = ways.running.rows(query)
    assert [row["session_id"] for row in ways.events()[-3:]] == [row_id] * 3
    assert ways.store.facts.sessions.get((ways.shop.id, session)) is not None


def test_a_crawlers_event_is_marked_either_way(ways: Ways) -> None:
    more = {"headers": {b"user-agent": b"Googlebot/2.1"}}
    body = ways.view()
    assert ways.at_once(TRACK, body, **more) == [ways.ordinary(TRACK, body, **more)]
    assert ways.events()[-1]["flags"] == ways.events()[-2]["flags"] != 0


def test_it_is_answered_when_its_row_is_there_and_not_before(ways: Ways) -> None:
    found: list[int] = []
    count = len(ways.events())

    def answer(*_: Any) -> None:
        with ways.store.engines.read.connect() as connection:
            found.append(len(connection.execute(select(tables.events.c.id)).all()))

    async def take() -> None:
        sender = ways.hot_path.at_once.sender(EVENTS.encode(), ways.head(EVENTS, {}), PEER)
        assert sender is not None
        assert sender.take(ways.purchase(), answer)
        assert found == []
        await ways.store.write(lambda _: None)

    ways.running.run(take())
    assert found == [count + 1]


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        (EVENTS, {b"authorization": b"Bearer ALK_nobody"}),
        (EVENTS, {b"idempotency-key": b"k"}),
        (EVENTS, {b"content-type": b"text/plain"}),
        (EVENTS, {b"content-encoding": b"gzip"}),
        (TRACK, {b"authorization": b"Bearer nobody"}),
        (TRACK, {b"content-type": b"text/html"}),
        (TRACK, {b"idempotency-key": b"k"}),
    ],
)
def test_an_unusual_head_is_declined(ways: Ways, path: str, headers: dict[bytes, bytes]) -> None:
    body = ways.purchase() if path == EVENTS else ways.view()
    assert ways.at_once(path, body) is not None
    before = len(ways.events()), dict(ways.counters.events)
    assert ways.at_once(path, body, headers=headers) is None
    assert (len(ways.events()), ways.counters.events) == before


def test_a_page_of_another_origin_is_declined(ways: Ways) -> None:
    where = tables.businesses.c.id == ways.shop.id
    statement = update(tables.businesses).where(where).values(origins=["https://shop.example"])
    ways.running.write(lambda connection: connection.execute(statement))
    ways.store.facts.clear()
    mine, other = b"https://shop.example", b"https://other.example"
    assert ways.ordinary(TRACK, ways.view(), headers={b"origin": mine})[0] == 200
    assert ways.ordinary(EVENTS, ways.purchase())[0] == 201
    assert ways.at_once(TRACK, ways.view(), headers={b"origin": mine}) is not None
    assert ways.at_once(TRACK, ways.view(), headers={b"origin": other}) is None
    assert ways.ordinary(TRACK, ways.view(), headers={b"origin": other})[0] == 403


def test_a_token_without_the_scope_or_past_its_time_is_declined(ways: Ways) -> None:
    def token(**properties: Any) -> bytes:
        make = token_rows.create
        _, made = ways.running.write(
            lambda each: make(each, ways.shop.id, str(uuid4()), **properties)
        )
        return b"Bearer " + made.encode()

    reader = {b"authorization": token(scopes={"events:read"})}
    assert ways.ordinary(EVENTS, ways.purchase(), headers=reader)[0] == 403
    assert ways.at_once(EVENTS, ways.purchase(), headers=reader) is None
    brief = {b"authorization": token(expires_at=2_000_000_000_000_000)}
    assert ways.ordinary(EVENTS, ways.purchase(), headers=brief)[0] == 201
    assert ways.at_once(EVENTS, ways.purchase(), headers=brief) is not None
    ((digest, known),) = (
        (key, each)
        for key, each in ways.store.facts.callers._facts.items()
        if each.expires_at is not None
    )
    assert known.token_id is not None
    ways.store.facts.callers.put(digest, known.token_id, known._replace(expires_at=1))
    assert ways.at_once(EVENTS, ways.purchase(), headers=brief) is None


@pytest.mark.parametrize(
    ("path", "setting"),
    [
        (EVENTS, "rate_token_per_minute"),
        (TRACK, "rate_address_per_minute"),
        (TRACK, "rate_business_per_minute"),
    ],
)
def test_one_too_many_is_turned_away_either_way(sqlite_url: str, path: str, setting: str) -> None:
    with running(sqlite_url) as started:
        ways = Ways(started, **{setting: 3})
        ways.warm_up()
        body = ways.purchase() if path == EVENTS else ways.view()
        first, second, third = ways.at_once(path, body, body, body) or [(0, b"", b"")] * 3
        stored = 201 if path == EVENTS else 200
        assert [first[0], second[0], third[0]] == [stored, stored, 429]
        assert third == ways.ordinary(path, body)
        assert len(ways.events()) == 4


def test_past_the_bound_of_what_may_wait_it_is_turned_away(database_url: str) -> None:
    with running(database_url, queue_events_max=2) as started:
        ways = Ways(started)
        ways.warm_up()
        *good, bad = ways.at_once(EVENTS, *[ways.purchase()] * 3) or [(0, b"", b"")]
        assert [told[0] for told in good] == [201, 201]
        assert bad[0] == 503
        assert b"\r\nretry-after: " in bad[1]
        assert len(ways.events()) == 4


@pytest.mark.parametrize("path", [EVENTS, TRACK])
def test_a_commit_that_fails_is_told_to_everybody_in_it(ways: Ways, path: str) -> None:
    body = ways.purchase() if path == EVENTS else ways.view()
    rename = "alter table events rename to "
    ways.running.write(lambda each: each.execute(text(rename + "gone")))
    told = ways.at_once(path, body, body)
    assert told == [ways.ordinary(path, body)] * 2
    assert told[0][0] == 503
    assert b"\r\nretry-after: " in told[0][1]
    ways.running.write(lambda each: each.execute(text("alter table gone rename to events")))
    assert len(ways.events()) == 2


def test_what_the_commit_refuses_is_refused_alike_and_on_record(ways: Ways) -> None:
    session = str(uuid4())
    ways.running.write(lambda each: ways.shop.add_session(each, session, ways.shop.profiles[1]))
    profiles = tables.profiles
    where = profiles.c.id == ways.shop.profiles[1]
    ways.running.write(
        lambda each: each.execute(update(profiles).where(where).values(suppressed_at=1))
    )
    body = ways.view(session)
    told = ways.at_once(TRACK, body)
    assert told == [ways.ordinary(TRACK, body)]
    assert told[0][0] == 422
    assert len(ways.events()) == 2
    assert ways.running.rows(select(profiles.c.suppressed_count).where(where)) == [(2,)]


def test_answers_are_counted_like_any_other(ways: Ways) -> None:
    before = dict(ways.counters.requests), dict(ways.counters.events)
    assert ways.at_once(EVENTS, ways.purchase(), ways.purchase()) is not None
    assert ways.at_once(TRACK, ways.view()) is not None
    assert ways.counters.requests["event", 201] == before[0]["event", 201] + 2
    assert ways.counters.requests["browser_event", 200] == before[0]["browser_event", 200] + 1
    assert ways.counters.events["created"] == before[1]["created"] + 3
    assert sum(ways.counters.seconds["event"].counts) == 3


@pytest.mark.parametrize("path", [EVENTS, TRACK])
def test_a_defect_is_left_to_the_ordinary_way_to_explain(ways: Ways, path: str) -> None:
    damaged: Any = {"product.purchased": 5, "product.viewed": 5}
    ways.store.facts.actions.put(ways.shop.id, ways.shop.id, damaged)
    body = ways.purchase() if path == EVENTS else ways.view()
    assert ways.at_once(path, body) is None
    assert ways.ordinary(path, body)[0] == 503


def test_what_was_forgotten_is_looked_up_again(ways: Ways) -> None:
    assert ways.at_once(EVENTS, ways.purchase()) is not None
    ways.store.facts.forget([("profile", ways.shop.profiles[0])])
    assert ways.at_once(EVENTS, ways.purchase()) is None


@pytest.fixture(scope="module")
def steady(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ways]:
    folder = tmp_path_factory.mktemp("steady")
    with running(f"sqlite:///{folder / 'footfall.db'}") as started:
        made = Ways(started, rate_address_per_minute=0)
        made.warm_up()
        yield made


changes = st.fixed_dictionaries(
    {},
    optional={
        "action": st.sampled_from(["product.viewed", "page.viewed", "order.placed", "no.such"]),
        "session": st.sampled_from([str(uuid4()), "x", None]),
        "amount": st.sampled_from([0, 5, "x"]),
        "page": st.sampled_from([PAGE, {}, None]),
        "profile": st.sampled_from(["nobody", None]),
        "metadata": st.just({"a": 1}),
        "user_parameters": st.sampled_from([{}, {"id": "u"}]),
    },
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.differing_executors])
@given(path=st.sampled_from([EVENTS, TRACK]), changed=changes)
def test_whatever_is_taken_ends_as_the_ordinary_way_ends_it(
    steady: Ways, path: str, changed: dict[str, Any]
) -> None:
    body = steady.purchase(**changed) if path == EVENTS else steady.view(**changed)
    before = len(steady.events())
    told = steady.at_once(path, body)
    if told is None:
        assert len(steady.events()) == before
        return
    assert told == [steady.ordinary(path, body)]
    *_, one, other = steady.events()
    assert one == other
