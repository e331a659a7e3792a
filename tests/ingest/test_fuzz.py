"""Whatever is sent, the server answers in JSON, in the error shape, and never with a 5xx."""

import gzip
import json
import re
from typing import Any
from uuid import uuid4

import httpx
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from footfall.api.application import RESOURCES
from footfall.api.forms import FORM_TYPE
from footfall.errors import wire_types
from tests.scene import BATCH, EVENTS, Scene
from tests.strategies import bodies, described_bodies, form_bodies, json_bytes

THOROUGHLY = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
KEYS_OF_AN_ERROR = {"type", "message", "description", "parameter", "request_id", "doc_url"}
RESULTS = {"created", "duplicate", "rejected"}

documents = (
    json_bytes() | st.binary(max_size=40) | bodies.map(lambda body: json.dumps(body).encode())
)
TRACK = "/v1/track/events"
TAKE_FORMS = sorted(
    (method, "/v1" + re.sub(r"{\w+:\w+}", "vxqQJ3Yg", path))
    for resource in RESOURCES
    for handler in resource.HANDLERS
    for method in handler.http_methods
    for path in handler.paths
    if FORM_TYPE in handler.opt["endpoint"].media_types
)
lists = (
    st.lists(documents, max_size=4).map(b"\n".join)
    | st.lists(bodies, max_size=4).map(lambda each: json.dumps(each).encode())
    | documents.map(lambda body: b'{"events":[' + body + b"]}")
    | documents
)
plain_text = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30)
latin = st.text(st.characters(min_codepoint=160, max_codepoint=255), max_size=9)
header_texts = (plain_text | latin).map(lambda text: text.strip(" \t\xa0"))
HEADERS: dict[str, st.SearchStrategy[str]] = {
    "Content-Type": st.sampled_from(
        ["application/json", "application/x-ndjson", "text/plain", "application/json;charset=x", ""]
    ),
    "Idempotency-Key": header_texts | st.sampled_from(['"a"', '""', '"\\"', "a" * 300]),
    "Request-Id": header_texts | st.just("r" * 200),
}


def answered(scene: Scene, path: str, body: bytes, headers: dict[str, Any]) -> httpx.Response:
    raw = {name: value.encode("latin-1") for name, value in headers.items()}
    answer = scene.client.post(
        path, content=body, headers={"Content-Type": b"application/json"} | raw
    )
    assert answer.status_code < 500, answer.text
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["request-id"]
    told = answer.json()
    if answer.status_code >= 400:
        assert told["errors"]
        check_errors(told["errors"], answer.headers["request-id"])
    return answer


def check_errors(errors: list[dict[str, Any]], request_id: str) -> None:
    for error in errors:
        assert error.keys() == KEYS_OF_AN_ERROR
        assert error["type"] in wire_types()
        assert error["message"] == error["description"] != ""
        assert error["request_id"] == request_id


@THOROUGHLY
@given(body=documents, headers=st.fixed_dictionaries({}, optional=HEADERS))
def test_any_event_is_answered(scene: Scene, body: bytes, headers: dict[str, str]) -> None:
    answer = answered(scene, EVENTS, body, headers)
    assert answer.status_code == 201 or answer.status_code in (400, 404, 422)


@THOROUGHLY
@given(body=lists, headers=st.fixed_dictionaries({}, optional=HEADERS))
def test_any_batch_is_answered(scene: Scene, body: bytes, headers: dict[str, str]) -> None:
    answer = answered(scene, BATCH, body, headers)
    if answer.status_code != 207:
        assert answer.status_code in (400, 422)
        return
    for index, result in enumerate(answer.json()["results"]):
        assert result["index"] == index
        assert result["result"] in RESULTS
        assert (result["result"] == "rejected") == bool(result["errors"])
        if "idempotent-replayed" not in answer.headers:
            check_errors(result["errors"], answer.headers["request-id"])


@THOROUGHLY
@given(
    body=documents,
    encoding=st.sampled_from(["gzip", "zstd", "deflate", "identity", "br"]),
    really=st.sampled_from(["gzip", "zstd", "none"]),
    path=st.sampled_from([EVENTS, BATCH]),
    cut=st.integers(0, 3),
)
def test_any_encoding_is_answered(
    scene: Scene, body: bytes, encoding: str, really: str, path: str, cut: int
) -> None:
    if really == "gzip":
        body = gzip.compress(body)
    elif really == "zstd":
        body = zstandard.ZstdCompressor().compress(body)
    answered(scene, path, body[: len(body) - cut], {"Content-Encoding": encoding})


@THOROUGHLY
@given(query=header_texts, path=st.sampled_from([EVENTS, BATCH]))
def test_any_query_is_answered(scene: Scene, query: str, path: str) -> None:
    safe = "".join(each for each in query if each not in ' "<>#`{}|\\^[]' and each < "\x7f")
    answered(scene, f"{path}?{safe}", b"{}", {})


def check_refusal(answer: httpx.Response) -> None:
    """A refusal of what was understood names the parameter that is wrong."""
    assert answer.status_code in (200, 201, 400, 401, 403, 404, 409, 413, 415, 422)
    if answer.status_code == 422:
        for error in answer.json()["errors"]:
            assert isinstance(error["parameter"], str), error


OWNED = {"session": str(uuid4())}


@THOROUGHLY
@given(body=described_bodies(OWNED), path=st.sampled_from([EVENTS, TRACK]))
def test_any_described_object_is_answered(scene: Scene, body: dict[str, Any], path: str) -> None:
    check_refusal(answered(scene, path, json.dumps(body).encode(), {}))


@THOROUGHLY
@given(lines=st.lists(described_bodies(OWNED), min_size=1, max_size=4))
def test_any_batch_of_described_objects_is_answered(
    scene: Scene, lines: list[dict[str, Any]]
) -> None:
    answer = answered(scene, BATCH, json.dumps(lines).encode(), {})
    assert answer.status_code in (207, 400)
    for result in answer.json().get("results", []):
        for error in result["errors"]:
            assert error["parameter"] is None or isinstance(error["parameter"], str)


@THOROUGHLY
@given(
    body=documents | described_bodies(OWNED).map(lambda body: json.dumps(body).encode()),
    kind=st.sampled_from(["text/plain", "text/plain;charset=UTF-8", "application/json", ""]),
    business=st.sampled_from(["known", "unknown"]),
)
def test_anything_from_a_page_is_answered(
    scene: Scene, body: bytes, kind: str, business: str
) -> None:
    credential = scene.server.business_id if business == "known" else "nobody12"
    headers = {
        "Content-Type": kind,
        "Authorization": f"Bearer {credential}",
        "Origin": "https://a.example",
    }
    answer = answered(scene, TRACK, body, headers)
    assert answer.status_code == (401 if business == "unknown" else answer.status_code)
    assert answer.headers["access-control-allow-origin"] == "*"
    check_refusal(answer)


@THOROUGHLY
@given(body=form_bodies, data=st.data())
def test_any_form_is_answered(scene: Scene, body: bytes, data: st.DataObject) -> None:
    method, path = data.draw(st.sampled_from(TAKE_FORMS))
    raw = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = scene.client.request(method, path, content=body, headers=raw)
    assert answer.headers["content-type"] == "application/json"
    if answer.status_code >= 400:
        check_errors(answer.json()["errors"], answer.headers["request-id"])
    check_refusal(answer)


@THOROUGHLY
@given(
    credential=header_texts | st.sampled_from(["Bearer", "bearer x", "Bearer ALK_", "Bearer a b"])
)
def test_any_credential_is_refused_with_401(scene: Scene, credential: str) -> None:
    headers = {b"Authorization": credential.encode("latin-1")}
    answer = scene.client.post(EVENTS, json={}, headers=headers)
    assert answer.status_code == 401
    check_errors(answer.json()["errors"], answer.headers["request-id"])
