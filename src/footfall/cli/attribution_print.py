"""What ``footfall attribution`` prints for people."""

from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Final

import click

from footfall.cli.output import print_table

if TYPE_CHECKING:
    from footfall.reports.bodies import ConversionReceipt, CreditReport, CreditRow, Difference
    from footfall.reports.exchange_bodies import ReportExchange


def print_report(shown: "CreditReport") -> None:
    """Print what earned what, model beside model."""
    if shown.exchange is not None:
        _print_exchange(shown.exchange)
    if not shown.conversions:
        click.echo(
            f"Nothing was sold in {shown.currency} in that time. A sale begins with an event "
            "order.placed of an order with a total, or of a custom action that is a goal."
        )
        return
    headings = {"value": shown.by, **{model: model.replace("_", " ") for model in shown.models}}
    rows = [{"value": row.value, **_credit(row)} for row in shown.rows]
    rows.append({"value": "without attribution", **dict.fromkeys(shown.models, shown.unattributed)})
    rows.append({"value": "all", **dict.fromkeys(shown.models, shown.net)})
    click.echo(
        f"Credit in {shown.currency} for {shown.conversions:,} "
        f"conversion{'s' if shown.conversions != 1 else ''}, net of refunds; "
        f"{shown.since or 'from the beginning'} to {shown.until or 'now'}, by time of "
        f"{shown.date_basis}; days of {shown.timezone}; rules {shown.version}."
    )
    print_table(rows, headings)
    if shown.bootstrap is not None:
        drawn = shown.bootstrap
        click.echo(
            f"In brackets what lies between for {drawn.level:.0%} of {drawn.samples:,} samples of "
            f"{drawn.customers:,} customers; seed {drawn.seed}."
        )
    others = [code for code in shown.currencies if code != shown.currency]
    if others and shown.exchange is None:
        click.echo(f"Sales in {', '.join(others)} are not in it: see --currency.")


def _credit(row: "CreditRow") -> dict[str, str]:
    """Return the credit of a row by model, each with its interval if there are any."""
    if row.credit_interval is None:
        return row.credit
    ends = row.credit_interval
    return {model: f"{told} ({' to '.join(ends[model])})" for model, told in row.credit.items()}


def _print_exchange(shown: "ReportExchange") -> None:
    """Print the rates that were used, a line for each currency, and what was left."""
    for currency, used in groupby(shown.rates, lambda each: each.currency):
        rates = list(used)
        low, high = (pick((each.rate for each in rates), key=Decimal) for pick in (min, max))
        span = low if low == high else f"{low} to {high}"
        days = rates[0].day if len(rates) == 1 else f"{rates[0].day} to {rates[-1].day}"
        count = sum(each.conversions for each in rates)
        click.echo(f"1 {currency} was {span} {shown.to} ({days}; {count:,} sales).")
    for each in shown.not_converted:
        click.echo(
            f"Left out: {each.conversions:,} in {each.currency} worth {each.net}, "
            f"{each.first} to {each.last}. {each.reason}",
            err=True,
        )


_TOUCHES: Final = {
    "at": "time",
    "kind": "class",
    "channel": "channel",
    "campaign": "campaign",
    "verdict": "verdict",
    "precedence": "precedence",
    "linear": "linear",
}


def print_receipt(shown: "ConversionReceipt") -> None:
    """Print a sale, its money, its person, and the verdict on each touch."""
    money = shown.money
    name = f"{shown.action} {shown.reference or shown.id}"
    click.echo(f"{name}, {shown.at}, {money.net} {money.currency} net")
    refunds = f", {money.refunded} refunded" if money.refunded.strip("0.") else ""
    click.echo(f"  {money.gross} gross{refunds}{', cancelled' if money.cancelled else ''}")
    if money.converted is not None:
        net = f"{money.converted.net} {money.converted.currency}: " if money.converted.net else ""
        click.echo(f"  {net}{money.converted.reason}")
    whose = (
        f"profile {shown.profile}" if shown.profile else f"nobody known, session {shown.session}"
    )
    click.echo(f"  {whose}; rules {shown.version}")
    for change in shown.identity:
        what = f"session {change.session} attached" if change.session else f"{change.merged} merged"
        click.echo(f"  {change.at}: {what} (cause: {change.cause})")
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


_MOVED: Final = {"sale": "sale", "at": "time", "before": "before", "after": "after", "why": "why"}


def print_difference(shown: "Difference") -> None:
    """Print which sales are credited differently."""
    before, after = shown.versions
    click.echo(
        f"{len(shown.moved):,} of {shown.compared:,} sales in {shown.currency} move; "
        f"rules {before} → {after}."
    )
    if shown.moved:
        rows = (
            {
                "sale": sale.reference or sale.id,
                "at": sale.at,
                "before": _told(sale.before),
                "after": _told(sale.after),
                "why": ", ".join(sale.causes),
            }
            for sale in shown.moved
        )
        print_table(rows, _MOVED)


def _told(credit: dict[str, str]) -> str:
    return ", ".join(f"{value} {amount}" for value, amount in credit.items()) or "nothing"
