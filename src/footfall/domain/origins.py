"""Web origins as people write them → the text that browsers send in ``Origin``.

Source: RFC 6454 (section 6.2, the serialisation of an origin).
"""

from typing import Final
from urllib.parse import urlsplit

from footfall.domain.hosts import parse_host

__all__ = ["parse_origin"]

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


def parse_origin(text: str) -> str:
    """Return an origin in the one form that browsers send.

    Raises:
        ValueError: no http or https address, or more than scheme, host and port.

    >>> parse_origin("HTTPS://Shop.Example:443/"), parse_origin("https://tiendañ.example")
    ('https://shop.example', 'https://xn--tienda-1wa.example')
    """
    try:
        parts = urlsplit(text.strip())
        port = parts.port
        scheme, host = parts.scheme.lower(), parts.hostname or ""
        host = parse_host(f"[{host}]" if ":" in host else host)
    except ValueError:
        raise _wrong() from None
    is_more = parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc
    if scheme not in _DEFAULT_PORTS or is_more:
        raise _wrong()
    return f"{scheme}://{host}" + ("" if port in (None, _DEFAULT_PORTS[scheme]) else f":{port}")


def _wrong() -> ValueError:
    return ValueError(
        "The origin is not one. Give scheme, host and, if need be, port of the pages, such as "
        "https://shop.example; nothing after it."
    )
