"""A conversion's receipt as it is shown: ids of the API, decimal money, ISO 8601 times."""

from collections.abc import Callable
from typing import Annotated, Final

from msgspec import Meta, Struct

from footfall.attribution.definition import KINDS
from footfall.attribution.receipts import Change, Considered, Conversion, Receipt, receipts
from footfall.attribution.run import Attribution
from footfall.domain.money import format_minor
from footfall.domain.public_ids import Kind
from footfall.domain.times import iso_utc

Encode = Callable[[Kind, int], str]

_WORDS: Final = {number: word for word, number in KINDS.items()}

Id = str | None
Text = str | None


class ReceiptMoney(Struct):
    """The ledger of a conversion; decimal texts in ``currency``."""

    currency: Annotated[str, Meta(description="ISO 4217.")]
    gross: Annotated[str, Meta(description="As it was first reported.")]
    refunded: Annotated[str, Meta(description="By refunds that name the order.")]
    cancelled: Annotated[bool, Meta(description="Whether nothing is left of it.")]
    net: Annotated[str, Meta(description="What is credited.")]


class ReceiptChange(Struct):
    """Why a session or another profile is the person's."""

    at: Annotated[str, Meta(description="ISO 8601.")]
    kind: Annotated[str, Meta(description="`attach` of a session, or `merge` of a profile.")]
    session: Annotated[Id, Meta(description="Id of the session that was attached.")]
    profile: Annotated[Id, Meta(description="The profile it became part of.")]
    merged: Annotated[Id, Meta(description="The profile that was merged.")]
    cause: Annotated[str, Meta(description="What made it happen.")]


class ReceiptTouch(Struct):
    """A touch of the person, and the verdict on it."""

    at: Annotated[str, Meta(description="ISO 8601.")]
    kind: Annotated[str, Meta(description="`external`, `active` or `passive`.")]
    evidence: Annotated[str, Meta(description="What shows it: `campaign`, `ad_click` …")]
    channel: Annotated[str, Meta(description="By the channel rules.")]
    source: Annotated[str, Meta(description="Empty where nothing tells it.")]
    medium: Annotated[str, Meta(description="Likewise.")]
    campaign: Annotated[str, Meta(description="Likewise.")]
    session: Annotated[Id, Meta(description="Id of the session it is known from.")]
    event: Annotated[Id, Meta(description="Id of the event it is known from.")]
    delivery: Annotated[Id, Meta(description="Id of the delivery it is known from.")]
    counts: Annotated[bool, Meta(description="Whether it may be credited.")]
    reason: Annotated[str, Meta(description="Why, in a sentence.")]
    credit: Annotated[dict[str, str], Meta(description="Decimal text, by model.")]


class ConversionReceipt(Struct):
    """Everything that decided what became of one conversion."""

    id: Annotated[str, Meta(description="Id of the event that started it.")]
    action: Annotated[str, Meta(description="`order.placed`, or another goal.")]
    reference: Annotated[Text, Meta(description="Of the order, in the shop.")]
    at: Annotated[str, Meta(description="When it happened; ISO 8601.")]
    money: ReceiptMoney
    profile: Annotated[Id, Meta(description="Whose it is; null: of an anonymous visitor.")]
    session: Annotated[Id, Meta(description="Session it was made in.")]
    reason: Annotated[str, Meta(description="What decided, in a sentence.")]
    identity: Annotated[list[ReceiptChange], Meta(description="How others' pasts became theirs.")]
    touches: Annotated[list[ReceiptTouch], Meta(description="All of the person, oldest first.")]
    version: Annotated[str, Meta(description="Hash of the definition and the channel rules.")]


def find(
    attribution: Attribution, reference: str, event_id: int, encode: Encode
) -> list[ConversionReceipt]:
    """Return the receipts of an order, by its reference or by the row number of its first event."""
    return [render(each, encode) for each in receipts(attribution, reference, event_id)]


def render(receipt: Receipt, encode: Encode) -> ConversionReceipt:
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
        money=_money(conversion),
        profile=_id(Kind.PROFILE, max(conversion.person_id, 0) or None, encode),
        session=_id(Kind.SESSION, conversion.session_id, encode),
        reason=receipt.reason,
        identity=[_change(change, encode) for change in receipt.changes],
        touches=[_touch(each, conversion.currency, encode) for each in receipt.considered],
        version=receipt.version,
    )


def _money(conversion: Conversion) -> ReceiptMoney:
    currency = conversion.currency
    return ReceiptMoney(
        currency,
        format_minor(conversion.gross_minor, currency),
        format_minor(conversion.refunded_minor, currency),
        conversion.is_cancelled,
        format_minor(conversion.net_minor, currency),
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
        kind=_WORDS[touch.kind],
        evidence=touch.evidence,
        channel=touch.channel,
        source=touch.source,
        medium=touch.medium,
        campaign=touch.campaign,
        session=_id(Kind.SESSION, touch.session_id, encode),
        event=_id(Kind.EVENT, touch.event_id, encode),
        delivery=_id(Kind.DELIVERY, touch.delivery_id, encode),
        counts=each.counts,
        reason=each.reason,
        credit={model: format_minor(minor, currency) for model, minor in each.credit_minor.items()},
    )


def _id(kind: Kind, row_id: int | None, encode: Encode) -> str | None:
    return None if row_id is None else encode(kind, row_id)
