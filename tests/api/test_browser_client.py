"""``/hellotext.js`` and its kin as browsers and caches ask for them."""

import base64
import gzip
import hashlib
from pathlib import Path

import httpx
import pytest

from footfall.api import browser_client
from tests.server import Server

FOR_EVER = "public, max-age=31536000, immutable"
SCRIPT = "/hellotext.js"
PATHS = browser_client.PATHS


def get(server: Server, path: str, **headers: str) -> httpx.Response:
    """Ask without a credential, and say nothing of encodings unless told."""
    asked = {"Accept-Encoding": "identity"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    return httpx.get(server.url + path, headers=asked)


@pytest.mark.parametrize("path", PATHS)
def test_pages_of_any_origin_may_load_it(module_server: Server, path: str) -> None:
    answer = get(module_server, path, Origin="https://shop.example")
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-length"] == str(len(answer.content))


@pytest.mark.parametrize(
    ("path", "kind"),
    [(SCRIPT, "javascript"), ("/hellotext.mjs", "javascript"), ("/hellotext.d.ts", "plain")],
)
def test_it_says_what_it_is(module_server: Server, path: str, kind: str) -> None:
    answer = get(module_server, path)
    assert answer.headers["content-type"] == f"text/{kind}; charset=utf-8"


@pytest.mark.parametrize("path", PATHS)
def test_a_pinned_version_is_kept_for_a_year(module_server: Server, path: str) -> None:
    file = browser_client.newest(path.removeprefix("/"))
    pinned = get(module_server, f"{path}?v={file.version}")
    assert pinned.headers["cache-control"] == FOR_EVER
    assert pinned.content == get(module_server, path).content == file.content


@pytest.mark.parametrize("query", ["", "?v=", "?v=0123456789abcdef", "?utm_source=x"])
def test_any_other_address_is_asked_about_again(module_server: Server, query: str) -> None:
    answer = get(module_server, SCRIPT + query)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "public, max-age=300")


def test_a_cache_that_has_it_is_sent_nothing(module_server: Server) -> None:
    etag = get(module_server, SCRIPT).headers["etag"]
    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        answer = get(module_server, SCRIPT, If_None_Match=known)
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == etag
    assert get(module_server, SCRIPT, If_None_Match='"other"').status_code == 200


@pytest.mark.parametrize("path", PATHS)
def test_it_is_sent_compressed_to_who_can_read_that(module_server: Server, path: str) -> None:
    plain = get(module_server, path)
    with httpx.stream(
        "GET", module_server.url + path, headers={"Accept-Encoding": "br, gzip;q=0.5"}
    ) as answer:
        packed = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed) == plain.content
    assert answer.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert answer.headers["etag"] != plain.headers["etag"]


@pytest.mark.parametrize("accepted", ["", "br", "identity", "gzip;q=0", "gzip; q=0.0, br"])
def test_it_is_sent_plain_to_everybody_else(module_server: Server, accepted: str) -> None:
    answer = get(module_server, SCRIPT, Accept_Encoding=accepted)
    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize("path", PATHS)
def test_head_tells_the_same_without_the_file(module_server: Server, path: str) -> None:
    asked = httpx.head(module_server.url + path, headers={"Accept-Encoding": "identity"})
    told = get(module_server, path)
    assert (asked.status_code, asked.content) == (200, b"")
    for name in ("content-type", "content-length", "etag", "cache-control"):
        assert asked.headers[name] == told.headers[name]


def test_its_integrity_is_that_of_its_content(module_server: Server) -> None:
    digest = hashlib.sha384(get(module_server, SCRIPT).content).digest()
    told = browser_client.newest("hellotext.js").integrity
    assert told == "sha384-" + base64.b64encode(digest).decode()


def test_files_of_earlier_releases_are_found_by_their_version(tmp_path: Path) -> None:
    for place, text in ((".", "new"), ("1.0.0", "old"), ("0.9.0", "older"), ("0.1.0", "")):
        (tmp_path / place).mkdir(exist_ok=True)
        if text:
            (tmp_path / place / "hellotext.mjs").write_text(text)
    found = browser_client.kept(tmp_path, "hellotext.mjs")
    assert next(iter(found.values())).content == b"new"
    old = hashlib.sha256(b"old").hexdigest()[:16]
    assert (found[old].content, len(found)) == (b"old", 3)


def test_another_method_is_refused(module_server: Server) -> None:
    assert httpx.post(module_server.url + SCRIPT).status_code == 405


def test_it_is_not_below_v1(module_server: Server) -> None:
    assert get(module_server, "/v1/hellotext.js").status_code == 404
