"""``footfall attribution paths`` and the others on journeys: people, customers, time, sales."""

from typing import Any, Final, cast

import click

from footfall.attribution.words import RULES
from footfall.cli.attribution_options import (
    BY,
    BY_ANY,
    DATE_BASIS,
    MODEL,
    Told,
    report_options,
    require_models,
)
from footfall.cli.output import print_json
from footfall.domain.public_ids import Kind
from footfall.errors import ConfigurationError
from footfall.reports.words import CUSTOMERS, LAG_NAMES, PERS, ROLES, Customer, Per, Role

_LIMIT: Final = click.option(
    "--limit", type=click.IntRange(1, 1000), default=25, show_default=True, help="Most rows."
)


@click.command()
@BY
@click.option(
    "--top", type=click.IntRange(1, 1000), default=25, show_default=True, help="Most paths."
)
@report_options
def paths(top: int, **told: Any) -> None:
    """Show the paths that most conversions came by."""
    from footfall.cli.attribution_print import print_rows
    from footfall.reports.paths import path_report

    options = Told(**told)
    shown = options.ask(lambda attribution, asked: path_report(attribution, asked, top))
    print_json(shown) if options.as_json else print_rows(shown, shown.by)


@click.command("path-lengths")
@BY
@report_options
def path_lengths(**told: Any) -> None:
    """Show how many touches conversions have."""
    from footfall.cli.attribution_print import print_rows
    from footfall.reports.paths import length_report

    options = Told(**told)
    shown = options.ask(length_report)
    print_json(shown) if options.as_json else print_rows(shown, shown.by)


@click.command("time-to-convert")
@report_options
def time_to_convert(**told: Any) -> None:
    """Show how long after their first touch people converted."""
    from footfall.cli.attribution_print import print_rows
    from footfall.reports.paths import lag_report

    options = Told(**told)
    shown = options.ask(lag_report)
    print_json(shown) if options.as_json else print_rows(shown)


@click.command()
@BY
@report_options
def funnel(**told: Any) -> None:
    """Show how many people were reached, came again and converted."""
    from footfall.cli.attribution_print import print_rows
    from footfall.reports.funnel import funnel_report

    options = Told(**told)
    shown = options.ask(funnel_report)
    print_json(shown) if options.as_json else print_rows(shown, shown.by, [shown.people])


@click.command()
@BY
@report_options
def assists(**told: Any) -> None:
    """Show what ended paths, and what helped on the way."""
    from footfall.cli.attribution_print import print_rows
    from footfall.reports.assists import assist_report

    options = Told(**told)
    shown = options.ask(assist_report)
    print_json(shown) if options.as_json else print_rows(shown, shown.by)


@click.command()
@BY
@MODEL
@report_options
def customers(model: str, **told: Any) -> None:
    """Show what earned new customers, and what brought them back."""
    from footfall.cli.attribution_print import print_rows
    from footfall.reports.customers import customer_report

    options = Told(**told)
    require_models((model,), RULES)
    shown = options.ask(lambda attribution, asked: customer_report(attribution, asked, model))
    print_json(shown) if options.as_json else print_rows(shown, shown.by)


@click.command()
@click.option(
    "--per",
    type=click.Choice(PERS),
    default="day",
    show_default=True,
    help="Periods of the business's calendar.",
)
@report_options
def timeline(per: Per, **told: Any) -> None:
    """Show touches and conversions, period after period."""
    from footfall.cli.attribution_print import print_rows
    from footfall.reports.timeline import timeline_report

    options = Told(**told)
    shown = options.ask(lambda attribution, asked: timeline_report(attribution, asked, per))
    print_json(shown) if options.as_json else print_rows(shown)


@click.command()
@BY_ANY
@click.option("--value", metavar="NAME", help="Only those that gave it credit under the model.")
@MODEL
@click.option("--role", type=click.Choice(ROLES), help="What the value was on their way.")
@click.option(
    "--attributed/--unattributed", default=None, help="Whether any touch counts for them."
)
@click.option("--customer", type=click.Choice(CUSTOMERS), help="By whether it was the first.")
@click.option("--step", "path", multiple=True, help="Exactly this path: once for each touch.")
@click.option("--touches", type=click.IntRange(1), help="How many touches count.")
@click.option("--time", type=click.Choice(LAG_NAMES), help="How long after the first touch.")
@DATE_BASIS
@_LIMIT
@click.option("--starting-after", metavar="ID", help="Those that follow this one, older.")
@report_options
def conversions(
    model: str,
    value: str | None,
    role: Role | None,
    attributed: bool | None,
    customer: Customer | None,
    path: tuple[str, ...],
    touches: int | None,
    time: str | None,
    limit: int,
    starting_after: str | None,
    **told: Any,
) -> None:
    """List the conversions behind a number of a report."""
    from footfall.cli.attribution_print import print_conversions
    from footfall.cli.database import database_of
    from footfall.cli.options import effective
    from footfall.reports.conversions import conversion_list
    from footfall.reports.question import Wanted
    from footfall.store.pages import Bounds

    options = Told(**told)
    require_models((model,), RULES)
    if role is not None and value is None:
        raise ConfigurationError("--role says what --value was; give that too.")
    wanted = Wanted(value, role, attributed, customer, path or None, touches, time)
    with database_of(effective(options.data, options.database)) as opened:
        after = None if starting_after is None else opened.row_id(Kind.EVENT, starting_after)
        bounds = Bounds(limit, after)
        shown = options.ask(
            lambda attribution, asked: conversion_list(
                attribution, asked, model, wanted, bounds, opened.public_id
            )
        )
    print_json(shown) if options.as_json else print_conversions(shown)


COMMANDS: Final = cast(
    "tuple[click.Command, ...]",
    (
        paths,
        path_lengths,
        time_to_convert,
        funnel,
        assists,
        customers,
        timeline,
        conversions,
    ),
)
