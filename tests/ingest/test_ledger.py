"""Every event that arrives is in the books once: received = stored + duplicate + rejected."""

from collections import Counter
from typing import Any

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from footfall.domain.tokens import digest
from tests.builders import event, order
from tests.scene import BATCH, EVENTS, Scene, unique

COUNTS = ("received", "stored", "duplicate", "rejected")
MIXES = settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
JSON = {"content-type": "application/json"}


def booked(scene: Scene, token: str) -> dict[str, int]:
    """What the books say of a token, over all hours."""
    sums = ", ".join(f"coalesce(sum({name}), 0) as {name}" for name in COUNTS)
    query = f"select {sums} from ledger join tokens on tokens.id = token_id where digest = :digest"
    (row,) = scene.read(query, digest=digest(token))
    return {name: int(getattr(row, name)) for name in COUNTS}


def single(scene: Scene, words: str) -> dict[str, Any]:
    """An event that is stored, repeated or refused, as one word says."""
    match words:
        case "plain":
            return event(scene.profile)
        case "same key":
            return event(scene.profile, event_id="the same")
        case "same key, other body":
            return event(scene.profile, event_id="the same", amount=1)
        case "same order":
            parameters = {"order_parameters": order("the same")}
            return event(scene.profile, action="order.placed", **parameters)
        case "wrong":
            return event("nobody")
    return {"action": "no.such"}


KINDS = st.sampled_from(
    ["plain", "same key", "same key, other body", "same order", "wrong", "unknown action"]
)


@MIXES
@given(sendings=st.lists(KINDS | st.lists(KINDS, min_size=1, max_size=6), min_size=1, max_size=8))
def test_the_books_of_a_token_are_what_it_was_told(
    scene: Scene, sendings: list[str | list[str]]
) -> None:
    token = scene.new_token()
    told: Counter[str] = Counter()
    with httpx.Client(base_url=scene.server.url, timeout=30) as client:
        client.headers["Authorization"] = f"Bearer {token}"
        for sending in sendings:
            if isinstance(sending, list):
                items = [single(scene, words) for words in sending]
                told += note_batch(client.post(BATCH, json=items))
            else:
                told += note_single(client, single(scene, sending))
    assert booked(scene, token) == {name: told[name] for name in COUNTS}
    assert told["received"] == told["stored"] + told["duplicate"] + told["rejected"]


def note_single(client: httpx.Client, body: dict[str, Any]) -> Counter[str]:
    """Send an event; a dry run before it tells whether a success is the first or a repeat."""
    rehearsed = client.post(EVENTS, json=body, params={"dry_run": "1"}).json()["result"]
    answer = client.post(EVENTS, json=body)
    assert (answer.status_code == 201) == (rehearsed != "rejected")
    return Counter(["received", {"created": "stored"}.get(rehearsed, rehearsed)])


def note_batch(answer: httpx.Response) -> Counter[str]:
    told = answer.json()
    return Counter(
        received=len(told["results"]),
        stored=told["created"],
        duplicate=told["duplicate"],
        rejected=told["rejected"],
    )


def test_a_batch_refused_as_a_whole_counts_as_one(scene: Scene) -> None:
    token = scene.new_token()
    client = scene.client_of(token)
    headers = {"Idempotency-Key": unique("batch-")}
    many = [event(scene.profile)] * 3
    assert client.post(BATCH, content=b"[{", headers=JSON).status_code == 400
    assert booked(scene, token) == dict.fromkeys(COUNTS, 0) | {"received": 1, "rejected": 1}
    assert client.post(BATCH, json=many, headers=headers).status_code == 207
    assert client.post(BATCH, json=[*many, *many], headers=headers).status_code == 422
    assert booked(scene, token) == {"received": 5, "stored": 3, "duplicate": 0, "rejected": 2}


def test_a_replayed_batch_counts_its_events_as_duplicates(scene: Scene) -> None:
    token = scene.new_token()
    client = scene.client_of(token)
    headers = {"Idempotency-Key": unique("batch-")}
    mixed = [event(scene.profile), event("nobody")]
    for _ in range(2):
        assert client.post(BATCH, json=mixed, headers=headers).status_code == 207
    assert booked(scene, token) == {"received": 4, "stored": 1, "duplicate": 2, "rejected": 1}


def test_a_token_without_the_scope_has_its_refusals_in_the_books(scene: Scene) -> None:
    token = scene.new_token(scopes=["read"])
    assert scene.client_of(token).post(EVENTS, json=event(scene.profile)).status_code == 403
    assert booked(scene, token) == {"received": 1, "stored": 0, "duplicate": 0, "rejected": 1}


def test_a_dry_run_is_not_in_the_books(scene: Scene) -> None:
    token = scene.new_token()
    client = scene.client_of(token)
    for body in (event(scene.profile), event("nobody")):
        client.post(EVENTS, json=body, params={"dry_run": "1"})
        client.post(BATCH, json=[body], params={"dry_run": "1"})
    assert booked(scene, token)["received"] == 0


PAGES = st.sampled_from(["plain", "same key", "same order", "wrong", "unknown action"])


@MIXES
@given(sendings=st.lists(PAGES, min_size=1, max_size=8))
def test_the_books_of_a_public_id_are_what_pages_sent(scene: Scene, sendings: list[str]) -> None:
    session = scene.new_session()
    told = dict.fromkeys(COUNTS, 0)
    before = booked_without_a_token(scene)
    with httpx.Client(base_url=scene.server.url, timeout=30) as client:
        client.headers["Authorization"] = f"Bearer {scene.server.business_id}"
        for words in sendings:
            body = single(scene, words) | {"session": session}
            if words == "wrong":
                body["amount"] = "much"
            stored = len(scene.read("select id from events"))
            status = client.post("/v1/track/events", json=body).status_code
            told["received"] += 1
            if status != 200:
                told["rejected"] += 1
            elif len(scene.read("select id from events")) > stored:
                told["stored"] += 1
            else:
                told["duplicate"] += 1
    after = booked_without_a_token(scene)
    assert {name: after[name] - before[name] for name in COUNTS} == told


def booked_without_a_token(scene: Scene) -> dict[str, int]:
    sums = ", ".join(f"coalesce(sum({name}), 0) as {name}" for name in COUNTS)
    query = f"select {sums} from ledger where token_id = 0 and business_id = :business"
    (row,) = scene.read(query, business=scene.business_row)
    return {name: int(getattr(row, name)) for name in COUNTS}
