"""Two readings of the same sales → which of them move, from what to what, and why.

The readings differ in their definition, in their model, or in the moment as of which they are made.
Causes are found by comparing the two receipts of a sale, so they name what is really different.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from footfall.attribution.receipts import Receipt, receipts
from footfall.attribution.run import Attribution
from footfall.attribution.words import EVER, Dimension, Range
from footfall.domain.money import format_minor
from footfall.domain.public_ids import Kind
from footfall.domain.times import iso_utc
from footfall.reports.bodies import Difference, MovedSale

Shares = Mapping[str, int]
"""Minor units by channel, source …; empty without attribution."""

_NONE: Final[Shares] = {}


@dataclass(frozen=True, slots=True)
class Reading:
    """One side of a comparison."""

    attribution: Attribution
    model: str


def difference(
    before: Reading,
    after: Reading,
    *,
    by: Dimension,
    currency: str,
    encode: Callable[[Kind, int], str],
    during: Range = EVER,
) -> Difference:
    """Compare two readings, sale by sale."""
    credited = [
        each.attribution.by_conversion(by, each.model, currency, during) for each in (before, after)
    ]
    every = sorted(credited[0].keys() | credited[1].keys())
    moved = [
        _moved(before, after, conversion, was, now, currency, encode)
        for conversion, was, now in _changed(every, *credited)
    ]
    moved.sort(key=lambda sale: (sale.at, sale.id))
    versions = [before.attribution.version, after.attribution.version]
    return Difference(by, currency, versions, len(every), moved)


def _changed(
    every: list[int], before: Mapping[int, Shares], after: Mapping[int, Shares]
) -> Iterator[tuple[int, Shares, Shares]]:
    for conversion in every:
        was, now = before.get(conversion, _NONE), after.get(conversion, _NONE)
        if was != now:
            yield conversion, was, now


def _moved(
    before: Reading,
    after: Reading,
    conversion: int,
    was: Shares,
    now: Shares,
    currency: str,
    encode: Callable[[Kind, int], str],
) -> MovedSale:
    first = _receipt(before.attribution, conversion)
    second = _receipt(after.attribution, conversion)
    shown = second or first
    assert shown is not None
    causes = _causes(first, second)
    if before.model != after.model:
        causes.append(f"model {before.model} → {after.model}")
    if before.attribution.version != after.attribution.version:
        causes.append("setting")
    return MovedSale(
        id=encode(Kind.EVENT, conversion),
        reference=shown.conversion.reference,
        at=iso_utc(shown.conversion.converted_at),
        before={value: format_minor(minor, currency) for value, minor in was.items()},
        after={value: format_minor(minor, currency) for value, minor in now.items()},
        causes=causes,
    )


def _receipt(attribution: Attribution, conversion: int) -> Receipt | None:
    # No order has an empty reference, so this is the one with that event.
    return next(iter(receipts(attribution, "", conversion)), None)


def _causes(first: Receipt | None, second: Receipt | None) -> list[str]:
    """Return what the facts behind two receipts of one sale differ in."""
    if first is None or second is None:
        return [
            "late event: the sale itself" if first is None else "the sale is not known any more"
        ]
    causes = []
    was, now = first.conversion, second.conversion
    if was.is_cancelled != now.is_cancelled:
        causes.append("cancellation")
    if was.refunded_minor != now.refunded_minor:
        causes.append("refund")
    merges, attached = (
        {change.log_id for change in first.changes if change.kind == kind}
        != {change.log_id for change in second.changes if change.kind == kind}
        for kind in ("merge", "attach")
    )
    if merges:
        causes.append("merge")
    if attached or (was.person_id != now.person_id and not merges):
        causes.append("session attached")
    touches = [
        {(each.touch.event_id, each.touch.delivery_id) for each in receipt.considered}
        for receipt in (first, second)
    ]
    if touches[0] != touches[1] and not (merges or attached):
        causes.append("late event: a touch")
    return causes
