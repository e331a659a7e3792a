"""The relations that attribution reads, made by hand: rows as dictionaries, the rest is null.

``event``, ``order`` and the others give the smallest valid row; a test names what it is about.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import duckdb

from footfall.attribution.channels import Channels, load
from footfall.attribution.definition import Definition
from footfall.attribution.run import Attribution
from footfall.attribution.words import FOREVER
from footfall.domain.times import DAY

Row = dict[str, Any]

BUSINESS: Final = 1
START: Final = 20_000 * DAY
"""An instant that the tests count from."""

_COLUMNS: Final = {
    "events": {
        "event_id": "bigint",
        "business_id": "bigint",
        "action": "varchar",
        "action_id": "bigint",
        "profile_id": "bigint",
        "session_id": "bigint",
        "object_id": "bigint",
        "token_id": "bigint",
        "amount_minor": "bigint",
        "currency": "varchar",
        "occurred_at": "bigint",
        "tracked_at": "bigint",
        "received_at": "bigint",
        "is_bot": "boolean",
        "is_ahead": "boolean",
        "utm_source": "varchar",
        "utm_medium": "varchar",
        "utm_campaign": "varchar",
        "utm_term": "varchar",
        "utm_content": "varchar",
        "utm_observed_at": "bigint",
        "click_id_kind": "varchar",
        "click_id": "varchar",
        "referrer": "varchar",
        "page_url": "varchar",
        "link_id": "varchar",
        "object_reference": "varchar",
        "object_kind": "varchar",
        "data": "varchar",
    },
    "identity": {
        "log_id": "bigint",
        "business_id": "bigint",
        "changed_at": "bigint",
        "kind": "varchar",
        "session_id": "bigint",
        "profile_id": "bigint",
        "other_id": "bigint",
        "about_id": "bigint",
        "cause": "varchar",
    },
    "objects": {
        "object_id": "bigint",
        "business_id": "bigint",
        "kind": "varchar",
        "name": "varchar",
        "currency": "varchar",
        "parent_id": "bigint",
        "data": "varchar",
        "lines": "varchar",
    },
    "deliveries": {
        "delivery_id": "bigint",
        "business_id": "bigint",
        "profile_id": "bigint",
        "campaign": "varchar",
        "channel": "varchar",
        "delivered_at": "bigint",
        "created_at": "bigint",
    },
}
RELATIONS: Final = tuple(_COLUMNS)


def event(event_id: int, occurred_at: int, **changes: Any) -> Row:
    """Something a visitor of session 1 did, received when it happened."""
    row = {
        "event_id": event_id,
        "business_id": BUSINESS,
        "action": "page.viewed",
        "session_id": 1,
        "occurred_at": occurred_at,
        "received_at": occurred_at,
        "is_bot": False,
        "is_ahead": False,
    }
    return row | changes


def campaign(event_id: int, occurred_at: int, source: str, **changes: Any) -> Row:
    """A landing with a campaign, read from the address at that moment."""
    row = {"utm_source": source, "utm_medium": "cpc", "utm_observed_at": occurred_at}
    return event(event_id, occurred_at, **(row | changes))


def order(event_id: int, occurred_at: int, amount_minor: int = 10_000, **changes: Any) -> Row:
    """An order of 100.00 USD, an object of its own."""
    row = {
        "action": "order.placed",
        "object_id": event_id,
        "object_reference": f"order-{event_id}",
        "amount_minor": amount_minor,
        "currency": "USD",
    }
    return event(event_id, occurred_at, **(row | changes))


def _change(log_id: int, at: int, kind: str) -> Row:
    return {
        "log_id": log_id,
        "business_id": BUSINESS,
        "changed_at": at,
        "kind": kind,
        "cause": "call",
    }


def attach(log_id: int, session_id: int, profile_id: int, at: int = START, **changes: Any) -> Row:
    """A session turns out to be a profile's."""
    row = _change(log_id, at, "attach")
    return row | {"session_id": session_id, "profile_id": profile_id} | changes


def merge(log_id: int, other_id: int, into_id: int, at: int = START, **changes: Any) -> Row:
    """A profile turns out to be another one."""
    row = _change(log_id, at, "merge")
    return row | {"profile_id": into_id, "other_id": other_id} | changes


def undo(log_id: int, about_id: int, at: int = START, **changes: Any) -> Row:
    """A change turns out to have been wrong."""
    row = _change(log_id, at, "undo")
    return row | {"about_id": about_id} | changes


def delivery(delivery_id: int, delivered_at: int, profile_id: int = 1, **changes: Any) -> Row:
    """A message that reached a profile by e-mail."""
    row = {
        "delivery_id": delivery_id,
        "business_id": BUSINESS,
        "profile_id": profile_id,
        "campaign": "spring",
        "channel": "email",
        "delivered_at": delivered_at,
        "created_at": delivered_at,
    }
    return row | changes


def lake(**relations: Iterable[Mapping[str, Any]]) -> duckdb.DuckDBPyConnection:
    """Return a connection with the relations; those not named are empty."""
    connection = duckdb.connect(config={"threads": 1})
    for name, columns in _COLUMNS.items():
        told = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
        connection.execute(f"create table {name} ({told})")
        rows = [tuple(row.get(column) for column in columns) for row in relations.get(name, ())]
        if rows:
            one = f"({', '.join('?' * len(columns))})"
            values = [value for row in rows for value in row]
            text = f"insert into {name} values {', '.join([one] * len(rows))}"
            connection.execute(text, values)
    return connection


def attribution(
    definition: Definition | None = None,
    channels: Channels | None = None,
    as_of: int = FOREVER,
    **relations: Iterable[Mapping[str, Any]],
) -> Attribution:
    """Return the attribution of the business 1 in a lake of these rows."""
    return Attribution(
        lake(**relations), BUSINESS, definition or Definition(), channels or load(), as_of
    )


def credit_of(
    asked: Attribution, model: str = "last", by: Any = "source", currency: str = "USD"
) -> dict[str, int]:
    """Return what each value of a dimension earned under a rule, but nothing."""
    told = asked.compare(by, [model], currency)
    minor = told.credit[model].value_minor.tolist()
    return {value: each for value, each in zip(told.values, minor, strict=True) if each}
