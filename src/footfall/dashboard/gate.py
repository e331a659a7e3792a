"""Who asks: cookie → ``Visit``, and business in the path → ``Seat``.

The cookie holds 256 random bits and nothing else; the store knows it by digest. Every change has to
carry a token made from the cookie, which no page of another site can know, whether or not anybody
is logged in. Logging in gives the browser another cookie.
"""

import hashlib
import hmac
import secrets
from typing import Any, Final, NamedTuple

from litestar import Request as HttpRequest
from litestar.params import FromPath
from sqlalchemy import Connection

from footfall.dashboard.words import LANGUAGES, preferred, translate
from footfall.domain.public_ids import Kind
from footfall.domain.tokens import digest
from footfall.store import businesses, members, web_sessions
from footfall.store.businesses import Business
from footfall.store.members import Member, Membership
from footfall.store.store import Store

Request = HttpRequest[Any, Any, Any]

COOKIE: Final = "footfall_session"
PATH: Final = "/dashboard"
CSRF_HEADER: Final = "x-csrf-token"
CSRF_FIELD: Final = "csrf"
_COOKIE_LENGTH_MAX: Final = 128


class LoginNeeded(Exception):
    """Only members see this page."""


class Absent(Exception):
    """There is no such page, or nobody who asks may know of it."""


class NotYours(Exception):
    """The member's role does not go so far."""


class Forged(Exception):
    """A change came without the token of the page it should come from."""


class Visit:
    """One request of one browser.

    Attributes:
        cookie: what the browser sent, else what it is given with the answer.
        is_new: the answer sets the cookie.
        member: who is logged in.
    """

    def __init__(
        self, request: Request, cookie: str | None, member: Member | None, of: list[Membership]
    ) -> None:
        self.request = request
        self.cookie = cookie or secrets.token_urlsafe(32)
        self.is_new = cookie is None
        self.member = member
        self.memberships = of
        asked = preferred(request.headers.get("accept-language", ""))
        self.language = (member and member.language) or asked
        if self.language not in LANGUAGES:
            self.language = "en"

    @property
    def csrf(self) -> str:
        """What forms of this browser carry."""
        return csrf_of(self.cookie)

    @property
    def is_htmx(self) -> bool:
        """Whether the page's script asks for a part of it."""
        return "hx-request" in self.request.headers

    def say(self, text: str, **values: object) -> str:
        """Return a sentence in the reader's language, with values in their places."""
        return translate(self.language, text) % values if values else translate(self.language, text)


class Seat(NamedTuple):
    """A member's place in one business, as the path names it.

    Attributes:
        id: the business's public id.
        test_id: row number of its test side, if it has one.
        others: path and name of the member's other businesses.
    """

    id: str
    business: Business
    test_id: int | None
    member: Member
    role: str
    others: list[tuple[str, str]]

    @property
    def path(self) -> str:
        return f"{PATH}/{self.id}"

    @property
    def may_change(self) -> bool:
        return self.role in ("owner", "developer")

    @property
    def is_owner(self) -> bool:
        return self.role == "owner"

    def need(self, *roles: str) -> None:
        """Refuse whoever has none of the roles.

        Raises:
            NotYours: so it is.
        """
        if self.role not in roles:
            raise NotYours


async def visit(request: Request, store: Store) -> Visit:
    """Return who asks; a dependency of every page."""
    cookie = cookie_of(request)

    def find(connection: Connection) -> tuple[Member | None, list[Membership]]:
        member_id = web_sessions.find_member(connection, digest(cookie)) if cookie else None
        member = None if member_id is None else members.find(connection, member_id)
        return member, [] if member is None else members.memberships_of(connection, member.id)

    return Visit(request, cookie, *await store.read(find))


async def seat(visit: Visit, store: Store, business: FromPath[str]) -> Seat:
    """Return the member's place in the business in the path; a dependency of its pages.

    Raises:
        LoginNeeded: nobody is logged in.
        Absent: there is no such business, or the member is not in it: the same answer for both.
    """
    if visit.member is None:
        raise LoginNeeded
    row_id = store.public_ids[Kind.BUSINESS].decode(business)
    role = next((each.role for each in visit.memberships if each.business_id == row_id), None)
    if row_id is None or role is None:
        raise Absent

    def find(connection: Connection) -> tuple[Business | None, int | None]:
        return businesses.find(connection, row_id), businesses.twins(connection).get(row_id)

    found, test_id = await store.read(find)
    if found is None:
        raise Absent
    encode = store.public_ids[Kind.BUSINESS].encode
    others = [
        (f"{PATH}/{encode(each.business_id)}/overview", each.business_name)
        for each in visit.memberships
        if each.business_id != row_id
    ]
    return Seat(business, found, test_id, visit.member, role, others)


async def check_change(request: Request) -> None:
    """Refuse a change whose form is not one of ours; runs before every handler.

    Raises:
        Forged: the token is missing or another browser's.
    """
    if request.method in ("GET", "HEAD"):
        return
    cookie = cookie_of(request)
    told = request.headers.get(CSRF_HEADER)
    if told is None:
        told = str((await request.form()).get(CSRF_FIELD, ""))
    if cookie is None or not hmac.compare_digest(told.encode(), csrf_of(cookie).encode()):
        raise Forged


def cookie_of(request: Request) -> str | None:
    """Return what the browser's cookie holds."""
    cookie = request.cookies.get(COOKIE)
    return cookie if cookie and len(cookie) <= _COOKIE_LENGTH_MAX else None


def csrf_of(cookie: str) -> str:
    """Return the token of forms; from it nobody gets to the cookie or to its digest."""
    return hashlib.sha256(b"footfall form\0" + cookie.encode()).hexdigest()
