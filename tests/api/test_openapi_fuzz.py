"""schemathesis over the served document: no request brings an answer that it does not tell of.

Requests that fit the document and requests that break it, each operation by itself and operations
one after another with the ids that earlier answers gave. Always the same requests, so that a run
that failed fails again.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import CheckFunction, not_a_server_error
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.shop import Shop
from tests.api.test_isolation import ROUTES, Route, with_own
from tests.api.things import things

CHECKS: list[CheckFunction] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
"""What every answer is held to.

Left out are schemathesis' checks that a body is refused if and only if it breaks its schema: the
contract forgives much that no schema tells (``null`` and ``""`` for absent, numbers as texts,
unknown keys) and refuses what no schema can tell (an id that names nothing, an amount without a
currency, a name that is taken). ``tests/wire`` has those rules, case by case.
"""

EACH = settings(
    max_examples=8,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
IN_TURN = settings(EACH, max_examples=20, stateful_step_count=10)

Send = Callable[[Case], Response]

TEXTS = {"/metrics", "/l/{code}"}
"""Paths whose answers are for those who read no JSON: machines, and people."""

PICTURES = ("/qr.svg", "/qr.png")
"""Ends of paths whose good answers are pictures."""


@pytest.fixture(scope="module")
def busy(new_shop: Callable[..., Shop]) -> Shop:
    """A business that nobody else asks, so that whatever is deleted in it is missed by nobody."""
    return new_shop()


@pytest.fixture
def schema(busy: Shop) -> Any:
    """The served document; one of the test's own, because schemathesis learns from answers."""
    document = busy.client.get("/openapi.json").json()
    loaded = schemathesis.openapi.from_dict(document)
    loaded.config.update(base_url=str(busy.client.base_url).rstrip("/"))
    return loaded


@pytest.fixture
def session(busy: Shop) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.headers["Authorization"] = busy.client.headers["Authorization"]
        yield session


def in_document(route: Route) -> str:
    """A route's path as the document writes it."""
    return re.sub(r":\w+}", "}", route.path)


def upon(example: Any, body: Any, share: int) -> Any:
    """A body that is taken, with a few fields of one that only fits the schema; or just that."""
    if not share or not isinstance(example, dict) or not isinstance(body, dict):
        return body
    return example | dict([*body.items()][: share - 1])


def is_picture(path: str) -> bool:
    return path.endswith(PICTURES)


def check(case: Case, response: Response) -> None:
    case.validate_response(response, checks=CHECKS)
    is_text = is_picture(case.path) or (case.query or {}).get("format") == "csv"
    if case.path not in TEXTS and not (response.status_code == 200 and is_text):
        assert response.headers["content-type"] == ["application/json"]


def hold_right(operation: Any, ids: dict[str, str], example: Any, send: Send) -> None:
    """Send what fits the document: to things there are, and to any."""
    anywhere = operation.as_strategy()
    to_known = operation.as_strategy(path_parameters=ids) if ids else st.nothing()

    @EACH
    @given(case=to_known | anywhere, share=st.integers(0, 3))
    def are_answered(case: Case, share: int) -> None:
        case.body = upon(example, case.body, share)
        check(case, send(case))

    are_answered()


def hold_wrong(operation: Any, send: Send) -> None:
    """Send what breaks the document."""

    @EACH
    @given(case=operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
    def are_answered(case: Case) -> None:
        check(case, send(case))

    are_answered()


def test_each_operation_answers_as_documented(
    busy: Shop, schema: Any, session: requests.Session, subtests: pytest.Subtests
) -> None:
    def send(case: Case) -> Response:
        return case.call(session=session)

    own = {noun: names[0] for noun, names in things(busy).items()}
    examples = {(route.method, in_document(route)): route.told for route in ROUTES}
    found = [each.ok() for each in schema.get_all_operations()]
    # What is deleted is gone for those that come after.
    for operation in sorted(found, key=lambda each: each.method == "delete"):
        ids = {each.name: own[each.name] for each in operation.path_parameters if each.name in own}
        example = with_own(examples.get((operation.method.upper(), operation.path)), own)
        with subtests.test(operation=operation.label, requests="right"):
            hold_right(operation, ids, example, send)
        if operation.body or [*operation.iter_parameters()]:
            with subtests.test(operation=operation.label, requests="wrong"):
                hold_wrong(operation, send)


def test_operations_in_turn_answer_as_documented(
    schema: Any, session: requests.Session, new_shop: Callable[..., Shop]
) -> None:
    base: Any = schema.as_state_machine()

    class Caller(base):  # type: ignore[misc]
        def setup(self) -> None:
            # Each turn begins in a business with nothing in it, so that it can be repeated.
            session.headers["Authorization"] = new_shop().client.headers["Authorization"]

        def get_call_kwargs(self, case: Case) -> dict[str, Any]:
            return {"session": session}

        def validate_response(self, response: Response, case: Case, **_: Any) -> None:
            check(case, response)

    Caller.run(settings=IN_TURN)
