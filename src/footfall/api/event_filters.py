"""The filters of the list of events: query → ``EventFilter``, every name looked up.

A filter that names nothing in this business is a fault: a list that ignored it would show too much.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection

from footfall.api import paging
from footfall.api.call import Call
from footfall.api.parameters import PROFILE, SESSION, Given, read_role, read_time
from footfall.domain.actions import ALIASES, OWN
from footfall.domain.objects import BUILT_IN_KINDS
from footfall.domain.public_ids import Kind
from footfall.domain.sessions import is_carriable
from footfall.errors import AmbiguousParameter, Fault, NotFound
from footfall.store import actions, objects, people, sessions
from footfall.store.events import EventFilter

OBJECT: Final = ("object", *BUILT_IN_KINDS, *(f"{kind}_id" for kind in BUILT_IN_KINDS))
_TEXT: Final[dict[str, Any]] = {"type": "string"}
_TIMES: Final = "in any form that `tracked_at` takes"

QUERY: Final[dict[str, tuple[dict[str, Any], str]]] = {
    "profile": (_TEXT, "Only events of this profile, by itself or through its sessions."),
    "session": (_TEXT, "Only events of this session: the browser's id or the record's."),
    "action": (_TEXT, "Only events of this action, by name."),
    "object": (_TEXT, "Only events of this object: its id, reference or SKU."),
    "since": (_TEXT, f"Only events that occurred then or later, {_TIMES}."),
    "until": (_TEXT, f"Only events that occurred before then, {_TIMES}."),
    **paging.QUERY,
}

QUERY_ALSO: Final = tuple(name for name in (*PROFILE, *SESSION, *OBJECT) if name not in QUERY)
"""Other spellings of roles, as the tracking endpoint has them."""


class Filters:
    """The query's filters, looked up; every fault is noted."""

    def __init__(self, connection: Connection, call: Call, faults: list[Fault]) -> None:
        self._connection = connection
        self._call = call
        self._faults = faults

    def read(self) -> EventFilter:
        """Return what the query asks for; to be used only if no fault was noted."""
        query = self._call.query
        return EventFilter(
            self._call.business_id,
            profile_id=self._profile(),
            session_id=self._session(),
            object_id=self._object(),
            action_id=self._action(query.get("action", "")),
            since_at=read_time(query, "since", self._faults),
            until_at=read_time(query, "until", self._faults),
        )

    def _profile(self) -> int | None:
        given = self._role(PROFILE)
        if given is None:
            return None
        row_id = self._call.decode(Kind.PROFILE, given.text)
        wanted = [] if row_id is None else [row_id]
        if people.existing(self._connection, self._call.business_id, wanted):
            return row_id
        self._unknown("profile", given)
        return None

    def _session(self) -> int | None:
        given = self._role(SESSION)
        if given is None:
            return None
        row_id = self._call.decode(Kind.SESSION, given.text)
        if is_carriable(given.text):
            session = sessions.find(self._connection, self._call.business_id, given.text, row_id)
            if session is not None:
                return session.id
        self._unknown("session", given)
        return None

    def _object(self) -> int | None:
        given = self._role(OBJECT)
        if given is None:
            return None
        kind = given.parameter.removesuffix("_id")
        named = [(given.text, self._call.decode(Kind.OBJECT, given.text))]
        found = objects.find_named(
            self._connection,
            self._call.business_id,
            named,
            kind if kind in BUILT_IN_KINDS else None,
        ).get(given.text, [])
        if len(found) > 1:
            self._faults.append(
                AmbiguousParameter(
                    "Several objects have this reference or SKU; send the id of one.",
                    given.parameter,
                )
            )
            return None
        if not found:
            self._unknown(kind, given)
            return None
        return found[0].id

    def _action(self, name: str) -> int | None:
        if not name:
            return None
        known = actions.by_name(self._connection, self._call.business_id)
        action = known.get(name) or known.get(ALIASES.get(name, "")) or OWN.get(name)
        if action is not None:
            return action.id
        self._unknown("action", Given(name, "action"))
        return None

    def _role(self, names: Sequence[str]) -> Given | None:
        return read_role(self._call.query, names, self._faults)

    def _unknown(self, what: str, given: Given) -> None:
        self._faults.append(NotFound(f"There is no such {what} in this business.", given.parameter))
