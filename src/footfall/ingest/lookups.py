"""Reads what the caches lack, for all requests that wait for it, in one read after another.

Whatever was asked for while one read is under way is the next read: the same idea as the group
commit, so that a cold cache costs one transaction for many requests, not several for each.
"""

import asyncio
from collections.abc import Iterable
from functools import partial

from sqlalchemy import Connection

from footfall.domain.actions import Action
from footfall.domain.objects import Identity, ObjectFact
from footfall.domain.public_ids import Kind
from footfall.domain.sessions import SessionFact
from footfall.domain.structures import Structure
from footfall.errors import Refused
from footfall.ingest.names import Names
from footfall.store import actions, objects, owners, sessions, structures
from footfall.store.owners import User
from footfall.store.shared import Shared
from footfall.store.store import Store


class _Read:
    """Requests that one read will serve."""

    __slots__ = ("error", "future", "names")

    def __init__(self) -> None:
        self.names: list[Names] = []
        self.future = Shared()
        self.error: Exception | None = None


class _Found:
    """What one read found in one business."""

    def __init__(self, names: Iterable[Names]) -> None:
        members = list(names)
        self.business_id = members[0].business_id
        self.wants_structures = any(each.wants_structures for each in members)
        self.structures: dict[str, Structure] = {}
        self.wanted_profiles = set[str]().union(*(each.wanted_profiles for each in members))
        self.wanted_users = set[User]().union(*(each.wanted_users for each in members))
        self.wanted_sessions = set[str]().union(*(each.wanted_sessions for each in members))
        self.wanted_objects = set[tuple[str | None, str]]().union(
            *(each.wanted_objects for each in members)
        )
        self.wanted_inline = set[Identity]().union(*(each.wanted_inline for each in members))
        self.actions: dict[str, Action] = {}
        self.profiles: dict[str, int | None] = {}
        self.users: dict[User, int | None] = {}
        self.suppressed: set[int] = set()
        self.sessions: dict[str, SessionFact | None] = {}
        self.objects: dict[tuple[str | None, str], list[ObjectFact]] = {}
        self.inline: dict[Identity, ObjectFact | None] = {}

    def tell(self, names: Names) -> None:
        """Give a request what it wanted."""
        if names.wants_structures:
            names.structures_found = self.structures
        names.profiles_found |= {text: self.profiles[text] for text in names.wanted_profiles}
        names.users_found |= {user: self.users[user] for user in names.wanted_users}
        names.suppressed |= self.suppressed
        names.sessions_found |= {text: self.sessions[text] for text in names.wanted_sessions}
        names.objects_found |= {key: self.objects[key] for key in names.wanted_objects}
        names.inline_found |= {key: self.inline[key] for key in names.wanted_inline}
        names.found(self.actions)


class Lookups:
    """The look-ups of one process."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._open: _Read | None = None
        self._task: asyncio.Task[None] | None = None

    async def load(self, names: Names) -> None:
        """Look up everything a request asked for and did not find.

        Raises:
            Refused: 503 when the database cannot be read.
        """
        if self._open is None:
            self._open = _Read()
        read = self._open
        read.names.append(names)
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        await read.future
        if read.error is not None:
            raise read.error

    async def _run(self) -> None:
        while (read := self._open) is not None:
            self._open = None
            generation = self._store.facts.generation
            try:
                found = await self._store.read(partial(self._read, read))
                if self._store.facts.generation == generation:
                    for each in found:
                        self._remember(each)
            except Refused as refused:
                read.error = refused
            except Exception as problem:
                read.error = problem
            read.future.set_result(None)
        self._task = None

    def _read(self, read: _Read, connection: Connection) -> list[_Found]:
        by_business: dict[int, list[Names]] = {}
        for names in read.names:
            by_business.setdefault(names.business_id, []).append(names)
        found = []
        for members in by_business.values():
            each = _Found(members)
            self._fill(connection, each)
            for names in members:
                each.tell(names)
            found.append(each)
        return found

    def _fill(self, connection: Connection, found: _Found) -> None:
        ids = self._store.public_ids
        business_id = found.business_id
        known = self._store.facts.actions.get(business_id)
        found.actions = known or actions.by_name(connection, business_id)
        if found.wants_structures:
            found.structures = structures.by_name(connection, business_id)
        if found.wanted_profiles:
            rows = {text: ids[Kind.PROFILE].decode(text) for text in found.wanted_profiles}
            there = owners.standing(
                connection, business_id, [row for row in rows.values() if row is not None]
            )
            found.profiles = {text: row if row in there else None for text, row in rows.items()}
            found.suppressed |= {row for row, is_suppressed in there.items() if is_suppressed}
        if found.wanted_users:
            users = owners.find_users(connection, business_id, found.wanted_users)
            found.users = {user: users.get(user) for user in found.wanted_users}
            there = owners.standing(connection, business_id, users.values())
            found.suppressed |= {row for row, is_suppressed in there.items() if is_suppressed}
        if found.wanted_sessions:
            named = [(text, ids[Kind.SESSION].decode(text)) for text in found.wanted_sessions]
            facts = sessions.find_named(connection, business_id, named)
            found.sessions = {text: facts.get(text) for text, _ in named}
        by_kind: dict[str | None, list[str]] = {}
        for kind, text in found.wanted_objects:
            by_kind.setdefault(kind, []).append(text)
        for kind, texts in by_kind.items():
            pairs = [(text, ids[Kind.OBJECT].decode(text)) for text in texts]
            told = objects.find_named(connection, business_id, pairs, kind)
            found.objects |= {(kind, text): told.get(text, []) for text in texts}
        if found.wanted_inline:
            keys = {identity: (business_id, *identity) for identity in found.wanted_inline}
            there_is = objects.find_identified(connection, keys.values())
            found.inline = {identity: there_is.get(key) for identity, key in keys.items()}

    def _remember(self, found: _Found) -> None:
        facts, business_id = self._store.facts, found.business_id
        facts.actions.put(business_id, business_id, found.actions)
        if found.wants_structures:
            facts.structures.put(business_id, business_id, found.structures)
        for text, row_id in found.profiles.items():
            # A suppressed one is looked up every time, so that nothing else has to ask.
            if row_id is not None and row_id not in found.suppressed:
                facts.profiles.put((business_id, text), row_id, row_id)
        for user, row_id in found.users.items():
            if row_id is not None and row_id not in found.suppressed:
                facts.profiles.put((business_id, *user), row_id, row_id)
        for text, session in found.sessions.items():
            if session is not None:
                facts.sessions.put((business_id, text), session.id, session)
        for (kind, text), matches in found.objects.items():
            # What is in a cart changes with every event.
            if len(matches) == 1 and matches[0].kind != "cart":
                facts.objects.put((business_id, kind, text), matches[0].id, matches[0])
        for identity, fact in found.inline.items():
            if fact is not None:
                facts.objects.put((business_id, *identity), fact.id, fact)
