"""Turns a mapping file (TOML) into the expressions that make profiles and events out of rows.

Read once at the start of an import. It knows which keys there are and that their values are
texts; whether an expression is sound SQL over the file's columns is for ``expressions`` to find.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeAlias

import msgspec

from footfall.errors import ConfigurationError

Fields: TypeAlias = dict[str, "str | Fields"]
"""Wire names with a SQL expression each, or with a table of them."""

EVENT_KEYS: Final = frozenset(
    {"action", "amount", "currency", "device", "event_id", "metadata", "object"}
    | {"object_parameters", "object_type", "page", "product", "profile", "session"}
    | {"tracked_at", "url", "user_parameters", "utm_params"}
)
PROFILE_KEYS: Final = frozenset(
    {"address", "birthday", "company", "email", "first_name", "gender", "last_name"}
    | {"lists", "phone", "property_by_id", "reference", "source"}
)


class FileSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How to read the file.

    Attributes:
        format: by default what the file's name says.
        where: SQL condition a row must meet; other rows are counted as skipped.
        options: named arguments of DuckDB's reader, such as ``delim`` or ``types``.
    """

    format: Literal["csv", "parquet", "jsonl"] | None = None
    where: str | None = None
    options: dict[str, Any] = {}


class ActionSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A custom action that must exist before its first event (contract 3.18)."""

    title: str | None = None
    goal: bool = False
    passive: bool = True


class _MappingFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    event: dict[str, Any]
    file: FileSection = FileSection()
    actions: dict[Annotated[str, msgspec.Meta(min_length=1)], ActionSection] = {}
    profile: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class ImportMapping:
    """What a mapping file says; ``digest`` tells two different mappings apart."""

    file: FileSection
    actions: dict[str, ActionSection]
    profile: Fields | None
    event: Fields
    digest: str


def load_mapping(path: Path) -> ImportMapping:
    """Return the mapping in a file.

    Raises:
        ConfigurationError: it cannot be read, is no TOML, or has a key or value that means nothing.
    """
    try:
        text = path.read_bytes()
    except OSError as problem:
        raise ConfigurationError(
            f"The mapping {path} cannot be read: {problem.strerror}."
        ) from None
    try:
        return read_mapping(text)
    except ConfigurationError as problem:
        raise ConfigurationError(f"{path}: {problem}") from None


def read_mapping(text: bytes) -> ImportMapping:
    """Return the mapping some TOML says; errors name the key and the remedy."""
    try:
        raw = msgspec.toml.decode(text, type=_MappingFile)
    except msgspec.ValidationError as problem:
        raise ConfigurationError(_with_key(str(problem))) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise ConfigurationError(f"not valid TOML: {problem}.") from None
    profile = None
    if raw.profile is not None:
        profile = _fields("profile", raw.profile, PROFILE_KEYS, required="reference")
        if "profile" in raw.event:
            raise ConfigurationError(
                "“event.profile” and [profile] both say whose event it is; keep one."
            )
    return ImportMapping(
        file=raw.file,
        actions=raw.actions,
        profile=profile,
        event=_fields("event", raw.event, EVENT_KEYS, required="action"),
        digest=hashlib.sha256(text).hexdigest(),
    )


def leaves(section: str, fields: Fields) -> Iterator[tuple[str, str]]:
    """Yield every expression below a section with its full key, such as ``event.metadata.city``."""
    for name, value in fields.items():
        key = f"{section}.{name}"
        if isinstance(value, str):
            yield key, value
        else:
            yield from leaves(key, value)


def _fields(section: str, raw: Mapping[str, Any], known: frozenset[str], required: str) -> Fields:
    for name in raw:
        if name not in known:
            raise ConfigurationError(
                f"“{section}.{name}” is unknown; [{section}] may have {', '.join(sorted(known))}."
            )
    if required not in raw:
        raise ConfigurationError(f"[{section}] needs “{required}”; add it.")
    return {name: _field(f"{section}.{name}", value) for name, value in raw.items()}


def _field(key: str, value: Any) -> "str | Fields":
    if isinstance(value, str) and value.strip():
        return value
    if isinstance(value, dict) and value:
        return {name: _field(f"{key}.{name}", each) for name, each in value.items()}
    raise ConfigurationError(
        f'“{key}” must be a SQL expression in quotes, such as "quantity * 2" for a sum over '
        "columns or \"'GBP'\" for a fixed text."
    )


def _with_key(problem: str) -> str:
    """Return a decoder's sentence, which ends in a path, with the key in front instead."""
    sentence, _, path = problem.partition(" - at `$")
    key = path.strip("`.")
    return f"“{key}”: {sentence}." if key else f"{sentence}."
