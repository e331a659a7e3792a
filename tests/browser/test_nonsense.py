"""A page that hands in nonsense breaks neither itself nor the server, and learns what was wrong."""

from typing import Any

import pytest

from tests.browser.chromium import needs_chromium
from tests.browser.visitor import Visitor

pytestmark = needs_chromium

SOUND = ["session.started", "page.viewed"]


@pytest.fixture
def page(guest: Visitor) -> Visitor:
    """A page whose client has begun."""
    guest.open("/?options={}")
    return guest


def told(visitor: Visitor, call: str) -> dict[str, Any]:
    """What a page gets back from a call; it always resolves."""
    answer: dict[str, Any] = visitor.page.evaluate(f"(async () => {call})()")
    return answer


def is_well(visitor: Visitor) -> None:
    """Page and server go on as before."""
    answer = told(visitor, "Hellotext.track('page.viewed', { metadata: { well: true } })")
    assert answer["succeeded"] is True, answer
    assert visitor.server.client.get("/readyz").status_code == 200
    assert visitor.complaints == []
    stored = visitor.arrives(*SOUND)
    assert stored[-1].data["metadata"] == {"well": True}


@pytest.mark.parametrize(
    ("call", "error", "parameter"),
    [
        ("Hellotext.track()", "parameter_missing", "action"),
        ("Hellotext.track('')", "parameter_invalid_empty", "action"),
        ("Hellotext.track(() => 1)", "parameter_missing", "action"),
        ("Hellotext.track('no.such_action')", "not_found", "action"),
        ("Hellotext.track('page.viewed', { amount: -1 })", "invalid", "amount"),
        ("Hellotext.track('page.viewed', { currency: 'EUR' })", "parameter_missing", "amount"),
        ("Hellotext.track('page.viewed', { tracked_at: Date.now() })", "invalid", "tracked_at"),
        ("Hellotext.track('product.viewed')", "parameter_missing", "object"),
        ("Hellotext.track('product.viewed', { object: 'nothing' })", "not_found", "object"),
        ("Hellotext.track('page.viewed', { a: 'x'.repeat(1e6) })", "too_large", None),
    ],
)  # fmt: skip
def test_what_is_wrong_comes_back_typed(
    page: Visitor, call: str, error: str, parameter: str | None
) -> None:
    answer = told(page, call)
    assert (answer["failed"], answer["succeeded"]) == (True, False)
    errors = answer["data"]["errors"]
    assert error in {each["type"] for each in errors}, errors
    assert all(each["message"] and each["description"] for each in errors)
    if parameter is not None:
        assert parameter in {each["parameter"] for each in errors}
    is_well(page)


@pytest.mark.parametrize(
    "params",
    [
        "(() => { const cycle = {}; cycle.self = cycle; return { metadata: cycle }; })()",
        "{ metadata: { f() {}, [Symbol('s')]: 1, n: undefined, d: new Date(0), m: new Map() } }",
        "{ metadata: { get trap() { throw new Error('trap'); } } }",
        "{ metadata: { big: 10n ** 30n } }",
        "{ metadata: { element: document.body, window } }",
        "(() => { let deep = {}; for (let i = 0; i < 1e5; i++) deep = { deep }; return deep; })()",
        "new Proxy({}, { ownKeys() { throw new Error('proxy'); } })",
        "'text'",
        "[1, 2, 3]",
    ],
)
def test_what_no_json_can_say_breaks_nothing(page: Visitor, params: str) -> None:
    answer = told(page, f"Hellotext.track('page.viewed', {params})")
    assert answer["succeeded"] or answer["data"]["errors"][0]["type"]
    page.arrives("session.started", *["page.viewed"] * answer["succeeded"])
    assert page.server.client.get("/readyz").status_code == 200
    assert page.complaints == []


def test_thousands_of_calls_in_a_loop_are_bounded_and_answered(page: Visitor) -> None:
    answers = told(
        page,
        "Promise.all(Array.from({ length: 3000 }, () => Hellotext.track('page.viewed')))"
        ".then((all) => all.map((each) => each.data.errors?.[0].type ?? each.data.status))",
    )
    assert len(answers) == 3000
    accepted = sum(each in ("received", "queued") for each in answers)
    assert set(answers) <= {"received", "queued", "rate_limited"}
    assert 200 <= accepted < 3000
    page.arrives("session.started", *["page.viewed"] * accepted)
    assert page.server.client.get("/readyz").status_code == 200
    assert page.complaints == []
