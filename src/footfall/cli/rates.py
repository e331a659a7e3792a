"""``footfall rates``: what a euro was worth, for reports in one currency."""

from pathlib import Path
from typing import Any, Final

import click

from footfall.cli.options import Parsed, database_options, effective, json_option
from footfall.cli.output import print_json, print_table
from footfall.domain.money import parse_currency
from footfall.errors import ConfigurationError

_KNOWN: Final = {
    "currency": "currency",
    "rate": "1 EUR",
    "last_day": "on",
    "days": "days",
    "first_day": "since",
}
_RATES: Final = {"day": "day", "rate": "1 EUR"}


@click.group()
def rates() -> None:
    """Import and show exchange rates of the euro."""


@rates.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@database_options
@json_option
def import_(file: Path, data: Path | None, database: str | None, as_json: bool) -> None:
    """Take the rates in a FILE of the European Central Bank, CSV or ZIP."""
    from footfall.cli.database import database_of
    from footfall.domain.reference_rates import parse_rates
    from footfall.domain.times import now_us
    from footfall.store import exchange_rates
    from footfall.store.exchange_rates import Rate

    try:
        told = parse_rates(_text(file))
    except (OSError, ValueError) as problem:
        raise ConfigurationError(f"The rates in {file} cannot be used: {problem}.") from None
    with database_of(effective(data, database)) as opened:
        rows = (Rate(*each) for each in told.rates)
        kept = exchange_rates.keep(opened.engines, rows, now_us())
    days = sorted({day for _, day, _ in told.rates})
    shown: dict[str, Any] = {
        "first_day": days[0],
        "last_day": days[-1],
        **kept._asdict(),
        "passed_over": told.passed_over,
    }
    if as_json:
        print_json(shown)
        return
    click.echo(
        f"{days[0]} to {days[-1]}: {kept.new:,} new rates, {kept.changed:,} changed, {kept.same:,} "
        "known already."
    )
    if told.passed_over:
        click.echo(f"Passed over, being no present currencies: {', '.join(told.passed_over)}.")


@rates.command("list")
@database_options
@json_option
def list_(data: Path | None, database: str | None, as_json: bool) -> None:
    """List the currencies there are rates of, with the latest of each."""
    from footfall.cli.database import database_of
    from footfall.store import exchange_rates

    with (
        database_of(effective(data, database)) as opened,
        opened.engines.read.connect() as connection,
    ):
        shown = [each._asdict() for each in exchange_rates.known(connection)]
    if as_json:
        print_json(shown)
    elif shown:
        print_table(shown, _KNOWN)
    else:
        click.echo("There are no rates yet; `footfall rates import FILE` takes some.")


@rates.command()
@click.argument("currency", type=Parsed("code", parse_currency))
@click.option(
    "--limit", type=click.IntRange(1), default=30, show_default=True, help="How many days."
)
@database_options
@json_option
def show(currency: str, limit: int, data: Path | None, database: str | None, as_json: bool) -> None:
    """Show the rates of a CURRENCY, the latest first."""
    from footfall.cli.database import database_of
    from footfall.store import exchange_rates

    with (
        database_of(effective(data, database)) as opened,
        opened.engines.read.connect() as connection,
    ):
        shown = [each._asdict() for each in exchange_rates.latest(connection, currency, limit)]
    if as_json:
        print_json(shown)
    elif shown:
        print_table(shown, _RATES)
    else:
        click.echo(
            f"There are no rates of {currency}; `footfall rates list` shows those there are."
        )


def _text(file: Path) -> str:
    """Return the text of a CSV file, or of the one in a ZIP file.

    Raises:
        ValueError: it is no text, no ZIP file with one CSV file, or too large.
    """
    from zipfile import BadZipFile, ZipFile, is_zipfile

    if not is_zipfile(file):
        if file.stat().st_size > _LARGEST:
            raise ValueError(f"it has more than {_LARGEST:,} bytes")
        return file.read_text("utf-8")
    try:
        with ZipFile(file) as archive:
            inside = [each for each in archive.infolist() if each.filename.endswith(".csv")]
            if len(inside) != 1:
                raise ValueError(f"the ZIP file has {len(inside)} CSV files in it, not one")
            with archive.open(inside[0]) as member:
                content = member.read(_LARGEST + 1)
    except (BadZipFile, NotImplementedError, RuntimeError) as problem:
        raise ValueError(f"the ZIP file cannot be read ({problem})") from None
    if len(content) > _LARGEST:
        raise ValueError(f"what is in the ZIP file has more than {_LARGEST:,} bytes")
    return content.decode("utf-8")


_LARGEST: Final = 64 * 2**20
"""Bytes; all rates since 1999 are two million."""
