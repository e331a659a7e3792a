"""Rows of the store → columns of the lake; one function per table, called by the archive.

Names around an event (its action, its object's reference) are put beside it, so that most questions
need no second table. JSON is carried as the text it is.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Row, Select, Text, cast, select
from sqlalchemy.sql.elements import ColumnElement

from footfall.domain.events import Flag
from footfall.domain.traffic import NOTHING, Traffic, traffic_of
from footfall.store.tables import (
    actions,
    deliveries,
    events,
    identity_log,
    items,
    links,
    objects,
    sightings,
)

Columns = Mapping[str, Sequence[Any]]

_LINED: Final = ("order", "cart")
_IDS_AT_ONCE: Final = 500

_HAPPENED: Final = (
    "business_id",
    "action_id",
    "profile_id",
    "session_id",
    "object_id",
    "token_id",
    "amount_minor",
    "currency",
    "occurred_at",
    "tracked_at",
    "received_at",
    "flags",
)


def read_events(connection: Connection, condition: ColumnElement[bool], limit: int) -> Columns:
    """Return events in order of their row numbers, with what their data tells of traffic."""
    query = _happened(events, "event_id").add_columns(
        objects.c.reference.label("object_reference"), objects.c.kind.label("object_kind")
    )
    query = query.outerjoin(objects, objects.c.id == events.c.object_id)
    rows = _ordered(connection, query, events, condition, limit)
    traffic = [_traffic(row) for row in rows]
    told = {name: [each[index] for each in traffic] for index, name in enumerate(Traffic._fields)}
    return {**_columns(query, rows), **told}


def read_sightings(connection: Connection, condition: ColumnElement[bool], limit: int) -> Columns:
    """Return sightings in order of their row numbers."""
    query = _happened(sightings, "sighting_id").add_columns(sightings.c.event_id)
    return _columns(query, _ordered(connection, query, sightings, condition, limit))


def read_identity(connection: Connection, condition: ColumnElement[bool], limit: int) -> Columns:
    """Return changes of who is who in order of their row numbers."""
    names = ("business_id", "kind", "session_id", "profile_id", "other_id", "about_id")
    query = select(
        identity_log.c.id.label("log_id"),
        identity_log.c.at.label("changed_at"),
        *(identity_log.c[name] for name in (*names, "cause")),
    )
    return _columns(query, _ordered(connection, query, identity_log, condition, limit))


def read_objects(connection: Connection, condition: ColumnElement[bool], limit: int) -> Columns:
    """Return objects as they are now, in order of their row numbers, with their lines."""
    names = ("business_id", "kind", "reference", "source", "sku", "name", "amount_minor")
    more = ("currency", "parent_id", "created_at", "updated_at", "deleted_at")
    query = select(
        objects.c.id.label("object_id"),
        *(objects.c[name] for name in (*names, *more)),
        cast(objects.c.data, Text).label("data"),
    )
    rows = _ordered(connection, query, objects, condition, limit)
    lines = _lines(connection, [row.object_id for row in rows if row.kind in _LINED])
    return {**_columns(query, rows), "lines": [lines.get(row.object_id) for row in rows]}


def read_links(connection: Connection, condition: ColumnElement[bool], limit: int) -> Columns:
    """Return links as they are now, in order of their row numbers."""
    names = ("business_id", "code", "destination", "source", "medium", "campaign", "profile_id")
    more = ("created_at", "updated_at", "deactivated_at", "deleted_at")
    query = select(links.c.id.label("link_no"), *(links.c[name] for name in (*names, *more)))
    return _columns(query, _ordered(connection, query, links, condition, limit))


def read_deliveries(connection: Connection, condition: ColumnElement[bool], limit: int) -> Columns:
    """Return deliveries in order of their row numbers."""
    names = ("business_id", "token_id", "profile_id", "campaign", "channel", "source", "reference")
    query = select(
        deliveries.c.id.label("delivery_id"),
        *(deliveries.c[name] for name in (*names, "delivered_at", "created_at")),
    )
    return _columns(query, _ordered(connection, query, deliveries, condition, limit))


Read = Callable[[Connection, ColumnElement[bool], int], Columns]


def _lines(connection: Connection, object_ids: Sequence[int]) -> dict[int, str]:
    """Return the lines of orders and carts as JSON, by the row number of the order or cart."""
    told: dict[int, list[dict[str, Any]]] = {}
    names = ("product_id", "quantity", "price_minor", "currency")
    for start in range(0, len(object_ids), _IDS_AT_ONCE):
        wanted = object_ids[start : start + _IDS_AT_ONCE]
        query = (
            select(items.c.object_id, *(items.c[name] for name in names))
            .where(items.c.object_id.in_(wanted))
            .order_by(items.c.id)
        )
        for object_id, *line in connection.execute(query):
            told.setdefault(object_id, []).append(dict(zip(names, line, strict=True)))
    return {object_id: msgspec.json.encode(lines).decode() for object_id, lines in told.items()}


def _happened(table: Any, key: str) -> Select[Any]:
    return select(
        table.c.id.label(key),
        *(table.c[name] for name in _HAPPENED),
        cast(table.c.data, Text).label("data"),
        actions.c.name.label("action"),
    ).join(actions, actions.c.id == table.c.action_id)


def _ordered(
    connection: Connection,
    query: Select[Any],
    table: Any,
    condition: ColumnElement[bool],
    limit: int,
) -> Sequence[Row[Any]]:
    return connection.execute(query.where(condition).order_by(table.c.id).limit(limit)).all()


def _columns(query: Select[Any], rows: Sequence[Row[Any]]) -> Columns:
    names = query.selected_columns.keys()
    values = zip(*rows, strict=True) if rows else [()] * len(names)
    found: dict[str, Sequence[Any]] = dict(zip(names, values, strict=True))
    if "flags" in found:
        flags = found.pop("flags")
        found["is_bot"] = [bool(each & Flag.BOT) for each in flags]
        found["is_ahead"] = [bool(each & Flag.AHEAD) for each in flags]
    return found


def _traffic(row: Row[Any]) -> Traffic:
    if row.data is None:
        return NOTHING
    told = msgspec.json.decode(row.data)
    return traffic_of(row.action, told, row.received_at) if isinstance(told, dict) else NOTHING
