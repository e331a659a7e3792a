"""Names already resolved: bounded caches of facts that rarely change.

Only what exists is remembered, never that something is missing. Every change of a cached fact
leaves a row in ``changes`` in its own commit; this process forgets the fact as that commit
resolves, every other process within ``FOLLOW_EVERY_S``, so that a revoked token is refused
everywhere within a second. The highest row of ``changes`` is the epoch of the facts.
"""

from collections.abc import Hashable, Iterable
from itertools import islice
from typing import Final, Generic, NamedTuple, TypeVar

from sqlalchemy import Connection, func, insert, select, text

from footfall.domain.actions import Action
from footfall.domain.objects import ObjectFact
from footfall.domain.sessions import SessionFact
from footfall.domain.structures import Structure
from footfall.store.tables import changes

FOLLOW_EVERY_S: Final = 0.5
_FEWER_THAN: Final = 1000
"""More changes than this at once, and everything is forgotten instead."""

WIPED: Final = "wiped"
"""What ``changes`` calls a business whose rows were all deleted."""

ERASED: Final = "erased"
"""What ``changes`` calls an erasure, by its row of the log, after which more was emptied."""

Fact = TypeVar("Fact")


class Cache(Generic[Fact]):
    """A bounded mapping from what callers say to a fact about a row.

    Full, it drops what was learnt first: cheaper than keeping order of use, and as good while it
    holds more names than callers use in a day.
    """

    def __init__(self, size: int) -> None:
        self._size = max(size, 1)
        self._facts: dict[Hashable, Fact] = {}
        self._row_of: dict[Hashable, int] = {}
        self._keys_of: dict[int, list[Hashable]] = {}
        self.get = self._facts.get

    def __len__(self) -> int:
        return len(self._facts)

    def put(self, key: Hashable, row_id: int, fact: Fact) -> None:
        """Remember a fact about a row under one of its names."""
        known = self._row_of.get(key)
        if known != row_id:
            if known is not None:
                # The name has passed to another row.
                self._drop(key)
            elif len(self._facts) >= self._size:
                self._make_room()
            self._keys_of.setdefault(row_id, []).append(key)
            self._row_of[key] = row_id
        self._facts[key] = fact

    def _make_room(self) -> None:
        # Many at once: what was dropped leaves gaps in front, and finding the first one left means
        # walking over all of them (26 µs a fact, measured, when it was done for each).
        for key in list(islice(self._facts, max(self._size // 64, 1))):
            self._drop(key)

    def forget(self, row_id: int) -> None:
        """Forget a row under all its names."""
        for key in self._keys_of.pop(row_id, ()):
            del self._facts[key], self._row_of[key]

    def clear(self) -> None:
        self._facts.clear()
        self._row_of.clear()
        self._keys_of.clear()

    def _drop(self, key: Hashable) -> None:
        del self._facts[key]
        row_id = self._row_of.pop(key)
        keys = self._keys_of[row_id]
        keys.remove(key)
        if not keys:
            del self._keys_of[row_id]


class Caller(NamedTuple):
    """Who sends a request, as its credential says.

    Attributes:
        token_id: ``None`` with a public business id.
        expires_at: microseconds UTC; checked at every request.
        currency: reporting currency of the business.
        origins: web origins whose pages may use the public id; ``None``: any.
    """

    business_id: int
    token_id: int | None
    scopes: frozenset[str]
    expires_at: int | None
    currency: str
    country: str
    origins: frozenset[bytes] | None = None

    def may(self, scope: str) -> bool:
        return scope in self.scopes or "admin" in self.scopes


class Facts:
    """The caches of one process, used on its event loop only.

    Keys: ``callers`` token digest; ``publics`` header with a public id; ``profiles`` (business,
    text) or (business, source, user id); ``sessions`` (business, text); ``objects`` (business,
    kind, text) or (business, *identity); ``actions`` and ``structures`` business.
    """

    def __init__(self, size: int) -> None:
        self.callers: Cache[Caller] = Cache(size)
        self.publics: Cache[Caller] = Cache(size)
        self.profiles: Cache[int] = Cache(size)
        self.sessions: Cache[SessionFact] = Cache(size)
        self.objects: Cache[ObjectFact] = Cache(size)
        self.actions: Cache[dict[str, Action]] = Cache(size)
        self.structures: Cache[dict[str, Structure]] = Cache(size)
        self.seen = 0
        self.generation = 0
        """Changes whenever something is forgotten: what was read before must not be put after."""

    def forget(self, changed: Iterable[tuple[str, int]]) -> None:
        """Forget what a commit changed: (noun, row number) each."""
        self.generation += 1
        for noun, row_id in changed:
            match noun:
                case "token":
                    self.callers.forget(row_id)
                case "business":
                    self.publics.forget(row_id)
                case "profile":
                    self.profiles.forget(row_id)
                case "session":
                    self.sessions.forget(row_id)
                case "object":
                    self.objects.forget(row_id)
                case "structures":
                    self.structures.forget(row_id)
                case "actions":
                    self.actions.forget(row_id)
                case "link" | "erased":
                    # Nobody caches these; the lake follows them.
                    pass
                case _:
                    self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self.generation += 1
        for cache in (
            self.callers,
            self.publics,
            self.profiles,
            self.sessions,
            self.objects,
            self.actions,
            self.structures,
        ):
            cache.clear()

    def follow(self, news: list[tuple[int, str, int]]) -> None:
        """Forget what other processes changed: rows of ``changes`` after the last one seen."""
        if len(news) >= _FEWER_THAN:
            self.clear()
        elif news:
            self.forget((noun, row_id) for _, noun, row_id in news)
        if news:
            self.seen = news[-1][0]


def changed(connection: Connection, noun: str, row_id: int) -> None:
    """Note in this transaction that a cached fact about a row changes with it."""
    if connection.dialect.name == "postgresql":
        # Rows become visible in the order of their numbers: nobody can follow past one in flight.
        connection.execute(text("select pg_advisory_xact_lock(4701)"))
    connection.execute(insert(changes).values(noun=noun, row_id=row_id))
    connection.info.setdefault("changes", []).append((noun, row_id))


def news(connection: Connection, seen: int) -> list[tuple[int, str, int]]:
    """Return the changes after the one numbered ``seen``, oldest first, no more than matter."""
    query = (
        select(changes.c.id, changes.c.noun, changes.c.row_id)
        .where(changes.c.id > seen)
        .order_by(changes.c.id)
    )
    rows = [(row.id, row.noun, row.row_id) for row in connection.execute(query.limit(_FEWER_THAN))]
    if len(rows) == _FEWER_THAN:
        rows.append((epoch(connection), "everything", 0))
    return rows


def epoch(connection: Connection) -> int:
    """Return the number of the latest change of any fact."""
    latest: int = connection.execute(select(func.coalesce(func.max(changes.c.id), 0))).scalar_one()
    return latest


def prune(connection: Connection) -> None:
    """Drop changes that every process has long followed."""
    latest = epoch(connection)
    connection.execute(changes.delete().where(changes.c.id <= latest - 10 * _FEWER_THAN))
