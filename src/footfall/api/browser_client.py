"""``/hellotext.js`` and its kin: Footfall's own client for pages, served from memory.

A page names a version by its content, ``?v=…``, and may keep that for a year; the bare address is
asked about again after some minutes. Files of earlier releases stay in the package, below
``static/hellotext``, so that an upgrade of the server breaks no page that pins one with
``integrity``. ``clients/browser`` has the source and makes the files.
"""

import base64
import gzip
import hashlib
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final, NamedTuple

from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler

TYPES: Final = {
    "hellotext.js": "text/javascript",
    "hellotext.mjs": "text/javascript",
    "hellotext.d.ts": "text/plain",
}
PATHS: Final = tuple(f"/{name}" for name in TYPES)

_FOR_EVER: Final = "public, max-age=31536000, immutable"
_FOR_NOW: Final = "public, max-age=300"
_SHARED: Final = {
    # Pages of other origins load it, and check it with `integrity`, only if they may read it.
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
    "Vary": "Accept-Encoding",
}


class ClientFile(NamedTuple):
    """A file as it is sent.

    Attributes:
        version: hexadecimal digits that only this content has, for ``?v=``.
        integrity: for the attribute of that name, with which browsers check the content.
    """

    content: bytes
    packed: bytes
    version: str
    integrity: str


def routes() -> list[HTTPRouteHandler]:
    """Return the handlers of the files."""
    return [_route(name) for name in TYPES]


def newest(name: str) -> ClientFile:
    """Return a file as this release has it."""
    return next(iter(_versions(name).values()))


def kept(folder: Traversable, name: str) -> dict[str, ClientFile]:
    """Return a file of this release, then those in the folders of earlier ones, by version."""
    earlier = [each / name for each in folder.iterdir() if each.is_dir()]
    found = [_load(each) for each in (folder / name, *earlier) if each.is_file()]
    return {each.version: each for each in found}


@cache
def _versions(name: str) -> dict[str, ClientFile]:
    return kept(files("footfall.api").joinpath("static", "hellotext"), name)


def _load(file: Traversable) -> ClientFile:
    content = file.read_bytes()
    digest = base64.b64encode(hashlib.sha384(content).digest()).decode()
    return ClientFile(
        content,
        gzip.compress(content, 9, mtime=0),
        hashlib.sha256(content).hexdigest()[:16],
        f"sha384-{digest}",
    )


def _route(name: str) -> HTTPRouteHandler:
    @get(f"/{name}", name=name, sync_to_thread=False)
    def serve(request: Request[Any, Any, Any]) -> Response[bytes]:
        asked = _versions(name).get(request.query_params.get("v", ""))
        file = asked or newest(name)
        return _answer(request, file, name, is_pinned=asked is not None)

    return serve


def _answer(
    request: Request[Any, Any, Any], file: ClientFile, name: str, *, is_pinned: bool
) -> Response[bytes]:
    is_packed = _takes_gzip(request.headers.get("accept-encoding", ""))
    etag = f'"{file.version}{"-gzip" if is_packed else ""}"'
    headers = {**_SHARED, "Cache-Control": _FOR_EVER if is_pinned else _FOR_NOW, "ETag": etag}
    known = [each.strip() for each in request.headers.get("if-none-match", "").split(",")]
    if "*" in known or etag in known or f"W/{etag}" in known:
        return Response(b"", status_code=304, media_type=TYPES[name], headers=headers)
    if is_packed:
        headers["Content-Encoding"] = "gzip"
    body = file.packed if is_packed else file.content
    return Response(body, media_type=TYPES[name], headers=headers)


def _takes_gzip(accepted: str) -> bool:
    """Tell whether ``Accept-Encoding`` names gzip and does not forbid it with ``q=0``."""
    for each in accepted.lower().split(","):
        coding, *parameters = (part.strip() for part in each.split(";"))
        if coding in ("gzip", "*"):
            return not any(part.replace(" ", "") in ("q=0", "q=0.0") for part in parameters)
    return False
