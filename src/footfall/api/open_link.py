"""``GET /l/:code``: somebody opens a tracked link and is sent on.

What is recorded is recorded first, in one append; then the visitor gets the destination with a
session in its query. A program that only looks at the address gets it without one, and so does
everybody while nothing can be recorded: a shop's customers must not stand before a closed door
because its statistics are. An unknown code leads nowhere, to a page of our own.

Source: contract 6.
"""

from html import escape
from typing import Any, Final

import structlog
from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler

from footfall.api.call import TRACE
from footfall.domain.links import SESSION, is_allowed, is_code, target
from footfall.domain.previews import preview_of
from footfall.domain.public_ids import Kind
from footfall.domain.times import now_us
from footfall.errors import RateLimited, Refused, Unavailable
from footfall.ingest.limits import Limits
from footfall.ingest.respond import error_headers
from footfall.ops.counters import Counters
from footfall.settings import Settings
from footfall.store import link_clicks
from footfall.store.link_clicks import Opened
from footfall.store.store import Store

log = structlog.get_logger(__name__)

REFERRER_LENGTH: Final = 2048

_ALWAYS: Final = {
    # The next click has to come here too.
    "Cache-Control": "no-store",
    # The shop may know which site its visitor was on, and nothing more of the address.
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Content-Type-Options": "nosniff",
}
_PAGE: Final = {
    **_ALWAYS,
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
}


class Door:
    """Opens links; ``open`` is the handler of ``/l/:code``."""

    def __init__(
        self, store: Store, settings: Settings, limits: Limits, counters: Counters
    ) -> None:
        self._store = store
        self._limits = limits
        self._counters = counters
        also = settings.link_session_also.lower()
        self._session_names = (SESSION, also) if also else (SESSION,)

    async def open(self, request: Request[Any, Any, Any], code: str) -> Response[bytes]:
        """Answer an opening: a redirect, or a page that says why there is none."""
        headers = dict(request.scope["headers"])
        try:
            self._limits.take_address(request.scope, headers)
            opened = await self._find(code)
            if opened is None:
                self._counters.opened("unknown")
                return _page(404, "There is nothing here", "This link is not valid any more.")
            method = request.scope["state"][TRACE].request.method
            preview = preview_of(method, headers)
            if preview is not None:
                await self._preview(opened, preview)
            session = await self._click(opened, headers) if preview is None else None
        except Refused as refused:
            return _refused(refused)
        return self._redirect(opened, session)

    async def _find(self, code: str) -> Opened | None:
        if not is_code(code):
            return None
        opened = await self._store.read(lambda connection: link_clicks.find_open(connection, code))
        # The list of hosts may have become shorter since the link was made.
        if opened is None or not is_allowed(opened.destination, opened.hosts):
            return None
        return opened

    async def _click(self, opened: Opened, headers: dict[bytes, bytes]) -> str | None:
        """Record a click; return the visitor's session, ``None`` for who gets none."""
        public_id = self._store.public_ids[Kind.LINK].encode(opened.id)
        referrer = headers.get(b"referer", b"")[:REFERRER_LENGTH].decode("latin-1") or None
        at = now_us()
        try:
            click = await self._store.write_and_append(
                lambda connection: link_clicks.click(connection, opened, public_id, referrer, at)
            )
        except Refused as refused:
            if not isinstance(refused.faults[0], Unavailable):
                raise
            self._counters.link_clicks_unrecorded += 1
            log.warning("link_click_not_recorded", link=public_id)
            return None
        self._counters.opened("click" if click.session is not None else "suppressed")
        return click.session

    async def _preview(self, opened: Opened, preview: str) -> None:
        self._counters.opened(preview)
        try:
            await self._store.write(
                lambda connection: link_clicks.note_preview(connection, opened.id)
            )
        except Refused as refused:
            # How often a program looked is worth no answer but the one it came for.
            log.debug("link_preview_not_counted", error=str(refused))

    def _redirect(self, opened: Opened, session: str | None) -> Response[bytes]:
        address = target(
            opened.destination,
            session,
            source=opened.source,
            medium=opened.medium,
            campaign=opened.campaign,
            session_names=self._session_names,
        )
        return Response(
            b"", status_code=302, media_type="text/html", headers={**_ALWAYS, "Location": address}
        )


def routes(
    store: Store, settings: Settings, limits: Limits, counters: Counters
) -> list[HTTPRouteHandler]:
    """Return the handler of tracked links."""
    door = Door(store, settings, limits, counters)

    # A plain function: the framework copies its handlers, and would copy a method's object too.
    @get("/l/{code:str}", name="open_link")
    async def open_link(request: Request[Any, Any, Any], code: str) -> Response[bytes]:
        return await door.open(request, code)

    return [open_link]


def _refused(refused: Refused) -> Response[bytes]:
    """Answer a person, who cannot read JSON."""
    told = error_headers(refused.status, "", refused.faults)
    kept = {b"retry-after", b"ratelimit", b"ratelimit-policy"}
    headers = {name.decode(): value.decode() for name, value in told if name in kept}
    title = "Too many requests" if isinstance(refused.faults[0], RateLimited) else "Not now"
    return _page(refused.status, title, "Please open the link again in a moment.", headers)


def _page(
    status: int, title: str, text: str, headers: dict[str, str] | None = None
) -> Response[bytes]:
    body = (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n"
        f"<h1>{escape(title)}</h1>\n<p>{escape(text)}</p>\n</html>\n"
    )
    return Response(
        body.encode(),
        status_code=status,
        media_type="text/html",
        headers={**_PAGE, **(headers or {})},
    )
