"""The short cut of pages gives the draft the long way gives, or none."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from footfall.domain.actions import BUILT_IN, Action
from footfall.domain.events import EventDraft
from footfall.domain.objects import ObjectFact
from footfall.domain.public_ids import PublicIds
from footfall.domain.sessions import SessionFact
from footfall.errors import Fault, Refused
from footfall.ingest.decode import decode_object
from footfall.ingest.express_page import PIECE_MAX_BYTES, PIECES_MAX, Pages
from footfall.ingest.from_browser import read_as_told
from footfall.ingest.names import Names
from footfall.ingest.payloads import read
from footfall.ingest.resolve import resolve
from footfall.store.facts import Caller, Facts

IDS = PublicIds(b"secret")
CALLER = Caller(1, None, frozenset({"public"}), None, "USD", "US")
ACTIONS = {**BUILT_IN, "a.b": Action(1001, "a.b")}
RECEIVED_AT = 1_790_000_000_000_000
NEW = "12345678-1234-4234-8234-123456789abc"


def facts() -> Facts:
    known = Facts(100)
    known.actions.put(1, 1, ACTIONS)
    known.profiles.put((1, "shop", "u1"), 3, 3)
    known.sessions.put((1, "S"), 5, SessionFact(5, None))
    known.sessions.put((1, "T"), 6, SessionFact(6, 3))
    known.sessions.put((1, "gone"), 7, SessionFact(7, 4, is_suppressed=True))
    for row, (reference, amount) in enumerate([("r1", 1990), ("r2", None), ("r3", 0)], start=8):
        fact = ObjectFact(row, "product", amount, "EUR" if amount is not None else None)
        known.objects.put((1, "product", "reference", "shop", reference), row, fact)
    return known


FACTS = facts()
PAGES = Pages()

SESSIONS = [NEW, "a" * 32, "S", "T"]
REFERENCES = ["r1", "r2", "r3"]
PRICES: list[Any] = [None, "1.50", 2, {"amount": "3.20", "currency": "EUR"}, "free"]
PAGE = {"url": "https://shop.example/é?a=1", "title": "Ü", "path": "/é"}
DEEP: Any = 1
for _ in range(31):
    DEEP = [DEEP]

products = st.fixed_dictionaries(
    {"reference": st.sampled_from(REFERENCES), "source": st.just("shop"), "name": st.just("Mug")},
    optional={
        "price": st.sampled_from(PRICES),
        "categories": st.just(["Bags"]),
        "property_by_id[x]": st.just("1"),
        "variants": st.just([{"name": "Blue", "sku": "B"}]),
    },
)
kept: st.SearchStrategy[Any] = st.sampled_from(
    [{}, PAGE, {"url": ""}, {"n": 1.50}, {"n": 2**70}, {"a": DEEP}, None, 5, []]
)
usual = st.fixed_dictionaries(
    {
        "session": st.sampled_from(SESSIONS),
        "action": st.sampled_from(["product.viewed", "product.purchased"]),
        "object_parameters": products.map(lambda told: told | {"price": 1}).map(
            lambda told: {name: told[name] for name in ("reference", "source", "name", "price")}
        ),
        "page": st.just(PAGE),
        "utm_params": st.just({"source": "google"}),
        "user_parameters": st.just({}),
    }
)
actions = st.sampled_from([*ACTIONS, "no.such", "", 5])
odd = st.fixed_dictionaries(
    {},
    optional={
        "session": st.sampled_from([*SESSIONS, "gone", "x", "", 5, None, "1" * 34]),
        "session_id": st.sampled_from(SESSIONS),
        "action": actions,
        "object_parameters": products | kept,
        "product": st.sampled_from(["r1", ""]),
        "page": kept,
        "utm_params": kept,
        "user_parameters": kept | st.just({"id": "u1", "source": "shop"}),
        "metadata": kept,
        "amount": st.just(5),
        "event_id": st.just("k"),
        "profile": st.just("P"),
        "url": st.just("https://shop.example/"),
    },
)


def written(told: dict[str, Any], order: list[str]) -> bytes:
    return json.dumps({name: told[name] for name in order}, ensure_ascii=False).encode()


def bodies(told: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[bytes]:
    """Bodies with their keys in any order."""
    return told.flatmap(
        lambda each: st.permutations(list(each)).map(lambda order: written(each, order))
    )


def long_way(body: bytes) -> EventDraft | None:
    faults: list[Fault] = []
    try:
        payload = read(read_as_told(decode_object(body)), faults)
    except Refused:
        return None
    names = Names(FACTS, CALLER, IDS)
    draft = resolve(payload, CALLER, names, RECEIVED_AT, faults)
    return None if faults or names.lacks_some else draft


def short_cut(body: bytes) -> EventDraft | None:
    return PAGES.express(body, CALLER, FACTS, RECEIVED_AT)


@given(bodies(usual))
def test_a_described_product_that_is_known_takes_it(body: bytes) -> None:
    assert short_cut(body) is not None
    assert short_cut(body) == long_way(body)


@given(bodies(usual | odd | st.builds(lambda one, other: one | other, usual, odd)))
@example(f'{{"session":"{NEW}","action":"a.b","action":"page.viewed"}}'.encode())
@example(f'{{"session":"{NEW}","action":"a.b","page":{{"a":1,"a":2}}}}'.encode())
@example(f'{{"session":"{NEW}","action":"a.b","page":{{"a":"\x01"}}}}'.encode())
@example(f'{{"session":"{NEW}","action":"a.b","page":{{"a":1.0e0}}}}  '.encode())
@example(f'{{"session":"{NEW}" ,"action": "page.viewed","page":{{"url" : "u"}}}}'.encode())
@example(f'{{"session":"{NEW}","action":"page.viewed","page":{{"url":""}}}}'.encode())
@example(f'{{"session":"{NEW}","action":"a.b","page":{{"a":"'.encode() + b'\xff"}}')
def test_who_takes_it_arrives_where_the_long_way_leads(body: bytes) -> None:
    draft = short_cut(body)
    assert draft is None or draft == long_way(body)
    # The second time its pieces are known.
    assert short_cut(body) == draft


@given(bodies(usual), st.data())
def test_damage_is_left_to_the_long_way(body: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(body) - 1))
    damaged = body[:at] + data.draw(st.binary(max_size=2)) + body[at + 1 :]
    draft = short_cut(damaged)
    assert draft is None or draft == long_way(damaged)


@pytest.mark.parametrize("session", ["gone", "x", ""])
def test_a_session_that_may_not_begin_does_not_take_it(session: str) -> None:
    body = {"session": session, "action": "page.viewed", "page": PAGE}
    assert short_cut(json.dumps(body).encode()) is None


def test_a_product_nobody_knows_is_left_to_the_commit() -> None:
    product = {"reference": "new", "source": "shop", "name": "Mug"}
    body = {"session": NEW, "action": "product.viewed", "object_parameters": product}
    assert short_cut(json.dumps(body).encode()) is None


def test_what_is_remembered_has_a_bound() -> None:
    pages = Pages()
    for number in range(2 * PIECES_MAX + 5):
        url = str(number) if number % 2 else str(number) * PIECE_MAX_BYTES
        body = {"session": NEW, "action": "page.viewed", "page": {"url": url}}
        assert pages.express(json.dumps(body).encode(), CALLER, FACTS, RECEIVED_AT) is not None
    assert len(pages._kept) <= PIECES_MAX
    assert max(map(len, pages._kept)) <= PIECE_MAX_BYTES
