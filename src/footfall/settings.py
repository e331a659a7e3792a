"""Every setting: its name, type, unit, default and help, in one table.

From here come the ``FOOTFALL_*`` environment variables, what ``footfall settings`` prints and
``docs/settings.md`` (a test compares them). Command-line options override the environment.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final

from footfall.errors import ConfigurationError

PREFIX: Final = "FOOTFALL_"


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
    port: int = field(default=8000, metadata={"help": "TCP port to listen on."})
    public_url: str = field(
        default="",
        metadata={"help": "Address callers use, shown in commands; empty: http://HOST:PORT."},
    )
    event_size_max_bytes: int = field(
        default=1 << 20, metadata={"help": "Largest body of one event, decompressed."}
    )
    batch_size_max_bytes: int = field(
        default=16 << 20, metadata={"help": "Largest body of a batch, decompressed."}
    )
    batch_events_max: int = field(default=5000, metadata={"help": "Most events in one batch."})
    queue_events_max: int = field(
        default=50_000,
        metadata={"help": "Events that may wait for their commit; past it callers get 503."},
    )
    cache_facts_max: int = field(
        default=65_536,
        metadata={"help": "Names remembered per kind (tokens, profiles, sessions, objects)."},
    )
    rejections_kept_count: int = field(
        default=10_000, metadata={"help": "Refusals kept per business; the oldest go first."}
    )
    index_events_count: int = field(
        default=32_768,
        metadata={"help": "Events per block of the SQLite event index; later events are scanned."},
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
    shutdown_timeout_s: int = field(
        default=20, metadata={"help": "Longest wait for accepted requests at SIGTERM."}
    )
    log_level: str = field(default="info", metadata={"help": "debug, info, warning or error."})

    @property
    def database_url(self) -> str:
        """The URL in effect: the one set, or SQLite in the data folder."""
        return self.database or f"sqlite:///{self.data / 'footfall.db'}"

    @property
    def url(self) -> str:
        """The address shown to people."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url.rstrip("/") or f"http://{host}:{self.port}"


def load(environment: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """Return the defaults, changed by ``FOOTFALL_*`` variables, changed by the overrides given.

    ``data`` as an override also takes back a ``database`` from the environment.

    Args:
        environment: the process's own when ``None``.
        overrides: values by field name; ``None`` means not given.

    Raises:
        ConfigurationError: a variable cannot be read as its type, or is no setting at all.
    """
    environment = os.environ if environment is None else environment
    known = {PREFIX + each.name.upper(): each for each in fields(Settings)}
    values: dict[str, Any] = {}
    for variable, text in environment.items():
        if variable in known and text != "":
            each = known[variable]
            values[each.name] = _read(variable, text, type(each.default))
    given = {name: value for name, value in overrides.items() if value is not None}
    if "data" in given:
        # Who names a folder means the database in it, not one that the environment names.
        values.pop("database", None)
    values |= given
    return replace(Settings(), **values)


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


def _read(variable: str, text: str, kind: type) -> Any:
    if kind is int:
        try:
            value = int(text.replace("_", ""))
        except ValueError:
            raise ConfigurationError(
                f"{variable} is {text!r}; it must be a whole number."
            ) from None
        if value < 0:
            raise ConfigurationError(f"{variable} is {value}; it must not be negative.")
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
