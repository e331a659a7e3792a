"""``/v1/attribution/apps``: what is installed, removed, and spent in.

Source: contract 3.16.
"""

from typing import Any, Final

from litestar import delete, get, patch, post
from litestar.params import FromPath
from sqlalchemy import Connection

from footfall.api import catalogue, property_values
from footfall.api.answers import Deleted, Listing
from footfall.api.call import Call
from footfall.api.catalogue import Described, find, read, read_change
from footfall.api.catalogue_bodies import (
    APP_ANSWER,
    APP_EXAMPLE,
    App,
    AppBody,
    AppChange,
)
from footfall.domain.objects import read_app
from footfall.domain.public_ids import Kind
from footfall.domain.times import unix_seconds
from footfall.store import catalogue as rows
from footfall.store.catalogue import APPS, ObjectRow, Told

_APPS: Final = Described(
    "app",
    App,
    AppBody,
    AppChange,
    APP_EXAMPLE,
    APP_ANSWER,
    {"metadata": {"platform": "iOS"}},
    plural="apps",
)


@post("/attribution/apps", **_APPS.created())
async def create_app(call: Call) -> App:
    """Make an app."""
    draft, told_faults = await read(call, read_app)
    made = await call.store.write(
        lambda connection: rows.create(
            connection, call.business_id, draft, call.received_at, [*told_faults]
        )
    )
    return _render(call, made)


@get("/attribution/apps", **_APPS.listed())
async def list_apps(call: Call) -> Listing[App]:
    """Answer a page of apps."""
    found, has_more = await call.store.read(
        lambda connection: catalogue.page(connection, call, APPS)
    )
    return Listing([_render(call, row) for row in found], has_more)


@get("/attribution/apps/{app:str}", **_APPS.found())
async def get_app(call: Call, app: FromPath[str]) -> App:
    """Answer one app."""
    found = await call.store.read(lambda connection: find(connection, call, APPS, app))
    return _render(call, found)


@patch("/attribution/apps/{app:str}", **_APPS.changed())
async def change_app(call: Call, app: FromPath[str]) -> App:
    """Set what is told of an app."""
    draft, told_faults = await read_change(call, read_app, APPS, app)

    def change(connection: Connection) -> ObjectRow:
        told = Told(draft, row=find(connection, call, APPS, app, lock=True))
        return rows.change(connection, call.business_id, told, call.received_at, [*told_faults])

    return _render(call, await call.store.write(change))


@delete("/attribution/apps/{app:str}", **_APPS.deleted())
async def delete_app(call: Call, app: FromPath[str]) -> Deleted:
    """Delete an app."""
    return await catalogue.delete(call, APPS, app)


def _render(call: Call, app: ObjectRow) -> App:
    data = app.data or {}
    return App(
        id=call.encode(Kind.OBJECT, app.id),
        name=app.name,
        reference=app.reference,
        source=app.source or None,
        metadata=data.get("metadata", {}),
        properties=property_values.render(call, app.values),
        created_at=unix_seconds(app.created_at),
        updated_at=unix_seconds(app.updated_at),
    )


HANDLERS: Final[tuple[Any, ...]] = (
    create_app,
    list_apps,
    get_app,
    change_app,
    delete_app,
)
