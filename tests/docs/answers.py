"""Compares an answer that a page shows with a real one.

What differs from run to run may differ, but consistently: a public id on the page stands for one id
throughout it. Moments only have to be moments. Everything else has to be the same.
"""

import json
import re
from typing import Any, Final

_ID: Final = re.compile(r"[A-Za-z0-9]{8}|[A-Za-z0-9]{32}|[A-Za-z0-9]{8}-\d{10}|req_[0-9a-f]{20}")
_ID_KEYS: Final = frozenset(
    {"business_id", "duplicate_of", "event_id", "id", "link", "object", "profile", "request_id"}
    | {"session", "token"}
)
_MOMENT: Final = re.compile(r"\d{10}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")
_MOMENT_KEYS: Final = frozenset(
    {"created_at", "expires_at", "last_used_at", "received_at", "updated_at"}
)
_MEASURED_KEYS: Final = frozenset({"seconds", "size_bytes"})


class Placeholders:
    """What the ids of a page stand for in this run, one to one."""

    def __init__(self) -> None:
        self._real: dict[str, str] = {}
        self._shown: dict[str, str] = {}

    def differences(self, shown: str, real: str) -> list[str]:
        """Return in words how what was printed differs from what the page shows."""
        return self._differ(_read(shown), _read(real), "")

    def _differ(self, shown: Any, real: Any, key: str) -> list[str]:
        if isinstance(shown, dict) and isinstance(real, dict):
            return self._differ_in_keys(shown, real, key)
        if isinstance(shown, list) and isinstance(real, list):
            if len(shown) != len(real):
                return [f"“{key}” has {len(real)} items, not {len(shown)}"]
            pairs = zip(shown, real, strict=True)
            return [each for pair in pairs for each in self._differ(*pair, key)]
        return [] if self._agree(shown, real, key) else [f"“{key}” is {real!r}, not {shown!r}"]

    def _differ_in_keys(self, shown: dict[str, Any], real: dict[str, Any], key: str) -> list[str]:
        if list(shown) != list(real):
            return [f"“{key}” has the fields {list(real)}, not {list(shown)}"]
        found = [
            each
            for name in shown
            if name != "occurred_at"
            for each in self._differ(shown[name], real[name], name)
        ]
        if "occurred_at" in shown and not _occurred_alike(shown, real):
            found.append(f"“occurred_at” is {real['occurred_at']}, not {shown['occurred_at']}")
        return found

    def _agree(self, shown: Any, real: Any, key: str) -> bool:
        if type(shown) is not type(real):
            return False
        if key in _MEASURED_KEYS:
            return True
        if key in _MOMENT_KEYS and _MOMENT.fullmatch(str(shown)):
            return _MOMENT.fullmatch(str(real)) is not None
        if key in _ID_KEYS and _ID.fullmatch(str(shown)) and _ID.fullmatch(str(real)):
            return len(shown) == len(real) and self._stand_for_each_other(shown, real)
        return bool(shown == real)

    def _stand_for_each_other(self, shown: str, real: str) -> bool:
        known = self._real.setdefault(shown, real), self._shown.setdefault(real, shown)
        return known == (real, shown)


def _occurred_alike(shown: dict[str, Any], real: dict[str, Any]) -> bool:
    """Tell whether an event occurred when the page says, or at its arrival if it says so."""
    if shown["occurred_at"] == shown.get("received_at"):
        return bool(real["occurred_at"] == real["received_at"])
    return bool(shown["occurred_at"] == real["occurred_at"])


def _read(text: str) -> Any:
    """Return a JSON text as its value, any other as its lines, those of JSON as their values."""
    try:
        return json.loads(text)
    except ValueError:
        return [_read_line(line.rstrip()) for line in text.strip().splitlines()]


def _read_line(line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return line
