"""Another business's id answers exactly like one that nobody has, wherever an id may be given.

Taken from the route table and the documented bodies, so that a new endpoint is tested without being
added here; one whose ids are of a new noun fails until ``things`` knows that noun.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import httpx
import msgspec
import pytest
from sqlalchemy import select

from footfall.api import hot_path
from footfall.api.application import RESOURCES
from footfall.api.components import ALIAS
from footfall.api.endpoint import Endpoint
from footfall.domain.public_ids import Kind, PublicIds
from footfall.store import tables
from footfall.store.engine import Engines
from tests.api import things as all_things
from tests.api.shop import Shop, got, unique
from tests.api.things import ABSENT, Names, things


class Route(NamedTuple):
    """A method on a path."""

    method: str
    path: str
    endpoint: Endpoint

    @property
    def nouns(self) -> list[str]:
        """The names of the path's parameters."""
        return re.findall(r"\{(\w+)(?::\w+)?\}", self.path)

    @property
    def told(self) -> dict[str, Any] | None:
        """A body that is taken, ``None`` for a route without."""
        return self.endpoint.example if self.method in ("POST", "PUT", "PATCH") else None

    def address(self, names: dict[str, str]) -> str:
        return re.sub(r"\{(\w+)(?::\w+)?\}", lambda match: names[match[1]], self.path)


ROUTES = [
    *(
        Route(method, "/v1" + path, handler.opt["endpoint"])
        for resource in RESOURCES
        for handler in resource.HANDLERS
        for method in sorted(handler.http_methods - {"HEAD", "OPTIONS"})
        for path in sorted(handler.paths)
    ),
    *(Route(each.method, each.path, each.endpoint) for each in hot_path.OPERATIONS),
]


@pytest.fixture(scope="module")
def empty(new_shop: Callable[..., Shop]) -> Shop:
    """A business that has only what every business has."""
    return new_shop()


@pytest.fixture(scope="module")
def foreign(stranger: Shop) -> Names:
    """What another business has."""
    return things(stranger)


@pytest.fixture(scope="module")
def own(shop: Shop) -> dict[str, str]:
    """What the asking business has, one name of each."""
    return {noun: names[0] for noun, names in things(shop).items()}


PATHS = [(route, noun) for route in ROUTES for noun in route.nouns]
"""Every place of every path where an id stands."""

SAYS_NOTHING: dict[tuple[str, str], str] = {
    ("/v1/profiles", "session"): "what a browser calls itself is its own in each business",
    ("/v1/profiles", "lists"): "an id that is no list of this business is the name of a new one",
    ("/v1/profiles/{profile:str}", "lists"): "the same",
    ("/v1/attribution/events", "event_id"): "a key is the caller's own word",
    ("/v1/attribution/events/batch", "events.event_id"): "the same",
    ("/v1/track/events", "event_id"): "the same",
    ("/v1/public/forms/{form:str}/submissions", "property_by_id"): "only what the form asks counts",
    ("/v1/public/forms/{form:str}", "session"): "a form looks the same to everybody",
    ("/v1/attribution/products", "variants.property_by_id"): "refused there, whatever it names",
    ("/v1/attribution/products/{product:str}", "variants.property_by_id"): "the same",
    ("/v1/track/events", "session"): "a session of one's own begins under it (contract 3.2)",
    ("/v1/public/acks", "session"): "the same",
    ("/v1/public/identifications", "session"): "the same",
    ("/v1/public/forms/{form:str}/submissions", "session"): "the same",
    ("/v1/track/events", "profile"): "no public caller speaks for a profile: it is not looked at",
}
"""Fields and parameters, by path and dotted name, in which another business's id says nothing."""

NOUN_OF: dict[str, str] = {
    "object": "product",
    "property_by_id": "property",
    "lists": "list",
    "properties.id": "property",
}
"""What a field names whose own name does not say it."""

WORDS = {"delivery"}
"""Names of fields that are nouns of paths and hold a word: how an order reaches its buyer."""

IDS = {noun for route in ROUTES for noun in route.nouns} - WORDS | NOUN_OF.keys()


def fields(endpoint: Endpoint) -> Iterator[str]:
    """The dotted names of the fields of a documented body that may hold ids."""
    if endpoint.body is not None:
        (schema,), components = msgspec.json.schema_components([endpoint.body])
        yield from sorted(_fields(schema, components, ""))


def _fields(schema: dict[str, Any], components: dict[str, Any], inside: str) -> Iterator[str]:
    if "$ref" in schema:
        schema = components[schema["$ref"].rpartition("/")[2]]
    for each in (*schema.get("anyOf", ()), *filter(None, [schema.get("items")])):
        yield from _fields(each, components, inside)
    for name, told in schema.get("properties", {}).items():
        whole = f"{inside}.{name}" if inside else name
        in_parent = f"{inside.rpartition('.')[2]}.{name}"
        if {name, name.removesuffix("_id"), in_parent} & IDS and ALIAS not in told:
            yield whole
        elif inside.count(".") < 2 and name not in inside.split("."):
            yield from _fields(told, components, whole)


FIELDS = [
    (route, field)
    for route in ROUTES
    if route.told is not None
    for field in dict.fromkeys(fields(route.endpoint))
    if (route.path, field) not in SAYS_NOTHING
]
"""Every field of every body that may hold an id."""

QUERIES = [
    (route, name)
    for route in ROUTES
    for name in route.endpoint.query
    if route.method == "GET" and {name, name.removesuffix("_id")} & IDS
    if (route.path, name) not in SAYS_NOTHING
]
"""Every parameter of every query that may hold an id."""


def item_of(path: str) -> str | None:
    """The noun of a list's items, from the path of one of them."""
    found = {
        route.nouns[-1]
        for route in ROUTES
        if route.nouns and re.fullmatch(re.escape(path) + r"/\{\w+:\w+\}", route.path)
    }
    return found.pop() if len(found) == 1 else None


LISTS = [
    route
    for route in ROUTES
    if route.method == "GET" and "starting_after" in route.endpoint.query and item_of(route.path)
]
"""Every list whose items can be asked for."""


PAGED = sorted({route.path for route in ROUTES if "limit" in route.endpoint.query})
"""Every list."""


def noun_of(field: str) -> str:
    last = field.rpartition(".")[2]
    if last == "id":
        return NOUN_OF[".".join(field.split(".")[-2:])]
    return NOUN_OF.get(last) or NOUN_OF.get(last.removesuffix("_id"), last.removesuffix("_id"))


def named(body: Any, field: str, name: str) -> Any:
    """A body that names ``name`` in a field; of a map by id, as a key."""
    first, _, rest = field.partition(".")
    told = dict(body or {})
    if first == "object":
        told = {key: value for key, value in told.items() if not key.endswith("_parameters")}
    if rest:
        inner = told.get(first)
        in_list = isinstance(inner, list)
        changed = named((inner[0] if inner else {}) if in_list else inner, rest, name)
        told[first] = [changed] if in_list or first.endswith("s") else changed
    elif first == "property_by_id":
        told[first] = {name: "x"}
    else:
        told[first] = [name] if first.endswith("s") else name
    return told


def with_own(body: Any, own: dict[str, str]) -> Any:
    """An example body, with one's own things in the places of ids."""
    if isinstance(body, list):
        return [with_own(each, own) for each in body]
    if not isinstance(body, dict):
        return body
    return {
        key: own[noun_of(key)]
        if isinstance(value, str) and {key, key.removesuffix("_id")} & IDS and noun_of(key) in own
        else with_own(value, own)
        for key, value in body.items()
    }


def said(answer: httpx.Response, name: str) -> tuple[int, str]:
    """What an answer tells, but for what differs between any two requests."""
    text = answer.text.replace(answer.headers["request-id"], "").replace(name, "")
    return answer.status_code, text


def label(value: Any) -> str:
    return f"{value.method} {value.path}" if isinstance(value, Route) else str(value)


def test_every_noun_of_a_path_is_known_here(own: dict[str, str]) -> None:
    nouns = {noun: label(route) for route, noun in PATHS if noun not in ABSENT or noun not in own}
    assert not nouns, (
        "Paths name things that are not tested for belonging to another business. Add each noun to "
        f"ABSENT and to things() in {all_things.__file__}: {nouns}"
    )


def test_every_field_that_may_hold_an_id_is_known_here(own: dict[str, str]) -> None:
    unknown = {
        f"{label(route)}: {field}"
        for route, field in [*FIELDS, *QUERIES]
        if noun_of(field) not in own
    }
    assert not unknown, (
        "Fields name things that are not tested for belonging to another business. Say what each "
        f"names in NOUN_OF, or why it does not matter in SAYS_NOTHING, in {__file__}: "
        f"{sorted(unknown)}"
    )


@pytest.mark.parametrize(
    ("route", "noun"),
    PATHS,
    ids=label,
)
def test_an_id_of_another_business_is_as_good_as_none(
    shop: Shop, own: dict[str, str], foreign: Names, route: Route, noun: str
) -> None:
    told = with_own(route.told, own)
    for theirs, absent in zip(foreign[noun], ABSENT[noun], strict=True):
        answers = [
            said(
                shop.client.request(route.method, route.address(own | {noun: name}), json=told),
                name,
            )
            for name in (theirs, absent)
        ]
        assert answers[0] == answers[1]
        # Who names a business has to be that business (contract 1.3).
        assert answers[0][0] == (401 if noun == "business" else 404)


@pytest.mark.parametrize(("route", "field"), FIELDS, ids=label)
def test_a_body_cannot_name_what_another_business_has(
    shop: Shop, own: dict[str, str], foreign: Names, route: Route, field: str
) -> None:
    noun = noun_of(field)
    example = with_own(route.told, own)
    for theirs, absent in zip(foreign[noun], ABSENT[noun], strict=True):
        answers = [
            said(
                shop.client.request(
                    route.method, route.address(own), json=named(example, field, name)
                ),
                name,
            )
            for name in (theirs, absent)
        ]
        assert answers[0] == answers[1]
        # Of a batch each item is answered by itself.
        assert answers[0][0] in (207, 404, 422)
        assert '"type":"not_found"' in answers[0][1]


@pytest.mark.parametrize(("route", "name"), QUERIES, ids=label)
def test_no_list_is_filtered_by_things_of_another_business(
    shop: Shop, own: dict[str, str], foreign: Names, route: Route, name: str
) -> None:
    noun = noun_of(name)
    for theirs, absent in zip(foreign[noun], ABSENT[noun], strict=True):
        answers = [
            said(shop.client.get(route.address(own), params={name: text}), text)
            for text in (theirs, absent)
        ]
        assert answers[0] == answers[1]
        assert answers[0][0] == 422


@pytest.mark.parametrize("route", LISTS, ids=label)
@pytest.mark.parametrize("parameter", ["starting_after", "ending_before"])
def test_no_list_begins_at_an_item_of_another_business(
    shop: Shop, own: dict[str, str], foreign: Names, route: Route, parameter: str
) -> None:
    noun = item_of(route.path)
    assert noun is not None
    answers = [
        said(shop.client.get(route.address(own), params={parameter: name}), name)
        for name in (foreign[noun][0], ABSENT[noun][0])
    ]
    assert answers[0] == answers[1]
    assert answers[0][0] == 422


@pytest.fixture(scope="module")
def rows_of(beside: Engines, public_ids: PublicIds) -> Callable[[Shop], dict[str, list[Any]]]:
    """Reads every row that a business has, beside the server."""

    def read(shop: Shop) -> dict[str, list[Any]]:
        row_id = public_ids[Kind.BUSINESS].decode(shop.business_id)
        kept = [table for table in tables.metadata.sorted_tables if "business_id" in table.c]
        with beside.read.begin() as connection:
            return {
                table.name: [
                    tuple(row)
                    for row in connection.execute(
                        select(table)
                        .where(table.c.business_id == row_id)
                        .order_by(*table.primary_key.columns)
                    )
                ]
                for table in kept
                if table.name != "tokens"  # notes when a token was last used
            }

    return read


def test_things_of_another_business_were_not_touched(
    shop: Shop,
    stranger: Shop,
    own: dict[str, str],
    foreign: Names,
    rows_of: Callable[[Shop], dict[str, list[Any]]],
) -> None:
    before = rows_of(stranger)
    for route, noun in PATHS:
        if route.method != "GET":
            names = own | {each: foreign[each][0] for each in route.nouns}
            for address in (route.address(names), route.address(own | {noun: foreign[noun][0]})):
                shop.client.request(route.method, address, json=with_own(route.told, own))
    for route, field in FIELDS:
        body = named(with_own(route.told, own), field, foreign[noun_of(field)][0])
        shop.client.request(route.method, route.address(own), json=body)
    assert rows_of(stranger) == before


@pytest.mark.parametrize(
    "path",
    sorted(
        {each.path for each in ROUTES if each.method == "GET" and "limit" in each.endpoint.query}
    ),
)
def test_lists_hold_nothing_of_another_business(
    shop: Shop,
    stranger: Shop,
    empty: Shop,
    own: dict[str, str],
    foreign: Names,
    path: str,
) -> None:
    stranger.client.get("/v1/nowhere")
    theirs_to_name = {noun: names[0] for noun, names in foreign.items()}
    address = Route("GET", path, Endpoint("")).address
    ours, theirs = listed(shop, address(own)), listed(stranger, address(theirs_to_name))
    built_in = listed(empty, path) if "{" not in path else set()
    assert ours & theirs == built_in
    assert theirs - built_in, "things() makes nothing that is in this list"


def listed(one: Shop, path: str) -> set[str]:
    answer = got(one.client.get(path, params={"limit": 100}))
    return {msgspec.json.encode(each.get("id", each)).decode() for each in answer["data"]}


def test_properties_and_lists_of_another_business_cannot_be_named_inside_a_body(
    shop: Shop, stranger: Shop, foreign: Names
) -> None:
    told = {f"property_by_id[{foreign['property'][0]}]": "x"}
    assert shop.client.post("/v1/profiles", json=told).status_code == 422
    ours, theirs = shop.structure(), stranger.structure()
    wanted = {"properties": [{"id": theirs["properties"][0]["id"], "name": "mine"}]}
    answer = shop.client.patch(f"/v1/objects/{ours['id']}", json=wanted)
    assert answer.status_code == 422
    # An id that is no list's here is the name of a new one.
    assert shop.profile(lists=foreign["list"])["lists"] == foreign["list"]


def test_what_another_business_has_cannot_be_named_inside_a_body(
    shop: Shop, foreign: Names
) -> None:
    own = shop.order(items=[{"product": shop.product()["id"]}])
    item = f"/v1/attribution/items/{own['items'][0]['id']}"
    for noun in ("product", "variant"):
        for name in foreign[noun]:
            for path in (
                "/v1/attribution/orders",
                "/v1/attribution/carts",
                f"/v1/attribution/orders/{own['id']}/items",
            ):
                line = {"product": name}
                told = line if path.endswith("/items") else {"reference": "1", "items": [line]}
                assert shop.client.post(path, json=told).status_code == 422
            assert shop.client.patch(item, json={"product": name}).status_code == 422
    for name in foreign["order"]:
        told = {"reference": "1", "order": name}
        assert shop.client.post("/v1/attribution/refunds", json=told).status_code == 422
    theirs = {"variants": [{"id": foreign["variant"][0], "name": "Mine"}]}
    address = f"/v1/attribution/products/{shop.product()['id']}"
    assert shop.client.patch(address, json=theirs).status_code == 422


def test_a_session_is_not_attached_to_a_profile_of_another_business(
    shop: Shop, foreign: dict[str, list[str]]
) -> None:
    session = shop.session()
    for name in (foreign["profile"][0], ABSENT["profile"][0]):
        answer = shop.client.patch(f"/v1/sessions/{session}", json={"profile": name})
        assert answer.status_code == 422
    assert got(shop.client.get(f"/v1/sessions/{session}"))["profile"] is None


def test_the_same_contact_and_session_may_be_in_two_businesses(shop: Shop, stranger: Shop) -> None:
    address, session = f"{unique('ana')}@example.com", shop.session()
    ours = shop.profile(email=address, session=session)
    theirs = stranger.profile(email=address, session=session)
    assert ours["id"] != theirs["id"]
    for one, profile in ((shop, ours), (stranger, theirs)):
        assert got(one.client.get(f"/v1/sessions/{session}"))["profile"] == profile["id"]
