"""What receipts and moves look like to whoever asks; made by the modules beside this one."""

from typing import Annotated

from msgspec import Meta, Struct

from footfall.reports.exchange_bodies import ReceiptExchange

Id = str | None
Text = str | None


class ReceiptMoney(Struct):
    """The ledger of a conversion; decimal texts in ``currency``."""

    currency: Annotated[str, Meta(description="ISO 4217.")]
    gross: Annotated[str, Meta(description="As it was first reported.")]
    refunded: Annotated[str, Meta(description="By refunds that name the order.")]
    cancelled: Annotated[bool, Meta(description="Whether nothing is left of it.")]
    net: Annotated[str, Meta(description="What is credited.")]
    converted: Annotated[
        ReceiptExchange | None,
        Meta(description="With `convert_to`: what it is in that currency, which is credited then."),
    ] = None


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
    kind: Annotated[
        str, Meta(description="`external`, `active` or `passive`; `bot`: nobody met it.")
    ]
    evidence: Annotated[str, Meta(description="What shows it: `campaign`, `ad_click` …")]
    channel: Annotated[str, Meta(description="By the channel rules.")]
    source: Annotated[str, Meta(description="Empty where nothing tells it.")]
    medium: Annotated[str, Meta(description="Likewise.")]
    campaign: Annotated[str, Meta(description="Likewise.")]
    term: Annotated[str, Meta(description="Likewise.")]
    content: Annotated[str, Meta(description="Likewise.")]
    link: Annotated[Id, Meta(description="Id of the tracked link that was opened.")]
    landing_page: Annotated[str, Meta(description="Host and path of the page it led to.")]
    session: Annotated[Id, Meta(description="Id of the session it is known from.")]
    event: Annotated[Id, Meta(description="Id of the event it is known from.")]
    delivery: Annotated[Id, Meta(description="Id of the delivery it is known from.")]
    counts: Annotated[bool, Meta(description="Whether it may be credited.")]
    reason: Annotated[str, Meta(description="Why, in a sentence.")]
    credit: Annotated[dict[str, str], Meta(description="Decimal text, by model.")]


class ReceiptLine(Struct):
    """What was sold, and its part of the net value."""

    product: Annotated[Text, Meta(description="Its name; a variant's is that of its product.")]
    category: Annotated[Text, Meta(description="The first of the product's categories.")]
    quantity: int
    amount: Annotated[Text, Meta(description="Of the line; null: it has no price.")]
    currency: Annotated[Text, Meta(description="Of the amount, ISO 4217.")]
    net: Annotated[str, Meta(description="Its part, in proportion to the lines' amounts.")]


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
    milestone: Annotated[Text, Meta(description="When its journey came to the milestone, if so.")]
    identity: Annotated[list[ReceiptChange], Meta(description="How others' pasts became theirs.")]
    touches: Annotated[list[ReceiptTouch], Meta(description="All of the person, oldest first.")]
    sold: Annotated[list[ReceiptLine], Meta(description="The order's lines; empty: none are told.")]
    version: Annotated[str, Meta(description="Hash of the definition and the channel rules.")]


class MovedSale(Struct):
    """A sale that the two readings credit differently."""

    id: Annotated[str, Meta(description="Id of the event that started it.")]
    reference: Annotated[str | None, Meta(description="Of the order, in the shop.")]
    at: Annotated[str, Meta(description="When it happened; ISO 8601.")]
    before: Annotated[dict[str, str], Meta(description="Credit of the first reading.")]
    after: Annotated[dict[str, str], Meta(description="Credit of the second reading.")]
    causes: Annotated[list[str], Meta(description="What is different, each in a few words.")]


class Difference(Struct):
    """All sales that two readings credit differently."""

    by: str
    currency: str
    versions: Annotated[list[str], Meta(description="Hashes of both definitions.")]
    compared: Annotated[int, Meta(description="Sales that either reading credits.")]
    moved: Annotated[list[MovedSale], Meta(description="Oldest first.")]
