"""The way in and out: log in, log out, and the links that make a member."""

from functools import partial
from typing import Final, NamedTuple

from litestar import get, post
from litestar.params import FromPath
from sqlalchemy import Connection

from footfall.dashboard.door import Door
from footfall.dashboard.forms import Form
from footfall.dashboard.gate import PATH, LoginNeeded, Visit
from footfall.dashboard.pages import Done, Page, Pages, see
from footfall.domain import passwords
from footfall.domain.contacts import normalise_email
from footfall.domain.money import parse_currency
from footfall.domain.public_ids import Kind
from footfall.domain.times import parse_timezone
from footfall.domain.tokens import digest
from footfall.errors import RateLimited, Refused
from footfall.store import audit, businesses, invitations, ledger, members, web_sessions
from footfall.store.businesses import Business
from footfall.store.invitations import Invitation
from footfall.store.members import Member
from footfall.store.store import Store

NOT_AN_EMAIL: Final = "Give an e-mail address, such as ana@example.org."
PASSWORD_LENGTH: Final = "Choose 10 to 256 characters."


class Wanted(NamedTuple):
    """An account somebody asks for; ``changes`` are those of the first business."""

    email: str
    name: str
    password: str
    changes: dict[str, str]


@get("/")
async def front(visit: Visit, store: Store, pages: Pages) -> Page | Done:
    """Lead a member to the first of its businesses."""
    if visit.member is None:
        raise LoginNeeded
    if not visit.memberships:
        return pages.show("nowhere", visit)
    encode = store.public_ids[Kind.BUSINESS].encode
    return see(f"{PATH}/{encode(visit.memberships[0].business_id)}/overview")


@get("/login")
async def login(visit: Visit, store: Store, pages: Pages) -> Page | Done:
    """Show the form, or pass on who is logged in."""
    onward = _onward(visit.request.query_params.get("next", ""))
    if visit.member is not None:
        return see(onward)
    is_new_here = not await store.read(members.are_any)
    return pages.show("login", visit, onward=onward, email="", fault="", is_new_here=is_new_here)


@post("/login", status_code=200)
async def log_in(visit: Visit, store: Store, pages: Pages, door: Door) -> Page | Done:
    """Begin a session, in a browser that gets another cookie with it."""
    form = await Form.of(visit)
    onward = _onward(form.raw("next"))
    typed, fault, status = form.raw("email").strip()[:254], "", 422
    try:
        email = normalise_email(typed)
    except ValueError:
        email = typed
    try:
        door.take(visit.request, email)
    except Refused as refused:
        (too_many,) = refused.faults
        assert isinstance(too_many, RateLimited)
        wait_s = too_many.retry_after_s
        fault = visit.say("Too many attempts. Try again in %(wait)d s.", wait=wait_s)
        status = 429
    else:
        member = await store.read(partial(members.find_by_email, email=email))
        kept = None if member is None else member.password
        if await door.matches(kept, form.raw("password")) and member is not None:
            return await _begin(visit, store, pages, member, onward)
        fault = visit.say("E-mail address and password do not belong together.")
    return pages.show(
        "login", visit, status=status, onward=onward, email=typed, fault=fault, is_new_here=False
    )


@post("/logout")
async def log_out(visit: Visit, store: Store, pages: Pages) -> Done:
    """End this browser's session."""
    await store.write(lambda connection: web_sessions.end(connection, digest(visit.cookie)))
    return see(f"{PATH}/login", cookies=[pages.cookie("")])


@get("/join/{secret:str}")
async def join(visit: Visit, store: Store, pages: Pages, secret: FromPath[str]) -> Page:
    """Show what an invitation is to, and the form of a new account."""
    found = await store.read(lambda connection: _find(connection, secret))
    if found is None:
        return pages.show("join_over", visit, status=404)
    return _join_page(visit, pages, found, Form(visit, {}))


@post("/join/{secret:str}", status_code=200)
async def accept(
    visit: Visit, store: Store, pages: Pages, door: Door, secret: FromPath[str]
) -> Page | Done:
    """Make the account, or let the one that is logged in into one more business."""
    found = await store.read(lambda connection: _find(connection, secret))
    if found is None:
        return pages.show("join_over", visit, status=404)
    if visit.member is not None and found.invitation.business_id is not None:
        member_id = visit.member.id
        taken = await store.write(partial(_join, secret=secret, member_id=member_id))
        return _home(store, taken) if taken else pages.show("join_over", visit, status=404)
    form = await Form.of(visit)
    wanted = _wanted(form, found)
    if not form.is_good:
        return _join_page(visit, pages, found, form, status=422)
    hashed = wanted._replace(password=await door.hashed(wanted.password))
    made = await store.write(lambda connection: _make(connection, secret, hashed))
    if made is None:
        return pages.show("join_over", visit, status=404)
    if isinstance(made, str):
        form.refuse("email", made)
        return _join_page(visit, pages, found, form, status=422)
    member, business_id = made
    return await _begin(visit, store, pages, member, _home_path(store, business_id))


class _Found(NamedTuple):
    """An invitation that is good, and the business it is to.

    ``is_fresh``: the business has seen no event yet, so its currency and zone may still change.
    """

    invitation: Invitation
    business: Business
    is_fresh: bool


def _find(connection: Connection, secret: str) -> _Found | None:
    invitation = invitations.find(connection, secret)
    if invitation is None:
        return None
    if invitation.business_id is None:
        business = businesses.all_of(connection)[0]
        return _Found(invitation, business, not ledger.has_entries(connection, business.id))
    found = businesses.find(connection, invitation.business_id)
    return None if found is None else _Found(invitation, found, False)


def _join_page(visit: Visit, pages: Pages, found: _Found, form: Form, status: int = 200) -> Page:
    return pages.show(
        "join",
        visit,
        status=status,
        is_first=found.invitation.business_id is None,
        role=found.invitation.role,
        business=found.business,
        is_fresh=found.is_fresh,
        form=form,
    )


def _wanted(form: Form, found: _Found) -> Wanted:
    email = form.parsed("email", normalise_email, NOT_AN_EMAIL) or ""
    name = form.text("name")
    password = form.raw("password")
    if not passwords.is_long_enough(password):
        form.refuse("password", PASSWORD_LENGTH)
    changes: dict[str, str] = {}
    if found.invitation.business_id is None:
        changes["name"] = form.text("business")
        if found.is_fresh:
            changes |= money_and_zone(form)
    return Wanted(email, name, password, changes)


def money_and_zone(form: Form) -> dict[str, str]:
    """Read currency and time zone of a business."""
    currency = form.parsed("currency", parse_currency, "Give an ISO 4217 code, such as USD or UYU.")
    zone = form.parsed("timezone", parse_timezone, "Give an IANA name, such as Europe/Madrid.")
    return {"currency": currency or "", "timezone": zone.key if zone else ""}


def _make(connection: Connection, secret: str, wanted: Wanted) -> tuple[Member, int] | str | None:
    if members.find_by_email(connection, wanted.email) is not None:
        return "There is an account with this address: log in, then open the link again."
    invitation = invitations.take(connection, secret)
    if invitation is None:
        return None
    member = members.create(connection, wanted.email, wanted.name, wanted.password)
    if invitation.business_id is not None:
        _enter(connection, member.id, invitation.business_id, invitation.role)
        return member, invitation.business_id
    owned = businesses.all_of(connection)
    for business in owned:
        _enter(connection, member.id, business.id, invitation.role)
    businesses.change(connection, owned[0].id, dict(wanted.changes))
    return member, owned[0].id


def _join(connection: Connection, secret: str, member_id: int) -> int | None:
    invitation = invitations.take(connection, secret)
    if invitation is None or invitation.business_id is None:
        return None
    _enter(connection, member_id, invitation.business_id, invitation.role)
    return invitation.business_id


def _enter(connection: Connection, member_id: int, business_id: int, role: str) -> None:
    members.join(connection, member_id, business_id, role)
    audit.add(connection, business_id, member_id, "member.joined", role)


async def _begin(visit: Visit, store: Store, pages: Pages, member: Member, onward: str) -> Done:
    fresh = Visit(visit.request, None, member, [])
    begun = digest(fresh.cookie)

    def begin(connection: Connection) -> None:
        web_sessions.end(connection, digest(visit.cookie))
        web_sessions.begin(connection, begun, member.id)

    await store.write(begin)
    return see(onward, cookies=[pages.cookie(fresh.cookie, is_kept=True)])


def _home(store: Store, business_id: int) -> Done:
    return see(_home_path(store, business_id))


def _home_path(store: Store, business_id: int) -> str:
    return f"{PATH}/{store.public_ids[Kind.BUSINESS].encode(business_id)}/start"


def _onward(path: str) -> str:
    """Return where to go after a login: a page of the dashboard, never another site."""
    return path if path.startswith(PATH + "/") and path.isprintable() else PATH


HANDLERS: Final = (front, login, log_in, log_out, join, accept)
