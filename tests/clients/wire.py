"""Sends a client's bytes, with the preflight before them where the client is a browser."""

import socket
from http.client import HTTPResponse, parse_headers
from io import BytesIO
from typing import Any

from tests.scene import Scene
from tests.wire.exchange import TIMEOUT_S, Answer

_SAFE = {
    *("accept", "connection", "content-length", "host", "origin", "referer", "user-agent"),
    *("accept-language", "accept-encoding", "sec-fetch-mode", "sec-fetch-site"),
}
"""Headers that browsers set by themselves or never ask for; a JSON content type is asked for."""


def send(scene: Scene, request: bytes) -> Answer:
    """Send a request as its client would and read the answer."""
    method, headers = _read(request)
    is_beacon = headers.get("content-type", "").startswith("text/plain")
    if "origin" in headers and not is_beacon:
        _check_preflight(scene, request, method, headers)
    answer = _send(scene, request)
    if "origin" in headers:
        _check_is_readable(answer, headers["origin"])
    return answer


def send_and_hang_up(scene: Scene, request: bytes) -> None:
    """Send a request and close the connection at once."""
    with socket.create_connection(("127.0.0.1", scene.server.port), TIMEOUT_S) as connection:
        connection.sendall(request)


def _send(scene: Scene, request: bytes) -> Answer:
    with socket.create_connection(("127.0.0.1", scene.server.port), TIMEOUT_S) as connection:
        connection.sendall(request)
        response = HTTPResponse(connection)
        response.begin()
        body = response.read()
    headers = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, headers, body)


def _read(request: bytes) -> tuple[str, dict[str, str]]:
    line, _, rest = request.partition(b"\r\n")
    fields = parse_headers(BytesIO(rest.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"))
    return line.split()[0].decode(), {name.lower(): value for name, value in fields.items()}


def _check_preflight(scene: Scene, request: bytes, method: str, headers: dict[str, str]) -> None:
    """Ask first, as browsers do for every request with ``Authorization`` (contract 2.2)."""
    target = request.split()[1].decode()
    asked = sorted(headers.keys() - _SAFE)
    assert "authorization" in asked
    lines = [
        f"OPTIONS {target} HTTP/1.1",
        f"Host: {headers['host']}",
        f"Origin: {headers['origin']}",
        f"Access-Control-Request-Method: {method}",
        f"Access-Control-Request-Headers: {','.join(asked)}",
        "Accept: */*",
    ]
    answer = _send(scene, "\r\n".join([*lines, "", ""]).encode())
    assert answer.status in (200, 204), answer.body
    _check_is_readable(answer, headers["origin"])
    allowed = _listed(answer, "access-control-allow-methods")
    assert allowed >= {"get", "post", "patch", "delete", "options"}
    assert _listed(answer, "access-control-allow-headers") >= set(asked)
    assert int(answer.headers["access-control-max-age"]) >= 600


def _check_is_readable(answer: Answer, origin: str) -> None:
    allowed = answer.headers["access-control-allow-origin"]
    assert allowed in ("*", origin)
    if allowed != "*":
        assert "origin" in _listed(answer, "vary")


def _listed(answer: Answer, name: str) -> set[str]:
    return {each.strip().lower() for each in answer.headers[name].split(",")}


def errors(answer: Answer) -> list[Any]:
    """The type and parameter of each error, once each has been seen to have a text."""
    for error in answer.json()["errors"]:
        assert error["message"]
        assert error["message"] == error["description"]
    return [list(each) for each in answer.errors()]
