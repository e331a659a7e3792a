"""The short cut of the commonest event: an action, a product and whoever it was, all known.

Such a body needs nothing of what ``payloads`` and ``resolve`` are there for, and takes a third of
their time (docs/performance.md). Whatever is in the least unusual goes the long way. Both ways give
the same draft: ``tests/ingest/test_express.py``.
"""

from typing import Final

import msgspec

from footfall.domain.events import EventDraft
from footfall.store.facts import Caller, Facts


class _Told(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    action: str
    profile: str = ""
    profile_id: str = ""
    session: str = ""
    session_id: str = ""
    product: str = ""
    product_id: str = ""


_decode = msgspec.json.Decoder(_Told).decode

_QUOTES: Final = 12
"""Three keys and three texts. A key given twice leaves one of the three roles empty."""


def express(body: bytes, caller: Caller, facts: Facts, received_at: int) -> EventDraft | None:
    """Return the draft of an event, or ``None`` to have it decoded and resolved the long way."""
    if body.count(b'"') != _QUOTES or b"\\" in body:
        return None
    try:
        told = _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    business_id = caller.business_id
    actions = facts.actions.get(business_id)
    action = actions.get(told.action) if actions is not None else None
    if action is None or action.object_kind != "product" or action.is_lifecycle:
        return None
    product = facts.objects.get((business_id, "product", told.product or told.product_id))
    if product is None:
        return None
    session_id = None
    profile_id = facts.profiles.get((business_id, told.profile or told.profile_id))
    if profile_id is None:
        session = facts.sessions.get((business_id, told.session or told.session_id))
        if session is None:
            return None
        session_id = session.id
    amount_minor = product.amount_minor if action.inherits_amount else None
    return EventDraft(
        business_id,
        caller.token_id,
        action.id,
        received_at,
        received_at,
        profile_id,
        session_id,
        product.id,
        amount_minor,
        product.currency if amount_minor is not None else None,
    )
