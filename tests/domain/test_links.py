"""Where links may lead, and the address that a visitor gets."""

import re
import string
import time
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from footfall.domain import links
from footfall.domain.links import mint_code, parse_destination, rewrite, target

QUERY_TEXT = st.text(string.ascii_letters + string.digits + "-._~%+/?:@!$'()*,;[]{}|", max_size=12)
OURS = st.sampled_from(
    ["utm_source", "utm_medium", "utm_campaign", "hello_session", "utm%5Fsource", "hello%5fsession"]
)
PARTS = st.lists(
    st.builds(str.__add__, QUERY_TEXT | OURS, st.just("") | QUERY_TEXT.map("={}".format)),
    max_size=6,
)
ANYTHING = st.text(st.characters(codec="utf-8"), max_size=30)
SESSION = "s" * 32


def is_ours(part: str) -> bool:
    name = unquote(part.partition("=")[0].replace("+", " "))
    return name in ("utm_source", "utm_medium", "utm_campaign", "hello_session")


@given(
    path=st.sampled_from(["", "/", "/a/b;c=1", "/%20"]),
    parts=PARTS,
    fragment=st.none() | QUERY_TEXT,
    campaign=ANYTHING.filter(bool),
    session=st.none() | st.just(SESSION),
)
@example(path="/", parts=["", ""], fragment=None, campaign="x", session=None)
@example(path="/", parts=["", "a=1", ""], fragment="", campaign="x", session=None)
def test_everything_else_of_a_destination_stays_byte_for_byte(
    path: str, parts: list[str], fragment: str | None, campaign: str, session: str | None
) -> None:
    tail = "" if fragment is None else f"#{fragment}"
    query = f"?{'&'.join(parts)}" if parts else ""
    told = f"https://shop.example:8443{path}{query}{tail}"
    opened = target(told, session, source="hellotext", medium="sms", campaign=campaign)
    head, hash_sign, end = opened.partition("#")
    assert hash_sign + end == tail
    base, _, found = head.partition("?")
    assert base == f"https://shop.example:8443{path}"
    asked = "&".join(parts)
    kept = [each for each in asked.split("&") if not is_ours(each)] if asked else []
    added = 3 if session is None else 4
    assert found.split("&")[:-added] == kept


@given(parts=PARTS, source=ANYTHING.filter(bool), campaign=st.none() | ANYTHING.filter(bool))
def test_each_generated_parameter_is_there_once_with_its_value(
    parts: list[str], source: str, campaign: str | None
) -> None:
    told = f"https://shop.example/?{'&'.join(parts)}"
    opened = target(told, SESSION, source=source, medium="sms", campaign=campaign)
    pairs = parse_qsl(urlsplit(opened).query, keep_blank_values=True)
    for name, value in (("hello_session", SESSION), ("utm_source", source), ("utm_medium", "sms")):
        assert [each for key, each in pairs if key == name] == [value]
    if campaign is not None:
        assert [each for key, each in pairs if key == "utm_campaign"] == [campaign]


@given(parts=PARTS)
def test_a_session_in_the_destination_is_given_to_nobody(parts: list[str]) -> None:
    told = f"https://shop.example/?{'&'.join(parts)}&hello_session=someone"
    opened = target(told, None, source="hellotext", medium=None, campaign=None)
    assert "hello_session" not in dict(parse_qsl(urlsplit(opened).query, keep_blank_values=True))


def test_what_is_not_known_replaces_nothing() -> None:
    told = "https://shop.example/?utm_campaign=theirs&utm_medium=theirs"
    opened = target(told, None, source="hellotext", medium="sms", campaign=None)
    assert opened == (
        "https://shop.example/?utm_campaign=theirs&utm_source=hellotext&utm_medium=sms"
    )


def test_older_names_are_written_besides_when_asked_for() -> None:
    opened = target(
        "https://shop.example/?hellotext_session=x",
        SESSION,
        source="hellotext",
        medium=None,
        campaign=None,
        session_names=("hello_session", "hellotext_session"),
    )
    assert opened == (
        f"https://shop.example/?hello_session={SESSION}&hellotext_session={SESSION}"
        "&utm_source=hellotext"
    )


@given(text=ANYTHING | ANYTHING.map("https://shop.example/{}".format))
def test_a_destination_that_is_taken_is_an_address_and_reads_the_same_again(text: str) -> None:
    try:
        taken = parse_destination(text)
    except ValueError:
        return
    assert re.fullmatch(r"https?://[a-z0-9._:\[\]-]+([/?#][!-~]*)?", taken)
    assert parse_destination(taken) == taken
    assert rewrite(taken, []) == taken


@pytest.mark.parametrize(
    ("told", "taken"),
    [
        ("https://shop.example", "https://shop.example"),
        (" HTTP://SHOP.example:80/A?B#C\n", "http://shop.example/A?B#C"),
        ("https://shop.example?a=1", "https://shop.example?a=1"),
        ("https://shop.example/a%20b?q=%zz&r=a+b", "https://shop.example/a%20b?q=%zz&r=a+b"),
        ("https://shop.example/niño", "https://shop.example/ni%C3%B1o"),
        ('https://shop.example/?q="<a>', "https://shop.example/?q=%22%3Ca%3E"),
        ("https://shop.example/@me?mail=a@b.example", "https://shop.example/@me?mail=a@b.example"),
        ("http://localhost:3000/", "http://localhost:3000/"),
        ("http://[::1]:8000/x", "http://[::1]:8000/x"),
    ],
)
def test_a_web_address_is_taken_as_a_browser_would_send_it(told: str, taken: str) -> None:
    assert parse_destination(told) == taken


@pytest.mark.parametrize(
    "text",
    [
        "",
        "shop.example",
        "//shop.example/",
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://shop.example/",
        "https:shop.example",
        "https:/shop.example",
        "https:///shop.example/",
        "https://",
        "https://?a",
        "https://me@shop.example/",
        "https://me:secret@shop.example/",
        "https://shop.example\\@evil.example/",
        "https://evil.example\\.shop.example/",
        "https://shop.example/\\evil.example",
        "https://shop.example/a b",
        "https://shop.example/a\r\nSet-Cookie: x=1",
        "https://sh\top.example/",
        "https://shop.example/\x00",
        "https://shop.example/\u202egpj.exe",
        "https://shop.example:99999/",
        "https://shop.example:x/",
        "https://-shop.example/",
        "https://shop..example/",
        "https://shop%2eexample/",
        "https://*.example/",
        "https://[::1/",
        "https://" + "a" * 64 + ".example/",
        "https://shop.example/" + "a" * 2048,
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="The destination"):
        parse_destination(text)


def test_a_host_made_to_be_slow_is_refused_at_once() -> None:
    began = time.perf_counter()
    with pytest.raises(ValueError, match="host"):
        parse_destination("https://" + "a" * 60_000 + "!/")
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize(
    ("destination", "is_allowed"),
    [
        ("https://shop.example/x", True),
        ("http://shop.example:8080/x", True),
        ("https://www.shop.example/", False),
        ("https://shop.example.evil.example/", False),
        ("https://evil.example/?shop.example", False),
        ("http://[::1]:80/", True),
    ],
)
def test_only_the_hosts_of_a_business_are_allowed(destination: str, is_allowed: bool) -> None:
    assert links.is_allowed(destination, ["shop.example", "[::1]"]) is is_allowed
    assert links.is_allowed(destination, None)


def test_codes_are_letters_and_digits_and_longer_where_they_open_a_session() -> None:
    common, personal = mint_code(is_personal=False), mint_code(is_personal=True)
    assert re.fullmatch("[A-Za-z0-9]{6}", common)
    assert re.fullmatch("[A-Za-z0-9]{12}", personal)
    assert links.is_code(common)
    assert len({mint_code(is_personal=True) for _ in range(1000)}) == 1000
