"""Origins as people write them, in the one form that browsers send."""

import pytest

from footfall.domain.origins import parse_origin


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("https://shop.example", "https://shop.example"),
        (" HTTPS://Shop.Example/ ", "https://shop.example"),
        ("https://shop.example:443", "https://shop.example"),
        ("http://shop.example:80", "http://shop.example"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("https://shop.example:8443", "https://shop.example:8443"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("https://tiendañ.example", "https://xn--tienda-1wa.example"),
    ],
)
def test_an_origin_has_one_form(written: str, sent: str) -> None:
    assert parse_origin(written) == sent
    assert parse_origin(sent) == sent


@pytest.mark.parametrize(
    "text",
    [
        "",
        "shop.example",
        "null",
        "*",
        "ftp://shop.example",
        "https://",
        "https://a b.example",
        "https://shop.example/x",
        "https://shop.example?x",
        "https://shop.example#x",
        "https://me@shop.example",
        "https://shop.example:99999",
        "https://[::1",
        "https://*.example",
    ],
)
def test_anything_else_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"https://shop\.example"):
        parse_origin(text)
