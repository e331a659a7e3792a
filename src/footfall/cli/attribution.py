"""``footfall attribution``: what earned which sale, read from the lake."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from footfall.attribution.words import (
    DEFAULT_MODELS,
    MODELS,
    RULES,
    SAMPLES_MAX,
    SAMPLES_MIN,
    SEED,
    SEED_MAX,
    Resampling,
)
from footfall.cli import attribution_journeys
from footfall.cli.attribution_options import (
    A_FILE,
    AS_OF,
    BY,
    BY_ANY,
    CONVERT_TO,
    CURRENCY,
    DATE_BASIS,
    DEFINITION,
    PER,
    Told,
    currency_of,
    report_options,
    require_models,
    whose_options,
)
from footfall.cli.attribution_read import Asked, Read, read
from footfall.cli.attribution_settings import settings as settings_group
from footfall.cli.attribution_test import test
from footfall.cli.options import effective
from footfall.cli.output import print_json
from footfall.domain.public_ids import Kind
from footfall.errors import ConfigurationError

if TYPE_CHECKING:
    from footfall.reports.bodies import ConversionReceipt, Difference
    from footfall.store.businesses import Business


@click.group()
def attribution() -> None:
    """See which touch earned which sale, and why."""


@attribution.command()
@BY_ANY
@click.option(
    "--model",
    "models",
    multiple=True,
    metavar="MODEL",
    help="A model to show; several times for several.  [default: the rules]",
)
@PER
@DATE_BASIS
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
@report_options
def report(models: tuple[str, ...], bootstrap: int | None, seed: int, **told: Any) -> None:
    """Compare what each channel, source or campaign earned under several models."""
    from footfall.cli.attribution_print import print_report
    from footfall.reports.credit import credit_report

    options = Told(**told)
    require_models(models, MODELS)
    asked = tuple(dict.fromkeys(models)) or DEFAULT_MODELS
    drawn = None if bootstrap is None else Resampling(bootstrap, seed)
    shown = options.ask(
        lambda attribution, question: credit_report(attribution, question, asked, drawn)
    )
    print_json(shown) if options.as_json else print_report(shown)


@attribution.command()
@click.option("--a", "first", type=A_FILE, help="Definition before.  [default: the business's]")
@click.option("--b", "second", type=A_FILE, help="Definition after.  [default: the business's]")
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
@BY
@CURRENCY
@whose_options
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
    require_models(sides, RULES)

    def compared(whose: "Business", made: list[Read]) -> "Difference":
        before, after = (
            Reading(each.attribution, model) for each, model in zip(made, sides, strict=True)
        )
        with database_of(settings) as opened:
            return difference(
                before,
                after,
                by=by,  # type: ignore[arg-type]
                currency=currency_of(currency, whose),
                encode=opened.public_id,
            )

    asked = [Asked(first, moment_before), Asked(second, moment_after)]
    shown = read(settings, business, channels, asked, compared)
    print_json(shown) if as_json else print_difference(shown)


@click.command()
@click.argument("order")
@CONVERT_TO
@DEFINITION
@AS_OF
@whose_options
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


for _command in attribution_journeys.COMMANDS:
    attribution.add_command(_command)
attribution.add_command(test)
attribution.add_command(settings_group)
