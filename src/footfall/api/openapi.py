"""The route table → the OpenAPI 3.1 document.

Reads every handler's ``opt["endpoint"]``, adds the two operations of the hot path, and takes the
schemas from the Structs that the endpoints name. ``reference`` serves the document and renders its
page from it; nothing else describes the API.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, Final, get_args, get_origin

import msgspec
from litestar import Litestar

from footfall import __version__
from footfall.api import opening, probes
from footfall.api.answers import Listing
from footfall.api.components import HEADERS, PARAMETERS, SCHEMAS, SECURITY, ref, refusal
from footfall.api.conventions import conventions
from footfall.api.endpoint import Endpoint
from footfall.api.error_types import ErrorBody, status_line
from footfall.api.hot_path import OPERATIONS
from footfall.api.operations import METHODS, OTHER, Operation, handled
from footfall.ingest.wire import NDJSON_TYPES
from footfall.settings import Settings

Json = dict[str, Any]

TAGS: Final = {
    "Events": "What customers did.",
    "Links": "Short addresses that tell who opens them.",
    "Deliveries": "Messages that reached somebody, as their sender tells.",
    "Report": "What earned what, model beside model.",
    "Conversions": "Sales and other goals, and why each is credited as it is.",
    "Settings": "By what sales are credited.",
    "Profiles": "Customers, as the business knows them.",
    "Sessions": "Browsers, before and after it is known whose they are.",
    "Identifications": "What browsers say of who their visitors are.",
    "Conflicts": "Sessions that two people claim.",
    "Identity log": "Every change of who is who, and taking it back.",
    "Products": "What is sold.",
    "Objects": "Kinds of objects of the business's own with their instances, and the built-in "
    "kinds it added properties to.",
    "Properties": "Fields that the business adds to its profiles.",
    "Lists": "Named groups of profiles.",
    "Variants": "What products come in.",
    "Orders": "What was bought, and who reported it.",
    "Items": "The lines of orders and carts.",
    "Carts": "What may be bought.",
    "Coupons": "What lowers a price.",
    "Refunds": "What goes back.",
    "Apps": "What is installed, removed, and spent in.",
    "Actions": "Kinds of things customers do, built-in and the business's own.",
    "Acks": "Pages that were opened, and what brought their visitors.",
    "Businesses": "What a page has to know of its business.",
    "Forms": "Forms on pages, and what was filled in.",
    "Integrations": "Shops' plugins.",
    "Wordpress": "What the plugin for WordPress asks besides.",
    "Sql": "Any question, over everything that is archived.",
    "Rejections": "What was refused, and why.",
    "Ledger": "How many events came, and what became of them.",
    "Business": "Whose token this is.",
    OTHER: "For those who run the server.",
}
"""Groups of operations, in reading order; a resource not listed here comes after them."""

NAMED_BY: Final = {
    "product": "The product's id, reference or SKU.",
    "structure": "The object's id, or its name; a built-in one has its name for an id.",
    "variant": "The variant's id, reference or SKU.",
    "order": "The order's id or reference.",
    "cart": "The cart's id or reference.",
    "coupon": "The coupon's id, reference or code.",
    "refund": "The refund's id or reference.",
    "app": "The app's id or reference.",
    "form": "The form's id or reference.",
    "conversion": "The order's reference, or the id of the event that started the sale.",
    "session": "The session's id: the browser's own, or the short one of the session object.",
    "business": "The business's public id, the same as the credential.",
}
"""Path parameters that take more than an id."""


def document(app: Litestar, settings: Settings) -> Json:
    """Return the OpenAPI document of an application and the hot path in front of it.

    Raises:
        ValueError: two operations have the same name or the same method and path.
    """
    operations = sorted([*OPERATIONS, *handled(app)], key=_reading_order)
    _check(operations)
    schemas, components = _schemas(operations)
    examples = _examples(operations)
    paths: dict[str, Json] = {}
    for each in operations:
        paths.setdefault(each.path, {})[each.method.lower()] = _operation(each, schemas, examples)
    paths |= opening.PATHS | probes.PATHS
    refused = {status for each in operations for status in _refusals(each.endpoint)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Footfall HTTP API",
            "summary": "Customer events in, each sale explained.",
            "version": __version__,
            "description": conventions(settings),
            "license": {"name": "Apache License 2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": settings.url, "description": "This server"}],
        "tags": _tags(operations),
        "paths": paths,
        "components": {
            "schemas": dict(sorted(components.items())),
            "responses": {f"Refused{status}": refusal(status) for status in sorted(refused)},
            "headers": HEADERS,
            "parameters": PARAMETERS,
            "securitySchemes": SECURITY,
        },
    }


def _reading_order(each: Operation) -> tuple[int, str, bool, str, int]:
    order = [*TAGS].index(each.tag) if each.tag in TAGS else len(TAGS)
    return order, each.tag, "{" in each.path, each.path, METHODS.index(each.method)


def _check(operations: Sequence[Operation]) -> None:
    for what in (lambda each: each.name, lambda each: (each.method, each.path)):
        seen = set()
        for each in operations:
            if what(each) in seen:
                raise ValueError(f"There are two operations {what(each)}; rename one.")
            seen.add(what(each))


def _schemas(operations: Iterable[Operation]) -> tuple[dict[Any, Json], dict[str, Json]]:
    named = chain.from_iterable(
        (
            each.endpoint.body,
            each.endpoint.answer,
            each.endpoint.alternative and each.endpoint.alternative.body,
            each.endpoint.alternative and each.endpoint.alternative.answer,
            each.rehearsal and each.rehearsal[0],
        )
        for each in operations
    )
    types = list(dict.fromkeys([ErrorBody, *(each for each in named if each is not None)]))
    schemas, components = msgspec.json.schema_components(types, ref_template=SCHEMAS)
    return dict(zip(types, schemas, strict=True)), components


def _examples(operations: Iterable[Operation]) -> dict[Any, Json]:
    """Return an example of each type of answer; of a list one with the example of its items."""
    told = [each.endpoint for each in operations]
    examples: dict[Any, Json] = {
        each.answer: each.answer_example for each in told if each.answer_example is not None
    }
    for each in told:
        if each.answer not in examples and get_origin(each.answer) is Listing:
            items = [examples[item] for item in get_args(each.answer) if item in examples]
            examples[each.answer] = {"data": items, "has_more": False}
    return examples


def _operation(each: Operation, schemas: dict[Any, Json], examples: dict[Any, Json]) -> Json:
    endpoint = each.endpoint
    told: Json = {
        "operationId": each.name,
        "tags": [each.tag],
        "summary": endpoint.summary,
        "description": _description(each),
        "security": _security(endpoint),
        "parameters": [*_parameters(each)],
        "responses": _responses(each, schemas, examples),
    }
    if endpoint.body is not None:
        content = {kind: _body(kind, each, schemas) for kind in endpoint.media_types}
        told["requestBody"] = {"required": True, "content": content}
    return told


def _security(endpoint: Endpoint) -> list[dict[str, list[str]]]:
    if endpoint.credential == "none":
        return []
    if endpoint.credential == "public":
        return [{"publicId": []}, {"privateToken": []}]
    return [{"privateToken": [scope]} for scope in (endpoint.scope, *endpoint.also)]


def _description(each: Operation) -> str:
    also = " and ".join(f"`{path}`" for path in each.also)
    return "\n\n".join(
        filter(None, [each.endpoint.description or each.told, also and f"Also served at {also}."])
    )


def _parameters(each: Operation) -> Iterator[Json]:
    for name, kind in each.path_types.items():
        yield {
            "name": name,
            "in": "path",
            "required": True,
            "description": NAMED_BY.get(name, f"The {name.replace('_', ' ')}'s id."),
            "schema": {"type": kind},
        }
    for name, (schema, description) in each.endpoint.query.items():
        yield {"name": name, "in": "query", "description": description, "schema": schema}
    for name, description in each.headers.items():
        yield {
            "name": name,
            "in": "header",
            "description": description,
            "schema": {"type": "string"},
        }
    yield {"$ref": "#/components/parameters/RequestId"}


def _body(kind: str, each: Operation, schemas: dict[Any, Json]) -> Json:
    endpoint = each.endpoint
    if kind.encode() in NDJSON_TYPES:
        lines = (endpoint.example or {}).get(endpoint.many, [])
        return {
            "schema": {"type": "string", "description": "One JSON object a line."},
            "example": "\n".join(msgspec.json.encode(line).decode() for line in lines),
        }
    told: Json = {"schema": schemas[endpoint.body]}
    more = each.more_examples
    other = endpoint.alternative
    if other is not None:
        told["schema"] = {"anyOf": [schemas[endpoint.body], schemas[other.body]]}
        more = {**more, other.title: other.example}
    if endpoint.example is not None:
        examples = {endpoint.summary: endpoint.example, **more}
        told["examples"] = {
            _key(title): {"summary": title, "value": value} for title, value in examples.items()
        }
    return told


def _key(title: str) -> str:
    return title.lower().replace(" ", "_")


def _responses(each: Operation, schemas: dict[Any, Json], examples: dict[Any, Json]) -> Json:
    endpoint = each.endpoint
    replayed = {"Idempotent-Replayed": ref("headers", "IdempotentReplayed")}
    headers = replayed if "Idempotency-Key" in each.headers else {}
    shown = endpoint.answer_example or examples.get(endpoint.answer)
    success = _success(endpoint.status, endpoint.answer, shown, schemas, headers)
    if "format" in endpoint.query:
        lines = {"type": "string", "description": "A header, and a line for each row."}
        success["content"]["text/csv"] = {"schema": lines, "example": ""}
    if endpoint.answer_type != "application/json":
        success["content"] = {endpoint.answer_type: {"schema": {}, "example": ""}}
    told = {str(endpoint.status): success}
    other = endpoint.alternative
    if other is not None:
        told[str(other.status)] = _success(
            other.status, other.answer, other.answer_example, schemas, headers
        )
    if each.rehearsal is not None:
        answer, answer_example = each.rehearsal
        rehearsed = _success(200, answer, answer_example, schemas, {})
        told["200"] = {**rehearsed, "description": "The dry run's outcome; nothing was stored."}
    for status in _refusals(endpoint):
        told[str(status)] = ref("responses", f"Refused{status}")
    return dict(sorted(told.items()))


def _success(
    status: int,
    answer: type[msgspec.Struct] | None,
    answer_example: Json | None,
    schemas: dict[Any, Json],
    headers: Json,
) -> Json:
    told: Json = {
        "description": status_line(status),
        "headers": {"Request-Id": ref("headers", "RequestId"), **headers},
    }
    if answer is not None:
        content: Json = {"schema": schemas[answer]}
        if answer_example is not None:
            content["example"] = answer_example
        told["content"] = {"application/json": content}
    return told


def _refusals(endpoint: Endpoint) -> list[int]:
    always = {503} if endpoint.credential == "none" else {401, 403, 429, 503}
    if endpoint.credential == "private":
        # Each reads its query, and refuses what it does not take.
        always |= {400, 422}
    return sorted(always | set(endpoint.errors))


def _tags(operations: Iterable[Operation]) -> list[Json]:
    used = dict.fromkeys([*(each.tag for each in operations), OTHER])
    return [{"name": tag, **({"description": TAGS[tag]} if tag in TAGS else {})} for tag in used]
