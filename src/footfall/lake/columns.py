"""The lake's schema: name, type, unit and meaning of every column of every table.

From here come the Delta tables, the views that queries see, and a test of ``docs/lake.md``. Times
are microseconds UTC, money is minor units of the ``currency`` beside it, and ids are row numbers of
this installation unless a meaning says otherwise.
"""

from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["bigint", "varchar", "boolean", "date"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes:
        is_told: it came from what a person did or was, and goes when that person is erased.
    """

    name: str
    kind: Kind
    meaning: str
    unit: str = ""
    is_required: bool = False
    is_told: bool = False


@dataclass(frozen=True, slots=True)
class LakeTable:
    """A table of the lake, partitioned by ``business_id`` and ``day_on``.

    Attributes:
        key: its row number; rows are archived in that order.
        day_of: the time whose UTC date is ``day_on``.
        versions: it has a row for each change of a thing, and views show the latest.
    """

    name: str
    key: str
    day_of: str
    meaning: str
    columns: tuple[Column, ...]
    versions: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all columns, in their order."""
        return tuple(column.name for column in self.columns)

    @property
    def told(self) -> tuple[str, ...]:
        """The columns that are emptied when their person is erased."""
        return tuple(column.name for column in self.columns if column.is_told)

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


def _id(name: str, meaning: str) -> Column:
    return Column(name, "bigint", meaning)


def _key(name: str, meaning: str) -> Column:
    return Column(name, "bigint", meaning, is_required=True)


def _at(name: str, meaning: str, *, required: bool = True) -> Column:
    return Column(name, "bigint", meaning, "microseconds UTC", is_required=required)


def _told(name: str, meaning: str, kind: Kind = "varchar", unit: str = "") -> Column:
    return Column(name, kind, meaning, unit, is_told=True)


_BUSINESS: Final = _key("business_id", "The business.")
_PROFILE: Final = _id("profile_id", "The profile it names by itself.")
_SESSION: Final = _id("session_id", "The browser or device it came from.")
_TOKEN: Final = _id("token_id", "The private token it came with; null: a public id or the server.")
_CURRENCY: Final = Column("currency", "varchar", "ISO 4217 code of the amount.")
_ARCHIVED: Final = _key(
    "archived_no", "Number of the step that archived it; the highest of a thing is its latest row."
)


def _amount(meaning: str) -> Column:
    return Column("amount_minor", "bigint", meaning, "minor units of currency")


def _day(of: str) -> Column:
    return Column("day_on", "date", f"UTC date of `{of}`; part of the folder's name.", "date", True)


_TIMES: Final = (
    _at("occurred_at", "When it happened: claimed, or arrived when that came first."),
    _at("tracked_at", "When its sender says it happened.", required=False),
    _at("received_at", "When it arrived."),
    Column("is_bot", "boolean", "It came from what calls itself a crawler.", is_required=True),
    Column("is_ahead", "boolean", "It claims a time after its arrival.", is_required=True),
)

EVENTS: Final = LakeTable(
    "events",
    "event_id",
    "occurred_at",
    "What happened: one row for each stored event.",
    (
        _key("event_id", "The event, in order of storing."),
        _BUSINESS,
        Column("action", "varchar", "Name of what was done, `order.placed`.", is_required=True),
        _key("action_id", "The same as a row number."),
        _PROFILE,
        _SESSION,
        _id("object_id", "What it was done to."),
        _TOKEN,
        _amount("What it is worth."),
        _CURRENCY,
        *_TIMES,
        _told("utm_source", "Campaign source, from `utm_params` or else the page's address."),
        _told("utm_medium", "Campaign medium."),
        _told("utm_campaign", "Campaign."),
        _told("utm_term", "Campaign term."),
        _told("utm_content", "Campaign content."),
        _told(
            "utm_observed_at",
            "When the page read the campaign (or ad click) from its address, if it says.",
            "bigint",
            "microseconds UTC",
        ),
        _told("click_id_kind", "Parameter of an ad platform: `gclid`, `fbclid`, …"),
        _told("click_id", "Its value."),
        _told("referrer", "Address of the page that led here."),
        _told("page_url", "Address of the page it happened on."),
        _told("link_id", "Public id of the tracked link that was opened."),
        Column("object_reference", "varchar", "The object's id in the shop, when archived."),
        Column("object_kind", "varchar", "`product`, `order`, …"),
        _told("data", "Everything told that has no column in the store, as JSON."),
        _day("occurred_at"),
    ),
)

IDENTITY: Final = LakeTable(
    "identity",
    "log_id",
    "changed_at",
    "Every change of who is who, so that it can be replayed.",
    (
        _key("log_id", "The change, in order of storing."),
        _BUSINESS,
        _at("changed_at", "When it was made."),
        Column(
            "kind",
            "varchar",
            "`attach`, `identify`, `merge`, `undo`, `settle`, `suppress`, `erase`, or a conflict.",
            is_required=True,
        ),
        _SESSION,
        _id("profile_id", "The profile; of a merge the one that remains."),
        _id("other_id", "The second profile; of a merge the one merged away."),
        _id("about_id", "The change that this one undoes or settles."),
        Column("cause", "varchar", "What made it happen.", is_required=True),
        _day("changed_at"),
    ),
)

OBJECTS: Final = LakeTable(
    "objects",
    "object_id",
    "updated_at",
    "Products, orders, carts, coupons and every other kind of thing; views show each as it is now.",
    (
        _key("object_id", "The object."),
        _BUSINESS,
        Column("kind", "varchar", "`product`, `order`, `cart`, …", is_required=True),
        Column("reference", "varchar", "Its id in the shop."),
        Column("source", "varchar", "The system that id is of.", is_required=True),
        Column("sku", "varchar", "Stock keeping unit."),
        Column("name", "varchar", "Its name."),
        _amount("Price of a product, value of an order, a cart or a refund."),
        _CURRENCY,
        _id("parent_id", "The product of a variant, the order of a refund."),
        _at("created_at", "When it was first told."),
        _at("updated_at", "When it was changed."),
        _at("deleted_at", "When it was deleted.", required=False),
        Column("data", "varchar", "Everything without a column in the store, as JSON."),
        Column(
            "lines",
            "varchar",
            "Of an order or cart what is in it, as JSON: a list of `product_id`, `quantity`, "
            "`price_minor` of one piece and its `currency`.",
        ),
        _ARCHIVED,
        _day("updated_at"),
    ),
    versions=True,
)

SIGHTINGS: Final = LakeTable(
    "sightings",
    "sighting_id",
    "occurred_at",
    "Further reports of an order's step that was stored already.",
    (
        _key("sighting_id", "The report, in order of storing."),
        _BUSINESS,
        _key("event_id", "The event that counts."),
        _key("object_id", "The order."),
        Column("action", "varchar", "The step, `order.placed`.", is_required=True),
        _key("action_id", "The same as a row number."),
        _TOKEN,
        _PROFILE,
        _SESSION,
        _amount("What this report says it is worth."),
        _CURRENCY,
        *_TIMES,
        _told("data", "Everything told that has no column in the store, as JSON."),
        _day("occurred_at"),
    ),
)

LINKS: Final = LakeTable(
    "links",
    "link_no",
    "created_at",
    "Tracked links; views show each as it is now.",
    (
        _key("link_no", "The link, in order of making."),
        Column("link_id", "varchar", "Public id, as in `events.link_id`.", is_required=True),
        _BUSINESS,
        Column("code", "varchar", "The short address.", is_required=True),
        _told("destination", "Where it leads."),
        Column("source", "varchar", "Campaign source that it adds.", is_required=True),
        Column("medium", "varchar", "Campaign medium that it adds."),
        Column("campaign", "varchar", "Campaign that it adds."),
        _told("profile_id", "Whom it was made for.", "bigint"),
        _at("created_at", "When it was made."),
        _at("updated_at", "When it was changed."),
        _at("deactivated_at", "Since when it leads nowhere.", required=False),
        _at("deleted_at", "When it was deleted.", required=False),
        _ARCHIVED,
        _day("created_at"),
    ),
    versions=True,
)

DELIVERIES: Final = LakeTable(
    "deliveries",
    "delivery_id",
    "delivered_at",
    "Messages that reached somebody.",
    (
        _key("delivery_id", "The delivery, in order of storing."),
        _BUSINESS,
        _TOKEN,
        _told("profile_id", "Whom it reached.", "bigint"),
        Column("campaign", "varchar", "The campaign it belongs to.", is_required=True),
        Column("channel", "varchar", "`email`, `sms`, …", is_required=True),
        Column("source", "varchar", "The system that sent it.", is_required=True),
        _told("reference", "Its id in that system."),
        _at("delivered_at", "When it arrived."),
        _at("created_at", "When it was told."),
        _day("delivered_at"),
    ),
)

TABLES: Final[dict[str, LakeTable]] = {
    table.name: table for table in (IDENTITY, OBJECTS, LINKS, DELIVERIES, EVENTS, SIGHTINGS)
}
"""By name, in the order in which they are archived."""

PARTITIONS: Final = ("business_id", "day_on")
