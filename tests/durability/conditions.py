"""Waiting for a condition, and bringing a server into one: its writer held, its queue seen."""

import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event

import httpx
import psycopg
from sqlalchemy import make_url

from tests.server import Server

LIMIT_S = 60.0
EVERY_S = 0.01


def until(is_met: Callable[[], bool], what: str, limit_s: float = LIMIT_S) -> None:
    """Return once a condition is met, which is looked at again and again.

    Raises:
        AssertionError: it is not met within the limit.
    """
    deadline = time.monotonic() + limit_s
    pause = Event()
    while not is_met():
        assert time.monotonic() < deadline, f"waited {limit_s} s in vain for {what}"
        pause.wait(EVERY_S)


@contextmanager
def writer_held(server: Server) -> Iterator[None]:
    """Let nothing be committed meanwhile, as a long transaction of somebody else would.

    Not for long: after ten seconds the server gives up waiting and answers 503.
    """
    url = make_url(server.database_url)
    if url.get_backend_name() == "sqlite":
        assert url.database is not None
        connection = sqlite3.connect(url.database, isolation_level=None)
        try:
            connection.execute("begin immediate")
            yield
        finally:
            connection.close()
        return
    with psycopg.connect(server.database_url) as other:
        other.execute("lock table events in exclusive mode")
        yield
        other.rollback()


def waiting(server: Server) -> int:
    """Return how many events a server has accepted and not yet committed."""
    return metric(server, "footfall_waiting_events")


def metric(server: Server, name: str) -> int:
    """Return a metric without labels."""
    text = httpx.get(f"{server.url}/metrics", timeout=LIMIT_S).text
    found = re.search(rf"^{name} (\S+)", text, re.MULTILINE)
    assert found is not None, name
    return int(float(found[1]))


def status_of(server: Server, path: str) -> int:
    """Return the status a path answers with, 0 while nobody listens."""
    try:
        return httpx.get(server.url + path, timeout=LIMIT_S).status_code
    except httpx.TransportError:
        return 0
