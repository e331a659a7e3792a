"""Tracked links: their codes, where they may lead, and the address that a visitor is sent to.

Nothing here stores or sends anything. A destination is kept as a browser would send it, so that
what was checked when the link was made is what a browser opens.

Source: contract 6.
"""

import re
import secrets
import string
from collections.abc import Iterable, Sequence
from typing import Final
from urllib.parse import quote, unquote_plus

from footfall.domain.origins import parse_origin

CODE_LENGTH: Final = 6
"""Of a link for everybody (contract 6). Whoever guesses one finds an address meant for all."""

PERSONAL_CODE_LENGTH: Final = 12
"""Of a link made for a profile: it opens a session of that person, so it must not be guessed. Of
ten million links among 62¹² ≈ 3.2 × 10²¹ codes, a thousand addresses with 6,000 tries a minute each
(``FOOTFALL_RATE_ADDRESS_PER_MINUTE``) find one in a hundred years."""

SESSION: Final = "hello_session"
"""The query parameter that every official client reads."""

SOURCE: Final = "hellotext"
TEXT_LENGTH: Final = 255
DESTINATION_LENGTH: Final = 2048
CODE_LENGTH_MAX: Final = 32

_ALPHABET: Final = string.ascii_letters + string.digits
_PARTS: Final = re.compile(r"(https?://[^/?#]*)(.*)", re.IGNORECASE | re.DOTALL)
_KEPT: Final = "".join(set(string.punctuation) - set('"<>`'))
"""What browsers, too, leave as it is wherever it stands after the host."""


def mint_code(*, is_personal: bool) -> str:
    """Return a new random code of letters and digits."""
    length = PERSONAL_CODE_LENGTH if is_personal else CODE_LENGTH
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def is_code(text: str) -> bool:
    """Tell whether a text could be a code at all."""
    return 0 < len(text) <= CODE_LENGTH_MAX and text.isascii() and text.isalnum()


def parse_destination(text: str) -> str:
    """Return the address a link may lead to, in ASCII, everything after its host as it was.

    Raises:
        ValueError: no http or https address, one with credentials, spaces, control characters or a
            backslash (which browsers take for a slash), or too long.

    >>> parse_destination("HTTPS://Tiendañ.example:443/niño?q=a+b#Top")
    'https://xn--tienda-1wa.example/ni%C3%B1o?q=a+b#Top'
    """
    text = text.strip()
    match = _PARTS.fullmatch(text)
    if match is None:
        raise ValueError(
            "The destination is no web address. Give one that begins with https:// or http://."
        )
    origin, rest = match.groups()
    if "@" in origin:
        raise ValueError("The destination holds a user name or password. Give it without them.")
    if "\\" in text or any(each.isspace() or not each.isprintable() for each in text):
        raise ValueError(
            "The destination holds a space, a control character or a backslash. Encode each, such "
            "as %20 for a space."
        )
    try:
        destination = parse_origin(origin) + quote(rest, safe=_KEPT)
    except ValueError:
        raise ValueError(
            "The destination has no host that there could be. Give one such as shop.example."
        ) from None
    if len(destination) > DESTINATION_LENGTH:
        raise ValueError(
            f"The destination has {len(destination)} characters; use at most {DESTINATION_LENGTH}."
        )
    return destination


def host_of(destination: str) -> str:
    """Return the host of a destination, without its port."""
    match = _PARTS.fullmatch(destination)
    assert match is not None
    host = match[1].partition("://")[2]
    return host if host.endswith("]") else host.rpartition(":")[0] or host


def bare(destination: str) -> str:
    """Return a destination without its query and fragment.

    >>> bare("https://shop.example/offer?for=ana%40example.org#top")
    'https://shop.example/offer'
    """
    return destination.partition("#")[0].partition("?")[0]


def is_allowed(destination: str, hosts: Sequence[str] | None) -> bool:
    """Tell whether a link of a business may lead there; with ``None`` anywhere."""
    return hosts is None or host_of(destination) in hosts


def rewrite(
    destination: str, generated: Iterable[tuple[str, str | None]], dropped: Iterable[str] = ()
) -> str:
    """Return a destination with query parameters of ours; all else stays byte for byte.

    Args:
        generated: name and value; those without a value are not added and replace nothing.
        dropped: names that must not come through, whether or not there is a value for them.

    >>> rewrite("https://shop.example/?a=%20&utm_source=x#top", [("utm_source", "hellotext")])
    'https://shop.example/?a=%20&utm_source=hellotext#top'
    """
    told = [(name, value) for name, value in generated if value is not None]
    gone = {name for name, _ in told}.union(dropped)
    rest, hash_sign, fragment = destination.partition("#")
    address, mark, query = rest.partition("?")
    kept = [part for part in query.split("&") if _name_of(part) not in gone] if query else []
    added = [f"{name}={quote(value, safe='')}" for name, value in told]
    query = "&".join([*kept, *added])
    return address + (f"?{query}" if query else mark) + hash_sign + fragment


def target(
    destination: str,
    session: str | None,
    *,
    source: str,
    medium: str | None,
    campaign: str | None,
    session_names: Sequence[str] = (SESSION,),
) -> str:
    """Return the address that opens when a link is clicked.

    Args:
        session: the visitor's; with ``None`` no session is given to anybody, not even one that the
            destination itself has.
        session_names: the parameters that carry it.
    """
    sessions = [(name, session) for name in session_names]
    campaign_of = [("utm_source", source), ("utm_medium", medium), ("utm_campaign", campaign)]
    return rewrite(destination, [*sessions, *campaign_of], session_names)


def _name_of(part: str) -> str:
    return unquote_plus(part.partition("=")[0])
