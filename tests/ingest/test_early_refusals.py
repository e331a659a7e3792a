"""A refusal that needs no body still lets the caller finish sending it.

Otherwise the connection breaks under whoever is sending, and a reverse proxy answers 502 in place
of what the server said.
"""

import json
from collections.abc import Iterator
from http.client import HTTPConnection

import pytest

from tests.server import Server

EVENTS = "/v1/attribution/events"
LARGE = b" " * (3 << 20)


@pytest.fixture
def connection(module_server: Server) -> Iterator[HTTPConnection]:
    """A connection that does not open itself again once it is closed."""
    opened = HTTPConnection("127.0.0.1", module_server.port, timeout=30)
    opened.auto_open = 0
    opened.connect()
    yield opened
    opened.close()


def refused_type(connection: HTTPConnection) -> tuple[int, str]:
    answer = connection.getresponse()
    error_type: str = json.loads(answer.read())["errors"][0]["type"]
    return answer.status, error_type


def assert_usable(connection: HTTPConnection) -> None:
    connection.request("GET", "/healthz")
    assert connection.getresponse().status == 200


@pytest.mark.parametrize("path", [EVENTS, EVENTS + "/batch", "/v1/profiles"])
@pytest.mark.parametrize("in_parts", [False, True], ids=["announced", "in-parts"])
def test_a_wrong_token_is_refused_after_the_whole_body(
    connection: HTTPConnection, path: str, in_parts: bool
) -> None:
    body = iter([LARGE]) if in_parts else LARGE
    connection.request(
        "POST", path, body, {"Authorization": "Bearer nobody"}, encode_chunked=in_parts
    )
    assert refused_type(connection) == (401, "unauthenticated")
    assert_usable(connection)


def test_an_event_beyond_the_limit_is_refused_after_the_whole_body(
    connection: HTTPConnection, module_server: Server
) -> None:
    connection.request("POST", EVENTS, LARGE, {"Authorization": f"Bearer {module_server.token}"})
    assert refused_type(connection) == (413, "too_large")


def test_a_body_for_a_path_that_is_not_there_is_read_too(connection: HTTPConnection) -> None:
    connection.request("POST", "/v1/nowhere", LARGE)
    assert refused_type(connection) == (404, "not_found")
    assert_usable(connection)


def test_a_large_body_that_is_taken_is_answered_as_ever(
    connection: HTTPConnection, module_server: Server
) -> None:
    event = {"action": "subscribed", "session": "bBJn9vR15yPaYkWmR2QK0jopMeNxrA6l"}
    body = json.dumps({**event, "metadata": {"text": "x" * 900_000}})
    connection.request("POST", EVENTS, body, {"Authorization": f"Bearer {module_server.token}"})
    assert connection.getresponse().read() == b'{"state":"ok"}'
    assert_usable(connection)
