"""``/v1/forms``, also at ``/v1/attribution/forms``: what visitors fill in.

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
    FORM_ANSWER,
    FORM_EXAMPLE,
    Form,
    FormBody,
    FormChange,
)
from footfall.domain.objects import read_form
from footfall.domain.public_ids import Kind
from footfall.domain.times import unix_seconds
from footfall.store import catalogue as rows
from footfall.store.catalogue import FORMS, ObjectRow, Told

_PATHS: Final = ["/attribution/forms", "/forms"]
_ITEM_PATHS: Final = [path + "/{form:str}" for path in _PATHS]
_FORMS: Final = Described(
    "form",
    Form,
    FormBody,
    FormChange,
    FORM_EXAMPLE,
    FORM_ANSWER,
    {"name": "Spring newsletter"},
    plural="forms",
)


@post(_PATHS, **_FORMS.created())
async def create_form(call: Call) -> Form:
    """Make a form."""
    draft, told_faults = await read(call, read_form)
    made = await call.store.write(
        lambda connection: rows.create(
            connection, call.business_id, draft, call.received_at, [*told_faults]
        )
    )
    return _render(call, made)


@get(_PATHS, **_FORMS.listed())
async def list_forms(call: Call) -> Listing[Form]:
    """Answer a page of forms."""
    found, has_more = await call.store.read(
        lambda connection: catalogue.page(connection, call, FORMS)
    )
    return Listing([_render(call, row) for row in found], has_more)


@get(_ITEM_PATHS, **_FORMS.found())
async def get_form(call: Call, form: FromPath[str]) -> Form:
    """Answer one form."""
    found = await call.store.read(lambda connection: find(connection, call, FORMS, form))
    return _render(call, found)


@patch(_ITEM_PATHS, **_FORMS.changed())
async def change_form(call: Call, form: FromPath[str]) -> Form:
    """Set what is told of a form."""
    draft, told_faults = await read_change(call, read_form, FORMS, form)

    def change(connection: Connection) -> ObjectRow:
        told = Told(draft, row=find(connection, call, FORMS, form, lock=True))
        return rows.change(connection, call.business_id, told, call.received_at, [*told_faults])

    return _render(call, await call.store.write(change))


@delete(_ITEM_PATHS, **_FORMS.deleted())
async def delete_form(call: Call, form: FromPath[str]) -> Deleted:
    """Delete a form."""
    return await catalogue.delete(call, FORMS, form)


def _render(call: Call, form: ObjectRow) -> Form:
    data = form.data or {}
    return Form(
        id=call.encode(Kind.OBJECT, form.id),
        name=form.name,
        steps=data.get("steps", []),
        reference=form.reference,
        source=form.source or None,
        metadata=data.get("metadata", {}),
        properties=property_values.render(call, form.values),
        created_at=unix_seconds(form.created_at),
        updated_at=unix_seconds(form.updated_at),
    )


HANDLERS: Final[tuple[Any, ...]] = (
    create_form,
    list_forms,
    get_form,
    change_form,
    delete_form,
)
