"""Every spelling folds into one payload, and any body is read, resolved or refused by name."""

import json
from itertools import product as pairs
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall.domain.actions import BUILT_IN, Action
from footfall.domain.events import EventDraft
from footfall.domain.objects import BUILT_IN_KINDS, ObjectFact
from footfall.domain.public_ids import PublicIds
from footfall.domain.sessions import SessionFact
from footfall.domain.times import now_us
from footfall.errors import Fault
from footfall.ingest.names import Names
from footfall.ingest.payloads import FIELDS, EventPayload, read
from footfall.ingest.resolve import resolve
from footfall.store.facts import Caller, Facts
from tests.strategies import bodies, json_values

IDS = PublicIds(b"secret")
CALLER = Caller(1, 1, frozenset({"admin"}), None, "USD", "US")
ACTIONS = {**BUILT_IN, "a.b": Action(1001, "a.b")}
KNOWN = ObjectFact(7, "product", 1990, "USD")


def told(body: dict[str, Any]) -> tuple[EventPayload, list[tuple[str, str | None]]]:
    faults: list[Fault] = []
    payload = read(body, faults)
    return payload, [(fault.type, fault.parameter) for fault in faults]


def plain(payload: EventPayload) -> dict[str, Any]:
    """A payload without how it was spelled."""
    return {name: getattr(payload, name) for name in payload.__struct_fields__ if name != "spelled"}


def tell(names: Names) -> None:
    """Answer what was asked for: “known” is there, nothing else is."""
    for text in names.wanted_profiles:
        names.profiles_found[text] = 3 if text == "known" else None
    for text in names.wanted_sessions:
        names.sessions_found[text] = SessionFact(5, None) if text == "known" else None
    for kind, text in names.wanted_objects:
        there = text == "known" and kind in (None, "product")
        names.objects_found[kind, text] = [KNOWN] if there else []
    for identity in names.wanted_inline:
        names.inline_found[identity] = None
    if names.wants_structures:
        names.structures_found = {}
    names.found(ACTIONS)


OWNERS = list(pairs(["profile", "profile_id"], ["session", "session_id"]))
NAMED = ["object", *BUILT_IN_KINDS, *(f"{kind}_id" for kind in BUILT_IN_KINDS)]
DESCRIBED = [
    "object_parameters",
    *BUILT_IN_KINDS,
    *(f"{kind}_parameters" for kind in BUILT_IN_KINDS),
]


@pytest.mark.parametrize(("profile", "session"), OWNERS)
def test_owners_may_be_spelled_in_any_mixture(profile: str, session: str) -> None:
    payload, faults = told({"action": "a.b", profile: "p", session: "s"})
    assert faults == []
    assert (payload.profile, payload.session) == ("p", "s")


@pytest.mark.parametrize(("one", "other"), list(pairs(NAMED, NAMED)))
def test_two_spellings_of_the_object_agree_or_are_ambiguous(one: str, other: str) -> None:
    same, agreeing = told({"action": "a.b", one: "x", other: "x"})
    kinds = {FIELDS[key][1] for key in (one, other)} - {None}
    if len(kinds) == 2:
        assert ("ambiguous_parameter", other) in agreeing
    else:
        assert agreeing == []
        assert (same.object, same.object_kind) == ("x", next(iter(kinds), None))
    if one != other:
        _, differing = told({"action": "a.b", one: "x", other: "y"})
        assert ("ambiguous_parameter", other) in differing


@pytest.mark.parametrize("key", DESCRIBED)
def test_an_object_may_be_described_under_any_key(key: str) -> None:
    payload, faults = told({"action": "a.b", key: {"name": "Mug"}})
    assert faults == []
    assert payload.parameters == {"name": "Mug"}
    assert payload.object_kind == FIELDS[key][1]


@given(bodies, st.randoms(use_true_random=False))
def test_the_order_of_keys_does_not_matter(body: dict[str, Any], chance: Any) -> None:
    shuffled = list(body.items())
    chance.shuffle(shuffled)
    payload, faults = told(body)
    again, faults_again = told(dict(shuffled))
    if not faults:
        assert faults_again == []
        assert plain(again) == plain(payload)
    else:
        assert faults_again != []


@given(bodies)
def test_any_body_is_read_and_resolved_or_refused_by_name(body: dict[str, Any]) -> None:
    faults: list[Fault] = []
    payload = read(body, faults)
    of_shape = len(faults)
    names = Names(Facts(10), CALLER, IDS)
    draft = resolve(payload, CALLER, names, now_us(), faults)
    rounds = 0
    while names.lacks_some:
        tell(names)
        del faults[of_shape:]
        draft = resolve(payload, CALLER, names, now_us(), faults)
        rounds += 1
    assert rounds <= 3
    for fault in faults:
        assert fault.message
        assert fault.parameter is not None
    if faults:
        return
    assert draft.action_id in {action.id for action in ACTIONS.values()}
    assert draft.profile_id in (None, 3)
    assert draft.session_id in (None, 5)
    assert draft.object_id in (None, 7)
    assert draft.profile_id or draft.session_id or draft.new_session
    assert (draft.amount_minor is None) == (draft.currency is None)
    assert draft.occurred_at <= draft.received_at
    assert draft.tracked_at is None or draft.tracked_at >= 0
    json.loads(draft.data or "{}")


@given(st.dictionaries(st.text(min_size=1), json_values, max_size=5))
def test_unknown_keys_are_kept_as_they_are(body: dict[str, Any]) -> None:
    body = {f"~{key}": value for key, value in body.items()}
    payload, faults = told({"action": "a.b"} | body)
    assert faults == []
    kept = {key: value for key, value in body.items() if value is not None}
    assert (payload.free or {}) == kept


@given(
    st.sampled_from([key for key in FIELDS if key != "action"]), st.sampled_from([None, False, ""])
)
def test_what_stands_for_nothing_is_nothing(key: str, absent: object) -> None:
    payload, faults = told({"action": "a.b", key: absent})
    assert faults == []
    assert plain(payload) == plain(EventPayload(action="a.b"))


def resolved(names: Names, body: dict[str, Any]) -> EventDraft:
    payload, _ = told(body)
    return resolve(payload, CALLER, names, now_us(), [])


PURCHASE = {"action": "product.purchased", "object": "known", "profile": "known"}


def test_an_object_is_asked_for_again_once_its_action_is_known() -> None:
    """The action tells the kind, and what was found for any kind answers nothing."""
    names = Names(Facts(10), CALLER, IDS)
    resolved(names, PURCHASE)
    tell(names)
    resolved(names, PURCHASE)
    assert names.wanted_objects == {("product", "known")}
    tell(names)
    assert resolved(names, PURCHASE).object_id == KNOWN.id
    assert names.lacks_some is False


def test_a_name_forgotten_during_the_look_up_is_asked_for_again() -> None:
    facts = Facts(10)
    facts.actions.put(CALLER.business_id, CALLER.business_id, ACTIONS)
    facts.profiles.put((CALLER.business_id, "known"), 3, 3)
    names = Names(facts, CALLER, IDS)
    assert resolved(names, PURCHASE).profile_id == 3
    facts.forget([("profile", 3)])
    tell(names)
    resolved(names, PURCHASE)
    assert names.wanted_profiles == {"known"}


def test_every_question_for_an_unknown_name_is_counted() -> None:
    """Two items of a batch that name the same thing both wait for it."""
    facts = Facts(10)
    facts.actions.put(CALLER.business_id, CALLER.business_id, ACTIONS)
    names = Names(facts, CALLER, IDS)
    asked = []
    for _ in range(2):
        resolved(names, PURCHASE)
        asked.append(names.asked_count)
    assert asked == [2, 4]
