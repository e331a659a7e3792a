"""Source, medium and campaign of a touch → the channel it is reported under.

The rules are data (``channels.toml``), read once; a touch that names no campaign is given the
source and medium that its evidence implies.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from footfall.errors import ConfigurationError

UNASSIGNED: Final = "Unassigned"

AD_CLICKS: Final[Mapping[str, tuple[str, str]]] = {
    "gclid": ("google", "cpc"),
    "gbraid": ("google", "cpc"),
    "wbraid": ("google", "cpc"),
    # Not “google”, whose paid media are all search.
    "dclid": ("dv360", "cpm"),
    "msclkid": ("bing", "cpc"),
    "yclid": ("yandex", "cpc"),
    # On links among its search results, paid or not.
    "ysclid": ("yandex", "organic"),
    "ttclid": ("tiktok", "cpc"),
    "twclid": ("twitter", "cpc"),
    "li_fat_id": ("linkedin", "cpc"),
    "epik": ("pinterest", "cpc"),
    "sccid": ("snapchat", "cpc"),
    "rdt_cid": ("reddit", "cpc"),
    # Put on every link that leaves the network, paid or not.
    "fbclid": ("facebook", "social"),
    "igshid": ("instagram", "social"),
}
"""Source and medium of an ad click that no campaign is told of."""


class Origin(NamedTuple):
    """Where a touch came from, as reports show it; empty where nothing says so."""

    source: str
    medium: str
    campaign: str


class _Condition(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    source_in: str | None = None
    source_is: tuple[str, ...] | None = None
    medium_is: tuple[str, ...] | None = None
    medium_like: str | None = None
    campaign_like: str | None = None
    any: tuple["_Condition", ...] = ()


class _Rule(_Condition, frozen=True, forbid_unknown_fields=True, kw_only=True):
    name: str


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sources: dict[str, frozenset[str]]
    channel: tuple[_Rule, ...]


@dataclass(frozen=True, slots=True)
class Channels:
    """The rules of one file, in order.

    Attributes:
        text: of the file; two attributions by the same rules have the same.
    """

    text: str
    rules: tuple[_Rule, ...]
    sources: Mapping[str, frozenset[str]]

    def name_of(self, origin: Origin) -> str:
        """Return the channel of a touch: the first rule that holds, else ``Unassigned``."""
        lower = Origin(*(part.lower() for part in origin))
        return next((rule.name for rule in self.rules if self._holds(rule, lower)), UNASSIGNED)

    def _holds(self, rule: _Condition, origin: Origin) -> bool:
        source, medium, campaign = origin
        return (
            (rule.source_in is None or self._is_in(rule.source_in, source))
            and (rule.source_is is None or source in rule.source_is)
            and (rule.medium_is is None or medium in rule.medium_is)
            and (rule.medium_like is None or _like(rule.medium_like, medium))
            and (rule.campaign_like is None or _like(rule.campaign_like, campaign))
            and (not rule.any or any(self._holds(each, origin) for each in rule.any))
        )

    def _is_in(self, listed: str, source: str) -> bool:
        names = self.sources[listed]
        return source in names or not names.isdisjoint(source.split("."))


def origin_of(
    evidence: str, source: str | None, medium: str | None, campaign: str | None, click: str | None
) -> Origin:
    """Return where a touch came from, with what its evidence implies where it names nothing."""
    if evidence == "ad_click" and click is not None and click in AD_CLICKS:
        source, medium = AD_CLICKS[click]
    elif evidence == "referrer":
        medium = "referral"
    return Origin(source or "", medium or "", campaign or "")


def load(path: Path | None = None) -> Channels:
    """Read rules from a file; without one, those that come with Footfall.

    Raises:
        ConfigurationError: the file cannot be read, or a rule in it makes no sense.
    """
    named = path or files(__package__) / "channels.toml"
    try:
        return read(named.read_text("utf-8"))
    except (OSError, ValueError) as problem:
        raise ConfigurationError(
            f"The channel rules in {named} cannot be used: {problem}"
        ) from None


@lru_cache(maxsize=16)
def read(text: str) -> Channels:
    """Return the rules in a TOML text.

    Raises:
        ValueError: it is no TOML, or a rule in it makes no sense.
    """
    told = msgspec.convert(tomllib.loads(text), _File)
    _check(told)
    return Channels(text, told.channel, told.sources)


def _check(told: _File) -> None:
    waiting: list[_Condition] = list(told.channel)
    while waiting:
        rule = waiting.pop()
        waiting.extend(rule.any)
        if rule.source_in is not None and rule.source_in not in told.sources:
            raise ValueError(f"there is no list of sources “{rule.source_in}”")
        for pattern in (rule.medium_like, rule.campaign_like):
            if pattern is not None:
                _require_pattern(pattern)


def _require_pattern(pattern: str) -> None:
    try:
        re.compile(pattern)
    except re.error as problem:
        raise ValueError(f"“{pattern[:64]}” is no regular expression ({problem})") from None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _like(pattern: str, text: str) -> bool:
    return _compiled(pattern).fullmatch(text) is not None
