"""What can only be decided inside the commit, for the drafts that need it.

Is the key new, the session free, the object there (``told``), the lifecycle step the first? All
drafts of a group are looked up together, decided one by one in order of arrival, and what they need
is made together, sorted, so that two processes take locks in the same order. Two processes on
PostgreSQL may decide alike at the same moment: constraints refuse the second, and the writer starts
it over, when it sees what the first one did.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final

from sqlalchemy import Connection, bindparam, func, insert, select, update

from footfall.domain.events import EventDraft
from footfall.domain.sessions import SessionFact
from footfall.errors import (
    Fault,
    FootfallError,
    IdempotencyConflict,
    Invalid,
    ObjectInvalid,
    Suppressed,
)
from footfall.store import conflicts
from footfall.store.bulk import Bulk
from footfall.store.identity_log import Origin
from footfall.store.merges import deleted_of, roots_of
from footfall.store.sessions import select_facts
from footfall.store.tables import (
    events,
    idempotency,
    identity_log,
    lifecycles,
    profiles,
    sessions,
)
from footfall.store.told import Told

CHUNK: Final = 500
"""Values in one ``in (…)``, far below the limit of either engine."""


# Made once: building a statement anew for every group costs more than running it.
_KEYS: Final = select(idempotency.c.key, idempotency.c.fingerprint, idempotency.c.event_id).where(
    idempotency.c.business_id == bindparam("business_id"),
    idempotency.c.key.in_(bindparam("texts", expanding=True)),
)


class Overtaken(FootfallError):
    """Another process changed a row between our look and our change; start over."""


class _Session:
    """A session's row as this commit knows it."""

    __slots__ = ("attached_by", "id", "is_needed", "is_suppressed", "profile_id")

    def __init__(
        self, row_id: int | None, profile_id: int | None, is_suppressed: bool = False
    ) -> None:
        self.id = row_id
        self.profile_id = profile_id
        self.is_suppressed = is_suppressed
        self.is_needed = False
        self.attached_by: EventDraft | None = None


class Settlement:
    """Decides the special drafts of one group.

    Args:
        connection: inside the group's transaction.
        bulk: the statements of the database engine in use.
        drafts: the special ones, in order of arrival; outcomes are written into them.

    Attributes:
        sightings: the drafts that report a lifecycle step which was reported before.
    """

    def __init__(self, connection: Connection, bulk: Bulk, drafts: Sequence[EventDraft]) -> None:
        self._connection = connection
        self._bulk = bulk
        self._drafts = drafts
        self._keys: dict[tuple[int, str], tuple[bytes, EventDraft | int]] = {}
        self._sessions: dict[tuple[int, str], _Session] = {}
        self._attachable: dict[int, _Session] = {}
        self._told = Told(connection, drafts)
        self._steps: dict[tuple[object, int], EventDraft | int] = {}
        self._owners: dict[object, EventDraft | tuple[int | None, int | None]] = {}
        self._suppressed: dict[object, int] = {}
        self._claims: list[tuple[EventDraft, int, int]] = []
        self.sightings: list[EventDraft] = []

    def settle(self) -> None:
        """Decide every draft, then make the sessions, objects and attachments of the accepted."""
        self._load()
        accepted = [draft for draft in self._drafts if self._decide(draft)]
        kept = [*accepted, *self.sightings]
        self._make_sessions(kept)
        for draft in kept:
            if draft.new_session is not None:
                session = self._sessions[draft.business_id, draft.new_session]
                assert session.id is not None
                draft.session_id = session.id
                draft.session_fact = SessionFact(session.id, session.profile_id)
        self._note_claims()
        self._told.make(accepted, self.sightings)
        for draft in self.sightings:
            draft.object_id = self._told.known(draft)
            if draft.inherits:
                draft.amount_minor, draft.currency = self._told.value_of(draft) or (None, None)

    def _load(self) -> None:
        self._load_keys()
        self._load_sessions()
        self._told.load()
        self._load_steps()

    def _load_keys(self) -> None:
        wanted = {(d.business_id, d.key) for d in self._drafts if d.key is not None}
        for business_id, keys in _by_business(wanted):
            for chunk in _chunks(keys):
                named = {"business_id": business_id, "texts": chunk}
                for key, fingerprint, event_id in self._connection.execute(_KEYS, named):
                    # The key of a whole batch names no event: as an event's it is in conflict.
                    known = bytes(fingerprint) if event_id is not None else b"batch"
                    self._keys[business_id, key] = (known, event_id or 0)

    def _load_sessions(self) -> None:
        wanted = {(d.business_id, d.new_session) for d in self._drafts if d.new_session is not None}
        for business_id, texts in _by_business(wanted):
            for chunk in _chunks(texts):
                found = self._bulk.find_sessions(self._connection, business_id, chunk)
                for row_id, text, profile_id, is_suppressed in found:
                    fact = _Session(row_id, profile_id, bool(is_suppressed))
                    self._sessions[business_id, text] = fact
        # One batch may name a session by its own id and by its public one.
        self._attachable = {each.id: each for each in self._sessions.values() if each.id}
        attachable = {d.session_id for d in self._drafts if d.attaches and d.session_id is not None}
        for chunk in _chunks(attachable - self._attachable.keys()):
            query = select_facts().where(sessions.c.id.in_(chunk))
            for row_id, _, *standing in self._connection.execute(query):
                self._attachable[row_id] = _Session(row_id, *standing)

    def _load_steps(self) -> None:
        wanted = {
            row_id
            for draft in self._drafts
            if draft.is_lifecycle and (row_id := self._told.known(draft)) is not None
        }
        for chunk in _chunks(wanted):
            query = select(lifecycles).where(lifecycles.c.object_id.in_(chunk))
            for object_id, action_id, event_id in self._connection.execute(query):
                self._steps[object_id, action_id] = event_id
        ownerless = {self._told.known(draft) for draft in self._drafts if draft.wants_owner}
        for chunk in _chunks(ownerless & wanted):
            # Who is deleted or erased owns nothing new.
            owned = (
                select(
                    lifecycles.c.object_id,
                    events.c.profile_id,
                    events.c.session_id,
                    profiles.c.id,
                    profiles.c.suppressed_at,
                )
                .join(events, events.c.id == lifecycles.c.event_id)
                .outerjoin(sessions, sessions.c.id == events.c.session_id)
                .outerjoin(
                    profiles,
                    profiles.c.id == func.coalesce(events.c.profile_id, sessions.c.profile_id),
                )
                .where(lifecycles.c.object_id.in_(chunk), profiles.c.deleted_at.is_(None))
                .order_by(events.c.id.desc())
            )
            for object_id, *owner, person_id, suppressed_at in self._connection.execute(owned):
                self._owners[object_id] = (owner[0], owner[1])
                if suppressed_at is not None:
                    self._suppressed[object_id] = person_id

    def _decide(self, draft: EventDraft) -> bool:
        if draft.key is not None:
            earlier = self._keys.get((draft.business_id, draft.key))
            if earlier is not None:
                _repeat_or_conflict(draft, *earlier)
                return False
        if draft.wants_owner and (fault := self._take_owner_of_order(draft)) is not None:
            draft.refuse(fault)
            return False
        session = self._session_of(draft)
        fault = self._owner_fault(draft, session) or self._told.accept(draft)
        if fault is not None:
            draft.refuse(fault)
            return False
        if draft.is_hinted and session.profile_id is not None:
            draft.profile_id = None
        if draft.is_lifecycle and not self._is_first(draft):
            self.sightings.append(draft)
            self._own(draft, session)
            return False
        if draft.key is not None:
            self._keys[draft.business_id, draft.key] = (draft.fingerprint, draft)
        self._own(draft, session)
        return True

    def _is_first(self, draft: EventDraft) -> bool:
        """Tell whether a draft is the first of its step; else it becomes a repeat of that one."""
        key = self._told.key(draft)
        first = self._steps.setdefault((key, draft.action_id), draft)
        if first is draft:
            self._owners.setdefault(key, draft)
            return True
        draft.repeat(first)
        if draft.key is not None:
            # Its key names the event it repeats: for ever, and for this body only.
            draft.binds_key = True
            self._keys[draft.business_id, draft.key] = (draft.fingerprint, first)
        return False

    def _own(self, draft: EventDraft, session: _Session) -> None:
        """Let a draft have its session, and the session its profile."""
        session.is_needed = True
        if draft.attaches and session.profile_id is None:
            session.profile_id = draft.profile_id
            session.attached_by = draft
            draft.made_attachment = True

    def _take_owner_of_order(self, draft: EventDraft) -> Fault | None:
        """Give an event of nobody the owner of its order (contract 3.2); return why it has none."""
        key = self._told.key(draft)
        owner = self._owners.get(key)
        if owner is None:
            return of_nobody()
        if key in self._suppressed:
            return Suppressed(self._suppressed[key], "session")
        if isinstance(owner, EventDraft):
            draft.profile_id, draft.session_id = owner.profile_id, owner.session_id
            draft.new_session = owner.new_session
        else:
            draft.profile_id, draft.session_id = owner
        return None

    def _owner_fault(self, draft: EventDraft, session: _Session) -> Fault | None:
        if draft.attaches and session.profile_id not in (None, draft.profile_id):
            assert session.profile_id is not None
            assert draft.profile_id is not None
            roots = roots_of(self._connection, (session.profile_id, draft.profile_id))
            owner_id = roots[session.profile_id]
            if owner_id != roots[draft.profile_id]:
                if not deleted_of(self._connection, [owner_id]):
                    return belongs_to_another()
                # Nobody's any more, and with its past it becomes nobody else's: the event is
                # whose it says, and the claim is noted, as it is where one is attached.
                assert session.id is not None
                self._claims.append((draft, session.id, owner_id))
        if session.is_suppressed and session.profile_id is not None:
            return Suppressed(session.profile_id, "session")
        return None

    def _note_claims(self) -> None:
        for draft, session_id, owner_id in self._claims:
            if draft.fault is None:
                assert draft.profile_id is not None
                conflicts.note(
                    self._connection,
                    draft.business_id,
                    "attach_conflict",
                    session_id,
                    draft.profile_id,
                    owner_id,
                    Origin(draft.received_at, "event", draft.token_id),
                )

    def _session_of(self, draft: EventDraft) -> _Session:
        if draft.new_session is not None:
            return self._sessions.setdefault(
                (draft.business_id, draft.new_session), _Session(None, None)
            )
        if draft.attaches and draft.session_id is not None:
            return self._attachable[draft.session_id]
        return _Session(draft.session_id, None)

    def _make_sessions(self, accepted: list[EventDraft]) -> None:
        made: list[tuple[int, str, _Session]] = []
        at = {(d.business_id, d.new_session): d for d in reversed(accepted)}
        for (business_id, text), session in self._sessions.items():
            if session.is_needed and session.id is None:
                draft = at[business_id, text]
                draft.made_session = True
                made.append((business_id, text, session))
        if made:
            made.sort(key=lambda each: each[:2])
            numbers = self._bulk.number(self._connection, sessions, len(made))
            rows = []
            for row_id, (business_id, text, session) in zip(numbers, made, strict=True):
                session.id = row_id
                received_at = at[business_id, text].received_at
                attached_at = received_at if session.profile_id is not None else None
                owner = (session.profile_id, received_at, attached_at)
                rows.append((row_id, business_id, text, *owner))
            self._bulk.insert(self._connection, sessions, rows)
        self._attach({session.id for _, _, session in made})

    def _attach(self, new: set[int | None]) -> None:
        log: list[dict[str, Any]] = []
        known = dict.fromkeys((*self._sessions.values(), *self._attachable.values()))
        for session in sorted(known, key=lambda each: each.id or 0):
            draft = session.attached_by
            if draft is None:
                continue
            if session.id not in new:
                changed = self._connection.execute(
                    update(sessions)
                    .where(sessions.c.id == session.id, sessions.c.profile_id.is_(None))
                    .values(profile_id=draft.profile_id, attached_at=draft.received_at)
                )
                if changed.rowcount != 1:
                    raise Overtaken(f"session {session.id} was attached by another process")
            log.append(_attach_row(draft, session.id))
        if log:
            self._connection.execute(insert(identity_log), log)


def belongs_to_another() -> Invalid:
    """Return the fault of a session that is someone else's (contract 3.1 rule 2)."""
    return Invalid(
        "The session belongs to another profile and was not moved; leave out one of the two, or "
        "send the profile that the session belongs to.",
        "session",
    )


def of_nobody() -> ObjectInvalid:
    """Return the fault of an event whose order does not say either whose it is."""
    return ObjectInvalid("The event belongs to nobody; send the browser's session.", "session")


def key_conflict(key: str | None) -> IdempotencyConflict:
    """Return the fault of a key that is another event's, or a whole batch's."""
    return IdempotencyConflict(
        f"The key “{key}” was used before with another body; use a new key for a new event, or "
        "send the first body again.",
        "event_id",
    )


def _repeat_or_conflict(draft: EventDraft, fingerprint: bytes, original: EventDraft | int) -> None:
    if fingerprint == draft.fingerprint:
        draft.repeat(original)
    else:
        draft.refuse(key_conflict(draft.key))


def _attach_row(draft: EventDraft, session_id: int | None) -> dict[str, Any]:
    return {
        "business_id": draft.business_id,
        "at": draft.received_at,
        "kind": "attach",
        "session_id": session_id,
        "profile_id": draft.profile_id,
        "cause": "event",
        "token_id": draft.token_id,
        "details": None,
    }


def _by_business(pairs: Iterable[tuple[int, str | None]]) -> Iterator[tuple[int, list[str]]]:
    grouped: dict[int, list[str]] = {}
    for business_id, text in pairs:
        if text is not None:
            grouped.setdefault(business_id, []).append(text)
    yield from grouped.items()


def _chunks(values: Iterable[Any]) -> Iterator[list[Any]]:
    ordered = iter(sorted(values))
    while chunk := list(islice(ordered, CHUNK)):
        yield chunk
