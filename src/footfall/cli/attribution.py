"""``footfall attribution``: what earned which sale, read from the lake."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar
from zoneinfo import ZoneInfo

import click

from footfall.cli.options import database_options, effective, json_option
from footfall.cli.output import print_json, print_table
from footfall.domain.public_ids import Kind
from footfall.domain.times import parse_bound
from footfall.errors import ConfigurationError, did_you_mean

if TYPE_CHECKING:
    from footfall.attribution.run import Attribution
    from footfall.cli.database import Database
    from footfall.reports.credit import CreditReport
    from footfall.reports.receipt import ConversionReceipt
    from footfall.settings import Settings
    from footfall.store.businesses import Business

Command = TypeVar("Command", bound=Callable[..., Any])
Found = TypeVar("Found")

BY: Final = ("channel", "source", "medium", "campaign", "term", "content", "evidence")


@click.group()
def attribution() -> None:
    """See which touch earned which sale, and why."""


def _reading_options(command: Command) -> Command:
    """Add the options that say what is read, and by which rules."""
    a_file = click.Path(exists=True, dir_okay=False, path_type=Path)
    options = (
        click.option("--business", metavar="ID", help="Whose; not needed where there is one only."),
        click.option(
            "--definition", type=a_file, help="TOML file with windows and parameters of models."
        ),
        click.option("--channels", type=a_file, help="TOML file with channel rules of one's own."),
        click.option(
            "--as-of", metavar="TIME", help="As it stood then; whatever arrived later is left out."
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


@attribution.command()
@click.option(
    "--by", type=click.Choice(BY), default="channel", show_default=True, help="What is credited."
)
@click.option(
    "--model",
    "models",
    multiple=True,
    metavar="MODEL",
    help="A model to show; several times for several.  [default: the rules]",
)
@click.option("--currency", metavar="CODE", help="[default: the business's]")
@click.option("--since", metavar="TIME", help="First sale: a date, or a time with a zone.")
@click.option("--until", metavar="TIME", help="Sales before this: a date, or a time with a zone.")
@_reading_options
@database_options
@json_option
def report(
    by: str,
    models: tuple[str, ...],
    currency: str | None,
    since: str | None,
    until: str | None,
    business: str | None,
    definition: Path | None,
    channels: Path | None,
    as_of: str | None,
    data: Path | None,
    database: str | None,
    as_json: bool,
) -> None:
    """Compare what each channel, source or campaign earned under several models."""
    from footfall.attribution.engine import EVER, MODELS, Range
    from footfall.reports.credit import DEFAULT_MODELS, credit_report

    for model in models:
        if model not in MODELS:
            raise ConfigurationError(
                f"There is no model “{model}”; there are {', '.join(MODELS)}."
                + did_you_mean(model, MODELS)
            )

    def credited(read: "Attribution", whose: "Business", moment: int | None) -> "CreditReport":
        zone = ZoneInfo(whose.timezone)
        during: Range = Range(
            _bound(since, zone, "--since") or EVER.since_at,
            _bound(until, zone, "--until") or EVER.until_at,
        )
        return credit_report(
            read,
            by=by,  # type: ignore[arg-type]
            models=models or DEFAULT_MODELS,
            currency=(currency or whose.currency).upper(),
            zone=zone,
            during=during,
            as_of=moment,
        )

    settings = effective(data, database)
    shown = _read(settings, business, definition, channels, as_of, credited)
    if as_json:
        print_json(shown)
    else:
        _print_report(shown)


@attribution.command()
@click.argument("order")
@_reading_options
@database_options
@json_option
def explain(
    order: str,
    business: str | None,
    definition: Path | None,
    channels: Path | None,
    as_of: str | None,
    data: Path | None,
    database: str | None,
    as_json: bool,
) -> None:
    """Show the receipt of ORDER, by its reference or the id of its first event."""
    from footfall.cli.database import database_of
    from footfall.reports.receipt import find

    settings = effective(data, database)
    with database_of(settings) as opened:
        event_id = opened.row_id(Kind.EVENT, order)

    def explained(read: "Attribution", _: "Business", __: int | None) -> "list[ConversionReceipt]":
        with database_of(settings) as again:
            return find(read, order, event_id, again.public_id)

    shown = _read(settings, business, definition, channels, as_of, explained)
    if not shown:
        raise ConfigurationError(
            f"No sale has the reference “{order}”. Orders convert with their first event "
            "order.placed; `footfall sql` shows what is there."
        )
    if as_json:
        print_json(shown)
        return
    for each in shown:
        _print_receipt(each)


def _read(
    settings: "Settings",
    business: str | None,
    definition: Path | None,
    channels: Path | None,
    as_of: str | None,
    ask: "Callable[[Attribution, Business, int | None], Found]",
) -> Found:
    """Bring the lake up to date, read one business's attribution, and ask something of it."""
    from rich.console import Console

    from footfall.attribution import channels as channel_rules
    from footfall.attribution import definition_file
    from footfall.attribution.run import FOREVER, Attribution
    from footfall.cli.database import database_of
    from footfall.lake.lake import Lake
    from footfall.store import actions

    with database_of(settings) as opened, opened.engines.read.begin() as connection:
        whose = _business(opened, connection, business)
        known = actions.by_name(connection, whose.id)
    goals = tuple(sorted(name for name, action in known.items() if action.is_goal))
    rules = channel_rules.load(channels)
    told = definition_file.load(definition, goals)
    moment = _bound(as_of, ZoneInfo(whose.timezone), "--as-of")
    lake = Lake(settings)
    try:
        with Console(stderr=True).status("Reading…"):
            lake.archive()
            return lake.read_now(
                whose.id,
                lambda views: ask(
                    Attribution(
                        views, whose.id, told, rules, FOREVER if moment is None else moment
                    ),
                    whose,
                    moment,
                ),
            )
    finally:
        lake.close()


def _business(opened: "Database", connection: Any, public_id: str | None) -> "Business":
    from footfall.store import businesses

    if public_id is not None:
        found = businesses.find(connection, opened.row_id(Kind.BUSINESS, public_id))
        if found is None:
            raise ConfigurationError(
                f"There is no business {public_id!r}; `footfall business list` shows the ids."
            )
        return found
    every = businesses.all_of(connection)
    if len(every) != 1:
        raise ConfigurationError(
            f"There are {len(every)} businesses; name one with --business. "
            "`footfall business list` shows the ids."
        )
    return every[0]


def _bound(text: str | None, zone: ZoneInfo, option: str) -> int | None:
    if text is None:
        return None
    try:
        return parse_bound(text, zone)
    except ValueError as problem:
        raise ConfigurationError(f"{option}: {problem}") from None


def _print_report(shown: "CreditReport") -> None:
    headings = {"value": shown.by, **{model: model.replace("_", " ") for model in shown.models}}
    rows = [{"value": row.value, **row.credit} for row in shown.rows]
    rows.append({"value": "without attribution", **dict.fromkeys(shown.models, shown.unattributed)})
    rows.append({"value": "all", **dict.fromkeys(shown.models, shown.net)})
    click.echo(
        f"Credit in {shown.currency} for {shown.conversions:,} conversions, net of refunds; "
        f"{shown.since or 'from the beginning'} to {shown.until or 'now'}, by time of "
        f"{shown.date_basis}; days of {shown.timezone}; rules {shown.version}."
    )
    print_table(rows, headings)
    others = [code for code in shown.currencies if code != shown.currency]
    if others:
        click.echo(f"Sales in {', '.join(others)} are not in it: see --currency.")


_TOUCHES: Final = {
    "at": "time",
    "kind": "class",
    "channel": "channel",
    "campaign": "campaign",
    "verdict": "verdict",
    "precedence": "precedence",
    "linear": "linear",
}


def _print_receipt(shown: "ConversionReceipt") -> None:
    money = shown.money
    name = f"{shown.action} {shown.reference or shown.id}"
    click.echo(f"{name}, {shown.at}, {money.net} {money.currency} net")
    refunds = f", {money.refunded} refunded" if money.refunded.strip("0.") else ""
    click.echo(f"  {money.gross} gross{refunds}{', cancelled' if money.cancelled else ''}")
    whose = (
        f"profile {shown.profile}" if shown.profile else f"nobody known, session {shown.session}"
    )
    click.echo(f"  {whose}; rules {shown.version}")
    for change in shown.identity:
        what = f"session {change.session} attached" if change.session else f"{change.merged} merged"
        click.echo(f"  {change.at}: {what} by {change.cause}")
    click.echo(f"\n{shown.reason}\n")
    if shown.touches:
        print_table(
            (
                {
                    "at": touch.at,
                    "kind": touch.kind,
                    "channel": touch.channel,
                    "campaign": touch.campaign,
                    "verdict": touch.reason,
                    "precedence": touch.credit.get("precedence", ""),
                    "linear": touch.credit.get("linear", ""),
                }
                for touch in shown.touches
            ),
            _TOUCHES,
        )
