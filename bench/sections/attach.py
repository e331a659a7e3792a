"""Attaching sessions that have done much before it was known whose they are."""

import http.client
import time
from typing import Any, Final

import msgspec

from bench.figures import at_most, percentile
from bench.history import fill_sessions
from bench.process import HOST, LIMIT_S, Footfall
from bench.run import Run

_SESSIONS: Final = 20
_EVENTS: Final = 10_000
_TARGET_MS: Final = 50


def measure(run: Run) -> None:
    """Attach each session to a profile of its own, one after another."""
    footfall = run.new("attach")
    fill_sessions(footfall.installation, _SESSIONS, _EVENTS)
    with footfall:
        footfall.start()
        footfall.settle()
        pairs = list(
            zip(footfall.installation.sessions, footfall.installation.profiles, strict=False)
        )
        times = [_attach(footfall, *pair) for pair in pairs[:_SESSIONS]]
    name = f"a session with {_EVENTS:,} events"
    run.findings.add(
        "attach",
        f"{name}, median",
        percentile(times, 0.5),
        "ms",
        at_most(_TARGET_MS),
        f"{_SESSIONS} sessions",
    )
    run.findings.add("attach", f"{name}, slowest", max(times), "ms")


def _attach(footfall: Footfall, session: str, profile: str) -> float:
    """Return the milliseconds it took; its events have to be the profile's at once."""
    body = msgspec.json.encode({"profile": profile})
    started = time.perf_counter()
    told = _ask(footfall, "PATCH", f"/v1/sessions/{session}", body)
    took = (time.perf_counter() - started) * 1000
    found = _ask(footfall, "GET", f"/v1/attribution/events?profile={profile}&limit=100")
    if told["profile"] != profile or len(found["data"]) != 100:
        raise RuntimeError(f"{session} was attached to {profile}: {told}, {len(found['data'])}")
    return took


def _ask(footfall: Footfall, method: str, path: str, body: bytes | None = None) -> dict[str, Any]:
    connection = http.client.HTTPConnection(HOST, footfall.port, timeout=LIMIT_S)
    headers = {"Authorization": f"Bearer {footfall.token}", "Content-Type": "application/json"}
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    if answer.status != 200:
        raise RuntimeError(f"{method} {path}: {answer.status} {text[:500]!r}")
    told: dict[str, Any] = msgspec.json.decode(text)
    return told
