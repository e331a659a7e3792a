"""``/v1/lists``: named groups of profiles.

Source: contract 3.20.
"""

from typing import Annotated, Any, Final, Literal

from litestar import delete, get, patch, post
from litestar.params import FromPath
from msgspec import Meta, Struct
from sqlalchemy import Connection

from footfall.api import paging
from footfall.api.answers import Deleted, Listing
from footfall.api.call import Call, absent, raise_any
from footfall.api.endpoint import Endpoint, bound
from footfall.api.forms import FORM_TYPE
from footfall.api.profile_bodies import Profile
from footfall.api.profiles import render as render_profile
from footfall.domain.objects import read_text, require
from footfall.domain.profiles import LIST_LENGTH
from footfall.domain.public_ids import Kind
from footfall.domain.times import unix_seconds
from footfall.errors import Fault
from footfall.store import lists, people

_WRITES: Final[dict[str, Any]] = {
    "scope": "profiles",
    "media_types": ("application/json", FORM_TYPE),
}
_READS: Final[dict[str, Any]] = {"scope": "read", "also": ("profiles",)}
Faults = list[Fault]


class ListBody(Struct):
    """A list."""

    name: Annotated[str, Meta(description="Unique in the business.", max_length=LIST_LENGTH)]


class ListOfProfiles(Struct, kw_only=True):
    """A named group of profiles."""

    id: str
    type: Literal["list"] = "list"
    name: str
    created_at: Annotated[int, Meta(description="Unix seconds.")]
    updated_at: Annotated[int, Meta(description="Unix seconds.")]


EXAMPLE: Final = {"name": "Regulars"}
ANSWER: Final = {
    "id": "qZ81xKpe",
    "type": "list",
    "name": "Regulars",
    "created_at": 1665684173,
    "updated_at": 1665684173,
}


@post(
    "/lists",
    **bound(
        Endpoint(
            "Create a list",
            answer=ListOfProfiles,
            body=ListBody,
            description="Profiles join with `lists` in their own body, which also makes a list "
            "that is missing.",
            status=201,
            example=EXAMPLE,
            answer_example=ANSWER,
            **_WRITES,
        )
    ),
)
async def create_list(call: Call) -> ListOfProfiles:
    """Make a list without members."""
    name = _read_name(call)
    made = await call.store.write(
        lambda connection: lists.create(connection, call.business_id, name, call.received_at)
    )
    return _render(call, made)


@get(
    "/lists",
    **bound(Endpoint("List lists", answer=Listing[ListOfProfiles], query=paging.QUERY, **_READS)),
)
async def list_lists(call: Call) -> Listing[ListOfProfiles]:
    """Answer a page of lists."""
    faults: list[Fault] = []
    bounds = paging.read_bounds(call.query, call.store.public_ids[Kind.LIST].decode, faults)
    found, has_more = await call.store.read(
        lambda connection: lists.page(connection, call.business_id, bounds, faults)
    )
    return Listing([_render(call, each) for each in found], has_more)


@get(
    "/lists/{list:str}",
    **bound(
        Endpoint(
            "Retrieve a list", answer=ListOfProfiles, errors=(404,), answer_example=ANSWER, **_READS
        )
    ),
)
async def get_list(call: Call, list: FromPath[str]) -> ListOfProfiles:  # noqa: A002
    """Answer one list."""
    row_id = call.row(Kind.LIST, list)
    found = await call.store.read(
        lambda connection: lists.find(connection, call.business_id, row_id)
    )
    if found is None:
        raise absent(Kind.LIST)
    return _render(call, found)


@get(
    "/lists/{list:str}/profiles",
    **bound(
        Endpoint(
            "List the profiles on a list",
            answer=Listing[Profile],
            query=paging.QUERY,
            errors=(400, 404, 422),
            **_READS,
        )
    ),
)
async def list_members(call: Call, list: FromPath[str]) -> Listing[Profile]:  # noqa: A002
    """Answer a page of the profiles on a list, the newest profile first."""
    row_id = call.row(Kind.LIST, list)
    faults: Faults = []
    bounds = paging.read_bounds(call.query, call.store.public_ids[Kind.PROFILE].decode, faults)

    def page(connection: Connection) -> tuple[Any, bool]:
        if lists.find(connection, call.business_id, row_id) is None:
            raise absent(Kind.LIST)
        return people.page(connection, call.business_id, bounds, faults, list_id=row_id)

    found, has_more = await call.store.read(page)
    return Listing([render_profile(call, profile) for profile in found], has_more)


@patch(
    "/lists/{list:str}",
    **bound(
        Endpoint(
            "Rename a list",
            answer=ListOfProfiles,
            body=ListBody,
            errors=(400, 404, 422),
            example={"name": "Old friends"},
            answer_example=ANSWER,
            **_WRITES,
        )
    ),
)
async def rename_list(call: Call, list: FromPath[str]) -> ListOfProfiles:  # noqa: A002
    """Rename a list; its members stay."""
    row_id = call.row(Kind.LIST, list)
    name = _read_name(call)
    found = await call.store.write(
        lambda connection: lists.rename(
            connection, call.business_id, row_id, name, call.received_at
        )
    )
    if found is None:
        raise absent(Kind.LIST)
    return _render(call, found)


@delete(
    "/lists/{list:str}",
    **bound(
        Endpoint(
            "Delete a list",
            answer=Deleted,
            description="Its profiles stay; they are on this list no more.",
            scope="profiles",
            errors=(404,),
            answer_example={"id": "qZ81xKpe", "deleted": True},
        )
    ),
)
async def delete_list(call: Call, list: FromPath[str]) -> Deleted:  # noqa: A002
    """Delete a list and take its members off."""
    row_id = call.row(Kind.LIST, list)
    if not await call.store.write(
        lambda connection: lists.remove(connection, call.business_id, row_id, call.received_at)
    ):
        raise absent(Kind.LIST)
    return Deleted(list)


def _read_name(call: Call) -> str:
    faults: list[Fault] = []
    require(call.told, "name", "A list", faults)
    name = read_text(call.told, "name", faults, limit=LIST_LENGTH)
    raise_any(faults)
    return name or ""


def _render(call: Call, row: lists.ListRow) -> ListOfProfiles:
    return ListOfProfiles(
        id=call.encode(Kind.LIST, row.id),
        name=row.name,
        created_at=unix_seconds(row.created_at),
        updated_at=unix_seconds(row.updated_at),
    )


HANDLERS: Final = (create_list, list_lists, get_list, list_members, rename_list, delete_list)
