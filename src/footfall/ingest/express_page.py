"""The short cut of what pages send most: a visitor looks at a product that the page describes.

A shop's pages describe the same products and name the same addresses again and again, so each such
piece of a body is read once and then known by its bytes. Whatever is in the least unusual goes the
long way. Both ways give the same draft: ``tests/ingest/test_express_page.py``.
"""

from typing import Any, Final, NamedTuple

import msgspec

from footfall.domain.actions import Action
from footfall.domain.events import EventDraft
from footfall.domain.objects import Identity, ObjectFact
from footfall.domain.objects.product import read_product
from footfall.domain.properties import BY_ID
from footfall.domain.sessions import is_well_formed
from footfall.errors import Fault, Refused
from footfall.ingest.brackets import DEPTH
from footfall.ingest.decode import decode_object
from footfall.store.facts import Caller, Facts

PIECES_MAX: Final = 4096
PIECE_MAX_BYTES: Final = 2048
"""How many pieces are remembered of each sort, and up to which length."""

_split: Final = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_FREE: Final = frozenset({"page", "utm_params", "user_parameters"})
_USUAL: Final = _FREE | {"session", "action", "object_parameters"}


class _Kept(NamedTuple):
    """An object that is kept with the event: its text as it is stored; whether it has a ``url``."""

    text: str
    has_url: bool


class _Product(NamedTuple):
    """What a described product is found by, and what it is said to cost."""

    identity: Identity
    amount_minor: int | None
    currency: str | None


class Pages:
    """Reads the bodies of pages, and remembers pieces of them."""

    def __init__(self) -> None:
        self._kept: dict[bytes, _Kept | None] = {}
        self._products: dict[tuple[bytes, str], _Product | None] = {}

    def express(
        self, body: bytes, caller: Caller, facts: Facts, received_at: int
    ) -> EventDraft | None:
        """Return the draft of an event, or ``None`` to have it read and resolved the long way.

        Args:
            caller: somebody with a public id.
        """
        told = _read(body)
        actions = facts.actions.get(caller.business_id)
        if told is None or actions is None:
            return None
        action = actions.get(_text(told["action"]))
        if action is None or action.is_lifecycle:
            return None
        draft = EventDraft(caller.business_id, None, action.id, received_at, received_at)
        if (
            self._has_session(draft, _text(told["session"]), facts)
            and self._has_object(draft, told.get("object_parameters"), action, caller, facts)
            and self._has_data(draft, told, action)
        ):
            return draft
        return None

    def _has_session(self, draft: EventDraft, text: str, facts: Facts) -> bool:
        session = facts.sessions.get((draft.business_id, text))
        if session is not None:
            draft.session_id = session.id
            return not session.is_suppressed
        draft.new_session = text
        draft.is_special = True
        return is_well_formed(text)

    def _has_object(
        self,
        draft: EventDraft,
        described: bytes | None,
        action: Action,
        caller: Caller,
        facts: Facts,
    ) -> bool:
        if described is None:
            return not action.object_required
        if action.object_kind != "product":
            return False
        product = self._product(described, caller.currency)
        if product is None:
            return False
        fact = facts.objects.get((caller.business_id, *product.identity))
        if fact is None:
            return False
        draft.object_id = fact.id
        if action.inherits_amount:
            draft.amount_minor, draft.currency = _worth(product, fact)
        return True

    def _has_data(self, draft: EventDraft, told: dict[str, bytes], action: Action) -> bool:
        texts = []
        has_url = False
        for name, raw in told.items():
            if name in _FREE:
                kept = self._free(raw)
                # Whoever says who the user is may be told of as well.
                if kept is None or (name == "user_parameters" and kept.text != "{}"):
                    return False
                has_url |= kept.has_url and name == "page"
                texts.append(f'"{name}":{kept.text}')
        draft.data = "{" + ",".join(texts) + "}" if texts else None
        return has_url or action.name != "page.viewed"

    def _product(self, raw: bytes, currency: str) -> _Product | None:
        key = raw, currency
        if key not in self._products:
            product = _read_product(raw, currency)
            if len(raw) > PIECE_MAX_BYTES:
                return product
            if len(self._products) >= PIECES_MAX:
                self._products.clear()
            self._products[key] = product
        return self._products[key]

    def _free(self, raw: bytes) -> _Kept | None:
        if raw not in self._kept:
            kept = _read_kept(raw)
            if len(raw) > PIECE_MAX_BYTES:
                return kept
            if len(self._kept) >= PIECES_MAX:
                self._kept.clear()
            self._kept[raw] = kept
        return self._kept[raw]


def _read(body: bytes) -> dict[str, bytes] | None:
    """Return the values of a body as they are written, if all of them are usual."""
    if b"\\" in body:
        return None
    try:
        told = {key: bytes(raw) for key, raw in _split(body).items()}
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if not (told.keys() <= _USUAL and "session" in told and "action" in told):
        return None
    # A key given twice is swallowed, but not its quotes.
    quotes = 2 * len(told) + sum([raw.count(b'"') for raw in told.values()])
    return told if quotes == body.count(b'"') else None


def _text(raw: bytes) -> str:
    """Return a text without escapes; of anything else, and of what cannot be read, none."""
    return raw[1:-1].decode("utf-8", "replace") if raw.startswith(b'"') else ""


def _open(raw: bytes) -> dict[str, Any] | None:
    """Return an object inside a body, read as strictly as the whole one."""
    if raw.count(b"{") + raw.count(b"[") >= DEPTH:
        return None
    try:
        return decode_object(raw)
    except Refused:
        return None


def _read_kept(raw: bytes) -> _Kept | None:
    told = _open(raw)
    if told is None:
        return None
    return _Kept(msgspec.json.encode(told).decode(), bool(told.get("url")))


def _read_product(raw: bytes, currency: str) -> _Product | None:
    told = _open(raw)
    if told is None or any(name.startswith(BY_ID) for name in told):
        return None
    faults: list[Fault] = []
    product = read_product(told, currency, faults)
    identity = product.identity()
    if faults or identity is None:
        return None
    return _Product(identity, product.amount_minor, product.currency)


def _worth(product: _Product, fact: ObjectFact) -> tuple[int | None, str | None]:
    """Return the amount an event inherits: what the page says, else what is known."""
    if product.amount_minor is not None:
        return product.amount_minor, product.currency
    if fact.amount_minor is not None:
        return fact.amount_minor, fact.currency
    return None, None
