"""Host names as people write them → the one form that addresses are compared in.

Source: RFC 1123 (labels), RFC 5890 (international names), WHATWG URL (brackets around IPv6).
"""

import re
from typing import Final

__all__ = ["parse_host"]

LENGTH: Final = 253
_LABEL: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_IPV6: Final = re.compile(r"\[[0-9a-f:.]{2,45}\]")


def parse_host(text: str) -> str:
    """Return a host name in lower case, an international one as browsers send it.

    An address is a host too; an IPv6 one stands in brackets.

    Raises:
        ValueError: it is no host.

    >>> parse_host("Shop.Example"), parse_host("tiendañ.example"), parse_host("[::1]")
    ('shop.example', 'xn--tienda-1wa.example', '[::1]')
    """
    try:
        host = text.lower() if text.isascii() else text.lower().encode("idna").decode()
    except UnicodeError:
        raise _wrong() from None
    # Label by label: a pattern for the whole would take exponential time over some texts.
    labels = host.removesuffix(".").split(".")
    if len(host) <= LENGTH and (all(map(_LABEL.fullmatch, labels)) or _IPV6.fullmatch(host)):
        return host
    raise _wrong()


def _wrong() -> ValueError:
    return ValueError("The host is not one. Give a name such as shop.example, and nothing else.")
