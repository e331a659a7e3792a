"""Sightings: who else reported a step of an order that was stored already.

The commit of events writes them (contract 4.3); here they are read, beside the event that counts.
"""

from typing import Any

from sqlalchemy import Connection, Row, func, select

from footfall.errors import Fault, Refused
from footfall.store import pages
from footfall.store.pages import Bounds
from footfall.store.tables import actions, events, sessions, sightings


def page(
    connection: Connection, business_id: int, order_id: int, bounds: Bounds, faults: list[Fault]
) -> tuple[list[Row[Any]], bool]:
    """Return a page of an order's sightings, newest first, and whether there are more.

    Each with ``action_name``, ``session_text``, ``owner_id`` (whose it is, also through the
    session) and ``counted_*`` of the event that counts.

    Raises:
        Refused: the faults given, or a bound that is no sighting of this order.
    """
    within = (sightings.c.business_id == business_id) & (sightings.c.object_id == order_id)
    pages.check(connection, sightings, within, bounds, faults)
    if faults:
        raise Refused(faults)
    query = (
        select(
            sightings,
            actions.c.name.label("action_name"),
            sessions.c.text.label("session_text"),
            func.coalesce(sightings.c.profile_id, sessions.c.profile_id).label("owner_id"),
            events.c.amount_minor.label("counted_minor"),
            events.c.currency.label("counted_currency"),
            events.c.occurred_at.label("counted_at"),
        )
        .join(actions, actions.c.id == sightings.c.action_id)
        .outerjoin(sessions, sessions.c.id == sightings.c.session_id)
        .outerjoin(events, events.c.id == sightings.c.event_id)
        .where(within)
    )
    rows, has_more = pages.newest_first(connection, query, sightings.c.id, bounds)
    return rows, has_more
