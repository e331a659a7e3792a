"""An installation with a row or more in every table, and its rows as Python values."""

from typing import Any

from sqlalchemy import Connection, insert, select

from footfall.domain.actions import FIRST_CUSTOM_ID
from footfall.domain.times import HOUR, SECOND
from footfall.store import businesses, tables, tokens
from footfall.store.engine import Engines, open_engines
from footfall.store.schema import upgrade

T = 1_700_000_000 * SECOND
DATA = {"amounts": [1, 1.10, -0.0, 1e18, 2**53 + 1, 0.1], "ünï": '“ñ”\\"\n', "none": None}


def fill(url: str, events: int = 300) -> None:
    """Make an installation with one business and so many events."""
    engines = open_engines(url)
    try:
        upgrade(engines)
        with engines.write.begin() as connection:
            business = businesses.create(
                connection, "Ana’s “shop”", currency="EUR", timezone="Europe/Madrid", country="ES"
            )
            _fill(connection, business.id, events)
    finally:
        engines.dispose()


def contents(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table as the store would read it, in the order of its key."""
    engines = open_engines(url)
    try:
        with engines.read.connect() as connection:
            return {
                table.name: sorted(
                    (tuple(row) for row in connection.execute(select(table))),
                    key=lambda row: repr(row[:2]),
                )
                for table in tables.metadata.sorted_tables
            }
    finally:
        engines.dispose()


def add_event(connection: Connection, **changes: Any) -> None:
    """Store one event of the business filled in, with its entry in the books."""
    values = {"business_id": 1, "token_id": 1, "action_id": 2, "profile_id": 1, "flags": 0}
    values |= {"occurred_at": T, "received_at": T, "session_id": 1}
    connection.execute(insert(tables.events).values(values | changes))
    books = tables.ledger
    connection.execute(
        books.update().values(received=books.c.received + 1, stored=books.c.stored + 1)
    )


def next_event_id(engines: Engines) -> int:
    """Return the row number a new event gets."""
    with engines.write.begin() as connection:
        add_event(connection)
        query = select(tables.events.c.id).order_by(tables.events.c.id.desc()).limit(1)
        return connection.execute(query).scalar_one()


def _fill(connection: Connection, business_id: int, count: int) -> None:
    old, _ = tokens.create(connection, business_id, "shop", scopes=["read", "catalog"])
    tokens.rotate(connection, old, HOUR)
    common = {"business_id": business_id, "created_at": T}
    custom = {"name": "coupon.seen", "title": "Seen", "is_goal": False, "is_passive": True}
    rows: list[tuple[Any, list[dict[str, Any]]]] = [
        (tables.actions, [common | custom]),
        (tables.profiles, [common | {"first_name": "Ana", "updated_at": T, "data": DATA}]),
        (
            tables.identities,
            [
                common | {"profile_id": 1, "kind": "email", "value": each, "raw": each.upper()}
                for each in ("ana@example.org", "äna@example.org")
            ],
        ),
        (tables.sessions, [common | {"text": "s" * 32, "profile_id": 1, "attached_at": T}]),
        (
            tables.objects,
            [
                common
                | {"kind": "product", "reference": "A1", "updated_at": T}
                | {"amount_minor": 2**62, "currency": "EUR", "data": {"b": [], "a": {}}}
            ],
        ),
        (tables.events, [_event(business_id, number) for number in range(count)]),
        (
            tables.idempotency,
            [
                {"business_id": business_id, "key": key, "fingerprint": bytes(range(16))}
                | {"event_id": 1, "answer": answer}
                for key, answer in (("a-Z", None), ("a_z", b"\x00\xff"), ("Ä", b""))
            ],
        ),
        (tables.lifecycles, [{"object_id": 1, "action_id": 2, "event_id": 1}]),
        (
            tables.identity_log,
            [{"business_id": business_id, "at": T, "kind": "attach", "cause": "api"}],
        ),
        (
            tables.rejections,
            [
                {"business_id": business_id, "received_at": T, "request_id": "r", "method": "POST"}
                | {"path": "/v1", "status": 422, "errors": [{"type": "invalid"}], "body": [1]}
            ],
        ),
        (
            tables.links,
            [
                common
                | {"code": "AbC123", "destination": "https://shop.example/ñ?a=1#b", "clicks": 1}
                | {"source": "hellotext", "medium": "sms", "profile_id": 1, "session_id": 1}
                | {"clicked_at": T, "updated_at": T}
            ],
        ),
        (
            tables.link_clicks,
            [{"business_id": business_id, "link_id": 1, "session_id": 1, "clicked_at": T}],
        ),
        (
            tables.deliveries,
            [
                common
                | {"campaign": "spring", "channel": "sms", "reference": each, "delivered_at": T}
                | {"profile_id": 1 if each else None}
                for each in ("1", None)
            ],
        ),
        (
            tables.ledger,
            [
                {"token_id": 1, "hour_at": T, "business_id": business_id, "received": count + 3}
                | {"stored": count, "duplicate": 2, "rejected": 1}
            ],
        ),
    ]
    for table, values in rows:
        connection.execute(insert(table), values)


def _event(business_id: int, number: int) -> dict[str, Any]:
    return {
        "business_id": business_id,
        "token_id": 1,
        "action_id": FIRST_CUSTOM_ID,
        "profile_id": 1 if number % 2 else None,
        "session_id": 1,
        "object_id": 1,
        "amount_minor": -number if number % 3 else None,
        "currency": "EUR" if number % 3 else None,
        "occurred_at": T + number,
        "tracked_at": T - number if number % 5 else None,
        "received_at": T + number,
        "flags": number % 2,
        "data": DATA | {"number": number} if number % 7 == 0 else None,
    }
