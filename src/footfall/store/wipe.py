"""Takes everything out of the test side of a business and leaves its tokens good.

Runs beside servers, in many short transactions, so that nobody has to wait long for the next
commit; what is sent meanwhile may stay. Look-ups through the derived event index find row numbers
of events that are gone, and pass over them. No row number is given to others: where SQLite numbers
from the highest row on, the highest one stays, without what was in it.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any, Final

from sqlalchemy import Table, delete, func, select, tuple_, update
from sqlalchemy.exc import IntegrityError

from footfall.domain.sessions import mint
from footfall.domain.times import now_us
from footfall.errors import ConfigurationError
from footfall.store import tables
from footfall.store.engine import Engines
from footfall.store.facts import FOLLOW_EVERY_S, WIPED, changed

Report = Callable[[str, int, int | None], None]
"""Called with the table, how many rows were looked at, and out of how many if that is known."""

ROWS_AT_ONCE: Final = 20_000
_ATTEMPTS: Final = 3

_PEOPLE_WHO_LOG_IN: Final = frozenset(
    {"members", "memberships", "invitations", "web_sessions", "audit"}
)
"""Of a business, never of its test side."""

KEPT: Final = _PEOPLE_WHO_LOG_IN | {
    "installation",
    "changes",
    "businesses",
    "tokens",
    "exchange_rates",
}
"""Tables that are left as they are."""

_OF_ROWS: Final[tuple[tuple[Table, str, Table], ...]] = (
    (tables.open_carts, "object_id", tables.objects),
    (tables.lifecycles, "object_id", tables.objects),
    (tables.list_members, "profile_id", tables.profiles),
)
"""Tables that do not say whose they are, with the column that points at what does."""

_NUMBERED: Final[tuple[Table, ...]] = (
    tables.link_clicks,
    tables.links,
    tables.deliveries,
    tables.items,
    tables.submissions,
    tables.claims,
    tables.identities,
    tables.identity_log,
    tables.sightings,
    tables.events,
    tables.rejections,
    tables.lists,
    tables.properties,
    tables.structures,
    tables.actions,
    tables.integrations,
    tables.attribution_settings,
)
_KEYED: Final[tuple[Table, ...]] = (
    tables.unique_values,
    tables.idempotency,
    tables.ledger,
    tables.released_events,
)

_REMEMBERED: Final[tuple[Table, ...]] = (tables.sessions, tables.profiles, tables.objects)
"""Whose row numbers servers remember; last, because others point at them."""

COVERED: Final = frozenset(
    each.name for each in (*(row[0] for row in _OF_ROWS), *_NUMBERED, *_KEYED, *_REMEMBERED)
)


def wipe(engines: Engines, twin_id: int, report: Report) -> dict[str, int]:
    """Delete every row of a twin; return how many by table.

    Raises:
        ConfigurationError: so much is sent meanwhile that it does not come to an end.
    """
    for _ in range(_ATTEMPTS):
        try:
            return _Wipe(engines, twin_id, report).run()
        except IntegrityError:
            # What was sent meanwhile points at what was to go: it is the next attempt's.
            continue
    raise ConfigurationError("Test events keep arriving; stop their sender and wipe again.")


class _Wipe:
    def __init__(self, engines: Engines, twin_id: int, report: Report) -> None:
        self._engines = engines
        self._twin_id = twin_id
        self._report = report
        self._gone: dict[str, int] = {}

    def run(self) -> dict[str, int]:
        for table, column, owner in _OF_ROWS:
            for first, last in self._ranges(table, owner):
                theirs = select(owner.c.id).where(
                    owner.c.business_id == self._twin_id, owner.c.id.between(first, last)
                )
                self._delete(table, table.c[column].in_(theirs))
        for table in _NUMBERED:
            for first, last in self._ranges(table, table):
                self._delete(table, self._within(table, first, last))
        for table in _KEYED:
            key = [*table.primary_key.columns]
            some = select(*key).where(table.c.business_id == self._twin_id).limit(ROWS_AT_ONCE)
            self._report(table.name, 0, None)
            while self._delete(table, tuple_(*key).in_(some.subquery().select())):
                pass
        for table in _REMEMBERED:
            last_one = self._blank_last(table) if self._engines.is_sqlite else None
            for first, last in self._ranges(table, table):
                condition = self._within(table, first, last)
                self._delete(table, condition & (table.c.id != (last_one or 0)))
        with self._engines.write.begin() as connection:
            # So that every lake follows.
            changed(connection, WIPED, self._twin_id)
        # Until every server has forgotten what went, an event may still be taken for it.
        self._report("caches", 0, None)
        time.sleep(3 * FOLLOW_EVERY_S)
        return self._gone

    def _blank_last(self, table: Table) -> int | None:
        with self._engines.write.begin() as connection:
            query = select(table.c.id, table.c.business_id).order_by(table.c.id.desc()).limit(1)
            row = connection.execute(query).first()
            if row is None or row.business_id != self._twin_id:
                return None
            connection.execute(update(table).where(table.c.id == row.id).values(_blank(table)))
            changed(connection, "everything", self._twin_id)
            self._gone[table.name] = self._gone.get(table.name, 0) + 1
            last_one: int = row.id
            return last_one

    def _ranges(self, table: Table, owner: Table) -> Iterator[tuple[int, int]]:
        """Yield the row numbers, both ends included, among which the twin's are."""
        with self._engines.read.connect() as connection:
            bounds = select(func.min(owner.c.id), func.max(owner.c.id))
            low, high = connection.execute(bounds).one()
        if low is None:
            return
        for first in range(low, high + 1, ROWS_AT_ONCE):
            self._report(table.name, first - low, high - low + 1)
            yield first, min(first + ROWS_AT_ONCE - 1, high)

    def _within(self, table: Table, first: int, last: int) -> Any:
        return (table.c.business_id == self._twin_id) & table.c.id.between(first, last)

    def _delete(self, table: Table, condition: Any) -> int:
        with self._engines.write.begin() as connection:
            count = connection.execute(delete(table).where(condition)).rowcount
            if count and _is_cached(table):
                changed(connection, "everything", self._twin_id)
        self._gone[table.name] = self._gone.get(table.name, 0) + count
        return count


def _is_cached(table: Table) -> bool:
    return table in _REMEMBERED or table is tables.actions


def _blank(table: Table) -> dict[str, Any]:
    """Return the columns of a row that is nobody any more."""
    if table is tables.sessions:
        return {"text": mint(), "profile_id": None, "attached_at": None}
    names = ("reference", "data", "first_name", "last_name", "sku", "name")
    return {**{name: None for name in names if name in table.c}, "deleted_at": now_us()}
