"""Empties what was stored of erased people by servers that had not heard of it yet.

A server forgets an erased person within half a second, but an event that was taken before may still
wait for its commit. So each erasure is looked at a second time, when it has been known for a whole
turn of upkeep; after a restart all of the last day are.
"""

from typing import Final

import structlog
from sqlalchemy import Connection

from footfall.domain.times import now_us
from footfall.store import erase
from footfall.store.event_index import EventIndex

log = structlog.get_logger(__name__)

AT_ONCE: Final = 100
"""Erasures looked at in one turn: each costs about as much as reading the person's events."""


class Erasures:
    """Which erasures one server has seen, and which it has looked at again."""

    def __init__(self, index: EventIndex) -> None:
        self._index = index
        self._seen: set[int] = set()
        self._done: set[int] = set()

    def follow(self, connection: Connection) -> None:
        """Look again at erasures seen the last time, and take note of those made since."""
        known = erase.recent(connection, now_us())
        due = [each for each in known if each in self._seen and each not in self._done]
        for change_id in due[:AT_ONCE]:
            emptied = erase.again(connection, self._index, change_id)
            self._done.add(change_id)
            if emptied:
                log.info("erased_again", events=emptied)
        self._seen = set(known)
        self._done &= self._seen
