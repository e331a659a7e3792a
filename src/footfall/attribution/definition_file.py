"""Keys as people write them → the ``Definition`` they tell: windows as ``7d`` or ``always``.

The same keys are in a TOML file, in what a business has stored, and in the API.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, get_type_hints

import msgspec
from msgspec import Meta

from footfall.attribution.definition import FORM_COMPLETED, PAYMENT_HOSTS, Definition
from footfall.domain.times import parse_duration
from footfall.errors import ConfigurationError, did_you_mean

ALWAYS: Final = "always"

_LISTED_MAX: Final = 1_000
_DURATIONS: Final = ("half_life", "visit")
_WINDOWS: Final = ("external_lookback", "active_lookback", "passive_lookback")

_Name = Annotated[str, Meta(min_length=1, max_length=255)]
_Share = Annotated[
    float, Meta(ge=0, le=1, description="A number from 0 to 1; both shares are 1 together at most.")
]
_Window = Annotated[
    str,
    Meta(
        max_length=16,
        description="How long before a sale such a touch may lie: `90s`, `30m`, `24h`, `7d`, "
        "`2w`, or `always`.",
    ),
]
_Duration = Annotated[
    str, Meta(max_length=16, description="A whole number above zero and a unit, `s m h d w`: `7d`.")
]
_Names = Annotated[tuple[_Name, ...], Meta(max_length=_LISTED_MAX)]


class Told(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A definition as it is written, with what is built in."""

    external_lookback: _Window = "7d"
    active_lookback: _Window = "7d"
    passive_lookback: _Window = "24h"
    journeys: Annotated[Literal["all", "split"], Meta(description="`all` or `split`.")] = "all"
    repeats: Annotated[Literal["kept", "collapsed"], Meta(description="`kept` or `collapsed`.")] = (
        "kept"
    )
    half_life: _Duration = "7d"
    first_share: _Share = 0.4
    last_share: _Share = 0.4
    milestone: Annotated[
        str, Meta(min_length=1, max_length=128, description="The name of an action.")
    ] = FORM_COMPLETED
    milestone_share: Annotated[
        float, Meta(ge=0, le=1 / 3, description="A number from 0 to a third.")
    ] = 0.3
    edition: Annotated[Literal["B", "C"], Meta(description="Of `precedence`: `B` or `C`.")] = "B"
    confirmed_only: Annotated[bool, Meta(description="`true` or `false`.")] = False
    goals: Annotated[
        _Names | None, Meta(description="A list of actions; absent: those marked as goals.")
    ] = None
    own_sources: Annotated[
        tuple[_Name, ...],
        Meta(
            min_length=1,
            max_length=_LISTED_MAX,
            description="A list of values of `utm_source`, at least one.",
        ),
    ] = ("hellotext",)
    own_hosts: Annotated[_Names, Meta(description="A list of hosts.")] = PAYMENT_HOSTS
    visit: _Duration = "30m"


KEYS: Final = Told.__struct_fields__

_TAKES: Final[dict[str, str]] = {
    name: next(each.description for each in hint.__metadata__[::-1] if each.description)
    for name, hint in get_type_hints(Told, include_extras=True).items()
}


class BadDefinition(ValueError):
    """Keys or values that make no sense.

    Args:
        problems: a sentence by key, with what the key takes.
    """

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = problems


def of(told: Mapping[str, Any], goals: tuple[str, ...]) -> Definition:
    """Return the definition that some keys tell; the others have their built-in values.

    Args:
        goals: the actions that convert when no key names any.

    Raises:
        BadDefinition: with all that is wrong.
    """
    kept = effective(told)
    return Definition(
        external_lookback_us=_window(kept.external_lookback),
        active_lookback_us=_window(kept.active_lookback),
        passive_lookback_us=_window(kept.passive_lookback),
        journeys=kept.journeys,
        repeats=kept.repeats,
        half_life_us=parse_duration(kept.half_life),
        first_share=kept.first_share,
        last_share=kept.last_share,
        milestone=kept.milestone,
        milestone_share=kept.milestone_share,
        edition=kept.edition,
        goals=goals if kept.goals is None else kept.goals,
        confirmed_only=kept.confirmed_only,
        own_sources=kept.own_sources,
        own_hosts=kept.own_hosts,
        visit_us=parse_duration(kept.visit),
    )


def effective(told: Mapping[str, Any]) -> Told:
    """Return all keys, those that are not told with their built-in values.

    Raises:
        BadDefinition: with all that is wrong.
    """
    problems = {key: problem for key in told if (problem := _problem(key, told[key]))}
    if problems:
        raise BadDefinition(problems)
    kept = msgspec.convert(told, Told)
    if kept.first_share + kept.last_share > 1:
        share = "last_share" if "last_share" in told else "first_share"
        raise BadDefinition({share: "“first_share” and “last_share” are more than 1 together."})
    return kept


def read(text: str) -> dict[str, Any]:
    """Return the keys in a TOML text.

    Raises:
        ValueError: it is no TOML, or something in it is unknown or makes no sense.
    """
    told = tomllib.loads(text)
    effective(told)
    return told


def load(path: Path) -> dict[str, Any]:
    """Return the keys in a file.

    Raises:
        ConfigurationError: the file cannot be read or used.
    """
    try:
        return read(path.read_text("utf-8"))
    except (OSError, ValueError) as problem:
        raise ConfigurationError(f"The definition in {path} cannot be used: {problem}") from None


def _problem(key: str, value: Any) -> str | None:
    if key not in KEYS:
        known = ", ".join(KEYS)
        return f"There is no key “{key[:64]}”; there are {known}.{did_you_mean(key, KEYS)}"
    try:
        kept = getattr(msgspec.convert({key: value}, Told), key)
        if kept != kept:  # what TOML calls nan is within no bounds
            raise ValueError(key)
        if key in _WINDOWS:
            _window(kept)
        if key in _DURATIONS:
            parse_duration(kept)
    except ValueError:
        takes = _TAKES[key]
        return f"“{key}” does not take that; give {takes[0].lower()}{takes[1:]}"
    return None


def _window(text: str) -> int | None:
    return None if text == ALWAYS else parse_duration(text)
