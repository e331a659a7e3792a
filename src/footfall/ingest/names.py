"""Texts of a request → row numbers, from the caches and from what was looked up for it.

A request is resolved once from the caches alone. What they lack is collected here; ``lookups``
reads it, for many requests at once, and the request is resolved again, until nothing is lacking:
one look-up may call for another (the action says of which kind an object is), and what was cached
the first time may be forgotten by the second.
"""

from typing import Final

from footfall.domain.actions import Action
from footfall.domain.objects import Identity, ObjectFact
from footfall.domain.public_ids import Kind, PublicIds
from footfall.domain.sessions import SessionFact
from footfall.domain.structures import Structure
from footfall.store.facts import Caller, Facts
from footfall.store.owners import User

UNKNOWN: Final = -1
"""Stands for a row number that the look-up will tell."""

_UNKNOWN_SESSION: Final = SessionFact(UNKNOWN, None)
_UNKNOWN_OBJECTS: Final = [ObjectFact(UNKNOWN, "", None, None)]


class Names:
    """What the names in one request stand for, in one business.

    Args:
        ids: the installation's public ids.
        begins_any: see below.

    Attributes:
        begins_any: whether a session may begin under any text that can be carried.
        asked_count: how often something that is not known yet was asked for; it only grows.
        wanted_profiles, wanted_users, wanted_sessions, wanted_objects, wanted_inline: what that
            was.
        profiles_found, users_found, sessions_found, objects_found, inline_found: looked up for
            this request; ``None`` and ``[]`` mean absent.
        wants_structures: whether the business's own kinds of objects are wanted.
        structures_found: those, by name, once they were looked up.
        suppressed: those of the profiles found whose events are not kept.
    """

    __slots__ = (
        "_actions",
        "_facts",
        "asked_count",
        "begins_any",
        "business_id",
        "ids",
        "inline_found",
        "objects_found",
        "profiles_found",
        "sessions_found",
        "structures_found",
        "suppressed",
        "users_found",
        "wanted_inline",
        "wanted_objects",
        "wanted_profiles",
        "wanted_sessions",
        "wanted_users",
        "wants_structures",
    )

    def __init__(
        self, facts: Facts, caller: Caller, ids: PublicIds, *, begins_any: bool = False
    ) -> None:
        self._facts = facts
        self.begins_any = begins_any
        self.ids = ids
        self.business_id = caller.business_id
        self._actions = facts.actions.get(caller.business_id)
        self.asked_count = 0
        self.profiles_found: dict[str, int | None] = {}
        self.users_found: dict[User, int | None] = {}
        self.suppressed: set[int] = set()
        self.structures_found: dict[str, Structure] | None = None
        self.wants_structures = False
        self.sessions_found: dict[str, SessionFact | None] = {}
        self.objects_found: dict[tuple[str | None, str], list[ObjectFact]] = {}
        self.inline_found: dict[Identity, ObjectFact | None] = {}
        self.wanted_profiles: set[str] = set()
        self.wanted_users: set[User] = set()
        self.wanted_sessions: set[str] = set()
        self.wanted_objects: set[tuple[str | None, str]] = set()
        self.wanted_inline: set[Identity] = set()

    @property
    def lacks_some(self) -> bool:
        """Whether there is something to be looked up."""
        return (
            self._actions is None
            or self.wants_structures
            or bool(self.wanted_profiles)
            or bool(self.wanted_users)
            or bool(self.wanted_objects)
            or bool(self.wanted_sessions)
            or bool(self.wanted_inline)
        )

    @property
    def lacks_actions(self) -> bool:
        """Whether the business's actions are not known yet."""
        return self._actions is None

    def found(self, actions: dict[str, Action]) -> None:
        """Take note that everything wanted was looked up."""
        self._actions = actions
        self.wants_structures = False
        self.wanted_profiles.clear()
        self.wanted_users.clear()
        self.wanted_sessions.clear()
        self.wanted_objects.clear()
        self.wanted_inline.clear()

    def actions(self) -> dict[str, Action]:
        """Return the business's actions by name, none before they are looked up."""
        return self._actions or {}

    def structures(self) -> dict[str, Structure]:
        """Return the business's own kinds of objects by name, none before they are looked up."""
        known = self._facts.structures.get(self.business_id)
        known = known if known is not None else self.structures_found
        if known is None:
            self.asked_count += 1
            self.wants_structures = True
        return known or {}

    def structure_row(self, text: str) -> int | None:
        """Return the row number that a text would be the id of, as a structure."""
        return self.ids[Kind.STRUCTURE].decode(text)

    def profile(self, text: str) -> int | None:
        """Return a profile's row number, ``UNKNOWN`` before the look-up, ``None`` if absent."""
        row_id = self._facts.profiles.get((self.business_id, text))
        if row_id is not None:
            return row_id
        if text in self.profiles_found:
            return self.profiles_found[text]
        self.asked_count += 1
        self.wanted_profiles.add(text)
        return UNKNOWN

    def user(self, user: User) -> int | None:
        """Return the profile of a user of another system, as ``profile`` does."""
        row_id = self._facts.profiles.get((self.business_id, *user))
        if row_id is not None:
            return row_id
        if user in self.users_found:
            return self.users_found[user]
        self.asked_count += 1
        self.wanted_users.add(user)
        return UNKNOWN

    def cached_session(self, text: str) -> SessionFact | None:
        """Return a session if it is remembered."""
        return self._facts.sessions.get((self.business_id, text))

    def session(self, text: str) -> SessionFact | None:
        """Return a session by its text or its public id, as ``profile`` does."""
        fact = self.cached_session(text)
        if fact is not None:
            return fact
        if text in self.sessions_found:
            return self.sessions_found[text]
        self.asked_count += 1
        self.wanted_sessions.add(text)
        return _UNKNOWN_SESSION

    def inline(self, identity: Identity, *, is_needed: bool) -> ObjectFact | None:
        """Return an object told inline if it is known; the commit finds or makes any other.

        Args:
            is_needed: whether the event cannot be read without it, so that it is looked up.
        """
        fact = self._facts.objects.get((self.business_id, *identity))
        if fact is not None or not is_needed:
            return fact
        if identity in self.inline_found:
            return self.inline_found[identity]
        self.asked_count += 1
        self.wanted_inline.add(identity)
        return None

    def objects(self, kind: str | None, text: str) -> list[ObjectFact]:
        """Return the objects an id, reference or SKU may mean; more than one is ambiguous."""
        fact = self._facts.objects.get((self.business_id, kind, text))
        if fact is not None:
            return [fact]
        if (kind, text) in self.objects_found:
            return self.objects_found[kind, text]
        self.asked_count += 1
        self.wanted_objects.add((kind, text))
        return _UNKNOWN_OBJECTS
