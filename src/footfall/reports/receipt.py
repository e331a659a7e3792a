"""A conversion's receipt as it is shown: ids of the API, decimal money, ISO 8601 times."""

from collections.abc import Callable

from footfall.attribution.receipts import (
    WORDS,
    Change,
    Considered,
    Conversion,
    Receipt,
    receipts,
)
from footfall.attribution.run import Attribution
from footfall.domain.money import format_minor
from footfall.domain.public_ids import Kind
from footfall.domain.times import iso_utc
from footfall.reports.bodies import (
    ConversionReceipt,
    ReceiptChange,
    ReceiptLine,
    ReceiptMoney,
    ReceiptTouch,
)
from footfall.reports.exchange import converted
from footfall.reports.sold import Line, parts

Encode = Callable[[Kind, int], str]


def find(
    attribution: Attribution, reference: str, event_id: int, encode: Encode
) -> list[ConversionReceipt]:
    """Return the receipts of an order, by its reference or by the row number of its first event."""
    return [
        render(attribution, each, encode) for each in receipts(attribution, reference, event_id)
    ]


def render(attribution: Attribution, receipt: Receipt, encode: Encode) -> ConversionReceipt:
    """Return a receipt as it is shown.

    Args:
        encode: gives a row number its public id.
    """
    conversion = receipt.conversion
    return ConversionReceipt(
        id=encode(Kind.EVENT, conversion.conversion_id),
        action=conversion.action,
        reference=conversion.reference,
        at=iso_utc(conversion.converted_at),
        money=_money(receipt),
        profile=_id(Kind.PROFILE, max(conversion.person_id, 0) or None, encode),
        session=_id(Kind.SESSION, conversion.session_id, encode),
        reason=receipt.reason,
        milestone=None if receipt.milestone_at is None else iso_utc(receipt.milestone_at),
        identity=[_change(change, encode) for change in receipt.changes],
        touches=[_touch(each, conversion.currency, encode) for each in receipt.considered],
        sold=_sold(attribution, conversion),
        version=receipt.version,
    )


def _sold(attribution: Attribution, conversion: Conversion) -> list[ReceiptLine]:
    lines = [Line(*row) for row in attribution.lines_sold(conversion.conversion_id)]
    shares = parts(conversion.net_minor, lines)
    return [
        ReceiptLine(
            line.product,
            line.category,
            line.quantity,
            _amount(line),
            line.currency,
            format_minor(share, conversion.currency),
        )
        for line, share in zip(lines, shares, strict=True)
    ]


def _amount(line: Line) -> str | None:
    if line.line_minor is None or line.currency is None:
        return None
    return format_minor(line.line_minor, line.currency)


def _money(receipt: Receipt) -> ReceiptMoney:
    conversion = receipt.conversion
    told = receipt.exchanged or conversion
    return ReceiptMoney(
        told.currency,
        format_minor(told.gross_minor, told.currency),
        format_minor(told.refunded_minor, told.currency),
        conversion.is_cancelled,
        format_minor(told.net_minor, told.currency),
        converted(receipt),
    )


def _change(change: Change, encode: Encode) -> ReceiptChange:
    return ReceiptChange(
        iso_utc(change.at),
        change.kind,
        _id(Kind.SESSION, change.session_id, encode),
        _id(Kind.PROFILE, change.profile_id, encode),
        _id(Kind.PROFILE, change.other_id, encode),
        change.cause,
    )


def _touch(each: Considered, currency: str, encode: Encode) -> ReceiptTouch:
    touch = each.touch
    return ReceiptTouch(
        at=iso_utc(touch.touched_at),
        kind=WORDS[touch.kind],
        evidence=touch.evidence,
        channel=touch.channel,
        source=touch.source,
        medium=touch.medium,
        campaign=touch.campaign,
        term=touch.term or "",
        content=touch.content or "",
        link=touch.link_id,
        landing_page=touch.landing_page or "",
        session=_id(Kind.SESSION, touch.session_id, encode),
        event=_id(Kind.EVENT, touch.event_id, encode),
        delivery=_id(Kind.DELIVERY, touch.delivery_id, encode),
        counts=each.counts,
        reason=each.reason,
        credit={model: format_minor(minor, currency) for model, minor in each.credit_minor.items()},
    )


def _id(kind: Kind, row_id: int | None, encode: Encode) -> str | None:
    return None if row_id is None else encode(kind, row_id)
