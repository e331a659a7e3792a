"""What ``footfall attribution`` prints for people."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

import click
from msgspec.structs import asdict

from footfall.cli.output import print_table

if TYPE_CHECKING:
    from footfall.reports.bodies import ConversionReceipt, Difference
    from footfall.reports.credit_bodies import Credited, CreditReport, CreditRow
    from footfall.reports.exchange_bodies import ReportExchange
    from footfall.reports.journey_bodies import ConversionList
    from footfall.reports.question import Reckoned


def print_report(shown: "CreditReport") -> None:
    """Print what earned what, model beside model, and period after period."""
    if not shown.rows and not shown.conversions and not shown.periods:
        _print_nothing(shown)
        return
    _print_reckoned(shown, f"Credit in {shown.currency}{_of_conversions(shown.conversions)}")
    headings = {"value": shown.by, **{model: model.replace("_", " ") for model in shown.models}}
    for each in shown.periods:
        click.echo(f"\n{each.period}{_of_conversions(each.conversions)}")
        print_table(_credited(each, shown.models), headings)
    if shown.periods:
        click.echo("\nAll of them:")
    print_table(_credited(shown, shown.models), headings)
    if shown.bootstrap is not None:
        drawn = shown.bootstrap
        click.echo(
            f"In brackets what lies between for {drawn.level:.0%} of {drawn.samples:,} samples of "
            f"{drawn.customers:,} customers; seed {drawn.seed}."
        )
    _print_others(shown)


def _credited(told: "Credited", models: Sequence[str]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [{"value": row.value, **_credit(row)} for row in told.rows]
    if told.net is None:
        return [*rows, {"value": "all", **told.credited}]
    rows.append({"value": "without attribution", **dict.fromkeys(models, told.unattributed)})
    return [*rows, {"value": "all", **dict.fromkeys(models, told.net)}]


def _of_conversions(count: int | None) -> str:
    if count is None:
        return ""
    return f" for {count:,} conversion{'s' if count != 1 else ''}, net of refunds"


def print_rows(shown: Any, by: str = "value", more: Sequence[Any] = ()) -> None:
    """Print a report's rows as a table.

    Args:
        shown: a report of ``journey_bodies``.
        by: the dimension of ``value``.
        more: rows for the end of the table.
    """
    whole = _whole(shown)
    if not shown.rows and not whole:
        _print_nothing(shown)
        return
    _print_reckoned(shown, f"Values in {shown.currency}, net of refunds")
    rows = [_flat(asdict(row)) for row in (*shown.rows, *more)]
    if rows:
        print_table(rows, {name: by if name == "value" else _heading(name) for name in rows[0]})
    for each in whole:
        click.echo(each)
    _print_others(shown)


def _whole(shown: Any) -> list[str]:
    """Return sentences on the conversions that a report is about; none if there are none."""
    told = {"All": shown} if hasattr(shown, "unattributed") else {}
    if hasattr(shown, "returning"):
        told = {"New customers": shown.new, "Returning customers": shown.returning}
    if not any(each.conversions for each in told.values()):
        return []
    return [
        f"{who}: {each.conversions:,} conversions, worth {each.net}; of these without attribution "
        f"{each.unattributed_conversions:,}, worth {each.unattributed}."
        for who, each in told.items()
    ]


def print_conversions(shown: "ConversionList") -> None:
    """Print the conversions behind a number."""
    if not shown.data:
        _print_nothing(shown)
        return
    count = f"{shown.conversions:,} conversion{'s' if shown.conversions != 1 else ''}"
    _print_reckoned(
        shown,
        f"{count} in {shown.currency}, {shown.net} net, of which {shown.credited} credited by "
        f"{shown.model}",
    )
    names = ("reference", "id", "at", "customer", "net", "path", "credit")
    rows = [_flat({name: getattr(row, name) for name in names}) for row in shown.data]
    print_table(rows, dict(zip(names, names, strict=True)))
    if shown.has_more:
        click.echo(f"There are more: --starting-after {shown.data[-1].id}.")
    _print_others(shown)


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: " > ".join(value) if isinstance(value, list) else value for name, value in row.items()
    }


def _heading(name: str) -> str:
    return name.replace("_", " ")


def _print_reckoned(shown: "Reckoned", what: str) -> None:
    """Print what a report is of and what it was reckoned by."""
    as_of = f", as of {shown.as_of}" if shown.as_of else ""
    click.echo(
        f"{what}; {shown.since or 'from the beginning'} to {shown.until or 'now'}, by time of "
        f"{shown.date_basis}{as_of}; days of {shown.timezone}; rules {shown.version}."
    )


def _print_others(shown: "Reckoned") -> None:
    if shown.exchange is not None:
        _print_exchange(shown.exchange)
        return
    others = [code for code in shown.currencies if code != shown.currency]
    if others:
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


def _print_nothing(shown: "Reckoned") -> None:
    click.echo(
        f"Nothing of that was sold in {shown.currency} in that time. A sale begins with an event "
        "order.placed of an order with a total, or of a custom action that is a goal."
    )
    _print_others(shown)


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
