"""Whose an event is: profile and session by name, or what a browser says of its user.

Source: contract 3.1 (rules 1, 2, 6), 3.2 (events without a session), 5.5 (``user_parameters``).
"""

from typing import Any, Final

from footfall.domain.actions import Action
from footfall.domain.events import EventDraft
from footfall.domain.objects import is_absent
from footfall.domain.sessions import SessionFact, is_carriable, is_well_formed
from footfall.errors import Fault, Invalid, NotFound, ObjectInvalid, Suppressed
from footfall.ingest.names import Names
from footfall.ingest.payloads import PROFILE, SESSION, EventPayload
from footfall.store.owners import User
from footfall.store.settle import of_nobody

_SOURCE_LENGTH: Final = 64
_ID_LENGTH: Final = 255


def resolve_owner(
    draft: EventDraft, payload: EventPayload, action: Action, names: Names, faults: list[Fault]
) -> None:
    """Give a draft its profile and session, noting every fault."""
    if payload.profile is not None:
        draft.profile_id = names.profile(payload.profile)
        if draft.profile_id is None:
            faults.append(
                NotFound(
                    "There is no such profile in this business; create it first with "
                    "POST /v1/profiles and send the id it answers.",
                    payload.name(PROFILE, "profile"),
                )
            )
    session = None
    if payload.session is not None:
        session = _resolve_session(draft, payload, payload.session, names, faults)
    is_browsers = draft.token_id is None
    if payload.profile is None and (session is None or session.profile_id is None):
        _take_hint(draft, payload, names, is_browsers=is_browsers)
    if draft.profile_id is not None and draft.profile_id in names.suppressed:
        named = payload.name(PROFILE, "profile") if payload.profile else "user_parameters"
        faults.append(Suppressed(draft.profile_id, named))
    if payload.session is None and payload.profile is None and draft.profile_id is None:
        if is_browsers and action.is_lifecycle:
            # A shop that lost the session: the order knows whose it is.
            draft.wants_owner = True
        elif not _spoilt(faults, "profile", "session"):
            faults.append(belongs_to_nobody(is_browsers=is_browsers))


def belongs_to_nobody(*, is_browsers: bool) -> ObjectInvalid:
    """Return the fault of an event without an owner."""
    if is_browsers:
        return of_nobody()
    return ObjectInvalid(
        "The event belongs to nobody; send “profile” (a profile's id) or “session” (what "
        "Hellotext.session returned in the browser).",
        "profile",
    )


def no_session_id(parameter: str) -> Invalid:
    """Return the fault of a text that can be no session's id."""
    return Invalid(
        "This is no session id: send what Hellotext.session returned, at most 128 printable "
        "characters without spaces.",
        parameter,
    )


def no_session(parameter: str) -> NotFound:
    """Return the fault of a session that is not there, where it cannot begin (contract 3.1)."""
    return NotFound(
        "There is no such session in this business, and one cannot begin under this id: a new "
        "session's id is a UUID or 32 letters and digits.",
        parameter,
    )


def _resolve_session(
    draft: EventDraft, payload: EventPayload, text: str, names: Names, faults: list[Fault]
) -> SessionFact | None:
    spelled = payload.name(SESSION, "session")
    if not is_carriable(text):
        faults.append(no_session_id(spelled))
        return None
    fact = names.cached_session(text)
    if fact is None:
        if is_well_formed(text):
            # Found or made in the commit itself: a look-up before it would only be a second one.
            draft.new_session = text
            draft.attaches = draft.profile_id is not None
            return None
        fact = names.session(text)
    if fact is None:
        if names.begins_any:
            draft.new_session = text
            draft.attaches = draft.profile_id is not None
        else:
            faults.append(no_session(spelled))
        return None
    draft.session_id = fact.id
    if fact.is_suppressed and fact.profile_id is not None:
        faults.append(Suppressed(fact.profile_id, spelled))
    # Two profiles may be one person by now: the commit says whether they are.
    draft.attaches = draft.profile_id is not None and fact.profile_id != draft.profile_id
    return fact


def _take_hint(
    draft: EventDraft, payload: EventPayload, names: Names, *, is_browsers: bool
) -> None:
    """Let ``user_parameters`` say who it is, where nothing better does.

    It never attaches: a browser may say anything. A backend has to name profile or session besides.
    """
    if payload.session is None and not is_browsers:
        return
    user = _user(payload)
    if user is None:
        return
    draft.profile_id = names.user(user)
    draft.is_hinted = draft.profile_id is not None and payload.session is not None


def _user(payload: EventPayload) -> User | None:
    told: Any = (payload.free or {}).get("user_parameters")
    if not isinstance(told, dict):
        return None
    user_id, source = told.get("id"), told.get("source")
    if isinstance(user_id, int) and not isinstance(user_id, bool):
        user_id = str(user_id)
    if is_absent(source):
        source = ""
    if not isinstance(user_id, str) or not isinstance(source, str) or not user_id:
        return None
    if len(user_id) > _ID_LENGTH or len(source) > _SOURCE_LENGTH:
        return None
    return source, user_id


def _spoilt(faults: list[Fault], *names: str) -> bool:
    """Tell whether one of the fields was given, only not well."""
    return any(
        fault.parameter in names or (fault.parameter or "").removesuffix("_id") in names
        for fault in faults
    )
