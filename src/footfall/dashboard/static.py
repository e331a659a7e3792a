"""Stylesheet, scripts and icon, served from memory under addresses that name their content."""

import gzip
import hashlib
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

from litestar import Response, get
from litestar.params import FromPath

from footfall.dashboard.gate import PATH, Absent, Request

TYPES: Final = {
    "dashboard.css": "text/css",
    "dashboard.js": "text/javascript",
    "icon.svg": "image/svg+xml",
    "vendored/htmx.min.js": "text/javascript",
}
_FOR_EVER: Final = "public, max-age=31536000, immutable"


class File(NamedTuple):
    """A file as it is sent, compressed or not."""

    plain: bytes
    compressed: bytes
    version: str


def address(name: str) -> str:
    """Return where a page finds a file; another address when its content is another."""
    return f"{PATH}/static/{load(name).version}/{name}"


@cache
def load(name: str) -> File:
    """Return one of the files."""
    plain = files("footfall.dashboard").joinpath("static", *name.split("/")).read_bytes()
    version = hashlib.blake2b(plain, digest_size=6).hexdigest()
    return File(plain, gzip.compress(plain, mtime=0), version)


@get("/static/{version:str}/{name:path}")
async def serve(request: Request, version: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """Answer a file."""
    name = str(name).removeprefix("/")
    if name not in TYPES or version != load(name).version:
        raise Absent
    headers = {
        "Cache-Control": _FOR_EVER,
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
    }
    content = load(name).plain
    if "gzip" in request.headers.get("accept-encoding", ""):
        content, headers["Content-Encoding"] = load(name).compressed, "gzip"
    return Response(content, media_type=TYPES[name], headers=headers)


HANDLERS: Final = (serve,)
