"""``EventPayload`` → ``EventDraft``: names to row numbers, rules of the action, money, time.

Pure but for what ``Names`` knows. Every fault is noted, none raised. A draft that comes back with
faults is not to be stored; one made while ``Names`` lacked something is made again after the load.

Source: contract 3.1 (rules), 4.1 to 4.3 (actions, amounts), 2.7 and 2.8 (time, money).
"""

from typing import Any, Final

import msgspec

from footfall.domain import money, times
from footfall.domain.actions import ALIASES, SERVER_MADE, Action, nearest
from footfall.domain.events import EventDraft, Flag
from footfall.domain.objects import BUILT_IN_KINDS, ObjectFact, is_absent
from footfall.errors import Fault, Invalid, NotAllowed, ParameterMissing, UnknownAction
from footfall.ingest.names import Names
from footfall.ingest.own_objects import with_own_object
from footfall.ingest.payloads import EventPayload
from footfall.ingest.resolve_object import resolve_object
from footfall.ingest.resolve_owner import resolve_owner
from footfall.store.facts import Caller

_NO_ACTION: Final = Action(0, "")


def resolve(
    payload: EventPayload, caller: Caller, names: Names, received_at: int, faults: list[Fault]
) -> EventDraft:
    """Return the draft of an event, noting every fault.

    Args:
        received_at: microseconds UTC; the draft's time when the payload claims none.
    """
    action = _action(payload, names, faults)
    draft = EventDraft(caller.business_id, caller.token_id, action.id, received_at, received_at)
    payload = with_own_object(payload, action, names, faults)
    resolve_owner(draft, payload, action, names, faults)
    fact = resolve_object(draft, payload, action, caller, names, faults)
    original = _read_amount(draft, payload, action, caller, fact, faults)
    if payload.tracked_at is not None:
        _read_time(draft, payload, faults)
    if action.name == "page.viewed":
        _require_url(payload, faults)
    told = payload.free
    is_of_cart = draft.new_object is not None and draft.new_object.kind == "cart"
    if is_of_cart and payload.parameters is not None:
        # The cart changes with the next event; this is what it was at this one.
        told = {**(told or {}), "object_parameters": payload.parameters}
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
        or draft.wants_owner
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
    # A business's own objects have an amount only where a property was marked to be inherited.
    is_own = fact is not None and fact.kind not in BUILT_IN_KINDS
    if (action.inherits_amount or is_own) and not draft.amount_minor:
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
            currency = None
    try:
        amount = money.parse_amount(payload.amount, currency or caller.currency)
    except ValueError as problem:
        faults.append(Invalid(str(problem), "amount"))
        return None
    if currency is None:
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
