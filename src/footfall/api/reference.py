"""The OpenAPI document and the pages that explain the API, served from memory.

``routes`` gives the application its handlers: ``/openapi.json``, ``/docs``, ``/docs/errors`` and
their stylesheet and icon. Everything is made at its first request and kept as bytes. The pages need
no script and nothing from another host, and their Content-Security-Policy allows neither.
"""

import asyncio
import hashlib
import re
from collections.abc import Callable
from importlib.resources import files
from typing import Any, Final, NamedTuple

import msgspec
from litestar import Litestar, Request, Response, get
from litestar.handlers import HTTPRouteHandler
from markupsafe import Markup, escape

from footfall.api import error_types
from footfall.api.openapi import document
from footfall.api.reference_view import groups, pretty, sections
from footfall.errors import UnknownResource, refuse, wire_types
from footfall.settings import Settings

HTML: Final = "text/html"

_SECURITY: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

_CACHE: Final = "public, max-age=300"
_CODE: Final = re.compile(r"`+([^`]+)`+")


class Page(NamedTuple):
    """A page as it is sent."""

    body: bytes
    media_type: str
    etag: str


Maker = Callable[[Litestar, Settings], tuple[bytes, str]]


def routes(settings: Settings) -> list[HTTPRouteHandler]:
    """Return the handlers of the document and its pages."""
    return [
        front_door,
        _route("/openapi.json", "openapi_document", make_document, settings),
        _route("/docs", "reference_page", make_reference, settings),
        _route("/docs/errors", "errors_page", make_errors, settings),
        _route(
            "/docs/reference.css", "reference_style", _static("reference.css", "text/css"), settings
        ),
        _route("/docs/icon.svg", "reference_icon", _static("icon.svg", "image/svg+xml"), settings),
    ]


@get("/", name="front_door")
async def front_door(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Send a browser to the dashboard; programs are told in JSON where the reference is."""
    if HTML not in request.headers.get("accept", ""):
        raise refuse(UnknownResource("There is nothing at this path; /docs lists those there are."))
    return Response(b"", status_code=302, headers={**_SECURITY, "Location": "/dashboard"})


def make_document(app: Litestar, settings: Settings) -> tuple[bytes, str]:
    """Return the OpenAPI document as bytes."""
    return msgspec.json.encode(document(app, settings)), "application/json"


def make_reference(app: Litestar, settings: Settings) -> tuple[bytes, str]:
    """Return the reference page."""
    told = document(app, settings)
    return _render(
        "reference.html.jinja",
        document=told,
        conventions=sections(told["info"]["description"]),
        groups=groups(told),
    ), HTML


def make_errors(_: Litestar, __: Settings) -> tuple[bytes, str]:
    """Return the page of every error type."""
    names = sorted(wire_types())
    return _render(
        "errors.html.jinja",
        explanations={name: error_types.EXPLANATIONS[name] for name in names},
        statuses={
            name: list(map(error_types.status_line, error_types.statuses(name))) for name in names
        },
        examples={name: pretty(error_types.example(name)) for name in names},
    ), HTML


def prose(text: str) -> Markup:
    """Return paragraphs of plain text with backticks as HTML."""
    parts = (part.strip() for part in text.split("\n\n"))
    return Markup("\n").join(Markup("<p>{}</p>").format(code(part)) for part in parts if part)


def code(text: str) -> Markup:
    """Return one line with its backticks as ``<code>``, everything else escaped."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))


def _route(path: str, name: str, make: Maker, settings: Settings) -> HTTPRouteHandler:
    made: list[Page] = []

    @get(path, name=name)
    async def serve(request: Request[Any, Any, Any]) -> Response[bytes]:
        if not made:
            # Off the event loop: events go on being taken while a page is made.
            made.append(await asyncio.to_thread(_page, make, request.app, settings))
        return _answer(made[0], request.headers.get("if-none-match"))

    return serve


def _page(make: Maker, app: Litestar, settings: Settings) -> Page:
    body, media_type = make(app, settings)
    return Page(body, media_type, f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"')


def _answer(page: Page, known: str | None) -> Response[bytes]:
    headers = {**_SECURITY, "Cache-Control": _CACHE, "ETag": page.etag}
    is_known = known is not None and (known.strip() == "*" or page.etag in known)
    return Response(
        b"" if is_known else page.body,
        status_code=304 if is_known else 200,
        media_type=page.media_type,
        headers=headers,
    )


def _static(name: str, media_type: str) -> Maker:
    def make(_: Litestar, __: Settings) -> tuple[bytes, str]:
        return files("footfall.api").joinpath("static", name).read_bytes(), media_type

    return make


def _render(template: str, **values: Any) -> bytes:
    # Here, because a server that nobody asks for its pages need not start with it.
    from jinja2 import Environment, PackageLoader, StrictUndefined

    templates = Environment(
        loader=PackageLoader("footfall.api"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters |= {"prose": prose, "code": code}
    return templates.get_template(template).render(values).encode()
