"""Fills a SQLite installation with events as a shop would have after a year.

The database itself makes the rows, a second or two per million; no server runs meanwhile. Four of
five events are a known profile's, one of five a session's. Most are views, one in twenty a
purchase, one in 100,000 the rare action that a filter has to find.
"""

from typing import Any, Final

from sqlalchemy import Select, case, func, insert, literal, null, select
from sqlalchemy.sql.elements import ColumnElement

from bench.installation import SESSIONS, Installation
from bench.options import PRODUCTS, PROFILES
from footfall.domain.actions import BUILT_IN
from footfall.domain.times import now_us
from footfall.settings import load
from footfall.store.engine import open_engines
from footfall.store.tables import events

RARE: Final = "unsubscribed"
RARE_EVERY: Final = 100_000
_YEAR_US: Final = 365 * 86_400 * 1_000_000
_AT_ONCE: Final = 500_000
_PAGE_DATA: Final = '{"url":"https://shop.example/collections/bags","metadata":{"position":3}}'


def fill(installation: Installation, count: int) -> None:
    """Add this many events to an installation without any, spread over the year until now."""
    settings = load({}, data=installation.folder)
    engines = open_engines(settings.database_url)
    began_at, step_us = now_us() - _YEAR_US, _YEAR_US // max(count, 1)
    try:
        for first in range(1, count + 1, _AT_ONCE):
            last = min(first + _AT_ONCE - 1, count)
            columns = _columns(installation, first, last, began_at, step_us)
            with engines.write.begin() as connection:
                connection.execute(insert(events).from_select(list(columns), _rows(columns)))
    finally:
        engines.dispose()


def fill_sessions(installation: Installation, sessions: int, each: int) -> None:
    """Add this many views to each of the first sessions of an installation without events."""
    settings = load({}, data=installation.folder)
    engines = open_engines(settings.database_url)
    began_at, step_us = now_us() - _YEAR_US, _YEAR_US // (sessions * each)
    number = _numbers(1, sessions * each)
    at = began_at + number * step_us
    columns: dict[str, ColumnElement[Any]] = {
        "business_id": literal(1),
        "action_id": literal(BUILT_IN["product.viewed"].id),
        "session_id": installation.session_rows + number % sessions,
        "object_id": _any(installation.product_rows, PRODUCTS),
        "occurred_at": at,
        "received_at": at + 250_000,
        "flags": literal(0),
    }
    try:
        with engines.write.begin() as connection:
            connection.execute(insert(events).from_select(list(columns), _rows(columns)))
    finally:
        engines.dispose()


def _rows(columns: dict[str, ColumnElement[Any]]) -> Select[Any]:
    return select(*(column.label(name) for name, column in columns.items()))


def _columns(
    installation: Installation, first: int, last: int, began_at: int, step_us: int
) -> dict[str, ColumnElement[Any]]:
    number = _numbers(first, last)
    in_session = number % 5 == 0
    is_purchase = number % 20 == 1
    is_page = number % 4 == 2
    is_rare = number % RARE_EVERY == RARE_EVERY // 2 + 3
    at = began_at + number * step_us
    return {
        "business_id": literal(1),
        "token_id": literal(1),
        "action_id": case(
            (is_rare, BUILT_IN[RARE].id),
            (is_purchase, BUILT_IN["product.purchased"].id),
            (is_page, BUILT_IN["page.viewed"].id),
            else_=BUILT_IN["product.viewed"].id,
        ),
        "profile_id": case((in_session, null()), else_=_any(installation.profile_rows, PROFILES)),
        "session_id": case((in_session, _any(installation.session_rows, SESSIONS)), else_=null()),
        "object_id": case(
            (is_page | is_rare, null()), else_=_any(installation.product_rows, PRODUCTS)
        ),
        "amount_minor": case((is_purchase, _any(100, 50_000)), else_=null()),
        "currency": case((is_purchase, "USD"), else_=null()),
        "occurred_at": at,
        "received_at": at + 250_000,
        "flags": literal(0),
        "data": case((is_page, _PAGE_DATA), else_=null()),
    }


def _numbers(first: int, last: int) -> ColumnElement[int]:
    """Return a column that counts from the first number to the last."""
    numbers = select(literal(first).label("number")).cte("numbers", recursive=True)
    following = select(numbers.c.number + 1).where(numbers.c.number < last)
    return numbers.union_all(following).c.number


def _any(first: int, count: int) -> ColumnElement[int]:
    return first + func.abs(func.random()) % count
