"""Bytes in, exact answer and rows out: every pair in ``accepted`` and ``refused``."""

import re
from typing import Any

import pytest

from footfall.errors import wire_types
from tests.scene import PARTS, Scene
from tests.wire.books import Books
from tests.wire.exchange import Answer, Filling, Pair, as_dry_run, pairs, send

ACCEPTED = pairs("accepted")
REFUSED = pairs("refused")
KEYS_OF_AN_ERROR = {"type", "message", "description", "parameter", "request_id", "doc_url"}


def name_of(pair: Pair) -> str:
    return pair.name


@pytest.mark.parametrize("pair", ACCEPTED, ids=name_of)
def test_what_is_accepted_is_stored_as_it_was_meant(scene: Scene, pair: Pair) -> None:
    filling = Filling(scene)
    requests, expected = filling.requests(pair), filling.expected(pair)
    books = Books(scene)
    if len(requests) == 1 and (rehearsal := as_dry_run(requests[0])) is not None:
        answer = send(scene, rehearsal)
        assert (answer.status, answer.json()["result"]) == (200, "created"), answer.body
        assert books.stored() == {}
    for request, told in zip(requests, expected["answers"], strict=True):
        check_answer(send(scene, request), told)
    assert books.stored() == expected["stored"]
    assert books.rejections() == []


@pytest.mark.parametrize("pair", REFUSED, ids=name_of)
def test_what_is_refused_leaves_nothing_but_its_refusal(scene: Scene, pair: Pair) -> None:
    filling = Filling(scene)
    requests, expected = filling.requests(pair), filling.expected(pair)
    books = Books(scene)
    (request,), (told,) = requests, expected["answers"]
    if (rehearsal := as_dry_run(request)) is not None:
        check_answer(send(scene, rehearsal), told)
        assert books.rejections() == []
    answer = send(scene, request)
    check_answer(answer, told)
    assert books.stored() == {}
    check_record(books, answer)


@pytest.mark.parametrize("pair", [*ACCEPTED, *REFUSED], ids=name_of)
def test_a_pair_names_only_parts_there_are(pair: Pair) -> None:
    named = set(re.findall(rb"\$([A-Z_]+)", pair.requests + pair.expected))
    assert {name.decode() for name in named} <= PARTS | {"LENGTH"}


def check_answer(answer: Answer, told: dict[str, Any]) -> None:
    assert answer.status == told["status"], answer.body
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["request-id"]
    for name, value in told.get("headers", {}).items():
        assert answer.headers.get(name) == value, name
    if "body" in told:
        assert answer.json() == told["body"]
    if "errors" in told:
        check_errors(answer)
        assert answer.errors() == [tuple(each) for each in told["errors"]]
    assert told.get("says", "") in answer.body.decode()


def check_errors(answer: Answer) -> None:
    for error in answer.json()["errors"]:
        assert error.keys() == KEYS_OF_AN_ERROR
        assert error["message"] == error["description"]
        assert error["message"]
        assert error["request_id"] == answer.headers["request-id"]
        assert error["type"] in wire_types()
        assert error["doc_url"].endswith("#" + error["type"])


def check_record(books: Books, answer: Answer) -> None:
    """A refusal is on record if it is known whose it is, with the reasons that were answered."""
    if answer.status == 401:
        assert books.rejections() == []
        return
    (row,) = books.rejections()
    assert (row["status"], row["request_id"]) == (answer.status, answer.headers["request-id"])
    kept = [(error["type"], error["parameter"]) for error in row["errors"]]
    # PostgreSQL keeps no NUL.
    answered = [(kind, name and name.replace("\0", "␀")) for kind, name in answer.errors()]
    assert kept == answered
