"""The event, as each step of its way is handed it.

``EventDraft`` leaves ``ingest.resolve`` with row numbers where the wire had names, and enters the
store. What cannot be decided before the commit (is the key new? is the session free?) is in it as
a wish; the writer fills in the outcome. One mutable value travels the whole way, because a copy
per step costs more than the step itself.
"""

from enum import IntFlag
from typing import Final, Literal

import msgspec

from footfall.domain.objects import ObjectDraft, ObjectFact
from footfall.domain.sessions import SessionFact
from footfall.errors import Fault

Result = Literal["created", "duplicate", "rejected"]

KEY_LENGTH: Final = 255
"""Longest ``event_id`` or ``Idempotency-Key``."""


class Flag(IntFlag):
    """Marks an event carries."""

    NONE = 0
    AHEAD = 1
    """It claims a time after its arrival (by at most 24 hours, contract 2.7)."""
    BOT = 2
    """It came with a public id and the ``User-Agent`` of a crawler; kept like any other."""


class EventDraft(msgspec.Struct, gc=False):
    """An event with its names resolved, and what the writer made of it.

    Attributes:
        amount_minor: minor units of ``currency``; both or neither.
        occurred_at: microseconds UTC used in analysis (``times.occurred_at``).
        tracked_at: what the caller claimed, ``None`` when it claimed nothing.
        data: JSON object text of everything without a column of its own.
        key: what makes a repeat a repeat; with ``fingerprint`` of the body it came with.
        new_session: id of a session to be made for it; ``session_id`` is then filled in.
        new_object: object to be found or made for it; ``object_id`` is then filled in.
        attaches: the session is to become the profile's, unless it is somebody else's.
        is_lifecycle: only the first of its (object, action) is stored.
        inherits: without an amount of its own it takes the object's.
        is_special: the writer has something to decide about it.
        is_hinted: ``profile_id`` is what a browser said of itself; a session's owner wins.
        wants_owner: it names nobody and belongs to whoever its order belongs to.
        refills: the cart it tells of has these lines from now on.
        item: position in its batch.
        session_fact, object_fact: the rows found or made for ``new_session`` and ``new_object``.
        binds_key: a duplicate by its lifecycle step, whose key is new.
        original: the draft in the same commit that it repeats.
        event_id: row number, once stored; of the earlier event when it is a duplicate.
    """

    business_id: int
    token_id: int | None
    action_id: int
    received_at: int
    occurred_at: int
    profile_id: int | None = None
    session_id: int | None = None
    object_id: int | None = None
    amount_minor: int | None = None
    currency: str | None = None
    tracked_at: int | None = None
    flags: int = 0
    data: str | None = None
    key: str | None = None
    fingerprint: bytes = b""
    new_session: str | None = None
    new_object: ObjectDraft | None = None
    attaches: bool = False
    is_lifecycle: bool = False
    inherits: bool = False
    is_hinted: bool = False
    wants_owner: bool = False
    refills: bool = False
    is_special: bool = False
    item: int = 0
    result: Result = "created"
    event_id: int = 0
    fault: Fault | None = None
    original: "EventDraft | None" = None
    binds_key: bool = False
    session_fact: SessionFact | None = None
    object_fact: ObjectFact | None = None
    made_session: bool = False
    made_object: bool = False
    made_attachment: bool = False

    def reset(self) -> None:
        """Forget the outcome and what was made for it, so that it can be tried again."""
        self.result = "created"
        self.event_id = 0
        self.fault = self.original = None
        self.binds_key = False
        self.session_fact = self.object_fact = None
        self.made_session = self.made_object = self.made_attachment = False
        if self.new_session is not None:
            self.session_id = None
        if self.new_object is not None:
            self.object_id = None
        if self.wants_owner:
            self.profile_id = self.session_id = self.new_session = None

    def repeat(self, original: "EventDraft | int") -> None:
        """Become a duplicate of an event that is stored, or about to be in the same commit."""
        self.result = "duplicate"
        if isinstance(original, EventDraft):
            self.original = original
        else:
            self.event_id = original

    def refuse(self, fault: Fault) -> None:
        """Become a rejection."""
        self.result = "rejected"
        self.fault = fault
