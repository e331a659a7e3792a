"""Every status a request may be refused with, in one shape, on every endpoint."""

import gzip
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from footfall.api.application import RESOURCES
from footfall.api.endpoint import Endpoint
from footfall.settings import Settings
from tests.api.shop import Shop, got, made, refused, unique
from tests.server import Server

ENDPOINTS: list[tuple[str, str, Endpoint]] = [
    (method, "/v1" + path, handler.opt["endpoint"])
    for resource in RESOURCES
    for handler in resource.HANDLERS
    for method in sorted(handler.http_methods)
    for path in sorted(handler.paths)
]
PRIVATE = [(method, path) for method, path, each in ENDPOINTS if each.credential == "private"]
WITH_BODY = [(method, path) for method, path, each in ENDPOINTS if each.body is not None]


def at(path: str) -> str:
    """The path with an id that nothing has."""
    return "/".join("vxqQJ3Yg" if part.startswith("{") else part for part in path.split("/"))


@pytest.mark.parametrize(("method", "path"), PRIVATE)
def test_who_cannot_be_told_is_refused_everywhere(
    module_server: Server, shop: Shop, method: str, path: str
) -> None:
    for credential in (None, "Basic YTpi", "Bearer", f"Bearer {shop.business_id}", "Bearer ALK_no"):
        headers = {} if credential is None else {"Authorization": credential}
        answer = httpx.request(method, module_server.url + at(path), headers=headers)
        assert refused(answer, 401) == [("unauthenticated", "Authorization")]
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_token_may_do_what_its_scopes_say_and_nothing_else(
    shop: Shop, client_of: Callable[..., httpx.Client]
) -> None:
    for scope in ("read", "profiles", "catalog", "events:write"):
        client = client_of(shop.business_id, scope)
        for method, path, endpoint in ENDPOINTS:
            if endpoint.credential == "private":
                answer = client.request(method, at(path), json={"name": 1})
                is_refused = answer.status_code == 403
                assert is_refused is (scope not in (endpoint.scope, *endpoint.also)), (scope, path)
                if is_refused:
                    assert refused(answer, 403) == [("forbidden", "Authorization")]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "application/json"),
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b"\xff", "application/json"),
        (b'{"a":1,"a":2}', "application/json"),
        (b'{"a":NaN}', "application/json"),
        (b'{"a":"\\u0000"}', "application/json"),
        (b'{"a":' + b"[" * 40 + b"]" * 40 + b"}", "application/json"),
        (b"a=%ff", "application/x-www-form-urlencoded"),
        (b"a=%00", "application/x-www-form-urlencoded"),
        (b"<a/>", "application/xml"),
        # Pages that are being left may send JSON as text, and nothing else as that.
        (b"{", "text/plain"),
    ],
)
@pytest.mark.parametrize(("method", "path"), WITH_BODY)
def test_a_body_that_cannot_be_read_is_400(
    shop: Shop, method: str, path: str, content: bytes, kind: str
) -> None:
    headers = {"Content-Type": kind}
    answer = shop.client.request(method, at(path), content=content, headers=headers)
    assert [each for each, _ in refused(answer, 400)] == ["malformed_request"]


@pytest.mark.parametrize(("method", "path"), WITH_BODY)
def test_a_body_over_the_limit_is_413_counted_unpacked(shop: Shop, method: str, path: str) -> None:
    limit = Settings().batch_size_max_bytes if path == "/v1/deliveries" else 1 << 20
    plain = json.dumps({"name": "a" * limit}).encode()
    for content, encoding in ((plain, "identity"), (gzip.compress(plain), "gzip")):
        headers = {"Content-Type": "application/json", "Content-Encoding": encoding}
        answer = shop.client.request(method, at(path), content=content, headers=headers)
        assert [each for each, _ in refused(answer, 413)] == ["too_large"]


def test_a_compressed_body_is_read(shop: Shop) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    content = gzip.compress(b'{"first_name": "Ana"}')
    answer = shop.client.post("/v1/profiles", content=content, headers=headers)
    assert made(answer)["first_name"] == "Ana"


def test_a_method_a_path_does_not_take_is_405_with_those_it_takes(shop: Shop) -> None:
    for path, allowed in (
        ("/v1/profiles", {"GET", "POST", "OPTIONS"}),
        ("/v1/sessions/x", {"GET", "PATCH", "POST", "OPTIONS"}),
        ("/v1/attribution/events", {"GET", "POST", "OPTIONS"}),
    ):
        answer = shop.client.put(path, json={})
        assert refused(answer, 405) == [("method_not_allowed", None)]
        assert set(answer.headers["allow"].split(", ")) == allowed


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/nowhere", "/v1/profiles/a/b", "/nowhere"])
def test_an_unknown_path_is_404_in_the_same_shape(shop: Shop, path: str) -> None:
    assert refused(shop.client.get(path), 404) == [("not_found", None)]


@pytest.mark.parametrize("path", ["/v1/attribution/products/%00", "/v1/profiles/%0a", "/v1/%ff"])
def test_characters_no_name_has_are_404(shop: Shop, path: str) -> None:
    assert [each for each, _ in refused(shop.client.get(path), 404)] == ["not_found"]


@pytest.mark.parametrize("query", ["limit=%ff", "limit=%00", "limit=1&limit=2"])
def test_a_query_that_cannot_be_read_is_400(shop: Shop, query: str) -> None:
    answer = shop.client.get(f"/v1/profiles?{query}")
    assert [each for each, _ in refused(answer, 400)] == ["malformed_request"]


def test_paths_work_without_the_version_too(shop: Shop) -> None:
    profile = made(shop.client.post("/profiles", json={"first_name": "Ana"}))
    assert got(shop.client.get(f"/profiles/{profile['id']}")) == profile
    session = made(shop.client.post("/track/sessions"))["id"]
    assert got(shop.client.get(f"/sessions/{session}"))["session"] == session
    for path in (
        "/attribution/products",
        "/attribution/events",
        "/actions",
        "/rejections",
        "/ledger",
    ):
        assert shop.client.get(path).status_code == 200


def test_every_answer_carries_the_request_id_it_was_given_or_one_of_ours(shop: Shop) -> None:
    given_id = unique("req-")
    answer = shop.client.get("/v1/profiles", headers={"Request-Id": given_id})
    assert answer.headers.get_list("request-id") == [given_id]
    ids = [shop.client.get(path).headers["request-id"] for path in ("/v1/profiles", "/v1/x")]
    assert len(set(ids)) == 2


texts = st.text(max_size=20) | st.sampled_from(["", "1", "a@b.co", "+59899000001", "USD", "a.b"])
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
fields = st.sampled_from(
    [
        "name",
        "email",
        "email[work]",
        "phone",
        "reference",
        "source",
        "session",
        "session_id",
        "profile",
        "profile_id",
        "lists",
        "address",
        "metadata",
        "price",
        "price[amount]",
        "sku",
        "currency",
        "tags",
        "variants",
        "goal",
        "passive",
        "title",
        "birthday",
        "lists[]",
        "a[b][c]",
    ]
)


@settings(
    max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(body=st.dictionaries(fields, values, max_size=6), endpoint=st.sampled_from(WITH_BODY))
def test_no_body_is_a_server_error(
    shop: Shop, body: dict[str, Any], endpoint: tuple[str, str]
) -> None:
    method, path = endpoint
    content = json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    answer = shop.client.request(method, at(path), content=content, headers=headers)
    assert answer.status_code in (200, 201, 400, 404, 422), answer.text


@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    query=st.dictionaries(
        st.sampled_from(
            [
                "limit",
                "starting_after",
                "ending_before",
                "profile",
                "session",
                "object",
                "action",
                "since",
                "until",
                "product_id",
            ]
        ),
        texts | st.text("0123456789-T:Z+ .", max_size=25),
        max_size=4,
    ),
    path=st.sampled_from([path for method, path, _ in ENDPOINTS if method == "GET"]),
)
def test_no_query_is_a_server_error(shop: Shop, query: dict[str, str], path: str) -> None:
    answer = shop.client.get(at(path), params=query)
    # Who names a business that it is not is refused as nobody.
    also = {401} if "{business:" in path else set()
    assert answer.status_code in {200, 400, 404, 422} | also, answer.text


@pytest.mark.parametrize(("method", "path"), PRIVATE)
def test_a_query_parameter_that_is_none_is_refused_everywhere(
    shop: Shop, method: str, path: str
) -> None:
    answer = shop.client.request(method, at(path), params={"acton": "x", "dry-run": "1"})
    assert refused(answer, 422) == [("invalid", "acton"), ("invalid", "dry-run")]


def test_a_mistyped_query_parameter_is_told_what_was_meant(shop: Shop) -> None:
    answer = shop.client.get("/v1/attribution/events", params={"acton": "subscribed"})
    assert "Did you mean “action”?" in answer.json()["errors"][0]["message"]
    answer = shop.client.get("/v1/profiles/vxqQJ3Yg", params={"x": ""})
    assert "This endpoint takes none." in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize("name", ["profile_id", "session_id", "product", "product_id", "order"])
def test_every_spelling_of_a_filter_is_a_parameter(shop: Shop, name: str) -> None:
    answer = shop.client.get("/v1/attribution/events", params={name: "vxqQJ3Yg"})
    assert refused(answer, 422) == [("not_found", name)]


def test_a_method_that_is_none_is_told_which_are(shop: Shop) -> None:
    answer = shop.client.put("/v1/profiles", json={})
    assert refused(answer, 405) == [("method_not_allowed", None)]
    assert answer.json()["errors"][0]["message"].endswith(f"send {answer.headers['allow']}.")


def test_the_front_door_leads_a_browser_to_the_dashboard(module_server: Server) -> None:
    url = module_server.url
    answer = httpx.get(url, headers={"Accept": "text/html,*/*"}, follow_redirects=True)
    assert (answer.status_code, answer.url.path) == (200, "/dashboard/login")
    for path in ("/", "/nowhere"):
        answer = httpx.get(url + path)
        assert refused(answer, 404) == [("not_found", None)]
        assert "/docs" in answer.json()["errors"][0]["message"]
