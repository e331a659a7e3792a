"""Options that reports of ``footfall attribution`` share, and the question they ask."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar
from zoneinfo import ZoneInfo

import click

from footfall.attribution.words import DIMENSIONS, EVER, SOLD, Dimension, Range, Sold
from footfall.cli.attribution_read import Asked, Read, bound, read
from footfall.cli.options import Parsed, database_options, effective, json_option
from footfall.domain.money import parse_currency
from footfall.domain.times import now_us
from footfall.errors import ConfigurationError, did_you_mean
from footfall.reports.words import DATE_BASES, PERS, DateBasis, Per

if TYPE_CHECKING:
    from footfall.attribution.run import Attribution
    from footfall.reports.question import Question
    from footfall.store.businesses import Business

Command = TypeVar("Command", bound=Callable[..., Any])
Report = TypeVar("Report")

A_FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
BY: Final = click.option(
    "--by",
    type=click.Choice(DIMENSIONS),
    default="channel",
    show_default=True,
    help="What is credited.",
)
BY_ANY: Final = click.option(
    "--by",
    type=click.Choice((*DIMENSIONS, *SOLD)),
    default="channel",
    show_default=True,
    help="What is credited, or what was sold with it.",
)
CURRENCY: Final = click.option(
    "--currency", metavar="CODE", help="Sales in it.  [default: the business's]"
)
CONVERT_TO: Final = click.option(
    "--convert-to",
    type=Parsed("code", parse_currency),
    help="Sales of all currencies, each converted by the rate of its day.",
)
DEFINITION: Final = click.option(
    "--definition", type=A_FILE, help="TOML file with windows and parameters of models."
)
AS_OF: Final = click.option(
    "--as-of", metavar="TIME", help="As it stood then; whatever arrived later is left out."
)
PER: Final = click.option(
    "--per", type=click.Choice(PERS), help="Periods of the business's calendar."
)
DATE_BASIS: Final = click.option(
    "--date-basis",
    type=click.Choice(DATE_BASES),
    default="purchase",
    show_default=True,
    help="Count by the time of the sale, or of the touch that is credited.",
)
MODEL: Final = click.option(
    "--model", default="precedence", show_default=True, metavar="MODEL", help="The rule to use."
)
_TIME: Final = (
    click.option("--since", metavar="TIME", help="First sale: a date, or a time with a zone."),
    click.option("--until", metavar="TIME", help="Sales before this: likewise."),
)


@dataclass(frozen=True, slots=True)
class Told:
    """What the options of ``report_options`` said; ``by``, ``per`` and ``date_basis`` if there."""

    currency: str | None
    convert_to: str | None
    since: str | None
    until: str | None
    definition: Path | None
    as_of: str | None
    business: str | None
    channels: Path | None
    data: Path | None
    database: str | None
    as_json: bool
    by: Dimension | Sold = "channel"
    per: Per | None = None
    date_basis: DateBasis = "purchase"

    def ask(self, report: "Callable[[Attribution, Question], Report]") -> Report:
        """Return a report over the lake, brought up to date.

        Raises:
            ConfigurationError: an option, a file or the installation is not what it has to be.
        """

        def made(whose: "Business", attributions: list[Read]) -> Report:
            return report(attributions[0].attribution, self._question(whose, attributions[0].as_of))

        if self.currency and self.convert_to:
            raise click.UsageError(
                "--currency and --convert-to exclude each other; give one of them."
            )
        asked = [Asked(self.definition, self.as_of)]
        settings = effective(self.data, self.database)
        return read(settings, self.business, self.channels, asked, made, self.convert_to)

    def _question(self, whose: "Business", as_of: int | None) -> "Question":
        from footfall.reports.question import Question

        zone = ZoneInfo(whose.timezone)
        since_at, until_at = bound(self.since, zone, "--since"), bound(self.until, zone, "--until")
        return Question(
            currency=self.convert_to or currency_of(self.currency, whose),
            zone=zone,
            now=now_us(),
            by=self.by,
            during=Range(
                EVER.since_at if since_at is None else since_at,
                EVER.until_at if until_at is None else until_at,
            ),
            as_of=as_of,
            date_basis=self.date_basis,
            per=self.per,
        )


def whose_options(command: Command) -> Command:
    """Add the options that say whose attribution is read, by which channel rules."""
    options = (
        click.option("--business", metavar="ID", help="Whose; not needed where there is one only."),
        click.option("--channels", type=A_FILE, help="TOML file with channel rules of one's own."),
    )
    for option in reversed(options):
        command = option(command)
    return database_options(json_option(command))


def report_options(command: Command) -> Command:
    """Add the options of every report, which ``Told`` takes."""
    for option in reversed((CURRENCY, CONVERT_TO, *_TIME, DEFINITION, AS_OF)):
        command = option(command)
    return whose_options(command)


def currency_of(told: str | None, whose: "Business") -> str:
    """Return the currency that is asked about.

    Raises:
        ConfigurationError: it is none.
    """
    try:
        return parse_currency(told or whose.currency)
    except ValueError as problem:
        raise ConfigurationError(f"--currency: {problem}") from None


def require_models(models: tuple[str, ...], known: tuple[str, ...]) -> None:
    """Refuse models that a command cannot use.

    Raises:
        ConfigurationError: there is one.
    """
    for model in models:
        if model not in known:
            raise ConfigurationError(
                f"“{model}” cannot be used here; there are {', '.join(known)}."
                + did_you_mean(model, known)
            )
