"""Golden pairs: a ``NAME.http`` beside the ``NAME.json`` that tells what must come of it.

The ``.http`` file holds one request or several, each as it goes over the wire: head, blank line,
body. Only three things are done to it: lines of the head end in CRLF, ``$NAME`` becomes a part of
the scene, and ``$LENGTH`` the length of the body. A line ``###`` stands between two requests. The
``.json`` file is filled in the same way:

- ``answers``, one per request: ``status``; the whole ``body``, or the ``errors`` as pairs of type
  and parameter; ``says``, a part of a message; ``headers`` (``null``: there is none).
- ``stored``: the rows that all requests together left behind, in words.
"""

import json
import re
import socket
from collections.abc import Mapping
from http.client import HTTPResponse
from pathlib import Path
from typing import Any, NamedTuple

from tests.scene import EVENTS, Scene

HERE = Path(__file__).parent
NEXT_REQUEST = b"\n###\n"
TIMEOUT_S = 30

_PART = re.compile(rb"\$([A-Z_]+)")


class Pair(NamedTuple):
    """One golden pair, not yet filled in."""

    name: str
    requests: bytes
    expected: bytes


class Answer(NamedTuple):
    """What came back for one request."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    def errors(self) -> list[tuple[str, str | None]]:
        return [(each["type"], each["parameter"]) for each in self.json()["errors"]]


def pairs(folder: str) -> list[Pair]:
    """The pairs of ``accepted`` or ``refused``, by name."""
    return [
        Pair(path.stem, path.read_bytes(), path.with_suffix(".json").read_bytes())
        for path in sorted((HERE / folder).glob("*.http"))
    ]


class Filling:
    """Replaces ``$NAME`` by a part of the scene, the same one throughout a pair."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._values: dict[str, str] = {}

    def requests(self, pair: Pair) -> list[bytes]:
        return [self._request(each) for each in pair.requests.split(NEXT_REQUEST)]

    def expected(self, pair: Pair) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self._fill(pair.expected))
        return told

    def _request(self, text: bytes) -> bytes:
        head, _, body = text.partition(b"\n\n")
        body = self._fill(body.removesuffix(b"\n"))
        head = head.replace(b"$LENGTH", str(len(body)).encode())
        return self._fill(head).replace(b"\n", b"\r\n") + b"\r\n\r\n" + body

    def _fill(self, text: bytes) -> bytes:
        return _PART.sub(lambda match: self._value(match[1].decode()).encode(), text)

    def _value(self, name: str) -> str:
        if name not in self._values:
            self._values[name] = self._scene.part(name)
        return self._values[name]


def send(scene: Scene, request: bytes) -> Answer:
    """Send bytes over a connection of their own and read the answer."""
    with socket.create_connection(("127.0.0.1", scene.server.port), TIMEOUT_S) as connection:
        connection.sendall(request)
        response = HTTPResponse(connection)
        response.begin()
        body = response.read()
    headers = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, headers, body)


def as_dry_run(request: bytes) -> bytes | None:
    """The same request as a dry run; ``None`` for what is no single event."""
    target = b"POST " + EVENTS.encode() + b" "
    if not request.startswith(target):
        return None
    return request.replace(target, target.rstrip() + b"?dry_run=1 ", 1)
