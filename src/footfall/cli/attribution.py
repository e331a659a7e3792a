"""``footfall attribution``: what earned which sale, read from the lake."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar
from zoneinfo import ZoneInfo

import click

from footfall.attribution.words import (
    DEFAULT_MODELS,
    DIMENSIONS,
    EVER,
    MODELS,
    RULES,
    SAMPLES_MAX,
    SAMPLES_MIN,
    SEED,
    SEED_MAX,
    Range,
    Resampling,
)
from footfall.cli.attribution_read import Asked, Read, bound, read
from footfall.cli.attribution_settings import settings as settings_group
from footfall.cli.attribution_test import test
from footfall.cli.options import Parsed, database_options, effective, json_option
from footfall.cli.output import print_json
from footfall.domain.money import parse_currency
from footfall.domain.public_ids import Kind
from footfall.errors import ConfigurationError, did_you_mean

if TYPE_CHECKING:
    from footfall.reports.bodies import ConversionReceipt, CreditReport, Difference
    from footfall.store.businesses import Business

Command = TypeVar("Command", bound=Callable[..., Any])

_A_FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
_BY: Final = click.option(
    "--by",
    type=click.Choice(DIMENSIONS),
    default="channel",
    show_default=True,
    help="What is credited.",
)
_CURRENCY: Final = click.option(
    "--currency", metavar="CODE", help="Sales in it.  [default: the business's]"
)
_CONVERT_TO: Final = click.option(
    "--convert-to",
    type=Parsed("code", parse_currency),
    help="Sales of all currencies, each converted by the rate of its day.",
)
_DEFINITION: Final = click.option(
    "--definition", type=_A_FILE, help="TOML file with windows and parameters of models."
)
_AS_OF: Final = click.option(
    "--as-of", metavar="TIME", help="As it stood then; whatever arrived later is left out."
)


def _whose(command: Command) -> Command:
    """Add the options that say whose attribution is read, by which channel rules."""
    options = (
        click.option("--business", metavar="ID", help="Whose; not needed where there is one only."),
        click.option("--channels", type=_A_FILE, help="TOML file with channel rules of one's own."),
    )
    for option in reversed(options):
        command = option(command)
    return database_options(json_option(command))


@click.group()
def attribution() -> None:
    """See which touch earned which sale, and why."""


@attribution.command()
@_BY
@click.option(
    "--model",
    "models",
    multiple=True,
    metavar="MODEL",
    help="A model to show; several times for several.  [default: the rules]",
)
@_CURRENCY
@_CONVERT_TO
@click.option("--since", metavar="TIME", help="First sale: a date, or a time with a zone.")
@click.option("--until", metavar="TIME", help="Sales before this: a date, or a time with a zone.")
@click.option(
    "--bootstrap",
    type=click.IntRange(SAMPLES_MIN, SAMPLES_MAX),
    metavar="N",
    help="Show intervals of 95 %, from customers drawn again N times.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, SEED_MAX),
    default=SEED,
    show_default=True,
    help="Of chance: the same gives the same intervals.",
)
@_DEFINITION
@_AS_OF
@_whose
def report(
    by: str,
    models: tuple[str, ...],
    currency: str | None,
    convert_to: str | None,
    since: str | None,
    until: str | None,
    bootstrap: int | None,
    seed: int,
    definition: Path | None,
    as_of: str | None,
    business: str | None,
    channels: Path | None,
    data: Path | None,
    database: str | None,
    as_json: bool,
) -> None:
    """Compare what each channel, source or campaign earned under several models."""
    from footfall.cli.attribution_print import print_report
    from footfall.reports.credit import credit_report

    _require(models, MODELS)
    if currency and convert_to:
        raise click.UsageError("--currency and --convert-to exclude each other; give one of them.")

    def credited(whose: "Business", made: list[Read]) -> "CreditReport":
        zone = ZoneInfo(whose.timezone)
        since_at, until_at = bound(since, zone, "--since"), bound(until, zone, "--until")
        return credit_report(
            made[0].attribution,
            by=by,  # type: ignore[arg-type]
            models=models or DEFAULT_MODELS,
            currency=convert_to or (currency or whose.currency).upper(),
            zone=zone,
            during=Range(
                EVER.since_at if since_at is None else since_at,
                EVER.until_at if until_at is None else until_at,
            ),
            as_of=made[0].as_of,
            resampling=None if bootstrap is None else Resampling(bootstrap, seed),
        )

    asked = [Asked(definition, as_of)]
    shown = read(effective(data, database), business, channels, asked, credited, convert_to)
    print_json(shown) if as_json else print_report(shown)


@attribution.command()
@click.option("--a", "first", type=_A_FILE, help="Definition before.  [default: the business's]")
@click.option("--b", "second", type=_A_FILE, help="Definition after.  [default: the business's]")
@click.option(
    "--model-a",
    "model_before",
    default="precedence",
    show_default=True,
    metavar="MODEL",
    help="Model before, of those that credit sale by sale.",
)
@click.option(
    "--model-b", "model_after", metavar="MODEL", help="Model after.  [default: that of a]"
)
@click.option("--as-of-a", "moment_before", metavar="TIME", help="Moment before.  [default: now]")
@click.option("--as-of-b", "moment_after", metavar="TIME", help="Moment after.  [default: now]")
@_BY
@_CURRENCY
@_whose
def diff(
    first: Path | None,
    second: Path | None,
    model_before: str,
    model_after: str | None,
    moment_before: str | None,
    moment_after: str | None,
    by: str,
    currency: str | None,
    business: str | None,
    channels: Path | None,
    data: Path | None,
    database: str | None,
    as_json: bool,
) -> None:
    """Show which sales two definitions, models or moments credit differently, and why."""
    from footfall.cli.attribution_print import print_difference
    from footfall.cli.database import database_of
    from footfall.reports.difference import Reading, difference

    settings = effective(data, database)
    sides = (model_before, model_after or model_before)
    _require(sides, RULES)

    def compared(whose: "Business", made: list[Read]) -> "Difference":
        before, after = (
            Reading(each.attribution, model) for each, model in zip(made, sides, strict=True)
        )
        with database_of(settings) as opened:
            return difference(
                before,
                after,
                by=by,  # type: ignore[arg-type]
                currency=(currency or whose.currency).upper(),
                encode=opened.public_id,
            )

    asked = [Asked(first, moment_before), Asked(second, moment_after)]
    shown = read(settings, business, channels, asked, compared)
    print_json(shown) if as_json else print_difference(shown)


attribution.add_command(test)
attribution.add_command(settings_group)


@click.command()
@click.argument("order")
@_CONVERT_TO
@_DEFINITION
@_AS_OF
@_whose
def explain(
    order: str,
    convert_to: str | None,
    definition: Path | None,
    as_of: str | None,
    business: str | None,
    channels: Path | None,
    data: Path | None,
    database: str | None,
    as_json: bool,
) -> None:
    """Show the receipt of an ORDER: what earned it.

    ORDER is its reference, or the id of its first event.
    """
    from footfall.cli.attribution_print import print_receipt
    from footfall.cli.database import database_of
    from footfall.reports.receipt import find

    settings = effective(data, database)

    def explained(_: "Business", made: list[Read]) -> "list[ConversionReceipt]":
        with database_of(settings) as opened:
            event_id = opened.row_id(Kind.EVENT, order)
            return find(made[0].attribution, order, event_id, opened.public_id)

    asked = [Asked(definition, as_of)]
    shown = read(settings, business, channels, asked, explained, convert_to)
    if not shown:
        raise ConfigurationError(
            f"No sale is known as “{order}”. An order becomes one with its event order.placed, "
            "and a custom action counts once it is marked as a goal."
        )
    if as_json:
        print_json(shown)
        return
    for each in shown:
        print_receipt(each)


def _require(models: tuple[str, ...], known: tuple[str, ...]) -> None:
    for model in models:
        if model not in known:
            raise ConfigurationError(
                f"“{model}” cannot be used here; there are {', '.join(known)}."
                + did_you_mean(model, known)
            )
