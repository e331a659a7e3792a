"""Members of a business: invited by a link, given a role, taken out again. Owners only."""

from typing import Any, Final

from litestar import get, post
from litestar.params import FromPath
from sqlalchemy import Connection

from footfall.dashboard.forms import Form
from footfall.dashboard.gate import PATH, Absent, Seat, Visit
from footfall.dashboard.pages import Done, Page, Pages, see
from footfall.store import audit, invitations, members
from footfall.store.members import ROLES, Colleague
from footfall.store.store import Store


@get("/{business:str}/members")
async def show(visit: Visit, seat: Seat, store: Store, pages: Pages) -> Page:
    """List who is in, and the invitations still open."""
    return await _page(visit, seat, store, pages)


@post("/{business:str}/members/invite", status_code=200)
async def invite(visit: Visit, seat: Seat, store: Store, pages: Pages) -> Page:
    """Make a link for one more member and show it, this once."""
    seat.need("owner")
    role = (await Form.of(visit)).raw("role")
    if role not in ROLES:
        raise Absent

    def make(connection: Connection) -> str:
        _, secret = invitations.create(connection, seat.business.id, role, seat.member.id)
        audit.add(connection, seat.business.id, seat.member.id, "member.invited", role)
        return secret

    secret = await store.write(make)
    return await _page(visit, seat, store, pages, link=f"{pages.url}{PATH}/join/{secret}")


@post("/{business:str}/members/invitations/{number:int}/withdraw")
async def withdraw(seat: Seat, store: Store, number: FromPath[int]) -> Done:
    """Make an open invitation good for nobody."""
    seat.need("owner")

    def end(connection: Connection) -> None:
        for each in invitations.pending(connection, seat.business.id):
            if each.id == number:
                invitations.withdraw(connection, seat.business.id, number)
                audit.add(
                    connection, seat.business.id, seat.member.id, "member.uninvited", each.role
                )

    await store.write(end)
    return see(f"{seat.path}/members")


@post("/{business:str}/members/{number:int}", status_code=200)
async def change(
    visit: Visit, seat: Seat, store: Store, pages: Pages, number: FromPath[int]
) -> Page | Done:
    """Give a member another role, or take it out; one owner has to remain."""
    seat.need("owner")
    role = (await Form.of(visit)).raw("role")
    if role not in (*ROLES, "none"):
        raise Absent

    def alter(connection: Connection) -> str | None:
        found = _find(connection, seat, number)
        is_last = members.owners_count(connection, seat.business.id) == 1
        if found.role == "owner" and role != "owner" and is_last:
            return "A business keeps at least one owner: make somebody else one first."
        if role == "none":
            members.leave(connection, number, seat.business.id)
        else:
            members.join(connection, number, seat.business.id, role)
        audit.add(
            connection,
            seat.business.id,
            seat.member.id,
            "member.removed" if role == "none" else "member.changed",
            found.email,
            {"role": [found.role, None if role == "none" else role]},
        )
        return None

    fault = await store.write(alter)
    if fault is None:
        return see(f"{seat.path}/members" if number != seat.member.id else PATH)
    return await _page(visit, seat, store, pages, fault=fault)


async def _page(
    visit: Visit,
    seat: Seat,
    store: Store,
    pages: Pages,
    *,
    link: str | None = None,
    fault: str | None = None,
) -> Page:
    def read(connection: Connection) -> dict[str, Any]:
        open_ones = invitations.pending(connection, seat.business.id) if seat.is_owner else []
        return {
            "members": members.all_of(connection, seat.business.id),
            "invitations": open_ones,
        }

    return pages.show(
        "members",
        visit,
        seat=seat,
        status=422 if fault else 200,
        at=f"{seat.path}/members",
        link=link,
        fault=visit.say(fault) if fault else None,
        roles=ROLES,
        **await store.read(read),
    )


def _find(connection: Connection, seat: Seat, member_id: int) -> Colleague:
    for each in members.all_of(connection, seat.business.id):
        if each.id == member_id:
            return each
    raise Absent


HANDLERS: Final = (show, invite, withdraw, change)
