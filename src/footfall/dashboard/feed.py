"""Events and refusals of a business in one order, as they were acknowledged, filtered.

Both are read in the order of their row numbers. A reading looks at a bounded number of each, so it
says how far back it reaches; nothing between that and now is left out.
"""

import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from footfall.domain.actions import OWN, Action
from footfall.store import actions, events, rejections
from footfall.store.event_index import EventIndex
from footfall.store.events import Event, EventFilter
from footfall.store.pages import Bounds

LOOKED_AT: Final = 100
"""Rows of each kind that a reading looks at, …"""

SEARCHED: Final = 2000
"""… and when it searches in them."""


class Filters(NamedTuple):
    """What to show; empty: everything."""

    action: str = ""
    outcome: str = ""
    text: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Filters":
        """Return the filters in a query string; an outcome that is none counts as any."""
        outcome = query.get("outcome", "")
        return cls(
            query.get("action", "").strip()[:128],
            outcome if outcome in ("stored", "refused") else "",
            query.get("text", "").strip()[:128].casefold(),
        )


class Entry(NamedTuple):
    """One line: an event or a refusal; the other one is ``None``."""

    at: int
    event: Event | None
    refusal: Any | None


class Cursor(NamedTuple):
    """The newest rows looked at, shown or not."""

    event_id: int
    rejection_id: int

    @classmethod
    def read(cls, text: str) -> "Cursor | None":
        """Return a cursor as an address spells it, ``17.4``."""
        first, _, second = text.partition(".")
        if not all(
            each.isascii() and each.isdigit() and len(each) < 16 for each in (first, second)
        ):
            return None
        return cls(int(first), int(second))

    def __str__(self) -> str:
        return f"{self.event_id}.{self.rejection_id}"


class Feed(NamedTuple):
    """Lines, newest first.

    Attributes:
        since_at: nothing after this is missing; ``None``: nothing at all is.
        has_more: there are newer rows than these.
    """

    entries: list[Entry]
    cursor: Cursor
    since_at: int | None = None
    has_more: bool = False


def latest(connection: Connection, index: EventIndex, business_id: int, filters: Filters) -> Feed:
    """Return the newest lines."""
    limit = SEARCHED if filters.text else LOOKED_AT
    # First, and what comes in between is left to the next reading: nothing twice, nothing never.
    newest_id = _newest_event(connection, index, business_id)
    found = _events(connection, index, business_id, filters, limit + 1)
    found = [row for row in found if row.id <= newest_id]
    refused = (
        rejections.newest(connection, business_id, Bounds(limit))
        if _wants_refused(filters)
        else None
    )
    rows = refused.rows if refused else []
    horizons = []
    if len(found) > limit:
        found = found[:limit]
        horizons.append(found[-1].received_at)
    if refused and refused.has_more:
        horizons.append(rows[-1].received_at)
    since_at = max(horizons, default=None)
    entries = _merged(found, rows, filters)
    shown = [each for each in entries if since_at is None or each.at >= since_at]
    cursor = Cursor(newest_id, rows[0].id if rows else 0)
    return Feed(shown, cursor, since_at)


def newer(
    connection: Connection, index: EventIndex, business_id: int, filters: Filters, after: Cursor
) -> Feed:
    """Return the lines after a cursor, the oldest of them first when there are too many."""
    found = _events(connection, index, business_id, filters, SEARCHED, before=after.event_id)
    bounds = Bounds(SEARCHED, before=after.rejection_id)
    rows = (
        rejections.newest(connection, business_id, bounds).rows if _wants_refused(filters) else []
    )
    cursor = Cursor(
        found[0].id if found else after.event_id, rows[0].id if rows else after.rejection_id
    )
    has_more = len(found) == SEARCHED or len(rows) == SEARCHED
    return Feed(_merged(found, rows, filters), cursor, has_more=has_more)


def known_actions(connection: Connection, business_id: int) -> dict[str, Action]:
    """Return every action that events of a business may have, by name."""
    return {**OWN, **actions.by_name(connection, business_id)}


def _newest_event(connection: Connection, index: EventIndex, business_id: int) -> int:
    found = events.page(connection, index, EventFilter(business_id), 1)
    return found[0].id if found else 0


def _events(
    connection: Connection,
    index: EventIndex,
    business_id: int,
    filters: Filters,
    limit: int,
    *,
    before: int | None = None,
) -> list[Event]:
    if filters.outcome == "refused":
        return []
    action_id = None
    if filters.action:
        known = known_actions(connection, business_id).get(filters.action)
        if known is None:
            return []
        action_id = known.id
    wanted = EventFilter(business_id, action_id=action_id)
    return events.page(connection, index, wanted, limit, before=before)


def _wants_refused(filters: Filters) -> bool:
    return filters.outcome != "stored"


def _merged(found: list[Event], refused: list[Any], filters: Filters) -> list[Entry]:
    entries = [Entry(row.received_at, row, None) for row in found if _says(row, filters.text)]
    entries += [
        Entry(row.received_at, None, row)
        for row in refused
        if _says_refused(row, filters.text)
        and (not filters.action or action_of(row.body) == filters.action)
    ]
    return sorted(entries, key=lambda each: each.at, reverse=True)


def action_of(body: Any) -> str | None:
    """Return the action that a refused body names, if it is one that can be read."""
    action = body.get("action") if isinstance(body, dict) else None
    return action if isinstance(action, str) else None


def _says(row: Event, text: str) -> bool:
    if not text:
        return True
    texts = (
        row.action_name,
        row.session_text,
        row.object_kind,
        row.object_name,
        row.object_reference,
    )
    plain = "\n".join(each for each in texts if each)
    return text in (plain + "\n" + json.dumps(row.data, ensure_ascii=False)).casefold()


def _says_refused(row: Any, text: str) -> bool:
    if not text:
        return True
    told = (row.path, row.request_id, row.errors, row.body)
    return text in json.dumps(told, ensure_ascii=False).casefold()
