"""*Overview*: how much came in over a period, against the one before, and from whom.

Counted from the ledger, by the hour in which things arrived; the hours are those of UTC.
"""

from bisect import bisect_right
from collections import defaultdict
from datetime import datetime, time, timedelta
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from litestar import get
from sqlalchemy import Connection

from footfall.dashboard import shown
from footfall.dashboard.chart import draw
from footfall.dashboard.gate import Seat, Visit
from footfall.dashboard.pages import Page, Pages
from footfall.domain.times import HOUR, hour_of, now_us
from footfall.store import ledger, tokens
from footfall.store.ledger import NO_TOKEN, Entry
from footfall.store.store import Store

PERIODS: Final = {"today": 1, "7d": 7, "30d": 30, "90d": 90}
"""Days up to now, today among them."""


class Span(NamedTuple):
    """A period and the one before it, as long; microseconds UTC.

    Attributes:
        steps: where its hours or days begin.
    """

    since_at: int
    until_at: int
    before_since_at: int
    before_until_at: int
    steps: list[int]


class Figure(NamedTuple):
    """A number and the one of the period before."""

    name: str
    value: int
    before: int

    @property
    def change(self) -> int | None:
        """Percent, rounded; ``None`` when there was nothing before."""
        return round(100 * (self.value - self.before) / self.before) if self.before else None


class Sender(NamedTuple):
    """What came with one token; ``name`` ``None``: with the public id."""

    name: str | None
    stored: int
    duplicate: int
    rejected: int
    last_hour_at: int


@get("/{business:str}/overview")
async def show(visit: Visit, seat: Seat, store: Store, pages: Pages) -> Page:
    """Show the figures of a period."""
    asked = visit.request.query_params.get("period", "7d")
    period = asked if asked in PERIODS else "7d"
    is_test = visit.request.query_params.get("data") == "test" and seat.test_id is not None
    side = seat.test_id if is_test and seat.test_id is not None else seat.business.id
    span = span_of(period, seat.business.timezone, now_us())

    def read(connection: Connection) -> dict[str, Any]:
        entries = ledger.totals(connection, side, span.since_at, span.until_at)
        before = ledger.totals(connection, side, span.before_since_at, span.before_until_at)
        last = ledger.last_hours(connection, side)
        names = {each.id: each.name for each in tokens.all_of(connection, side)}
        return {
            "figures": figures(entries, before),
            "bars": bars(entries, span),
            "senders": _senders(entries, last, names),
            "has_any": bool(last),
        }

    values = await store.read(read)
    labels = _labels(span, period, seat.business.timezone)
    stored, rejected = (values["bars"][name] for name in ("stored", "rejected"))
    return pages.show(
        "overview",
        visit,
        seat=seat,
        period=period,
        periods=list(PERIODS),
        is_test=is_test,
        chart=draw(labels, stored, rejected),
        labels=labels,
        **values,
    )


def span_of(period: str, zone_name: str, now: int) -> Span:
    """Return a period that ends with the running hour, in days of a zone.

    The one before is as many days earlier and ends at the same time of day.
    """
    zone, days = ZoneInfo(zone_name), PERIODS[period]
    until_at = hour_of(now) + HOUR
    today = shown.local(now, zone_name).date()
    first = today - timedelta(days=days - 1)
    since_at = _begin(first, zone)
    before_since_at = _begin(first - timedelta(days=days), zone)
    before_until_at = before_since_at + (until_at - since_at)
    if days == 1:
        end = _begin(today + timedelta(days=1), zone)
        steps = list(range(since_at, end, HOUR))
    else:
        steps = [_begin(first + timedelta(days=day), zone) for day in range(days)]
    return Span(hour_of(since_at), until_at, hour_of(before_since_at), before_until_at, steps)


def figures(entries: list[Entry], before: list[Entry]) -> list[Figure]:
    """Return the sums of a period beside those of the one before."""
    return [
        Figure(name, _sum(entries, name), _sum(before, name))
        for name in ("stored", "duplicate", "rejected")
    ]


def bars(entries: list[Entry], span: Span) -> dict[str, list[int]]:
    """Return events and refusals of each step; an hour counts where it begins."""
    counted = {name: [0] * len(span.steps) for name in ("stored", "rejected")}
    for entry in entries:
        step = bisect_right(span.steps, entry.hour_at) - 1
        for name, values in counted.items():
            values[max(step, 0)] += getattr(entry, name)
    return counted


def _labels(span: Span, period: str, zone: str) -> list[str]:
    form = "%H:%M" if period == "today" else "%m-%d"
    return [shown.local(at, zone).strftime(form) for at in span.steps]


def _senders(entries: list[Entry], last: dict[int, int], names: dict[int, str]) -> list[Sender]:
    senders = []
    by_token: dict[int, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_token[entry.token_id].append(entry)
    for token_id, hour_at in last.items():
        own = by_token[token_id]
        name = None if token_id == NO_TOKEN else names.get(token_id, "–")
        stored, duplicate, rejected = (
            _sum(own, each) for each in ("stored", "duplicate", "rejected")
        )
        senders.append(Sender(name, stored, duplicate, rejected, hour_at))
    return sorted(senders, key=lambda each: (-each.stored, each.name or ""))


def _sum(entries: list[Entry], name: str) -> int:
    return sum(getattr(entry, name) for entry in entries)


def _begin(day: Any, zone: ZoneInfo) -> int:
    return int(datetime.combine(day, time.min, zone).timestamp()) * 1_000_000


HANDLERS: Final = (show,)
