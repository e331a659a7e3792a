"""What a report is asked, and what every report says of how it was reckoned."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct

from footfall.attribution.words import EVER, Dimension, Range, Sold
from footfall.domain.times import iso_utc
from footfall.reports.exchange_bodies import ReportExchange
from footfall.reports.words import Customer, DateBasis, Per, Role

if TYPE_CHECKING:
    from footfall.attribution.run import Attribution


@dataclass(frozen=True, slots=True)
class Question:
    """What every report is asked.

    Attributes:
        currency: whose conversions; never another's beside them.
        zone: the business's, in which its days begin.
        now: UTC microseconds; no period begins after it.
        by: what is credited.
        during: when the conversions were, or under the basis ``touch`` the touches.
        as_of: what arrived later is not known yet; ``None``: all is.
        per: the periods that a report is divided by.
    """

    currency: str
    zone: ZoneInfo
    now: int
    by: Dimension | Sold = "channel"
    during: Range = EVER
    as_of: int | None = None
    date_basis: DateBasis = "purchase"
    per: Per | None = None

    def bounded(self, first_at: int, last_at: int = 0) -> Range:
        """Return the time with both ends: from the first that is known, up to now.

        Args:
            first_at, last_at: UTC microseconds, the first and the last thing in it; the last one
                may have come while the question was on its way.
        """
        known_at = min(self.now, self.now if self.as_of is None else self.as_of)
        return Range(
            first_at if self.during.since_at == EVER.since_at else self.during.since_at,
            min(self.during.until_at, max(known_at, last_at) + 1),
        )


class Wanted(NamedTuple):
    """Which conversions; ``None`` lets all through.

    Attributes:
        value: of the dimension: those that gave it anything under the model.
        role: what ``value`` was on their way, in place of what it was given.
        attributed: whether any touch counts for them.
        path: exactly the touches that count, oldest first.
        touches: how many count.
        time: how long after the first touch, one of ``LAG_NAMES``.
    """

    value: str | None = None
    role: Role | None = None
    attributed: bool | None = None
    customer: Customer | None = None
    path: tuple[str, ...] | None = None
    touches: int | None = None
    time: str | None = None


class Reckoned(Struct, kw_only=True):
    """What a report was reckoned by."""

    currency: Annotated[str, Meta(description="ISO 4217; others have reports of their own.")]
    currencies: Annotated[list[str], Meta(description="All that anything was sold in.")]
    since: Annotated[str | None, Meta(description="First instant, ISO 8601; null: the beginning.")]
    until: Annotated[str | None, Meta(description="The instant it ends before; null: now.")]
    timezone: Annotated[str, Meta(description="In which the business's days begin.")]
    date_basis: Annotated[
        str, Meta(description="Counted by the time of the `purchase`, or of the `touch`.")
    ]
    as_of: Annotated[str | None, Meta(description="What arrived later is not in it; null: all is.")]
    definition: Annotated[dict[str, Any], Meta(description="Windows and parameters of models.")]
    version: Annotated[str, Meta(description="Hash of the definition and the channel rules.")]
    exchange: Annotated[
        ReportExchange | None, Meta(description="With `convert_to`: the rates that were used.")
    ] = None


def reckoned(attribution: "Attribution", question: Question) -> dict[str, Any]:
    """Return the fields of ``Reckoned``."""
    # Loaded with what reckons, not by whoever only asks.
    from footfall.reports.exchange import exchange_of

    during, as_of = question.during, question.as_of
    return {
        "currency": question.currency,
        "currencies": attribution.currencies(),
        "since": iso_utc(during.since_at) if during.since_at != EVER.since_at else None,
        "until": iso_utc(during.until_at) if during.until_at != EVER.until_at else None,
        "timezone": question.zone.key,
        "date_basis": question.date_basis,
        "as_of": None if as_of is None else iso_utc(as_of),
        "definition": asdict(attribution.definition),
        "version": attribution.version,
        "exchange": exchange_of(attribution, during if question.date_basis == "purchase" else EVER),
    }
