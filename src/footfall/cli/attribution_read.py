"""Opens the lake for ``footfall attribution``: up to date, one business, some definitions."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from footfall.domain.times import parse_bound
from footfall.errors import ConfigurationError

if TYPE_CHECKING:
    from footfall.attribution.exchange import Exchange
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
    convert_to: str | None = None,
) -> Found:
    """Bring the lake up to date, make one business's attributions, and ask something of them.

    Raises:
        ConfigurationError: an option, a file or the installation is not what it has to be.
    """
    from footfall.attribution import channels as channel_rules
    from footfall.attribution import definition_file, in_force
    from footfall.attribution.read import read as attributed
    from footfall.attribution.words import FOREVER
    from footfall.cli.database import database_of
    from footfall.cli.lakes import choose_business, lake_of
    from footfall.cli.progress import reporting

    with database_of(settings) as opened:
        whose = choose_business(opened, business)
        zone = ZoneInfo(whose.timezone)
        moments = [bound(each.as_of, zone, "--as-of") for each in asked]
        with opened.engines.read.begin() as connection:
            held = [
                in_force.find(connection, whose.id, FOREVER if at is None else at) for at in moments
            ]
    exchange = None if convert_to is None else _exchange(settings, convert_to, zone)
    own_rules = None if channels is None else channel_rules.load(channels)
    wanted = [
        (
            now.definition
            if each.definition is None
            else definition_file.of(definition_file.load(each.definition), now.goals),
            own_rules or now.channels,
            at,
        )
        for each, now, at in zip(asked, held, moments, strict=True)
    ]

    with lake_of(settings) as lake, reporting() as report:
        report("Lake")
        lake.archive()

        def add(made: list[Read]) -> Found:
            """Ask once all are open, each beside the ones before it."""
            if len(made) == len(wanted):
                return ask(whose, made)
            told, rules, at = wanted[len(made)]
            return attributed(
                lake,
                whose.id,
                told,
                rules,
                lambda found: add([*made, Read(found, at)]),
                as_of=FOREVER if at is None else at,
                exchange=exchange,
                report=report,
            )

        return add([])


def _exchange(settings: "Settings", to: str, zone: ZoneInfo) -> "Exchange":
    """Return the wish to have all sales in one currency, by the rates of the installation."""
    from footfall.attribution.exchange import Exchange
    from footfall.cli.database import database_of
    from footfall.store import exchange_rates
    from footfall.store.exchange_rates import Rate

    def fetch(currencies: Sequence[str], first_day: str, last_day: str) -> list[Rate]:
        with database_of(settings) as opened, opened.engines.read.begin() as connection:
            return exchange_rates.between(connection, currencies, first_day, last_day)

    return Exchange(to, zone, fetch)


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
