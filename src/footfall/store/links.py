"""Tracked links: made, found, changed, and taken away.

A link made for a profile gets a session of that person as it is made, so that whoever opens it, and
however often, goes on in the recipient's history (contract 5.2). Deactivated or deleted, its code
leads nowhere; it is never given to another link.

Source: contract 6.
"""

from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Row, Select, insert, select, update

from footfall.domain.links import host_of, is_allowed, mint_code
from footfall.domain.sessions import mint
from footfall.errors import Fault, Invalid, Refused, refuse
from footfall.store import businesses, merges, pages, sessions
from footfall.store.facts import changed
from footfall.store.identity_log import Origin
from footfall.store.pages import Bounds
from footfall.store.tables import links


class Told(NamedTuple):
    """What a new link is made of; the profile is one of the business's."""

    destination: str
    source: str
    medium: str | None
    campaign: str | None
    profile_id: int | None = None


class Link(NamedTuple):
    """A link's row.

    Attributes:
        profile_id: whom it was made for.
        owner_id: the root of that profile's person; ``None`` also if the person was deleted.
    """

    id: int
    code: str
    destination: str
    source: str
    medium: str | None
    campaign: str | None
    profile_id: int | None
    clicks: int
    previews: int
    suppressed: int
    clicked_at: int | None
    created_at: int
    updated_at: int
    deactivated_at: int | None
    owner_id: int | None = None


_COLUMNS: Final = tuple(links.c[name] for name in Link._fields[:-1])


def create(connection: Connection, business_id: int, told: Told, origin: Origin) -> Link:
    """Make a link, and for a profile the session that opens with it.

    Raises:
        Refused: the business lets no link lead there.
    """
    _check_host(connection, business_id, told.destination)
    is_personal = told.profile_id is not None
    row = connection.execute(
        insert(links)
        .values(
            **told._asdict(),
            business_id=business_id,
            code=_free_code(connection, is_personal=is_personal),
            session_id=_prepare(connection, business_id, told.profile_id, origin),
            created_at=origin.at,
            updated_at=origin.at,
        )
        .returning(*_COLUMNS)
    ).one()
    return _links(connection, [row])[0]


def find(connection: Connection, business_id: int, row_id: int) -> Link | None:
    """Return a link, unless it is deleted or another business's."""
    row = connection.execute(_all_of(business_id).where(links.c.id == row_id)).first()
    return _links(connection, [row])[0] if row is not None else None


def find_by_code(connection: Connection, business_id: int, code: str) -> Link | None:
    """Return the link with a code, unless it is deleted or another business's."""
    row = connection.execute(_all_of(business_id).where(links.c.code == code)).first()
    return _links(connection, [row])[0] if row is not None else None


def page(
    connection: Connection, business_id: int, bounds: Bounds, faults: list[Fault]
) -> tuple[list[Link], bool]:
    """Return a page of links, newest first, and whether there are more.

    Raises:
        Refused: the faults given, or a bound that is no link.
    """
    pages.check(connection, links, links.c.business_id == business_id, bounds, faults)
    if faults:
        raise Refused(faults)
    rows, has_more = pages.newest_first(connection, _all_of(business_id), links.c.id, bounds)
    return _links(connection, rows), has_more


def change(
    connection: Connection,
    business_id: int,
    row_id: int,
    values: dict[str, Any],
    at: int,
    *,
    is_active: bool | None = None,
) -> Link | None:
    """Set columns of a link, and whether it leads anywhere; ``None`` when it is gone.

    Raises:
        Refused: the business lets no link lead there.
    """
    found = find(connection, business_id, row_id)
    if found is None:
        return None
    if "destination" in values:
        _check_host(connection, business_id, values["destination"])
    if is_active is not None and is_active != (found.deactivated_at is None):
        values = values | {"deactivated_at": None if is_active else at}
    connection.execute(update(links).where(links.c.id == row_id).values(**values, updated_at=at))
    changed(connection, "link", row_id)
    return find(connection, business_id, row_id)


def remove(connection: Connection, business_id: int, row_id: int, at: int) -> bool:
    """Delete a link; tell whether there was one. Its clicks stay events."""
    gone = connection.execute(
        update(links)
        .where(
            links.c.id == row_id,
            links.c.business_id == business_id,
            links.c.deleted_at.is_(None),
        )
        .values(deleted_at=at, updated_at=at)
    )
    if gone.rowcount:
        changed(connection, "link", row_id)
    return bool(gone.rowcount)


def _all_of(business_id: int) -> Select[Any]:
    return select(*_COLUMNS).where(links.c.business_id == business_id, links.c.deleted_at.is_(None))


def _links(connection: Connection, rows: list[Row[Any]]) -> list[Link]:
    made_for = {row.profile_id for row in rows if row.profile_id is not None}
    roots = merges.roots_of(connection, made_for)
    gone = merges.deleted_of(connection, made_for)
    standing = {each: root for each, root in roots.items() if each not in gone}
    return [Link._make([*row, standing.get(row.profile_id)]) for row in rows]


def _free_code(connection: Connection, *, is_personal: bool) -> str:
    while True:
        code = mint_code(is_personal=is_personal)
        # Another process may take it before this commits: then the commit is started over.
        if connection.execute(select(links.c.id).where(links.c.code == code)).first() is None:
            return code


def _prepare(
    connection: Connection, business_id: int, profile_id: int | None, origin: Origin
) -> int | None:
    if profile_id is None:
        return None
    session = sessions.create(connection, business_id, mint(), origin.at)
    sessions.attach(
        connection,
        business_id,
        session,
        profile_id,
        at=origin.at,
        cause=origin.cause,
        token_id=origin.token_id,
    )
    return session.id


def _check_host(connection: Connection, business_id: int, destination: str) -> None:
    business = businesses.find(connection, business_id)
    assert business is not None
    if not is_allowed(destination, business.link_hosts):
        raise refuse(
            Invalid(
                f"Links of this business do not lead to {host_of(destination)}; allow it with "
                "`footfall business update ID --link-host HOST`, or choose another destination.",
                "destination",
            )
        )
