"""Tells a person who opens a link from what only looks at its address.

Chats fetch a link to show what is behind it, mail gateways to see whether it is harmful, browsers
ahead of time to be fast. None of them is the recipient, so none is given the recipient's session
or counts as a click.

Source: contract 6 (preview bots and scanners are redirected and not recorded, HEAD likewise); the
Fetch standard (``Sec-Purpose``). The names of scanners are those they give themselves.
"""

import re
from collections.abc import Mapping
from typing import Final, Literal

from footfall.domain.bots import is_program

__all__ = ["Preview", "preview_of"]

Preview = Literal["head", "prefetch", "unnamed", "scanner", "crawler"]
"""Why an opening is no click."""

_PURPOSES: Final = (b"sec-purpose", b"purpose", b"x-purpose", b"x-moz")
_AHEAD: Final = re.compile(rb"prefetch|prerender|preview|instant", re.IGNORECASE)
_READ_BYTES: Final = 512

# Mail gateways, security services and office programs, none of which the list of crawlers has; not
# names that a person's browser carries too, such as Avast's.
_SCANNERS: Final = re.compile(
    rb"barracuda|proofpoint|mimecast|zscaler|symantec|messagelabs|trend ?micro|sophos|fireeye"
    rb"|trellix|ironport|cisco-esa|forti(?:mail|guard|sandbox)|urlscan|safelinks|phish|link ?check"
    rb"|url ?(?:preview|scan|defense)|ms-?office|microsoft office|webdav-miniredir|existence disc"
    rb"|cfnetwork/|^java/|^dart/",
    re.IGNORECASE,
)


def preview_of(method: str, headers: Mapping[bytes, bytes]) -> Preview | None:
    """Return why an opening of a link is not a person's, ``None`` if it looks like one.

    Args:
        headers: by lower-case name.

    >>> preview_of("GET", {b"user-agent": b"WhatsApp/2.23.20.0 A"})
    'crawler'
    """
    if method == "HEAD":
        return "head"
    if any(_AHEAD.search(headers.get(name, b"")[:_READ_BYTES]) for name in _PURPOSES):
        return "prefetch"
    user_agent = headers.get(b"user-agent", b"").strip()[:_READ_BYTES]
    if not user_agent:
        # Browsers always say what they are.
        return "unnamed"
    if _SCANNERS.search(user_agent):
        return "scanner"
    return "crawler" if is_program(user_agent) else None
