"""The OpenAPI document → what the reference page shows, in plain values for its template.

Knows OpenAPI and nothing of the application: whatever the page says is in the document.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from footfall.api.components import ALIAS

Json = dict[str, Any]

_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")
_DEPTH: Final = 3
"""Levels of nested objects shown; the document has them all."""


@dataclass
class Row:
    """A field or parameter.

    Attributes:
        also: further spellings of the same field.
        inner: fields of the object in it.
    """

    name: str
    kind: str
    description: str = ""
    is_required: bool = False
    also: list[str] = field(default_factory=list)
    inner: list["Row"] = field(default_factory=list)


@dataclass
class Answer:
    """A successful answer."""

    status: str
    description: str
    headers: list[Row]
    fields: list[Row]
    example: str


@dataclass
class Refusal:
    """A status the operation may refuse with, and the error types behind it."""

    status: str
    phrase: str
    types: list[str]


@dataclass
class Shown:
    """An operation as the page shows it."""

    name: str
    method: str
    path: str
    summary: str
    description: str
    credential: str
    scopes: list[str]
    parameters: list[tuple[str, list[Row]]]
    media_types: list[str]
    fields: list[Row]
    curl: str
    more_bodies: list[tuple[str, str]]
    answers: list[Answer]
    refusals: list[Refusal]


@dataclass
class Group:
    """The operations of one resource."""

    name: str
    description: str
    operations: list[Shown]

    @property
    def anchor(self) -> str:
        """Its fragment on the page."""
        return self.name.lower().replace(" ", "-")


def groups(document: Json) -> list[Group]:
    """Return the operations by tag, both in the document's order."""
    by_tag: dict[str, list[Shown]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            shown = _View(document, path, method.upper(), operation).shown()
            by_tag.setdefault(operation["tags"][0], []).append(shown)
    return [
        Group(tag["name"], tag.get("description", ""), by_tag[tag["name"]])
        for tag in document["tags"]
    ]


class _View:
    """One operation, with the document its references point into."""

    def __init__(self, document: Json, path: str, method: str, operation: Json) -> None:
        self._document = document
        self._path = path
        self._method = method
        self._operation = operation

    def shown(self) -> Shown:
        """Return what the page shows of it."""
        told = self._operation
        content = told.get("requestBody", {}).get("content", {})
        bodies = self._bodies(content)
        responses = {status: self._resolve(each) for status, each in told["responses"].items()}
        credential, scopes = self._credential()
        return Shown(
            name=told["operationId"],
            method=self._method,
            path=self._path,
            summary=told["summary"],
            description=told["description"],
            credential=credential,
            scopes=scopes,
            parameters=self._parameters(),
            media_types=list(content),
            fields=self._body_fields(content),
            curl=self._curl(bodies[0][1] if bodies else None),
            more_bodies=[
                *((title, pretty(value)) for title, value in bodies[1:]),
                *((kind, each["example"]) for kind, each in content.items() if "example" in each),
            ],
            answers=[
                self._answer(status, each)
                # A dry run's 200 comes after the real answer's 201 or 207.
                for status, each in sorted(responses.items(), reverse=True)
                if status < "4"
            ],
            refusals=[
                _refusal(status, each) for status, each in responses.items() if status >= "4"
            ],
        )

    def _resolve(self, value: Json) -> Json:
        """Return what a reference points at; anything else as it is."""
        if "$ref" not in value:
            return value
        found: Any = self._document
        for step in value["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        return {**found, **{key: each for key, each in value.items() if key != "$ref"}}

    def _credential(self) -> tuple[str, list[str]]:
        security = self._operation["security"]
        if not security:
            return "none", []
        if any("publicId" in each for each in security):
            return "public business id, or a private token", []
        return "private token", [scope for each in security for scope in each["privateToken"]]

    def _parameters(self) -> list[tuple[str, list[Row]]]:
        # What all operations share is said once, in the conventions.
        told = [each for each in self._operation.get("parameters", ()) if "$ref" not in each]
        by_place = {
            title: [_parameter(each) for each in told if each["in"] == place]
            for place, title in (("path", "Path"), ("query", "Query"), ("header", "Headers"))
        }
        return [(title, rows) for title, rows in by_place.items() if rows]

    def _bodies(self, content: Json) -> list[tuple[str, Any]]:
        examples = content.get("application/json", {}).get("examples", {})
        return [(each["summary"], each["value"]) for each in examples.values()]

    def _body_fields(self, content: Json) -> list[Row]:
        schema = content.get("application/json", {}).get("schema")
        # Of several bodies the first one, which holds the others.
        schema = schema and schema.get("anyOf", [schema])[0]
        return list(self._fields(schema, 0)) if schema else []

    def _fields(self, schema: Json, depth: int) -> Iterator[Row]:
        schema = self._resolve(schema)
        properties = schema.get("properties", {})
        also: dict[str, list[str]] = {}
        for name, each in properties.items():
            if ALIAS in each:
                also.setdefault(each[ALIAS], []).append(name)
        for name, each in properties.items():
            if ALIAS in each:
                continue
            inner = self._inner(each) if depth + 1 < _DEPTH else None
            yield Row(
                name,
                kind_of(each),
                each.get("description", ""),
                name in schema.get("required", ()),
                also.get(name, []),
                list(self._fields(inner, depth + 1)) if inner is not None else [],
            )

    def _inner(self, schema: Json) -> Json | None:
        """Return the object inside a field: its own, of its items, or of one of its choices."""
        choices = [schema, schema.get("items", {}), *schema.get("anyOf", ())]
        return next((each for each in choices if "$ref" in each), None)

    def _answer(self, status: str, response: Json) -> Answer:
        content: Json = next(iter(response.get("content", {}).values()), {})
        example = content.get("example", "")
        headers = {
            name: self._resolve(each)
            for name, each in response.get("headers", {}).items()
            if name != "Request-Id"
        }
        return Answer(
            status,
            response["description"].removeprefix(f"{status} "),
            [
                Row(name, kind_of(each["schema"]), each["description"])
                for name, each in headers.items()
            ],
            list(self._fields(content["schema"], 0)) if "schema" in content else [],
            example if isinstance(example, str) else pretty(example),
        )

    def _curl(self, body: Any) -> str:
        """Return a command for a POSIX shell; ids in the path are left to variables."""
        path = _PLACEHOLDER.sub(lambda found: f"${found[1].upper()}", self._path)
        address = f'"{self._document["servers"][0]["url"]}{path}"'
        words = [f"curl {address}"]
        if self._method != "GET" and not (self._method == "POST" and body is not None):
            words = [f"curl -X {self._method}", address]
        if self._operation["security"]:
            words.append('-H "Authorization: Bearer $TOKEN"')
        if body is not None:
            text = pretty(body).replace("'", "'\\''")
            words += ["-H 'Content-Type: application/json'", f"-d '{text}'"]
        return " \\\n  ".join(words)


def sections(text: str) -> list[tuple[str, str]]:
    """Return CommonMark split at its second-level headings; what comes before them has no title."""
    first, *others = text.split("\n## ")
    return [("", first), *((part.partition("\n")[0], part.partition("\n")[2]) for part in others)]


def kind_of(schema: Json) -> str:
    """Return a schema's type in a few words, e.g. ``list of strings`` or ``number or string``."""
    if "const" in schema:
        return _quoted(schema["const"])
    if "enum" in schema:
        return " or ".join(_quoted(each) for each in schema["enum"])
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(kind_of(each) for each in schema["anyOf"]))
    if schema.get("type") == "array":
        items = kind_of(schema.get("items", {}))
        return "list" if items == "any" else f"list of {items}s" if " " not in items else "list"
    if "$ref" in schema:
        return "object"
    return str(schema.get("type", "any"))


def pretty(value: Any) -> str:
    """Return JSON for people."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def _quoted(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _parameter(told: Json) -> Row:
    schema = told["schema"]
    description = told["description"]
    if "default" in schema:
        description += f" Default `{schema['default']}`."
    return Row(told["name"], kind_of(schema), description, told.get("required", False))


def _refusal(status: str, response: Json) -> Refusal:
    phrase, _, _ = response["description"].partition(":")
    types = list(response["content"].get("application/json", {}).get("examples", ()))
    return Refusal(status, phrase.removeprefix(f"{status} "), types)
