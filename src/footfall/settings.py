"""Every setting: its name, type, unit, default and help, in one table.

From here come the ``FOOTFALL_*`` environment variables, what ``footfall settings`` prints and
``docs/settings.md`` (a test compares them). Command-line options override the environment.
"""

import os
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from footfall.errors import ConfigurationError, did_you_mean

PREFIX: Final = "FOOTFALL_"

PORT_MAX: Final = 65_535

NO_SETTINGS: Final = frozenset({"FOOTFALL_URL", "FOOTFALL_TOKEN"})
"""Variables that one command reads by itself."""

_TESTS_OWN: Final = "FOOTFALL_TEST_"


@dataclass(frozen=True, slots=True)
class Settings:
    """The effective settings of a process."""

    data: Path = field(
        default=Path("data"),
        metadata={"help": "Folder of the database, its snapshots and the lock."},
    )
    database: str = field(
        default="",
        metadata={
            "help": "Database URL, sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME; "
            "empty: footfall.db in the data folder.",
            "secret": True,
        },
    )
    host: str = field(default="127.0.0.1", metadata={"help": "Address to listen on."})
    port: int = field(
        default=8000, metadata={"help": "TCP port to listen on; 0: any free one.", "max": PORT_MAX}
    )
    public_url: str = field(
        default="",
        metadata={
            "help": "Address callers use, shown in commands; empty: http://HOST:PORT.",
            "is_url": True,
        },
    )
    link_url: str = field(
        default="",
        metadata={
            "help": "Address that tracked links begin with, such as https://go.shop.example, which "
            "has to lead to /l of the public address; empty: that one itself.",
            "is_url": True,
        },
    )
    link_session_also: str = field(
        default="",
        metadata={
            "help": "An older query parameter in which tracked links pass the session on too, "
            "besides hello_session.",
            "choices": ("hellotext_session", "hellotext_session_id", "hello_session_id"),
        },
    )
    event_size_max_bytes: int = field(
        default=1 << 20, metadata={"help": "Largest body of one event, decompressed.", "min": 1}
    )
    batch_size_max_bytes: int = field(
        default=16 << 20, metadata={"help": "Largest body of a batch, decompressed.", "min": 1}
    )
    batch_events_max: int = field(
        default=5000, metadata={"help": "Most events in one batch.", "min": 1}
    )
    queue_events_max: int = field(
        default=50_000,
        metadata={
            "help": "Events that may wait for their commit; past it callers get 503.",
            "min": 1,
        },
    )
    cache_facts_max: int = field(
        default=65_536,
        metadata={
            "help": "Names remembered per kind (tokens, profiles, sessions, objects).",
            "min": 1,
        },
    )
    rejections_kept_count: int = field(
        default=10_000, metadata={"help": "Refusals kept per business; the oldest go first."}
    )
    index_events_count: int = field(
        default=32_768,
        metadata={
            "help": "Events per block of the SQLite event index; later events are scanned.",
            "min": 1,
        },
    )
    rate_address_per_minute: int = field(
        default=6000,
        metadata={
            "help": "Requests a client's address may send to endpoints for browsers in a minute; "
            "0: any number."
        },
    )
    rate_business_per_minute: int = field(
        default=0,
        metadata={"help": "Requests with one public business id in a minute; 0: any number."},
    )
    rate_token_per_minute: int = field(
        default=0,
        metadata={"help": "Requests with one private token in a minute; 0: any number."},
    )
    trusted_proxies: str = field(
        default="127.0.0.0/8,::1",
        metadata={
            "help": "Addresses or networks of proxies whose X-Forwarded-For says who the client is."
        },
    )
    lake_url: str = field(
        default="",
        metadata={
            "help": "Where the columnar copy is: a folder, or s3://BUCKET/PATH; "
            "empty: lake beside the SQLite file, or in the data folder."
        },
    )
    lake_interval_s: int = field(
        default=60,
        metadata={
            "help": "Longest that a row waits to be archived while nobody asks for it.",
            "min": 1,
        },
    )
    events_kept_days: int = field(
        default=0,
        metadata={
            "help": "Days after their arrival for which events stay in the database once they are "
            "in the lake; 0: for ever. Older ones are read from the lake."
        },
    )
    sql_timeout_s: int = field(
        default=30,
        metadata={"help": "Longest that a query at /v1/sql may take.", "min": 1, "max": 3600},
    )
    sql_memory_max_bytes: int = field(
        default=512 << 20,
        metadata={"help": "Most memory that a query at /v1/sql may use.", "min": 32 << 20},
    )
    sql_rows_max: int = field(
        default=10_000,
        metadata={"help": "Most rows in an answer of /v1/sql; the others are left out.", "min": 1},
    )
    shutdown_timeout_s: int = field(
        default=20, metadata={"help": "Longest wait for accepted requests at SIGTERM."}
    )
    log_level: str = field(
        default="info",
        metadata={
            "help": "debug, info, warning or error.",
            "choices": ("debug", "info", "warning", "error"),
        },
    )

    @property
    def database_url(self) -> str:
        """The URL in effect: the one set, or SQLite in the data folder."""
        return self.database or f"sqlite:///{self.data / 'footfall.db'}"

    @property
    def url(self) -> str:
        """The address shown to people."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url.rstrip("/") or f"http://{host}:{self.port}"

    def short_url(self, code: str) -> str:
        """Return the address of a tracked link."""
        return f"{self.link_url.rstrip('/') or self.url + '/l'}/{code}"


def load(environment: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """Return the defaults, changed by ``FOOTFALL_*`` variables, changed by the overrides given.

    ``data`` as an override also takes back a ``database`` from the environment.

    Args:
        environment: the process's own when ``None``.
        overrides: values by field name; ``None`` means not given.

    Raises:
        ConfigurationError: a variable or option cannot be read as its type, or cannot be.
    """
    environment = os.environ if environment is None else environment
    known = _variables()
    values: dict[str, Any] = {}
    for variable, text in environment.items():
        if variable in known and text != "":
            each = known[variable]
            values[each.name] = _read(variable, text, type(each.default))
            _check(variable, values[each.name], each.metadata)
    given = {name: value for name, value in overrides.items() if value is not None}
    if "data" in given:
        # Who names a folder means the database in it, not one that the environment names.
        values.pop("database", None)
    for each in fields(Settings):
        if each.name in given:
            _check("--" + each.name.replace("_", "-"), given[each.name], each.metadata)
    values |= given
    return replace(Settings(), **values)


def warnings(environment: Mapping[str, str] | None = None) -> list[str]:
    """Return a sentence about each ``FOOTFALL_*`` variable that no part of Footfall reads."""
    environment = os.environ if environment is None else environment
    known = {*_variables(), *NO_SETTINGS}
    return [
        f"{variable} is no setting and changes nothing."
        + (did_you_mean(variable, known) or " `footfall settings` lists those there are.")
        for variable in sorted(environment)
        if variable.startswith(PREFIX)
        and not variable.startswith(_TESTS_OWN)
        and variable not in known
    ]


def describe(settings: Settings) -> list[dict[str, Any]]:
    """Return one row per setting, secrets masked: name, variable, value, default, help."""
    return [
        {
            "name": each.name,
            "variable": PREFIX + each.name.upper(),
            "value": _shown(
                getattr(settings, each.name), secret=each.metadata.get("secret", False)
            ),
            "default": _shown(each.default, secret=False),
            "help": each.metadata["help"],
        }
        for each in fields(Settings)
    ]


def _variables() -> dict[str, Field[Any]]:
    return {PREFIX + each.name.upper(): each for each in fields(Settings)}


def _check(name: str, value: Any, limits: Mapping[str, Any]) -> None:
    """Refuse a value that its setting cannot have, under the name of its variable or option."""
    if isinstance(value, int) and not limits.get("min", 0) <= value <= limits.get("max", value):
        least, most = limits.get("min", 0), limits.get("max")
        wanted = f"{least} or more" if most is None else f"from {least} to {most}"
        raise ConfigurationError(f"{name} is {value}; it must be {wanted}.")
    if "choices" in limits and value.lower() not in limits["choices"]:
        wanted = ", ".join(limits["choices"][:-1]) + f" or {limits['choices'][-1]}"
        raise ConfigurationError(f"{name} is {value!r}; it must be {wanted}.")
    if limits.get("is_url") and not _is_address(value):
        raise ConfigurationError(
            f"{name} is {value!r}; it must be a whole address, such as https://events.example.org."
        )


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _read(variable: str, text: str, kind: type) -> Any:
    if kind is int:
        try:
            value = int(text.replace("_", ""))
        except ValueError:
            raise ConfigurationError(
                f"{variable} is {text!r}; it must be a whole number."
            ) from None
        return value
    return Path(text) if issubclass(kind, Path) else text


def _shown(value: Any, *, secret: bool) -> Any:
    if secret and value:
        return mask_url(value)
    return str(value) if isinstance(value, Path) else value


def mask_url(url: str) -> str:
    """Return a database URL with its password replaced by ``***``."""
    scheme, separator, rest = url.partition("://")
    credentials, at, host = rest.rpartition("@")
    user, colon, _ = credentials.partition(":")
    return f"{scheme}{separator}{user}:***{at}{host}" if at and colon else url
