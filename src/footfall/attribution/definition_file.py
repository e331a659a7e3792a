"""A TOML file → the ``Definition`` it tells: windows as ``7d`` or ``always``, the rest as it is."""

import tomllib
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from footfall.attribution.definition import FORM_COMPLETED, PAYMENT_HOSTS, Definition
from footfall.domain.times import parse_duration
from footfall.errors import ConfigurationError

ALWAYS: Final = "always"

_Share = Annotated[float, Meta(ge=0, le=1)]


class _Told(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    external_lookback: str = "7d"
    active_lookback: str = "7d"
    passive_lookback: str = "24h"
    journeys: Literal["all", "split"] = "all"
    repeats: Literal["kept", "collapsed"] = "kept"
    half_life: str = "7d"
    first_share: _Share = 0.4
    last_share: _Share = 0.4
    milestone: Annotated[str, Meta(min_length=1)] = FORM_COMPLETED
    milestone_share: Annotated[float, Meta(ge=0, le=1 / 3)] = 0.3
    edition: Literal["B", "C"] = "B"
    confirmed_only: bool = False
    goals: tuple[str, ...] | None = None
    own_sources: Annotated[tuple[str, ...], Meta(min_length=1)] = ("hellotext",)
    own_hosts: tuple[str, ...] = PAYMENT_HOSTS
    visit: str = "30m"


KEYS: Final = _Told.__struct_fields__


def read(text: str, goals: tuple[str, ...]) -> Definition:
    """Return the definition in a TOML text; what it leaves out has the value of a new business.

    Args:
        goals: the actions that convert when the text names none.

    Raises:
        ValueError: it is no TOML, or something in it is unknown or makes no sense.
    """
    told = msgspec.convert(tomllib.loads(text), _Told)
    if told.first_share + told.last_share > 1:
        raise ValueError("“first_share” and “last_share” are more than 1 together")
    return Definition(
        external_lookback_us=_window(told.external_lookback),
        active_lookback_us=_window(told.active_lookback),
        passive_lookback_us=_window(told.passive_lookback),
        journeys=told.journeys,
        repeats=told.repeats,
        half_life_us=parse_duration(told.half_life),
        first_share=told.first_share,
        last_share=told.last_share,
        milestone=told.milestone,
        milestone_share=told.milestone_share,
        edition=told.edition,
        goals=goals if told.goals is None else told.goals,
        confirmed_only=told.confirmed_only,
        own_sources=told.own_sources,
        own_hosts=told.own_hosts,
        visit_us=parse_duration(told.visit),
    )


def load(path: Path | None, goals: tuple[str, ...]) -> Definition:
    """Return the definition in a file, or without one that of a new business.

    Raises:
        ConfigurationError: the file cannot be read or used.
    """
    try:
        return read("" if path is None else path.read_text("utf-8"), goals)
    except (OSError, ValueError) as problem:
        raise ConfigurationError(f"The definition in {path} cannot be used: {problem}") from None


def _window(text: str) -> int | None:
    return None if text == ALWAYS else parse_duration(text)
