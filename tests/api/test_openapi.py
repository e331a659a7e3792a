"""The OpenAPI document says what the running server does, and nothing is missing from it."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from litestar import Litestar, get
from litestar.params import FromPath
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from footfall.api import error_types, reference_view
from footfall.api.application import RESOURCES
from footfall.api.components import ALIAS
from footfall.api.endpoint import Endpoint, bound
from footfall.api.event_bodies import ObjectParameters
from footfall.api.openapi import document as make_document
from footfall.domain.objects import read_order, read_product
from footfall.errors import Fault, wire_types
from footfall.ingest import payloads
from footfall.settings import Settings
from tests.server import Server

Json = dict[str, Any]
Operation = tuple[str, str, Json]

PAGES = ["/openapi.json", "/docs", "/docs/errors", "/docs/reference.css", "/docs/icon.svg"]


@pytest.fixture
def document(module_server: Server) -> Json:
    """The document as the server sends it."""
    told: Json = httpx.get(module_server.url + "/openapi.json").json()
    return told


def operations(document: Json) -> Iterator[Operation]:
    """Every operation: method, path, what is said of it."""
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            yield method.upper(), path, told


def success(told: Json) -> tuple[int, Json]:
    """The status and response of the real answer; a dry run's 200 is not it."""
    status = max(each for each in told["responses"] if each < "4")
    return int(status), told["responses"][status]


def success_of(told: Json, kind: str, body: str) -> tuple[int, Json]:
    """The same for an example body: one delivery that is no list has an answer of its own."""
    is_one = kind == "application/json" and "deliveries" not in body
    if told["operationId"] == "record_deliveries" and is_one:
        return 201, told["responses"]["201"]
    return success(told)


def assert_fits(document: Json, schema: Json, value: Any) -> None:
    whole = {**schema, "components": document["components"]}
    OAS31Validator(whole).validate(value)


def assert_fits_answer(document: Json, response: Json, answer: httpx.Response) -> None:
    contents = response.get("content", {})
    if contents:
        kind = answer.headers["content-type"].partition(";")[0]
        assert kind in contents
        is_json = kind == "application/json"
        assert_fits(document, contents[kind]["schema"], answer.json() if is_json else answer.text)


def test_the_document_keeps_the_rules_of_openapi(document: Json) -> None:
    assert document["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(document).validate()


def test_every_handler_is_in_the_document(document: Json) -> None:
    handlers = [handler for resource in RESOURCES for handler in resource.HANDLERS]
    names = {told["operationId"] for _, _, told in operations(document)}
    assert {handler.fn.__name__ for handler in handlers} <= names


def test_the_hot_path_and_the_probes_are_in_the_document(document: Json) -> None:
    told = {(method, path) for method, path, _ in operations(document)}
    assert {
        ("POST", "/v1/attribution/events"),
        ("POST", "/v1/attribution/events/batch"),
        ("GET", "/healthz"),
        ("GET", "/readyz"),
        ("GET", "/metrics"),
    } <= told


def test_operations_have_names_of_their_own(document: Json) -> None:
    names = [told["operationId"] for _, _, told in operations(document)]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)+", name) for name in names)


def test_every_operation_has_a_summary_a_known_tag_and_an_example(document: Json) -> None:
    tags = {tag["name"] for tag in document["tags"] if tag["description"]}
    for _, _, told in operations(document):
        assert told["summary"]
        assert set(told["tags"]) <= tags
        for content in told.get("requestBody", {}).get("content", {}).values():
            assert content.get("examples") or content.get("example") is not None
        for content in success(told)[1].get("content", {}).values():
            assert content.get("example") is not None


def test_every_example_fits_its_schema(document: Json) -> None:
    for _, _, told in operations(document):
        bodies = told.get("requestBody", {}).get("content", {}).values()
        responses = [
            *(each for each in told["responses"].values() if "$ref" not in each),
            *document["components"]["responses"].values(),
        ]
        answers = [each for response in responses for each in response.get("content", {}).values()]
        for content in (*bodies, *answers):
            for example in content.get("examples", {}).values():
                assert_fits(document, content["schema"], example["value"])
            if "example" in content:
                assert_fits(document, content["schema"], content["example"])


def test_every_private_operation_refuses_a_caller_without_a_token(
    module_server: Server, document: Json
) -> None:
    private = [each for each in operations(document) if each[2]["security"]]
    with httpx.Client(base_url=module_server.url) as anonymous:
        for method, path, told in private:
            answer = anonymous.request(method, re.sub(r"\{\w+\}", "vxqQJ3Yg", path))
            assert answer.status_code == 401, path
            assert_fits_answer(document, document["components"]["responses"]["Refused401"], answer)
            assert "401" in told["responses"]
            assert answer.headers["request-id"]
            assert answer.headers["www-authenticate"]


def assert_refused_as_documented(document: Json, told: Json, answer: httpx.Response) -> None:
    status = str(answer.status_code)
    assert status.startswith("4"), answer.text
    assert status in told["responses"], (told["operationId"], answer.text)
    response = document["components"]["responses"][f"Refused{status}"]
    assert_fits_answer(document, response, answer)
    types = response["content"]["application/json"]["examples"]
    assert {error["type"] for error in answer.json()["errors"]} <= set(types)


def test_what_does_not_exist_is_refused_as_documented(
    module_server: Server, document: Json
) -> None:
    for method, path, told in operations(document):
        if "{" in path and path.startswith("/v1/"):
            answer = module_server.client.request(method, re.sub(r"\{\w+\}", "-", path), json={})
            assert_refused_as_documented(document, told, answer)


def test_a_body_that_cannot_be_read_is_refused_as_documented(
    module_server: Server, document: Json
) -> None:
    for method, path, told in operations(document):
        if "requestBody" in told:
            answer = module_server.client.request(
                method,
                re.sub(r"\{\w+\}", "vxqQJ3Yg", path),
                content=b'{"name": ',
                headers={"Content-Type": "application/json"},
            )
            assert answer.status_code == 400
            assert_refused_as_documented(document, told, answer)


def filled(document: Json) -> tuple[list[Operation], list[Operation]]:
    """The operations of the API, those that delete apart: they come last, parts ahead of wholes."""
    known = [each for each in operations(document) if each[1].startswith("/v1/")]
    deleting = [each for each in known if each[0] == "DELETE"]
    deleting.sort(key=lambda each: -each[1].count("/"))
    return [each for each in known if each[0] != "DELETE"], deleting


def real_ids(client: httpx.Client) -> dict[str, str]:
    """Make one of each resource; return the ids by the names of path parameters."""
    made = {
        "profile": client.post("/v1/profiles", json={"email": "someone@example.com"}),
        "product": client.post("/v1/attribution/products", json={"name": "Lamp"}),
        "action": client.post("/v1/attribution/actions", json={"name": "lamp.lit"}),
        "session": client.post("/v1/track/sessions"),
        "property": client.post("/v1/properties", json={"name": "Size", "kind": "text"}),
        "list": client.post("/v1/lists", json={"name": "Lamps"}),
        "order": client.post("/v1/attribution/orders", json={"reference": "1"}),
        "cart": client.post("/v1/attribution/carts", json={"reference": "1"}),
        "coupon": client.post("/v1/coupons", json={"code": "AUTUMN"}),
        "refund": client.post("/v1/attribution/refunds", json={"reference": "1"}),
        "app": client.post("/v1/attribution/apps", json={"name": "Lamps"}),
        "form": client.post("/v1/forms", json={"name": "Lamps"}),
        "link": client.post("/v1/links", json={"destination": "https://shop.example"}),
    }
    # Of a product and an order of their own, which are not deleted before them.
    parts = {
        "variant": ("products", {"name": "Rug", "variants": [{"name": "Red"}]}, "variants"),
        "item": ("orders", {"reference": "2", "items": [{"product": {"name": "Rug"}}]}, "items"),
    }
    ids: dict[str, str] = {name: answer.json()["id"] for name, answer in made.items()}
    ids["code"] = made["link"].json()["code"]
    told = {"profile": ids["profile"], "campaign": "a", "channel": "sms", "reference": "1"}
    ids["delivery"] = client.post("/v1/deliveries", json=told).json()["id"]
    for name, (where, body, field) in parts.items():
        whole = client.post(f"/v1/attribution/{where}", json=body).json()
        ids[name] = whole[field][0]["id"]
    fee = {"name": "fee", "kind": "money"}
    visit = {"name": "visit", "properties": [{"name": "reference", "kind": "text"}, fee]}
    ids["structure"] = client.post("/v1/objects", json=visit).json()["id"]
    ids["instance"] = client.post("/v1/objects/visit/instances", json={}).json()["id"]
    sold = {"reference": "sold", "total": {"amount": "10.00", "currency": "USD"}}
    sale = {"action": "order.placed", "profile": ids["profile"], "order_parameters": sold}
    assert client.post("/v1/attribution/events", json=sale).status_code == 201
    ids["conversion"] = "sold"
    event = {"action": "product.viewed", "product": ids["product"], "profile": ids["profile"]}
    assert client.post("/v1/attribution/events", json=event).status_code == 201
    listed = client.get("/v1/attribution/events").json()["data"]
    return {**ids, "event": listed[0]["id"], **passing_ids(client)}


def passing_ids(client: httpx.Client) -> dict[str, str]:
    """Make what can be used up by one request: a profile to merge, a change, a conflict."""
    session = client.post("/v1/track/sessions").json()["id"]
    for name in "ab":
        told = {"first_name": name, "session": session}
        other: str = client.post("/v1/profiles", json=told).json()["id"]
    conflict, change = client.get("/v1/identity-log", params={"limit": 2}).json()["data"]
    return {"other": other, "change": change["id"], "conflict": conflict["id"]}


def with_real_ids(text: str, ids: dict[str, str]) -> str:
    """Return a text with the ids that examples use replaced by ones that exist."""
    stand_ins = {
        "MzYwlE50": ids["profile"],
        "Hd7TqwX2": ids["other"],
        "PROFILE_ID": ids["profile"],
        "vxqQJ3Yg": ids["product"],
        "HELLOTEXT_SESSION_ID": ids["session"],
        "erA2RAXE": ids["order"],
    }
    for stand_in, real in stand_ins.items():
        text = text.replace(stand_in, real)
    return text


def example_bodies(told: Json) -> Iterator[tuple[str, str]]:
    """Every example body, with its content type."""
    for kind, content in told.get("requestBody", {}).get("content", {}).items():
        if "example" in content:
            yield kind, content["example"]
        elif kind == "application/json":
            for example in content["examples"].values():
                yield kind, msgspec.json.encode(example["value"]).decode()


def test_every_example_is_accepted_and_answered_as_documented(footfall_server: Server) -> None:
    client = footfall_server.client
    document = client.get("/openapi.json").json()
    ids = real_ids(client) | {"business": footfall_server.business_id}
    keeping, deleting = filled(document)
    for method, path, told in (*keeping, *deleting):
        for kind, body in [*example_bodies(told)] or [("", "")]:
            ids |= passing_ids(client)
            answer = client.request(
                method,
                path.format(**ids),
                content=with_real_ids(body, ids),
                headers={"Content-Type": kind} if kind else {},
            )
            status, response = success_of(told, kind, body)
            assert answer.status_code == status, (method, path, body, answer.text)
            assert_fits_answer(document, response, answer)
            assert answer.headers["request-id"]


def test_a_dry_run_is_answered_as_documented(footfall_server: Server) -> None:
    client = footfall_server.client
    document = client.get("/openapi.json").json()
    for path in ("/v1/attribution/events", "/v1/attribution/events/batch"):
        told = document["paths"][path]["post"]
        _, body = next(example_bodies(told))
        answer = client.post(
            path,
            params={"dry_run": "1"},
            content=body,
            headers={"Content-Type": "application/json"},
        )
        assert answer.status_code == 200
        assert_fits_answer(document, told["responses"]["200"], answer)


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
def test_the_commands_of_the_reference_page_work(footfall_server: Server) -> None:
    client = footfall_server.client
    document = client.get("/openapi.json").json()
    ids = real_ids(client) | {"business": footfall_server.business_id}
    variables = {
        "TOKEN": footfall_server.token,
        **{name.upper(): text for name, text in ids.items()},
    }
    shown = [each for group in reference_view.groups(document) for each in group.operations]
    deleting = [each for each in shown if each.method == "DELETE"]
    deleting.sort(key=lambda each: -each.path.count("/"))
    for operation in (*(each for each in shown if each.method != "DELETE"), *deleting):
        command = with_real_ids(operation.curl, ids).replace(
            "curl", "curl -sS -o /dev/null -w '%{http_code}'", 1
        )
        ran = subprocess.run(
            ["sh", "-c", command], env=variables, capture_output=True, text=True, check=False
        )
        assert ran.stdout == operation.answers[0].status, (command, ran.stderr)


def test_the_fields_of_an_event_are_those_that_are_read(document: Json) -> None:
    fields = document["components"]["schemas"]["NewEvent"]["properties"]
    free = {"metadata", "url", "page", "utm_params", "user_parameters", "user", "device"}
    assert set(fields) == set(payloads.FIELDS) | free
    for name in free:
        faults: list[Fault] = []
        payloads.read({"action": "page.viewed", name: 7}, faults)
        assert [fault.parameter for fault in faults] == [name]


def test_a_spelling_has_the_meaning_of_the_field_it_stands_for(document: Json) -> None:
    fields = document["components"]["schemas"]["NewEvent"]["properties"]
    spellings = {name: told[ALIAS] for name, told in fields.items() if ALIAS in told}
    assert {"profile_id", "session_id", "product", "product_id", "order"} <= set(spellings)
    for name in spellings.keys() - {"user"}:
        assert payloads.FIELDS[name][0] == payloads.FIELDS[spellings[name]][0]


class Watched(dict[str, Any]):
    """A body that notes which of its fields are looked at."""

    def __init__(self, told: Json) -> None:
        super().__init__(told)
        self.seen: set[str] = set()

    def get(self, key: str, default: Any = None) -> Any:
        self.seen.add(key)
        return super().get(key, default)


def test_the_parameters_of_an_object_are_those_that_are_read() -> None:
    product, order = Watched({"name": "Mug"}), Watched({"reference": "1", "amount": 5})
    read_product(product, "USD", [])
    read_order(order, "USD", [])
    assert set(ObjectParameters.__struct_fields__) == product.seen | order.seen | {"currency"}


def test_every_error_type_is_explained(module_server: Server, document: Json) -> None:
    page = httpx.get(module_server.url + "/docs/errors").text
    assert set(error_types.EXPLANATIONS) == set(wire_types())
    for name in wire_types():
        assert f'id="{name}"' in page
        assert error_types.statuses(name)
    listed = {
        name
        for response in document["components"]["responses"].values()
        for name in response["content"]["application/json"]["examples"]
    }
    # No operation of the document is asked with a method it does not have.
    assert listed == set(wire_types()) - {"method_not_allowed"}


def test_the_page_in_the_repository_is_the_one_the_server_would_write() -> None:
    written = Path(__file__).parents[2] / "docs" / "errors.md"
    assert written.read_text() == error_types.markdown(), (
        "docs/errors.md is out of date: write footfall.api.error_types.markdown() to it"
    )


@pytest.mark.parametrize("path", PAGES)
def test_a_page_that_is_known_already_is_not_sent_again(module_server: Server, path: str) -> None:
    first = httpx.get(module_server.url + path)
    again = httpx.get(module_server.url + path, headers={"If-None-Match": first.headers["etag"]})
    assert first.status_code == 200
    assert first.headers["cache-control"] == "public, max-age=300"
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]


def test_the_pages_allow_nothing_from_elsewhere(module_server: Server) -> None:
    for path in ("/docs", "/docs/errors"):
        answer = httpx.get(module_server.url + path)
        assert answer.headers["content-type"].startswith("text/html")
        policy = answer.headers["content-security-policy"].split("; ")
        assert "default-src 'none'" in policy
        assert "style-src 'self'" in policy
        assert "<script" not in answer.text
        assert "style=" not in answer.text


def test_everything_the_document_says_of_an_operation_is_on_the_page(
    module_server: Server, document: Json
) -> None:
    page = httpx.get(module_server.url + "/docs").text
    for _, path, told in operations(document):
        article = page.partition(f'<article id="{told["operationId"]}"')[2].partition("</article>")[
            0
        ]
        assert f"<code>{path}</code>" in article
        own = [each for each in told.get("parameters", ()) if "$ref" not in each]
        for parameter in own:
            assert f"<code>{parameter['name']}</code>" in article
        refusals = [each for each in told["responses"] if not each.startswith("2")]
        for status in (*refusals, str(success(told)[0])):
            assert f'<span class="status">{status}</span>' in article
        assert "$TOKEN" in article or not told["security"]


def test_fragments_on_the_pages_lead_to_something(module_server: Server) -> None:
    pages = {path: httpx.get(module_server.url + path).text for path in ("/docs", "/docs/errors")}
    for path, page in pages.items():
        ids = re.findall(r' id="([^"]+)"', page)
        assert len(ids) == len(set(ids))
        for target, fragment in re.findall(r'href="([^"#]*)#([^"]+)"', page):
            assert f' id="{fragment}"' in pages[target or path]


class Thing(msgspec.Struct):
    id: str


def test_further_paths_of_a_handler_are_told_beside_the_first() -> None:
    @get(
        ["/v1/things/{thing:str}", "/v1/attribution/things/{thing:str}"],
        **bound(Endpoint("Get", Thing)),
    )
    async def get_thing(thing: FromPath[str]) -> Thing:
        return Thing(thing)

    told = make_document(Litestar([get_thing], openapi_config=None), Settings())
    operation = told["paths"]["/v1/attribution/things/{thing}"]["get"]
    assert "/v1/things/{thing}" not in told["paths"]
    assert "`/v1/things/{thing}`" in operation["description"]
    assert operation["tags"] == ["Things"]


def test_two_operations_by_one_name_are_noticed() -> None:
    @get("/v1/things", **bound(Endpoint("List", Thing)))
    async def track_event() -> Thing:
        return Thing("1")

    with pytest.raises(ValueError, match="track_event"):
        make_document(Litestar([track_event], openapi_config=None), Settings())
