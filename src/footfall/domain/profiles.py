"""Profiles: what a caller tells of a customer, read into a ``ProfileDraft``.

Called for the body of the profile endpoints; every fault is named, not only the first. Contacts are
brought into the form by which they are compared. Whose they are is the store's to say.

Source: contract 3.10 (fields), 2.9 (labels), 2.6 (missing values).
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, Literal, NamedTuple

import msgspec

from footfall.domain.contacts import normalise_email, normalise_phone
from footfall.domain.objects import is_absent, read_text
from footfall.errors import Fault, Invalid

TEXT_LENGTHS: Final = {"first_name": 255, "last_name": 255, "reference": 255, "source": 64}
"""Longest text of what has a column of its own; longer ones are refused, never cut."""

DETAIL_LENGTHS: Final = {"company": 255, "gender": 64, "birthday": 64}
CONTACT_LENGTH: Final = 320
LABEL_LENGTH: Final = 64
CONTACTS_MAX: Final = 20
"""Most addresses, and most phones, in one request."""

ADDRESS_LENGTH: Final = 1024
LIST_LENGTH: Final = 255
LISTS_MAX: Final = 100


class Contact(NamedTuple):
    """An e-mail address or phone as told; ``value`` is its normal form, ``None`` without one."""

    kind: Literal["email", "phone"]
    label: str
    value: str | None
    raw: str
    parameter: str


class ProfileDraft(msgspec.Struct):
    """A profile as told; ``None`` and what is not in ``data`` was not told.

    Attributes:
        lists: names or ids of lists.
        data: everything without a column of its own, as JSON values.
    """

    first_name: str | None = None
    last_name: str | None = None
    reference: str | None = None
    source: str | None = None
    contacts: list[Contact] = []
    lists: list[str] | None = None
    data: dict[str, Any] = {}

    def columns(self) -> dict[str, str]:
        """Return the told texts by column."""
        told = {name: getattr(self, name) for name in TEXT_LENGTHS}
        return {name: text for name, text in told.items() if text is not None}


def read_profile(told: Mapping[str, Any], country: str, faults: list[Fault]) -> ProfileDraft:
    """Return the profile a body tells of, noting every fault.

    Args:
        country: of the business; phones without a country code are read as dialled there.
    """
    texts = {
        name: read_text(told, name, faults, limit=limit) for name, limit in TEXT_LENGTHS.items()
    }
    contacts = [*_read_emails(told, faults), *_read_phones(told, country, faults)]
    details = {
        name: text
        for name, limit in DETAIL_LENGTHS.items()
        if (text := read_text(told, name, faults, limit=limit)) is not None
    }
    containers = _read_containers(told, faults)
    return ProfileDraft(
        **texts,
        contacts=_each_once(contacts),
        lists=containers.pop("lists", None),
        data={**details, **containers},
    )


def _read_emails(told: Mapping[str, Any], faults: list[Fault]) -> Iterator[Contact]:
    for label, raw, parameter in _labelled(told, "email", faults):
        try:
            yield Contact("email", label, normalise_email(raw), raw, parameter)
        except ValueError as problem:
            faults.append(Invalid(str(problem), parameter))


def _read_phones(told: Mapping[str, Any], country: str, faults: list[Fault]) -> Iterator[Contact]:
    for label, raw, parameter in _labelled(told, "phone", faults):
        yield Contact("phone", label, _normal_or_none(raw, country), raw, parameter)


def _normal_or_none(raw: str, country: str) -> str | None:
    # Shops send what people typed; that must not cost them the profile.
    try:
        return normalise_phone(raw, country)
    except ValueError:
        return None


def _labelled(
    told: Mapping[str, Any], kind: str, faults: list[Fault]
) -> Iterator[tuple[str, str, str]]:
    """Yield label, text and spelling of a field that is a text or an object of label → text."""
    value = told.get(kind)
    if is_absent(value):
        return
    given = value if isinstance(value, dict) else {"": value}
    if len(given) > CONTACTS_MAX:
        faults.append(Invalid(f"“{kind}” has more than {CONTACTS_MAX} labels; send fewer.", kind))
        return
    for label, text in given.items():
        parameter = f"{kind}[{label[:LABEL_LENGTH]}]" if label else kind
        if len(label) > LABEL_LENGTH or not label.isprintable():
            what = f"A label must be a text of at most {LABEL_LENGTH} printable characters."
            faults.append(Invalid(what, parameter))
            continue
        raw = read_text({parameter: text}, parameter, faults, limit=CONTACT_LENGTH)
        if raw is not None and raw.strip():
            yield label, raw, parameter


def _each_once(contacts: list[Contact]) -> list[Contact]:
    once: dict[tuple[str, str], Contact] = {}
    for contact in contacts:
        once.setdefault((contact.kind, contact.value or contact.raw), contact)
    return list(once.values())


def _read_containers(told: Mapping[str, Any], faults: list[Fault]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, is_good, what in _CONTAINERS:
        value = told.get(name)
        if is_absent(value):
            continue
        if is_good(value):
            found[name] = value
        else:
            faults.append(Invalid(f"“{name}” must be {what}.", name))
    return found


def _is_address(value: object) -> bool:
    if isinstance(value, dict):
        return len(value) <= CONTACTS_MAX and all(
            part is None or (isinstance(part, str) and len(part) <= ADDRESS_LENGTH)
            for part in value.values()
        )
    return isinstance(value, str) and len(value) <= ADDRESS_LENGTH


def _are_lists(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= LISTS_MAX
        and all(isinstance(name, str) and 0 < len(name) <= LIST_LENGTH for name in value)
    )


def _is_object(value: object) -> bool:
    return isinstance(value, dict)


_CONTAINERS: Final[tuple[tuple[str, Callable[[object], bool], str], ...]] = (
    (
        "address",
        _is_address,
        f"a text of at most {ADDRESS_LENGTH} characters, or an object of at most {CONTACTS_MAX}",
    ),
    (
        "lists",
        _are_lists,
        f"a list of at most {LISTS_MAX} names with at most {LIST_LENGTH} characters each",
    ),
    ("metadata", _is_object, "an object"),
)
