"""JSON object → ``EventPayload``: every spelling of every field folded into one name.

The contract has four spellings of most things (3.1); they may be mixed freely in one request. Two
that disagree are ``ambiguous_parameter``, named as the caller wrote them. Nothing is looked up.
"""

from typing import Any, Final

import msgspec

from footfall.domain.events import KEY_LENGTH
from footfall.domain.objects import BUILT_IN_KINDS, is_absent
from footfall.domain.sessions import NOTHING
from footfall.errors import (
    AmbiguousParameter,
    Fault,
    Invalid,
    ParameterInvalidEmpty,
    ParameterMissing,
    an,
)

ACTION, PROFILE, SESSION, OBJECT, PARAMETERS, TYPE, AMOUNT, CURRENCY, TRACKED, KEY, FREE = range(11)

FIELDS: Final[dict[str, tuple[int, str | None]]] = {
    "action": (ACTION, None),
    "profile": (PROFILE, None),
    "profile_id": (PROFILE, None),
    "session": (SESSION, None),
    "session_id": (SESSION, None),
    "object": (OBJECT, None),
    "object_parameters": (PARAMETERS, None),
    "object_type": (TYPE, None),
    "amount": (AMOUNT, None),
    "currency": (CURRENCY, None),
    "tracked_at": (TRACKED, None),
    "event_id": (KEY, None),
    **{kind: (OBJECT, kind) for kind in BUILT_IN_KINDS},
    **{f"{kind}_id": (OBJECT, kind) for kind in BUILT_IN_KINDS},
    **{f"{kind}_parameters": (PARAMETERS, kind) for kind in BUILT_IN_KINDS},
}
"""What each key of a body means, and which kind of object it speaks of. Other keys are free."""

OBJECTS: Final = {
    "metadata": "metadata",
    "page": "page",
    "utm_params": "utm_params",
    "user_parameters": "user_parameters",
    "user": "user_parameters",
    "device": "device",
}
"""Free keys that must hold an object, and the name they are kept under."""

_SETTLED: Final = {"session": SESSION, "event_id": KEY}
"""Fields that only the commit can find at fault."""

_URL_LENGTH: Final = 8192


class EventPayload(msgspec.Struct, gc=False):
    """An event as told, in one spelling; texts not yet resolved.

    Attributes:
        action: empty when it was not given, or not as a text.
        object_kind: what a key such as ``product_id`` or ``object_type`` said it is.
        parameters: of an object told inline.
        free: what has no column: metadata, url, page, unknown keys.
        spelled: the key the caller used, where it is not the field's own name.
    """

    action: str = ""
    profile: str | None = None
    session: str | None = None
    object: str | None = None
    object_kind: str | None = None
    parameters: dict[str, Any] | None = None
    amount: Any = None
    currency: Any = None
    tracked_at: Any = None
    key: str | None = None
    free: dict[str, Any] | None = None
    spelled: dict[int, str] | None = None

    def name(self, field: int, default: str) -> str:
        """Return a field as the caller spelled it."""
        return self.spelled.get(field, default) if self.spelled else default

    def spell(self, field: int, key: str) -> None:
        """Take note that the caller spelled a field otherwise than its own name."""
        if self.spelled is None:
            self.spelled = {}
        self.spelled[field] = key

    def respell(self, fault: Fault) -> Fault:
        """Return a fault found in the commit with its parameter as the caller spelled it."""
        field = _SETTLED.get(fault.parameter or "")
        if field is not None:
            fault.parameter = self.name(field, fault.parameter or "")
        return fault


def read(body: dict[str, Any], faults: list[Fault]) -> EventPayload:
    """Return the payload of a body, noting every fault of shape and spelling."""
    payload = EventPayload()
    for key, value in body.items():
        field, kind = FIELDS.get(key, (FREE, None))
        if field == FREE:
            if value is not None:
                _read_free(payload, key, value, faults)
        elif value is None or value is False or value == "":
            if field == ACTION:
                faults.append(
                    ParameterInvalidEmpty("“action” is empty; name what was done.", "action")
                )
        else:
            READERS_OF[field](payload, key, value, kind, faults)
    if "action" not in body:
        faults.append(
            ParameterMissing(
                "“action” is missing; name what was done, e.g. product.purchased.", "action"
            )
        )
    check_one(payload, faults)
    return payload


def check_one(payload: EventPayload, faults: list[Fault]) -> None:
    """Note an object that is named and described at once (contract 3.1 rule 3)."""
    if payload.object is not None and payload.parameters is not None:
        faults.append(
            AmbiguousParameter(
                "The object is named and described at once; send one of the two.",
                payload.name(PARAMETERS, "object_parameters"),
            )
        )


def _read_action(
    payload: EventPayload, key: str, value: Any, _: str | None, faults: list[Fault]
) -> None:
    if type(value) is str:
        payload.action = value
    else:
        faults.append(Invalid("“action” must be a text such as product.purchased.", key))


def _read_profile(
    payload: EventPayload, key: str, value: Any, _: str | None, faults: list[Fault]
) -> None:
    text = _id_text(key, value, faults)
    if text is None:
        return
    if payload.profile is not None and payload.profile != text:
        faults.append(_disagree("profile", "profile_id", key))
    payload.profile = text
    if key != "profile":
        payload.spell(PROFILE, key)


def _read_session(
    payload: EventPayload, key: str, value: Any, _: str | None, faults: list[Fault]
) -> None:
    if type(value) is str and value in NOTHING:
        return
    text = _id_text(key, value, faults)
    if text is None:
        return
    if payload.session is not None and payload.session != text:
        faults.append(_disagree("session", "session_id", key))
    payload.session = text
    if key != "session":
        payload.spell(SESSION, key)


def _read_object(
    payload: EventPayload, key: str, value: Any, kind: str | None, faults: list[Fault]
) -> None:
    if type(value) is dict:
        # The spelling of 2022: {"product": {"name": …}}.
        _read_parameters(payload, key, value, kind, faults)
        return
    text = _id_text(key, value, faults)
    if text is None:
        return
    if payload.object is not None and payload.object != text:
        faults.append(_disagree(payload.name(OBJECT, "object"), key, key))
    payload.object = text
    _note_kind(payload, key, kind, faults)
    if key != "object":
        payload.spell(OBJECT, key)


def _read_parameters(
    payload: EventPayload, key: str, value: Any, kind: str | None, faults: list[Fault]
) -> None:
    if type(value) is not dict:
        faults.append(Invalid(f"“{key}” must be an object that describes it.", key))
        return
    if payload.parameters is not None and payload.parameters != value:
        faults.append(_disagree(payload.name(PARAMETERS, "object_parameters"), key, key))
    payload.parameters = value
    _note_kind(payload, key, kind, faults)
    if key != "object_parameters":
        payload.spell(PARAMETERS, key)


def _read_type(
    payload: EventPayload, key: str, value: Any, _: str | None, faults: list[Fault]
) -> None:
    if type(value) is str:
        _note_kind(payload, key, value, faults)
    else:
        faults.append(Invalid("“object_type” must be a text such as product.", key))


def _read_amount(
    payload: EventPayload, _: str, value: Any, __: str | None, ___: list[Fault]
) -> None:
    payload.amount = value


def _read_currency(
    payload: EventPayload, _: str, value: Any, __: str | None, ___: list[Fault]
) -> None:
    payload.currency = value


def _read_tracked(
    payload: EventPayload, _: str, value: Any, __: str | None, ___: list[Fault]
) -> None:
    payload.tracked_at = value


def _read_key(
    payload: EventPayload, key: str, value: Any, _: str | None, faults: list[Fault]
) -> None:
    payload.key = read_key(key, value, faults)


READERS_OF: Final = {
    ACTION: _read_action,
    PROFILE: _read_profile,
    SESSION: _read_session,
    OBJECT: _read_object,
    PARAMETERS: _read_parameters,
    TYPE: _read_type,
    AMOUNT: _read_amount,
    CURRENCY: _read_currency,
    TRACKED: _read_tracked,
    KEY: _read_key,
}
"""How each field is read into a payload."""


def read_key(name: str, value: Any, faults: list[Fault]) -> str | None:
    """Return the text of an ``event_id`` or ``Idempotency-Key``: 1 to 255 printable characters."""
    text = str(value) if type(value) is int else value
    if type(text) is str and 0 < len(text) <= KEY_LENGTH and text.isprintable():
        return text
    faults.append(
        Invalid(f"“{name}” must be a text of 1 to {KEY_LENGTH} printable characters.", name)
    )
    return None


def _read_free(payload: EventPayload, key: str, value: Any, faults: list[Fault]) -> None:
    name = OBJECTS.get(key)
    if name is not None and type(value) is not dict:
        if is_absent(value):
            return
        faults.append(Invalid(f"“{key}” must be an object.", key))
        return
    if key == "url":
        if is_absent(value):
            return
        if type(value) is not str or len(value) > _URL_LENGTH:
            faults.append(
                Invalid(f"“url” must be a text of at most {_URL_LENGTH} characters.", key)
            )
            return
    if payload.free is None:
        payload.free = {}
    if name is not None and payload.free.get(name, value) != value:
        faults.append(_disagree("user_parameters", "user", key))
    payload.free[name or key] = value


def _id_text(key: str, value: Any, faults: list[Fault]) -> str | None:
    if type(value) is str:
        return value
    if type(value) is int:
        return str(value)
    faults.append(Invalid(f"“{key}” must be an id, given as a text.", key))
    return None


def _note_kind(payload: EventPayload, key: str, kind: str | None, faults: list[Fault]) -> None:
    if kind is None:
        return
    if payload.object_kind is not None and payload.object_kind != kind:
        faults.append(
            AmbiguousParameter(
                f"One object is said to be {an(payload.object_kind)} and {an(kind)}; "
                "name its type once.",
                key,
            )
        )
        return
    payload.object_kind = kind


def _disagree(one: str, other: str, key: str) -> AmbiguousParameter:
    return AmbiguousParameter(
        f"“{one}” and “{other}” fill the same role and have different values; send one of them.",
        key,
    )
