"""Opens the lake for ``footfall attribution``: up to date, one business, some definitions."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from footfall.domain.times import parse_bound
from footfall.errors import ConfigurationError

if TYPE_CHECKING:
    from footfall.attribution.run import Attribution
    from footfall.settings import Settings
    from footfall.store.businesses import Business

Found = TypeVar("Found")


class Asked(NamedTuple):
    """A definition and a moment, as options told them."""

    definition: Path | None = None
    as_of: str | None = None


class Read(NamedTuple):
    """An attribution, and the moment that it is as of; ``None``: now."""

    attribution: "Attribution"
    as_of: int | None


def read(
    settings: "Settings",
    business: str | None,
    channels: Path | None,
    asked: Sequence[Asked],
    ask: "Callable[[Business, list[Read]], Found]",
) -> Found:
    """Bring the lake up to date, make one business's attributions, and ask something of them.

    Raises:
        ConfigurationError: an option, a file or the installation is not what it has to be.
    """
    from footfall.attribution import channels as channel_rules
    from footfall.attribution import definition_file
    from footfall.attribution.read import read as attributed
    from footfall.attribution.words import FOREVER
    from footfall.cli.database import database_of
    from footfall.cli.lakes import choose_business, lake_of
    from footfall.cli.progress import reporting
    from footfall.store import actions

    with database_of(settings) as opened:
        whose = choose_business(opened, business)
        with opened.engines.read.begin() as connection:
            known = actions.by_name(connection, whose.id)
    goals = tuple(sorted(name for name, action in known.items() if action.is_goal))
    rules = channel_rules.load(channels)
    zone = ZoneInfo(whose.timezone)
    wanted = [
        (definition_file.load(each.definition, goals), bound(each.as_of, zone, "--as-of"))
        for each in asked
    ]

    with lake_of(settings) as lake, reporting() as report:
        report("Lake")
        lake.archive()

        def add(made: list[Read]) -> Found:
            """Ask once all are open, each beside the ones before it."""
            if len(made) == len(wanted):
                return ask(whose, made)
            told, at = wanted[len(made)]
            return attributed(
                lake,
                whose.id,
                told,
                rules,
                lambda found: add([*made, Read(found, at)]),
                as_of=FOREVER if at is None else at,
                report=report,
            )

        return add([])


def bound(text: str | None, zone: ZoneInfo, option: str) -> int | None:
    """Return the instant that an option names.

    Raises:
        ConfigurationError: it names none.
    """
    if text is None:
        return None
    try:
        return parse_bound(text, zone)
    except ValueError as problem:
        raise ConfigurationError(f"{option}: {problem}") from None
