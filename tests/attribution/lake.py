"""The relations that attribution reads, made by hand: rows as dictionaries, the rest is null.

``event``, ``order`` and the others give the smallest valid row; a test names what it is about.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import duckdb

from footfall.attribution import histories
from footfall.attribution.channels import Channels, load
from footfall.attribution.definition import Definition
from footfall.attribution.exchange import Exchange
from footfall.attribution.run import Attribution
from footfall.attribution.words import FOREVER
from footfall.domain.times import DAY

Row = dict[str, Any]

BUSINESS: Final = 1
START: Final = 20_000 * DAY
"""An instant that the tests count from."""

RELATIONS: Final = tuple(histories.RELATIONS)


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
    for name, table in histories.RELATIONS.items():
        histories.fill(connection, name, table.columns, list(relations.get(name, ())))
    return connection


def attribution(
    definition: Definition | None = None,
    channels: Channels | None = None,
    as_of: int = FOREVER,
    exchange: Exchange | None = None,
    **relations: Iterable[Mapping[str, Any]],
) -> Attribution:
    """Return the attribution of the business 1 in a lake of these rows."""
    return Attribution(
        lake(**relations),
        BUSINESS,
        definition or Definition(),
        channels or load(),
        as_of,
        exchange=exchange,
    )


def credit_of(
    asked: Attribution, model: str = "last", by: Any = "source", currency: str = "USD"
) -> dict[str, int]:
    """Return what each value of a dimension earned under a rule, but nothing."""
    told = asked.compare(by, [model], currency)
    minor = told.credit[model].value_minor.tolist()
    return {value: each for value, each in zip(told.values, minor, strict=True) if each}
