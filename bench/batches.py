"""Batches over HTTP: bodies made beforehand, sent over a few connections, every answer read.

``single`` and ``stored`` warm Footfall up with it; ``sections.batches`` measures with it.
"""

import gzip
import http.client
import random
import re
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from typing import Final, NamedTuple

from bench.installation import Installation, event
from bench.options import BATCH
from bench.process import HOST, LIMIT_S, Footfall, Process

PATH: Final = "/v1/attribution/events/batch"
_CREATED: Final = re.compile(rb'"created":(\d+)')
_LEVEL: Final = 6


class Form(NamedTuple):
    """How a batch is written."""

    is_ndjson: bool
    is_gzip: bool

    @property
    def name(self) -> str:
        return f"{'NDJSON' if self.is_ndjson else 'JSON array'}{', gzip' if self.is_gzip else ''}"

    @property
    def headers(self) -> dict[str, str]:
        kind = "application/x-ndjson" if self.is_ndjson else "application/json"
        return {"Content-Type": kind} | ({"Content-Encoding": "gzip"} if self.is_gzip else {})

    def body(self, events: Sequence[bytes]) -> bytes:
        joined = (
            b"\n".join(events) if self.is_ndjson else b'{"events":[' + b",".join(events) + b"]}"
        )
        return gzip.compress(joined, _LEVEL) if self.is_gzip else joined


FORMS: Final = [
    Form(is_ndjson, is_gzip) for is_gzip in (False, True) for is_ndjson in (True, False)
]


class Delivery(NamedTuple):
    """What became of the batches of one run.

    Attributes:
        batches: how many were answered.
        acknowledged: events that the answers call created.
    """

    batches: int
    acknowledged: int
    seconds: float


def bodies(installation: Installation, form: Form, count: int) -> list[bytes]:
    """Return batches of random events."""
    chance = random.Random(count)
    return [
        form.body(
            [
                event(chance.choice(installation.products), chance.choice(installation.profiles))
                for _ in range(BATCH)
            ]
        )
        for _ in range(count)
    ]


def touch_every_name(footfall: Footfall) -> None:
    """Send every profile and product once, so that no run meets one for the first time."""
    names = footfall.installation
    events = [event(*pair) for pair in zip(names.products, names.profiles, strict=True)]
    form = Form(is_ndjson=True, is_gzip=False)
    parts = [form.body(events[start : start + BATCH]) for start in range(0, len(events), BATCH)]
    sent = _send(footfall, form, iter(parts), float("inf"))
    if sent.acknowledged != len(events):
        raise RuntimeError(f"of {len(events)} events only {sent.acknowledged} were stored")


def pump(
    process: Process, form: Form, parts: Sequence[bytes], connections: int, seconds: float
) -> Delivery:
    """Send the bodies over and over for some seconds; what is on its way then is waited for."""
    started = time.monotonic()
    with ThreadPoolExecutor(connections) as pool:
        sent = list(
            pool.map(
                lambda start: _send(
                    process, form, cycle([*parts[start:], *parts[:start]]), started + seconds
                ),
                [len(parts) * number // connections for number in range(connections)],
            )
        )
    return Delivery(
        sum(each.batches for each in sent),
        sum(each.acknowledged for each in sent),
        time.monotonic() - started,
    )


def _send(process: Process, form: Form, parts: Iterator[bytes], until: float) -> Delivery:
    """Send bodies one after another over one connection until the time is over."""
    headers = form.headers | {"Authorization": f"Bearer {process.token}"}
    connection = http.client.HTTPConnection(HOST, process.port, timeout=LIMIT_S)
    batches = acknowledged = 0
    started = time.monotonic()
    for body in parts:
        connection.request("POST", PATH, body, headers)
        answer = connection.getresponse()
        told = answer.read()
        if answer.status not in (201, 207):
            raise RuntimeError(f"{process.name}: {answer.status} {told[:500]!r}")
        created = _CREATED.search(told[-100:])
        batches += 1
        acknowledged += int(created[1]) if created else 0
        if time.monotonic() >= until:
            break
    connection.close()
    return Delivery(batches, acknowledged, time.monotonic() - started)
