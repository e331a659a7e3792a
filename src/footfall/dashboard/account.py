"""A member's own settings: language and password."""

from typing import Final

from litestar import get, post
from sqlalchemy import Connection

from footfall.dashboard.door import Door
from footfall.dashboard.entry import PASSWORD_LENGTH
from footfall.dashboard.forms import Form
from footfall.dashboard.gate import PATH, LoginNeeded, Visit
from footfall.dashboard.pages import Done, Page, Pages, see
from footfall.dashboard.words import LANGUAGES
from footfall.domain import passwords
from footfall.domain.tokens import digest
from footfall.errors import Refused
from footfall.store import members, web_sessions
from footfall.store.store import Store


@get("/account")
async def show(visit: Visit, pages: Pages) -> Page:
    """Show both forms."""
    if visit.member is None:
        raise LoginNeeded
    return _page(visit, pages, Form(visit, {}))


@post("/account/language")
async def set_language(visit: Visit, store: Store) -> Done:
    """Remember the language."""
    if visit.member is None:
        raise LoginNeeded
    member_id, language = visit.member.id, (await Form.of(visit)).raw("language")
    if language in LANGUAGES:
        await store.write(lambda connection: members.set_language(connection, member_id, language))
    return see(f"{PATH}/account")


@post("/account/password", status_code=200)
async def set_password(visit: Visit, store: Store, pages: Pages, door: Door) -> Page | Done:
    """Change the password; every other browser has to log in again."""
    member = visit.member
    if member is None:
        raise LoginNeeded
    form = await Form.of(visit)
    if not passwords.is_long_enough(form.raw("password")):
        form.refuse("password", PASSWORD_LENGTH)
        return _page(visit, pages, form, status=422)
    try:
        door.take(visit.request, member.email)
    except Refused:
        form.refuse("current", "Too many attempts. Try again in a minute.")
        return _page(visit, pages, form, status=429)
    if not await door.matches(member.password, form.raw("current")):
        form.refuse("current", "This is not your password.")
        return _page(visit, pages, form, status=422)
    hashed = await door.hashed(form.raw("password"))

    def change(connection: Connection) -> None:
        members.set_password(connection, member.id, hashed)
        web_sessions.begin(connection, digest(visit.cookie), member.id)

    await store.write(change)
    return see(f"{PATH}/account?saved=1")


def _page(visit: Visit, pages: Pages, form: Form, status: int = 200) -> Page:
    is_saved = "saved" in visit.request.query_params
    return pages.show("account", visit, status=status, form=form, is_saved=is_saved)


HANDLERS: Final = (show, set_language, set_password)
