"""Another business's id answers exactly like one that nobody has, on every endpoint with an id.

Taken from the route table, so that a new endpoint is tested without being added here.
"""

import re
from typing import Any

import httpx
import pytest

from footfall.api.answers import Listing
from footfall.api.application import RESOURCES
from tests.api.shop import Shop, got, unique

WITH_ID = [
    (method, "/v1" + path)
    for resource in RESOURCES
    for handler in resource.HANDLERS
    for method in sorted(handler.http_methods)
    for path in sorted(handler.paths)
    if "{" in path
]
ABSENT = {
    "profile": ["vxqQJ3Yg"],
    "product": ["vxqQJ3Yg", "no-such-reference", "no-such-sku"],
    "variant": ["vxqQJ3Yg", "no-such-reference", "no-such-sku"],
    "order": ["vxqQJ3Yg", "no-such-reference"],
    "item": ["vxqQJ3Yg"],
    "cart": ["vxqQJ3Yg", "no-such-reference"],
    "coupon": ["vxqQJ3Yg", "no-such-reference", "no-such-code"],
    "refund": ["vxqQJ3Yg", "no-such-reference"],
    "app": ["vxqQJ3Yg", "no-such-reference"],
    "form": ["vxqQJ3Yg", "no-such-reference"],
    "session": ["vxqQJ3Yg"],
    "action": ["vxqQJ3Yg"],
    "event": ["vxqQJ3Yg", "no-such-key"],
    "structure": ["vxqQJ3Yg", "no_such_name"],
    "property": ["vxqQJ3Yg"],
    "list": ["vxqQJ3Yg"],
    "business": ["vxqQJ3Yg"],
    "change": ["vxqQJ3Yg"],
    "conflict": ["vxqQJ3Yg"],
}
"""Per noun of a path an id that nobody has, and any other name it goes by."""


@pytest.fixture(scope="module")
def foreign(stranger: Shop) -> dict[str, list[str]]:
    """The names, in the order of ``ABSENT``, of things that another business has."""
    red = {"name": "Red", "reference": unique("red-"), "sku": unique("SKU-")}
    product = stranger.product(sku=unique("SKU-"), variants=[red])
    variant = product["variants"][0]
    order = stranger.order(items=[{"product": product["id"]}])
    cart = stranger.cart()
    coupon = stranger.coupon(reference=unique("coupon-"))
    refund = stranger.refund(order=order["id"])
    app = stranger.app(reference=unique("app-"))
    form = stranger.form(reference=unique("form-"))
    session = got(stranger.client.get(f"/v1/sessions/{stranger.session()}"))
    event = stranger.event(session=session["session"])
    structure = stranger.structure()
    owner = stranger.profile(first_name="A", session=session["session"])
    other = stranger.profile(first_name="B", session=session["session"])
    log = got(stranger.client.get("/v1/identity-log"))["data"]
    conflict, change = (each["id"] for each in log)
    assert other["id"] != owner["id"]
    return {
        "change": [change],
        "conflict": [conflict],
        "profile": [stranger.profile()["id"]],
        "product": [product["id"], product["reference"], product["sku"]],
        "variant": [variant["id"], variant["reference"], variant["sku"]],
        "order": [order["id"], order["reference"]],
        "item": [order["items"][0]["id"]],
        "cart": [cart["id"], cart["reference"]],
        "coupon": [coupon["id"], coupon["reference"], coupon["code"]],
        "refund": [refund["id"], refund["reference"]],
        "app": [app["id"], app["reference"]],
        "form": [form["id"], form["reference"]],
        "session": [session["id"]],
        "action": [stranger.action()["id"]],
        "event": [event["id"], event["event_id"]],
        "structure": [structure["id"], structure["name"]],
        "property": [stranger.field()["id"]],
        "list": [stranger.a_list()["id"]],
        "business": [stranger.business_id],
    }


def said(answer: httpx.Response, name: str) -> tuple[int, str]:
    """What an answer tells, but for what differs between any two requests."""
    text = answer.text.replace(answer.headers["request-id"], "").replace(name, "")
    return answer.status_code, text


def noun_of(path: str) -> str:
    return path[path.index("{") + 1 : path.index(":")]


def with_id(path: str, name: str) -> str:
    """A path of the route table with a name in place of its parameter."""
    return re.sub(r"\{[^}]*\}", name, path)


def body_for(shop: Shop, method: str) -> dict[str, Any] | None:
    """A body that nothing is wrong with, wherever it is sent."""
    if method in ("GET", "DELETE"):
        return None
    return {"name": unique("x.y"), "profile": shop.profile()["id"], "decision": "keep"}


@pytest.mark.parametrize(("method", "path"), WITH_ID)
def test_an_id_of_another_business_is_as_good_as_none(
    shop: Shop, foreign: dict[str, list[str]], method: str, path: str
) -> None:
    noun = noun_of(path)
    told = body_for(shop, method)
    for theirs, absent in zip(foreign[noun], ABSENT[noun], strict=True):
        answers = [
            said(shop.client.request(method, with_id(path, name), json=told), name)
            for name in (theirs, absent)
        ]
        assert answers[0] == answers[1]
        # Who names a business has to be that business (contract 1.3).
        assert answers[0][0] == (401 if noun == "business" else 404)


def test_things_of_another_business_were_not_touched(
    shop: Shop, stranger: Shop, foreign: dict[str, list[str]]
) -> None:
    for method, path in WITH_ID:
        theirs = foreign[noun_of(path)][0]
        thing = path[: path.index("{")] + theirs
        before = got(stranger.client.get(thing))
        shop.client.request(method, with_id(path, theirs), json=body_for(shop, method))
        assert got(stranger.client.get(thing)) == before


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_what_is_of_another_business_is_not_reached_through_an_object_of_ones_own(
    shop: Shop, stranger: Shop, method: str
) -> None:
    ours, theirs = shop.structure(), stranger.structure()
    instance = stranger.instance(theirs)
    for structure, name in ((ours, instance["id"]), (theirs, instance["id"]), (ours, "vxqQJ3Yg")):
        address = f"/v1/objects/{structure['id']}/instances/{name}"
        answer = shop.client.request(method, address, json=body_for(shop, method))
        assert answer.status_code == 404
    address = f"/v1/objects/{theirs['id']}/instances/{instance['id']}"
    assert got(stranger.client.get(address)) == instance


def test_properties_and_lists_of_another_business_cannot_be_named_inside_a_body(
    shop: Shop, stranger: Shop, foreign: dict[str, list[str]]
) -> None:
    told = {f"property_by_id[{foreign['property'][0]}]": "x"}
    assert shop.client.post("/v1/profiles", json=told).status_code == 422
    ours, theirs = shop.structure(), stranger.structure()
    wanted = {"properties": [{"id": theirs["properties"][0]["id"], "name": "mine"}]}
    answer = shop.client.patch(f"/v1/objects/{ours['id']}", json=wanted)
    assert answer.status_code == 422
    # An id that is no list's here is the name of a new one.
    assert shop.profile(lists=foreign["list"])["lists"] == foreign["list"]


@pytest.mark.parametrize(
    ("noun", "list_path"),
    [
        ("profile", "/v1/profiles"),
        ("product", "/v1/attribution/products"),
        ("order", "/v1/attribution/orders"),
        ("cart", "/v1/attribution/carts"),
        ("coupon", "/v1/coupons"),
        ("refund", "/v1/attribution/refunds"),
        ("app", "/v1/attribution/apps"),
        ("form", "/v1/forms"),
        ("form", "/v1/attribution/forms"),
        ("action", "/v1/attribution/actions"),
        ("event", "/v1/attribution/events"),
        ("structure", "/v1/objects"),
        ("property", "/v1/properties"),
        ("list", "/v1/lists"),
        ("change", "/v1/identity-log"),
        ("conflict", "/v1/conflicts"),
    ],
)
@pytest.mark.parametrize("parameter", ["starting_after", "ending_before"])
def test_no_list_begins_at_an_item_of_another_business(
    shop: Shop, foreign: dict[str, list[str]], noun: str, list_path: str, parameter: str
) -> None:
    answers = [
        said(shop.client.get(list_path, params={parameter: name}), name)
        for name in (foreign[noun][0], ABSENT[noun][0])
    ]
    assert answers[0] == answers[1]
    assert answers[0][0] == 422


@pytest.mark.parametrize(
    ("list_path", "parameter", "noun"),
    [
        ("/v1/attribution/events", "profile", "profile"),
        ("/v1/attribution/events", "session", "session"),
        ("/v1/attribution/events", "object", "product"),
        ("/v1/identity-log", "profile", "profile"),
        ("/v1/identity-log", "session", "session"),
    ],
)
def test_no_list_is_filtered_by_things_of_another_business(
    shop: Shop, foreign: dict[str, list[str]], list_path: str, parameter: str, noun: str
) -> None:
    for theirs, absent in zip(foreign[noun], ABSENT[noun], strict=True):
        answers = [
            said(shop.client.get(list_path, params={parameter: name}), name)
            for name in (theirs, absent)
        ]
        assert answers[0] == answers[1]
        assert answers[0][0] == 422


LISTS = [
    "/v1/" + path.removeprefix("/")
    for resource in RESOURCES
    for handler in resource.HANDLERS
    if handler.http_methods == {"GET"}
    and getattr(handler.opt["endpoint"].answer, "__origin__", None) is Listing
    for path in sorted(handler.paths)
    if "{" not in path
]


BUILT_IN = {"/v1/actions": 23, "/v1/attribution/actions": 23, "/v1/objects": 8}
"""How much every business has, by list."""


def test_lists_hold_nothing_of_another_business(
    shop: Shop, stranger: Shop, foreign: dict[str, list[str]]
) -> None:
    stranger.client.get("/v1/nowhere")
    quarrel(shop)
    for path in LISTS:
        ours, theirs = (
            {each["id"] for each in got(one.client.get(path, params={"limit": 100}))["data"]}
            for one in (shop, stranger)
        )
        built_in = ours & theirs
        assert theirs - built_in
        assert len(built_in) == {
            "/v1/actions": 23,
            "/v1/attribution/actions": 23,
            "/v1/objects": 8,
        }.get(path, 0)


def test_what_another_business_has_cannot_be_named_inside_a_body(
    shop: Shop, foreign: dict[str, list[str]]
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


def quarrel(shop: Shop) -> None:
    """Have a session claimed for two known people."""
    session = shop.session()
    for name in "ab":
        shop.profile(first_name=name, session=session)


def test_no_profile_is_merged_with_one_of_another_business(
    shop: Shop, foreign: dict[str, list[str]]
) -> None:
    path = f"/v1/profiles/{shop.profile()['id']}/merge"
    answers = [
        said(shop.client.post(path, json={"profile": name}), name)
        for name in (foreign["profile"][0], ABSENT["profile"][0])
    ]
    assert answers[0] == answers[1]
    assert answers[0][0] == 422


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
