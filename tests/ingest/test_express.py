"""The short cut gives the draft the long way gives, or none."""

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
from footfall.ingest.express import express
from footfall.ingest.names import Names
from footfall.ingest.payloads import read
from footfall.ingest.resolve import resolve
from footfall.store.facts import Caller, Facts

IDS = PublicIds(b"secret")
CALLER = Caller(1, 2, frozenset({"admin"}), None, "USD", "US")
ACTIONS = {**BUILT_IN, "a.b": Action(1001, "a.b")}
RECEIVED_AT = 1_790_000_000_000_000


def facts() -> Facts:
    known = Facts(100)
    known.actions.put(1, 1, ACTIONS)
    known.profiles.put((1, "P"), 3, 3)
    known.profiles.put((2, "other's"), 4, 4)
    known.sessions.put((1, "S"), 5, SessionFact(5, None))
    known.sessions.put((1, "T"), 6, SessionFact(6, 3))
    for row, (text, amount) in enumerate([("priced", 1990), ("free", 0), ("bare", None)], start=7):
        fact = ObjectFact(row, "product", amount, "EUR" if amount is not None else None)
        known.objects.put((1, "product", text), row, fact)
        known.objects.put((1, None, text), row, fact)
    known.objects.put((1, "order", "priced"), 20, ObjectFact(20, "order", 100, "USD"))
    return known


FACTS = facts()

KEYS = "action profile profile_id session session_id product product_id object order amount url"
TEXTS = (
    "product.purchased product.viewed order.placed page.viewed a.b P S T priced free bare other's"
)
VALUES: list[Any] = [*TEXTS.split(), "", "null", "é", 'a"b', "a\\b", None, 5, True, {}, []]

pairs = st.tuples(st.sampled_from(KEYS.split()), st.sampled_from(VALUES))
usual = st.tuples(
    st.sampled_from([("action", "product.purchased"), ("action", "product.viewed")]),
    st.sampled_from([("profile", "P"), ("profile_id", "P"), ("session", "S"), ("session_id", "T")]),
    st.sampled_from([("product", "priced"), ("product_id", "free"), ("product", "bare")]),
).flatmap(st.permutations)


def written(items: list[tuple[str, Any]]) -> bytes:
    """Return an object as written, keys given twice and all."""
    told = ",".join(f"{json.dumps(key)}:{json.dumps(value)}" for key, value in items)
    return f"{{{told}}}".encode()


def long_way(body: bytes) -> EventDraft | None:
    faults: list[Fault] = []
    try:
        payload = read(decode_object(body), faults)
    except Refused:
        return None
    names = Names(FACTS, CALLER, IDS)
    draft = resolve(payload, CALLER, names, RECEIVED_AT, faults)
    return None if faults or names.lacks_some else draft


def short_cut(body: bytes) -> EventDraft | None:
    return express(body, CALLER, FACTS, RECEIVED_AT)


@given(usual.map(written))
def test_the_commonest_event_takes_it(body: bytes) -> None:
    assert short_cut(body) is not None
    assert short_cut(body) == long_way(body)


@given((usual | st.lists(pairs, max_size=5)).map(written))
@example(b'{"action":"product.viewed","product":"bare","product":"priced","profile":"P"}')
@example(b'{"action":"product.viewed","product":"priced","profile":"P","profile":""}')
@example(b'{"action":"product.viewed","product":"priced","profile":"P","x":[]}')
def test_who_takes_it_arrives_where_the_long_way_leads(body: bytes) -> None:
    draft = short_cut(body)
    assert draft is None or draft == long_way(body)


@given(usual.map(written), st.data())
def test_damage_is_left_to_the_long_way(body: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(body) - 1))
    damaged = body[:at] + data.draw(st.binary(max_size=2)) + body[at + 1 :]
    draft = short_cut(damaged)
    assert draft is None or draft == long_way(damaged)


@pytest.mark.parametrize("action", ["order.placed", "page.viewed", "a.b", "no.such"])
def test_only_actions_about_products_take_it(action: str) -> None:
    items = [("action", action), ("profile", "P"), ("product", "priced")]
    assert short_cut(written(items)) is None


def test_what_another_business_knows_is_not_known() -> None:
    items = [("action", "product.viewed"), ("profile", "other's"), ("product", "priced")]
    assert short_cut(written(items)) is None
