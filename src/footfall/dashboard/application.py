"""All pages → one Litestar application of its own; built at the first request for one of them.

What goes wrong becomes a page that says what to do; nothing here answers in the API's JSON, and no
path of the API begins with ``/dashboard``.
"""

from typing import Any, Final
from urllib.parse import quote

import structlog
from litestar import Litestar, Response, Router
from litestar.di import Provide
from litestar.exceptions import HTTPException

from footfall.dashboard import (
    account,
    audit,
    business,
    entry,
    live,
    members,
    overview,
    start,
    static,
    tokens,
)
from footfall.dashboard.door import Door
from footfall.dashboard.gate import (
    PATH,
    Absent,
    Forged,
    LoginNeeded,
    NotYours,
    Request,
    Visit,
    check_change,
    cookie_of,
    seat,
    visit,
)
from footfall.dashboard.pages import SECURITY, Pages, see
from footfall.errors import Refused
from footfall.settings import Settings
from footfall.store.store import Store

MODULES: Final = (
    entry,
    account,
    start,
    overview,
    live,
    tokens,
    business,
    members,
    audit,
    static,
)
FORM_MAX_BYTES: Final = 65_536

log = structlog.get_logger(__name__)


def build(store: Store, settings: Settings) -> Litestar:
    """Return the application that answers every path below ``/dashboard``."""
    pages, door = Pages(settings), Door(settings)

    def the_store() -> Store:
        return store

    def the_pages() -> Pages:
        return pages

    def the_door() -> Door:
        return door

    def answer(request: Request, problem: Exception) -> Response[Any]:
        return _answer(pages, request, problem)

    router = Router(
        PATH,
        route_handlers=[handler for module in MODULES for handler in module.HANDLERS],
        dependencies={
            "store": Provide(the_store, sync_to_thread=False),
            "pages": Provide(the_pages, sync_to_thread=False),
            "door": Provide(the_door, sync_to_thread=False),
            "visit": Provide(visit),
            "seat": Provide(seat),
        },
        before_request=check_change,
    )
    return Litestar(
        [router],
        exception_handlers={Exception: answer},
        openapi_config=None,
        logging_config=None,
        request_max_body_size=FORM_MAX_BYTES,
        debug=False,
    )


def _answer(pages: Pages, request: Request, problem: Exception) -> Response[Any]:
    visit = Visit(request, cookie_of(request), None, [])
    if isinstance(problem, LoginNeeded):
        return _to_login(visit)
    status, message, remedy = _told(problem)
    if status >= 500 and not isinstance(problem, Refused):
        log.error("page_failed", path=request.url.path, error=repr(problem), exc_info=problem)
    return pages.show(
        "problem",
        visit,
        status=status,
        message=visit.say(message),
        remedy=visit.say(remedy),
    )


def _to_login(visit: Visit) -> Response[Any]:
    request = visit.request
    if request.method == "GET" and not visit.is_htmx:
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return see(f"{PATH}/login?next={quote(here, safe='/')}")
    if visit.is_htmx:
        # A part of a page cannot be led elsewhere; the whole page is.
        headers = {**SECURITY, "HX-Redirect": f"{PATH}/login"}
        return Response(b"", status_code=200, headers=headers)
    return see(f"{PATH}/login")


def _told(problem: Exception) -> tuple[int, str, str]:
    """Return status, what is wrong, and what to do about it."""
    match problem:
        case Absent():
            return 404, "There is no such page.", "Check the address, or begin at the overview."
        case NotYours():
            return 403, "Your role does not go so far.", "Ask an owner of the business."
        case Forged():
            return (
                403,
                "This form is too old, or another site sent it.",
                "Go back, load the page again and repeat the change.",
            )
        case Refused():
            return (
                503,
                "The store cannot be reached at the moment.",
                "Nothing was changed. Try again shortly.",
            )
        case HTTPException() if problem.status_code == 404:
            return 404, "There is no such page.", "Check the address, or begin at the overview."
        case HTTPException() if problem.status_code < 500:
            return problem.status_code, "This cannot be read.", "Go back and try again."
    return 500, "Something in Footfall is broken.", "The server's log says what. Try again shortly."
