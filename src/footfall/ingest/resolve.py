"""``EventPayload`` → ``EventDraft``: names to row numbers, rules of the action, money, time.

Pure but for what ``Names`` knows. Every fault is noted, none raised. A draft that comes back with
faults is not to be stored; one made while ``Names`` lacked something is made again after the load.

Source: contract 3.1 (rules), 4.1 to 4.3 (actions, amounts), 2.7 and 2.8 (time, money).
"""

from typing import Any

import msgspec

from footfall.domain import money, times
from footfall.domain.actions import ALIASES, SERVER_MADE, Action, nearest
from footfall.domain.events import EventDraft, Flag
from footfall.domain.objects import READERS, ObjectFact, is_absent
from footfall.domain.sessions import is_carriable, is_well_formed
from footfall.errors import (
    AmbiguousParameter,
    Fault,
    Invalid,
    NotAllowed,
    NotFound,
    ObjectInvalid,
    ParameterMissing,
    UnknownAction,
)
from footfall.ingest.names import Names
from footfall.ingest.payloads import (
    FIELDS,
    FREE,
    OBJECT,
    PARAMETERS,
    PROFILE,
    SESSION,
    TYPE,
    EventPayload,
)
from footfall.store.facts import Caller
from footfall.store.settle import belongs_to_another

_NO_ACTION = Action(0, "")


def resolve(
    payload: EventPayload, caller: Caller, names: Names, received_at: int, faults: list[Fault]
) -> EventDraft:
    """Return the draft of an event, noting every fault.

    Args:
        received_at: microseconds UTC; the draft's time when the payload claims none.
    """
    action = _action(payload, names, faults)
    draft = EventDraft(caller.business_id, caller.token_id, action.id, received_at, received_at)
    _resolve_owner(draft, payload, names, faults)
    fact = _resolve_object(draft, payload, action, caller, names, faults)
    original = _read_amount(draft, payload, action, caller, fact, faults)
    if payload.tracked_at is not None:
        _read_time(draft, payload, faults)
    if action.name == "page.viewed":
        _require_url(payload, faults)
    told = payload.free
    if original is not None:
        told = {**(told or {}), "amount_original": original}
    if payload.key is not None:
        # Kept with the event too: reading one back must not search the keys.
        told = {**(told or {}), "event_id": payload.key}
    if told is not None:
        draft.data = msgspec.json.encode(told).decode()
    draft.key = payload.key
    draft.is_lifecycle = action.is_lifecycle
    draft.is_special = bool(
        draft.key is not None
        or draft.new_session is not None
        or draft.new_object is not None
        or draft.attaches
        or draft.is_lifecycle
    )
    return draft


def _action(payload: EventPayload, names: Names, faults: list[Fault]) -> Action:
    name = payload.action
    if not name:
        return _NO_ACTION
    known = names.actions()
    action = known.get(name) or known.get(ALIASES.get(name, ""))
    if action is not None:
        return action
    if name in SERVER_MADE:
        faults.append(
            NotAllowed(f"“{name}” is recorded by the server itself; do not send it.", "action")
        )
    elif known:
        guess = nearest(name, list(known))
        hint = f" Did you mean “{guess}”?" if guess else ""
        faults.append(
            UnknownAction(
                f"There is no action “{name[:128]}” in this business.{hint} Custom actions are "
                "created first: POST /v1/attribution/actions.",
                "action",
            )
        )
    return _NO_ACTION


def _resolve_owner(
    draft: EventDraft, payload: EventPayload, names: Names, faults: list[Fault]
) -> None:
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
    if payload.session is not None:
        _resolve_session(draft, payload, payload.session, names, faults)
    elif payload.profile is None and not _spoilt(faults, "profile", "session"):
        faults.append(_belongs_to_nobody(is_browsers=draft.token_id is None))


def _belongs_to_nobody(*, is_browsers: bool) -> ObjectInvalid:
    if is_browsers:
        return ObjectInvalid("The event belongs to nobody; send the browser's session.", "session")
    return ObjectInvalid(
        "The event belongs to nobody; send “profile” (a profile's id) or “session” (what "
        "Hellotext.session returned in the browser).",
        "profile",
    )


def _resolve_session(
    draft: EventDraft, payload: EventPayload, text: str, names: Names, faults: list[Fault]
) -> None:
    spelled = payload.name(SESSION, "session")
    if not is_carriable(text):
        faults.append(
            Invalid(
                "This is no session id: send what Hellotext.session returned, at most 128 "
                "printable characters without spaces.",
                spelled,
            )
        )
        return
    fact = names.cached_session(text)
    if fact is None:
        if is_well_formed(text):
            # Found or made in the commit itself: a look-up before it would only be a second one.
            draft.new_session = text
            draft.attaches = draft.profile_id is not None
            return
        fact = names.session(text)
    if fact is None:
        faults.append(
            NotFound(
                "There is no such session in this business, and one cannot begin under this id: a "
                "new session's id is a UUID or 32 letters and digits.",
                spelled,
            )
        )
        return
    draft.session_id = fact.id
    if draft.profile_id is not None and fact.profile_id != draft.profile_id:
        if fact.profile_id is None:
            draft.attaches = True
        else:
            fault = belongs_to_another()
            fault.parameter = spelled
            faults.append(fault)


def _resolve_object(
    draft: EventDraft,
    payload: EventPayload,
    action: Action,
    caller: Caller,
    names: Names,
    faults: list[Fault],
) -> ObjectFact | None:
    if not action.id and payload.object_kind is None:
        # An action nobody knows does not say what the object ought to be.
        return None
    if payload.object is None and payload.parameters is None:
        if action.object_required and not _spoilt_object(faults):
            faults.append(
                ParameterMissing(
                    f"“{action.name}” needs its {action.object_kind}; send “object” with its id, "
                    "or “object_parameters”.",
                    "object",
                )
            )
        return None
    kinds = _kinds(payload, action, faults)
    if kinds is None:
        return None
    if payload.object is not None:
        return _named_object(draft, payload, kinds, names, faults)
    return _inline_object(draft, payload, kinds, caller, names, faults)


def _kinds(payload: EventPayload, action: Action, faults: list[Fault]) -> tuple[str, ...] | None:
    """Return the kinds the object may be of; none: any; ``None``: a fault was noted."""
    said = payload.object_kind
    allowed: tuple[str, ...] = ()
    if action.object_kind is not None:
        allowed = (action.object_kind,)
        if action.object_kind == "cart":
            # Older clients say which product went into the cart (contract 9, row 14).
            allowed = ("cart", "product")
    if said is not None:
        if allowed and said not in allowed:
            faults.append(
                Invalid(
                    f"“{action.name}” speaks of a {allowed[0]}, not of a {said}.",
                    payload.name(
                        TYPE, payload.name(OBJECT, payload.name(PARAMETERS, "object_type"))
                    ),
                )
            )
            return None
        return (said,)
    if not allowed and action.id and not action.is_built_in:
        faults.append(
            ParameterMissing(
                "With an object a custom action needs “object_type”, e.g. product.", "object_type"
            )
        )
        return None
    return allowed


def _named_object(
    draft: EventDraft,
    payload: EventPayload,
    kinds: tuple[str, ...],
    names: Names,
    faults: list[Fault],
) -> ObjectFact | None:
    assert payload.object is not None
    spelled = payload.name(OBJECT, "object")
    found = names.objects(kinds[0] if len(kinds) == 1 else None, payload.object)
    if len(kinds) > 1:
        found = [fact for fact in found if fact.kind in kinds or fact.id < 0]
    if len(found) == 1:
        draft.object_id = found[0].id
        return found[0]
    what = " or ".join(kinds) or "object"
    if not found:
        faults.append(
            NotFound(
                f"There is no {what} with this id, reference or SKU in this business; create it "
                "first, or describe it in “object_parameters”.",
                spelled,
            )
        )
    else:
        faults.append(
            AmbiguousParameter(
                f"Several systems have a {what} by this reference or SKU; send its id.", spelled
            )
        )
    return None


def _inline_object(
    draft: EventDraft,
    payload: EventPayload,
    kinds: tuple[str, ...],
    caller: Caller,
    names: Names,
    faults: list[Fault],
) -> ObjectFact | None:
    parameters = payload.parameters
    assert parameters is not None
    kind = kinds[0] if kinds else "product"
    if len(kinds) > 1 and "items" not in parameters:
        kind = kinds[1]
    told = READERS[kind](parameters, caller.currency, faults)
    identity = told.identity()
    fact = None
    if identity is not None:
        # An amount without a currency is in the object's, even if the telling names none.
        is_needed = (
            told.currency is None and not is_absent(payload.amount) and is_absent(payload.currency)
        )
        fact = names.inline(identity, is_needed=is_needed)
    if fact is not None:
        draft.object_id = fact.id
        if told.amount_minor is None:
            return fact
        return ObjectFact(fact.id, fact.kind, told.amount_minor, told.currency)
    draft.new_object = told
    return ObjectFact(0, kind, told.amount_minor, told.currency)


def _read_amount(
    draft: EventDraft,
    payload: EventPayload,
    action: Action,
    caller: Caller,
    fact: ObjectFact | None,
    faults: list[Fault],
) -> str | None:
    """Give the draft its amount; return the number as it was sent if rounding changed it."""
    original = None
    if is_absent(payload.amount):
        if not is_absent(payload.currency):
            faults.append(ParameterMissing("“currency” needs an “amount” beside it.", "amount"))
    else:
        original = _read_given_amount(draft, payload, caller, fact, faults)
    if action.inherits_amount and not draft.amount_minor:
        if fact is not None and fact.amount_minor is not None:
            draft.amount_minor, draft.currency = fact.amount_minor, fact.currency
        else:
            draft.inherits = draft.new_object is not None
    return original


def _read_given_amount(
    draft: EventDraft,
    payload: EventPayload,
    caller: Caller,
    fact: ObjectFact | None,
    faults: list[Fault],
) -> str | None:
    currency = payload.currency
    if is_absent(currency):
        currency = (fact.currency if fact is not None else None) or caller.currency
    else:
        try:
            currency = money.parse_currency(currency)
        except ValueError as problem:
            faults.append(Invalid(str(problem), "currency"))
            return None
    try:
        amount = money.parse_amount(payload.amount, currency)
    except ValueError as problem:
        faults.append(Invalid(str(problem), "amount"))
        return None
    draft.amount_minor, draft.currency = amount.minor, currency
    return amount.original


def _read_time(draft: EventDraft, payload: EventPayload, faults: list[Fault]) -> None:
    if is_absent(payload.tracked_at):
        return
    try:
        instant = times.parse_instant(payload.tracked_at, received_at=draft.received_at)
    except ValueError as problem:
        faults.append(Invalid(str(problem), "tracked_at"))
        return
    draft.tracked_at = instant.tracked_at
    draft.occurred_at = times.occurred_at(instant.tracked_at, draft.received_at)
    if instant.is_ahead:
        draft.flags |= Flag.AHEAD


def _require_url(payload: EventPayload, faults: list[Fault]) -> None:
    free: dict[str, Any] = payload.free or {}
    page = free.get("page")
    told = free.get("url") or (page.get("url") if isinstance(page, dict) else None)
    if not told:
        faults.append(
            ParameterMissing(
                "“page.viewed” needs “url” or “page.url”: the page that was seen.", "url"
            )
        )


def _spoilt(faults: list[Fault], *names: str) -> bool:
    """Tell whether one of the fields was given, only not well."""
    return any(
        fault.parameter in names or (fault.parameter or "").removesuffix("_id") in names
        for fault in faults
    )


def _spoilt_object(faults: list[Fault]) -> bool:
    return any(
        FIELDS.get(fault.parameter or "", (FREE, None))[0] in (OBJECT, PARAMETERS, TYPE)
        for fault in faults
    )
