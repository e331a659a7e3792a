"""Events that the store let go of once they were old: the lake alone has them.

They are all those up to one row number, so one number tells where to look for an event. What
makes a repeat a repeat stays: keys, steps of orders, and the events that those steps name, since
later events of an order are its owner's. Those events are in both; whoever lists or counts events
takes the store's only above that number. ``lake/release.py`` decides what goes, and when.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from sqlalchemy import Connection, delete, func, insert, select, update

from footfall.domain.events import Flag
from footfall.store.tables import events, installation, lifecycles, released_events

DIGESTS: Final = 1 << 63
"""Digests are summed modulo this."""

_LAST_ID: Final = "released_events_to"
_UNTIL_AT: Final = "released_events_until"
NOTED_AS: Final = (_LAST_ID, _UNTIL_AT)
"""Rows of ``installation`` in which it is noted."""


class Released(NamedTuple):
    """How far the store let go; all 0 when it has every event.

    Attributes:
        last_id: row number up to which events are in the lake alone.
        until_at: when the last of them arrived, microseconds UTC. None of them occurred later.
    """

    last_id: int = 0
    until_at: int = 0


class Share(NamedTuple):
    """How many events of one business and action, and the sum of their digests."""

    business_id: int
    action_id: int
    event_count: int
    digest: int


class Kept(NamedTuple):
    """An event as the lake has it; all but ``data``, which an erasure empties, is for ever."""

    event_id: int
    business_id: int
    action_id: int
    profile_id: int | None
    session_id: int | None
    object_id: int | None
    token_id: int | None
    amount_minor: int | None
    currency: str | None
    occurred_at: int
    tracked_at: int | None
    received_at: int
    is_bot: bool
    is_ahead: bool
    data: str | None

    @property
    def flags(self) -> Flag:
        """Its marks as the store has them."""
        return (Flag.BOT if self.is_bot else Flag.NONE) | (
            Flag.AHEAD if self.is_ahead else Flag.NONE
        )


def standing(connection: Connection) -> Released:
    """Return how far the store let go."""
    query = select(installation.c.name, installation.c.value).where(
        installation.c.name.in_(NOTED_AS)
    )
    noted = {row.name: int(row.value) for row in connection.execute(query)}
    return Released(noted.get(_LAST_ID, 0), noted.get(_UNTIL_AT, 0))


def shares(connection: Connection) -> list[Share]:
    """Return what was let go, by business and action."""
    table = released_events
    query = select(*(table.c[name] for name in Share._fields))
    ordered = query.order_by(table.c.business_id, table.c.action_id)
    return [Share._make(row) for row in connection.execute(ordered)]


def count(connection: Connection) -> int:
    """Return how many events were let go."""
    query = select(func.coalesce(func.sum(released_events.c.event_count), 0))
    return int(connection.execute(query).scalar_one())


def has_any(connection: Connection, business_id: int, action_id: int) -> bool:
    """Tell whether events of an action were let go."""
    query = select(released_events.c.event_count).where(
        released_events.c.business_id == business_id, released_events.c.action_id == action_id
    )
    return connection.execute(query).first() is not None


def release(connection: Connection, before: Released, now: Released, gone: Iterable[Share]) -> bool:
    """Let go of the events after one row number up to another, and note what they were.

    Args:
        before: how far the store had let go when this was decided.
        gone: the events in between.

    Returns:
        Whether it was done; else another process has let go of events meanwhile.
    """
    # Whoever else is about to do the same waits for this row.
    held = select(installation.c.value).where(installation.c.name == "id").with_for_update()
    connection.execute(held)
    if standing(connection) != before:
        return False
    steps = (
        select(lifecycles.c.event_id)
        .where(
            lifecycles.c.object_id == events.c.object_id,
            lifecycles.c.action_id == events.c.action_id,
            lifecycles.c.event_id == events.c.id,
        )
        .exists()
    )
    within = (events.c.id > before.last_id) & (events.c.id <= now.last_id)
    connection.execute(delete(events).where(within, ~steps))
    for share in gone:
        _add(connection, share)
    for name, value in zip(NOTED_AS, now, strict=True):
        noted = update(installation).where(installation.c.name == name).values(value=str(value))
        if connection.execute(noted).rowcount == 0:
            connection.execute(insert(installation).values(name=name, value=str(value)))
    return True


def _add(connection: Connection, share: Share) -> None:
    table = released_events
    same = (table.c.business_id == share.business_id) & (table.c.action_id == share.action_id)
    query = select(table.c.event_count, table.c.digest).where(same)
    known = connection.execute(query).first()
    if known is None:
        connection.execute(insert(table).values(share._asdict()))
        return
    connection.execute(
        update(table)
        .where(same)
        .values(
            event_count=known.event_count + share.event_count,
            digest=(known.digest + share.digest) % DIGESTS,
        )
    )
