"""Shops' plugins that switched themselves on: what they told of the shop, never their keys."""

from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from footfall.store.tables import integrations


def switch_on(
    connection: Connection, business_id: int, name: str, data: dict[str, Any], at: int
) -> int:
    """Keep what a plugin told in the place of what it told before; return since when it is on."""
    columns = {
        "business_id": business_id,
        "name": name,
        "data": data or None,
        "created_at": at,
        "updated_at": at,
        "deleted_at": None,
    }
    is_postgresql = connection.dialect.name == "postgresql"
    statement = (insert_postgresql if is_postgresql else insert_sqlite)(integrations)
    told = {"data": data or None, "updated_at": at, "deleted_at": None}
    connection.execute(
        statement.values(columns).on_conflict_do_update(
            index_elements=["business_id", "name"], set_=told
        )
    )
    query = select(integrations.c.created_at).where(
        integrations.c.business_id == business_id, integrations.c.name == name
    )
    created_at: int = connection.execute(query).scalar_one()
    return created_at


def switch_off(connection: Connection, business_id: int, name: str, at: int) -> None:
    """Forget what a plugin told of the shop; one that is off stays off."""
    connection.execute(
        update(integrations)
        .where(
            integrations.c.business_id == business_id,
            integrations.c.name == name,
            integrations.c.deleted_at.is_(None),
        )
        .values(data=None, updated_at=at, deleted_at=at)
    )
