"""``/v1/links``: tracked links, made and changed by whoever sends a shop's messages.

Source: contract 6.
"""

from typing import Any, Final

from litestar import delete, get, patch, post
from sqlalchemy import Connection

from footfall.api import paging
from footfall.api.answers import Deleted, Listing
from footfall.api.call import Call, absent, raise_any
from footfall.api.endpoint import Endpoint, bound
from footfall.api.forms import FORM_TYPE
from footfall.api.link_bodies import (
    ANSWER,
    EXAMPLE,
    Link,
    LinkBody,
    LinkChange,
    read_link,
    render,
)
from footfall.api.parameters import PROFILE, Given, read_flag, read_role
from footfall.api.sessions import profile_row
from footfall.domain.links import SOURCE
from footfall.domain.objects import is_absent, require
from footfall.domain.public_ids import Kind
from footfall.errors import Fault, NotAllowed
from footfall.ingest.authenticate import lacks_scope
from footfall.store import links
from footfall.store.identity_log import Origin
from footfall.store.links import Link as LinkRow

WRITES: Final[dict[str, Any]] = {
    "scope": "catalog",
    "also": ("profiles",),
    "media_types": ("application/json", FORM_TYPE),
}
READS: Final[dict[str, Any]] = {"scope": "read", "also": ("profiles",)}
"""Not with ``catalog``: whoever reads the code of a personal link can open its session."""


@post(
    "/links",
    **bound(
        Endpoint(
            "Create a link",
            answer=Link,
            body=LinkBody,
            description="Its address sends visitors to `destination`, with their session and where "
            "they come from in the query. One made for a `profile`, which needs the scope "
            "`profiles`, opens a session of that person, whoever opens it; its code is longer.",
            status=201,
            example=EXAMPLE,
            answer_example=ANSWER,
            **WRITES,
        )
    ),
)
async def create_link(call: Call) -> Link:
    """Make a link."""
    faults: list[Fault] = []
    require(call.told, "destination", "A link", faults)
    told = read_link(call.told, faults)
    profile = read_role(call.told, PROFILE, faults)
    raise_any(faults)
    if profile is not None and not call.caller.may("profiles"):
        raise lacks_scope("profiles")
    made = await call.store.write(lambda connection: _create(connection, call, told, profile))
    return render(call, call.settings, made)


@get("/links", **bound(Endpoint("List links", answer=Listing[Link], query=paging.QUERY, **READS)))
async def list_links(call: Call) -> Listing[Link]:
    """Answer a page of links."""
    faults: list[Fault] = []
    bounds = paging.read_bounds(call.query, call.store.public_ids[Kind.LINK].decode, faults)
    found, has_more = await call.store.read(
        lambda connection: links.page(connection, call.business_id, bounds, faults)
    )
    return Listing([render(call, call.settings, link) for link in found], has_more)


@get(
    "/links/{link:str}",
    **bound(
        Endpoint("Retrieve a link", answer=Link, errors=(404,), answer_example=ANSWER, **READS)
    ),
)
async def get_link(call: Call, link: str) -> Link:
    """Answer one link."""
    return render(call, call.settings, await find(call, link))


@patch(
    "/links/{link:str}",
    **bound(
        Endpoint(
            "Update a link",
            answer=Link,
            body=LinkChange,
            description="Its address stays the same. With `active` false it leads nowhere until "
            "that is true again. What is absent, null or empty stays.",
            errors=(400, 404, 422),
            example={"campaign": "late-spring", "active": True},
            answer_example={**ANSWER, "campaign": "late-spring"},
            **WRITES,
        )
    ),
)
async def change_link(call: Call, link: str) -> Link:
    """Set what is told of a link."""
    row_id = call.row(Kind.LINK, link)
    faults: list[Fault] = []
    values = read_link(call.told, faults)
    is_active = read_flag(call.told, "active", faults)
    faults += [
        NotAllowed("A link stays the one's it was made for; make another link.", name)
        for name in PROFILE
        if not is_absent(call.told.get(name))
    ]
    raise_any(faults)
    changed = await call.store.write(
        lambda connection: links.change(
            connection, call.business_id, row_id, values, call.received_at, is_active=is_active
        )
    )
    if changed is None:
        raise absent(Kind.LINK)
    return render(call, call.settings, changed)


@delete(
    "/links/{link:str}",
    **bound(
        Endpoint(
            "Delete a link",
            answer=Deleted,
            description="Its address leads nowhere for good; no other link gets its code. The "
            "events of its clicks stay.",
            scope="catalog",
            also=("profiles",),
            errors=(404,),
            answer_example={"id": ANSWER["id"], "deleted": True},
        )
    ),
)
async def delete_link(call: Call, link: str) -> Deleted:
    """Delete a link."""
    row_id = call.row(Kind.LINK, link)
    if not await call.store.write(
        lambda connection: links.remove(connection, call.business_id, row_id, call.received_at)
    ):
        raise absent(Kind.LINK)
    return Deleted(link)


async def find(call: Call, text: str) -> LinkRow:
    """Return the link that a path names.

    Raises:
        Refused: 404, there is none in this business.
    """
    row_id = call.row(Kind.LINK, text)
    found = await call.store.read(
        lambda connection: links.find(connection, call.business_id, row_id)
    )
    if found is None:
        raise absent(Kind.LINK)
    return found


def _create(
    connection: Connection, call: Call, told: dict[str, str], profile: Given | None
) -> LinkRow:
    new = links.Told(
        told["destination"],
        told.get("source", SOURCE),
        told.get("medium"),
        told.get("campaign"),
        None if profile is None else profile_row(connection, call, profile),
    )
    origin = Origin(call.received_at, "link", call.caller.token_id)
    return links.create(connection, call.business_id, new, origin)


HANDLERS: Final[tuple[Any, ...]] = (create_link, list_links, get_link, change_link, delete_link)
