"""The latest 25 events of somebody or something, over HTTP, from all that is stored."""

import http.client
import random
import time
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from bench.figures import Target, at_most, percentile
from bench.history import RARE
from bench.process import HOST, LIMIT_S, Footfall
from bench.run import Run

_PATH: Final = "/v1/attribution/events"
_PAGE: Final = 25
_TIMES: Final = 200
_TARGET: Final = at_most(20)


def measure_lookups(run: Run, footfall: Footfall) -> None:
    """Add the figures of each filter: the median and the 95th percentile of 200 questions."""
    names = footfall.installation
    chance = random.Random(_TIMES)
    nobody = msgspec.json.decode(_create_profile(footfall))["id"]
    profiles = chance.sample(names.profiles, _TIMES)
    _ask_all(footfall, [{"profile": names.profiles[0]}])  # opens what the first question opens
    _measure(run, footfall, "a profile's", [{"profile": each} for each in profiles])
    _measure(run, footfall, "a profile without any: its", [{"profile": nobody}] * _TIMES)
    products = chance.sample(names.products, _TIMES)
    _measure(run, footfall, "a product's", [{"object": each} for each in products], None)
    sessions = chance.sample(names.sessions, _TIMES)
    _measure(run, footfall, "a session's", [{"session": each} for each in sessions], None)
    _measure(run, footfall, "the", [{}] * _TIMES, None)
    purchases = [{"action": "product.purchased"}] * _TIMES
    _measure(run, footfall, "all purchases: the", purchases, None)
    _measure(run, footfall, f"all {RARE} (1 in 100,000): the", [{"action": RARE}] * 20, None)


def _measure(
    run: Run,
    footfall: Footfall,
    whose: str,
    filters: Sequence[dict[str, str]],
    target: Target | None = _TARGET,
) -> None:
    times, found = _ask_all(footfall, filters)
    run.findings.add(
        "stored",
        f"{whose} latest {_PAGE} events, median",
        percentile(times, 0.5),
        "ms",
        target,
        f"{found / len(filters):.1f} found on average",
    )
    run.findings.add(
        "stored", f"{whose} latest {_PAGE} events, p95", percentile(times, 0.95), "ms", target
    )


def _ask_all(footfall: Footfall, filters: Sequence[dict[str, str]]) -> tuple[list[float], int]:
    """Return the milliseconds of each question, asked one after another, and the events found."""
    connection = http.client.HTTPConnection(HOST, footfall.port, timeout=LIMIT_S)
    headers = {"Authorization": f"Bearer {footfall.token}"}
    times, found = [], 0
    for wanted in filters:
        path = f"{_PATH}?{urlencode({**wanted, 'limit': _PAGE})}"
        started = time.perf_counter()
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        times.append((time.perf_counter() - started) * 1000)
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {body[:500]!r}")
        events = _events(body)
        _check(events, wanted)
        found += len(events)
    connection.close()
    return times, found


def _events(body: bytes) -> list[dict[str, Any]]:
    told = msgspec.json.decode(body)
    events: list[dict[str, Any]] = told["data"]
    return events


def _check(events: list[dict[str, Any]], wanted: dict[str, str]) -> None:
    """Fail when an answer holds what was not asked for: a fast wrong answer is no figure."""
    for event in events:
        told = {**event, "object": (event["object"] or {}).get("id")}
        if any(told[name] != value for name, value in wanted.items()):
            raise RuntimeError(f"asked for {wanted} and got {event}")


def _create_profile(footfall: Footfall) -> bytes:
    connection = http.client.HTTPConnection(HOST, footfall.port, timeout=LIMIT_S)
    headers = {"Authorization": f"Bearer {footfall.token}", "Content-Type": "application/json"}
    connection.request("POST", "/v1/profiles", b'{"first_name":"Nobody"}', headers)
    body = connection.getresponse().read()
    connection.close()
    return body
