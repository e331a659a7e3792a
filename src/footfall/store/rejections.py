"""What was refused, why, and from whom: the newest of each business, without secrets."""

from typing import Any

from sqlalchemy import Connection, delete, insert, select

from footfall.errors import Fault, Refused
from footfall.store import pages
from footfall.store.pages import Bounds, Page
from footfall.store.tables import businesses, rejections


def add(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Store refusals; columns as in ``tables.rejections``."""
    connection.execute(insert(rejections), rows)


def page(connection: Connection, business_id: int, bounds: Bounds, faults: list[Fault]) -> Page:
    """Return a page of refusals of a business, newest first.

    Raises:
        Refused: the faults given, or a bound that is no refusal.
    """
    within = rejections.c.business_id == business_id
    pages.check(connection, rejections, within, bounds, faults)
    if faults:
        raise Refused(faults)
    return newest(connection, business_id, bounds)


def newest(connection: Connection, business_id: int, bounds: Bounds) -> Page:
    """Return a page of refusals, whether or not its bound is one: the oldest may be gone."""
    query = select(rejections).where(rejections.c.business_id == business_id)
    return pages.newest_first(connection, query, rejections.c.id, bounds)


def find(connection: Connection, business_id: int, rejection_id: int) -> Any | None:
    """Return a refusal of a business; columns as in ``tables.rejections``."""
    query = select(rejections).where(
        rejections.c.business_id == business_id, rejections.c.id == rejection_id
    )
    return connection.execute(query).first()


def prune(connection: Connection, keep: int) -> int:
    """Drop all but the newest ``keep`` refusals of each business; return how many went."""
    dropped = 0
    for (business_id,) in connection.execute(select(businesses.c.id)).all():
        newest = (
            select(rejections.c.id)
            .where(rejections.c.business_id == business_id)
            .order_by(rejections.c.id.desc())
            .offset(keep)
            .limit(1)
        )
        oldest_to_go = connection.execute(newest).scalar()
        if oldest_to_go is not None:
            dropped += connection.execute(
                delete(rejections).where(
                    rejections.c.business_id == business_id, rejections.c.id <= oldest_to_go
                )
            ).rowcount
    return dropped
