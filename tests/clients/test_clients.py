"""The official clients, unmodified, and our own: each sequence, its answers and what is stored.

Source: contract 8 and 11.
"""

import time
from typing import Any

import pytest

from footfall.domain.public_ids import Kind
from footfall.store import businesses
from tests.clients.rows import Row, Rows
from tests.clients.sequence import Parts, Sequence, holds, sequences
from tests.clients.wire import errors, send, send_and_hang_up
from tests.scene import Scene
from tests.wire.exchange import Answer

SEQUENCES = sequences()
LIMIT_S = 20
IN_ORDER = {"events", "sightings", "log"}


@pytest.mark.parametrize("sequence", SEQUENCES, ids=lambda sequence: sequence.name)
def test_a_client_needs_no_change(scene: Scene, sequence: Sequence) -> None:
    business_row, parts = new_business(scene)
    for request, told in zip(sequence.requests, sequence.expected["answers"], strict=True):
        if told.get("hangs_up"):
            before = count(scene, business_row)
            send_and_hang_up(scene, parts.request(request))
            wait_for(scene, business_row, before + 1)
        else:
            answer = send(scene, parts.request(request))
            check_answer(answer, parts.expected(told))
            if "take" in told:
                parts.take(answer.json(), told["take"])
    rows = Rows(scene, business_row)
    stored = rows.stored()
    assert not any(event.get("bot") for event in stored["events"])
    check_stored(stored, parts.expected(sequence.expected["stored"]))
    whole = rows.whole()
    for text in parts.expected(sequence.expected.get("nowhere", [])):
        assert text not in whole


def new_business(scene: Scene) -> tuple[int, Parts]:
    with scene.engines.write.begin() as connection:
        made = businesses.create(connection, "Shop", currency="USD", timezone="UTC", country="US")
    public_id = scene.ids[Kind.BUSINESS].encode(made.id)
    return made.id, Parts(BUSINESS=public_id, TOKEN=scene.new_token(business_row=made.id))


def check_answer(answer: Answer, told: dict[str, Any]) -> None:
    assert answer.status == told["status"], answer.body
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    if "body" in told:
        assert body == told["body"]
    if "errors" in told:
        assert errors(answer) == told["errors"]
    assert holds(body, told.get("holds", {})), (body, told["holds"])


def check_stored(found: dict[str, list[Row]], told: dict[str, list[Row] | None]) -> None:
    assert told.keys() <= found.keys()
    for table, rows in found.items():
        expected = told.get(table, [])
        if expected is None:
            continue
        fit = all(map(holds, rows, expected)) if table in IN_ORDER else each_holds(rows, expected)
        is_whole = len(rows) == len(expected)
        assert (fit, is_whole) == (True, True), f"{table}:\n{rows}\nexpected:\n{expected}"


def each_holds(rows: list[Row], expected: list[Row]) -> bool:
    """Whether every expected row has a row of its own, in whatever order they were made."""
    left = list(rows)
    for told in expected:
        fitting = next((row for row in left if holds(row, told)), None)
        if fitting is None:
            return False
        left.remove(fitting)
    return True


def count(scene: Scene, business_row: int) -> int:
    ((found,),) = scene.read(
        "select count(*) from events where business_id = :row", row=business_row
    )
    return int(found)


def wait_for(scene: Scene, business_row: int, expected: int) -> None:
    """Look until so many events are stored."""
    until = time.monotonic() + LIMIT_S
    while count(scene, business_row) < expected:
        assert time.monotonic() < until, "what arrived was not carried through"
