"""Instances of a business's own objects: typed values, required and unique ones, and amounts."""

from typing import Any

import pytest
from sqlalchemy import select

from footfall.domain.public_ids import Kind, PublicIds
from footfall.store.engine import Engines
from footfall.store.tables import objects
from tests.api.shop import Shop, got, made, refused, unique
from tests.api.test_structures import changed, structure

REFERENCE = {"kind": "text", "name": "reference", "required": True, "unique": True}
FEE = {"kind": "money", "name": "fee", "inherit": True}


def path_of(one: dict[str, Any]) -> str:
    return f"/v1/objects/{one['id']}/instances"


def instance(shop: Shop, one: dict[str, Any], **told: Any) -> dict[str, Any]:
    return made(shop.client.post(path_of(one), json=told))


@pytest.fixture(scope="module")
def visit(shop: Shop) -> dict[str, Any]:
    """A structure with a property of most kinds."""
    kinds = ("number", "boolean", "date", "time", "phone", "tags", "address")
    return structure(shop, REFERENCE, FEE, *({"kind": kind, "name": kind} for kind in kinds))


def test_an_instance_is_answered_as_told_and_read_back(shop: Shop, visit: dict[str, Any]) -> None:
    reference = unique("A-")
    one = instance(
        shop,
        visit,
        reference=reference,
        fee="40",
        number="3.0",
        boolean=False,
        date="2027-01-31",
        phone="(212) 555-0100",
        tags="new, vip",
        address={"city": "Rome"},
        unknown="kept out",
    )
    assert one["type"] == visit["name"]
    assert one["properties"] == {
        "reference": reference,
        "fee": {"amount": "40.00", "currency": "USD"},
        "number": 3,
        "boolean": False,
        "date": "2027-01-31",
        "phone": "+12125550100",
        "tags": ["new", "vip"],
        "address": {"city": "Rome"},
    }
    ids = {each["name"]: each["id"] for each in visit["properties"]}
    assert one["property_by_id"] == {ids[name]: each for name, each in one["properties"].items()}
    assert got(shop.client.get(f"{path_of(visit)}/{one['id']}")) == one
    assert one in got(shop.client.get(path_of(visit), params={"limit": 100}))["data"]


def test_what_is_answered_can_be_sent_again(shop: Shop, visit: dict[str, Any]) -> None:
    one = instance(shop, visit, reference=unique("A-"), fee={"amount": 5, "currency": "JPY"})
    again = got(shop.client.patch(f"{path_of(visit)}/{one['id']}", json=one))
    assert again["properties"] == one["properties"]


def test_values_by_id_and_in_brackets_are_as_good(shop: Shop, visit: dict[str, Any]) -> None:
    ids = {each["name"]: each["id"] for each in visit["properties"]}
    told = {f"property_by_id[{ids['reference']}]": unique("A-"), "property_by_id": None}
    del told["property_by_id"]
    one = instance(shop, visit, **told)
    assert one["properties"]["reference"] == told[f"property_by_id[{ids['reference']}]"]
    answer = shop.client.post(
        path_of(visit), data={"reference": unique("A-"), f"property_by_id[{ids['number']}]": "7"}
    )
    assert made(answer)["properties"]["number"] == 7


def test_every_fault_of_an_instance_is_named_at_once(shop: Shop, visit: dict[str, Any]) -> None:
    told = {"number": "many", "date": "soon", "fee": {"amount": -1}, "property_by_id": {"x": 1}}
    assert refused(shop.client.post(path_of(visit), json=told), 422) == [
        ("not_found", "property_by_id[x]"),
        ("parameter_missing", "reference"),
        ("invalid", "fee"),
        ("invalid", "number"),
        ("invalid", "date"),
    ]


def test_a_required_value_is_neither_left_out_nor_emptied(
    shop: Shop, visit: dict[str, Any]
) -> None:
    for empty in (None, "", False):
        answer = shop.client.post(path_of(visit), json={"reference": empty})
        assert refused(answer, 422) == [("parameter_invalid_empty", "reference")]
    one = instance(shop, visit, reference=unique("A-"))
    path = f"{path_of(visit)}/{one['id']}"
    assert refused(shop.client.patch(path, json={"reference": None}), 422) == [
        ("parameter_invalid_empty", "reference")
    ]


def test_a_unique_value_is_one_instances_until_it_lets_go(
    shop: Shop, visit: dict[str, Any]
) -> None:
    first, second = (instance(shop, visit, reference=unique("A-")) for _ in range(2))
    taken = {"reference": first["properties"]["reference"]}
    refusal = [("parameter_not_unique", "reference")]
    path = f"{path_of(visit)}/{second['id']}"
    assert refused(shop.client.post(path_of(visit), json=taken), 422) == refusal
    assert refused(shop.client.patch(path, json=taken), 422) == refusal
    got(shop.client.patch(f"{path_of(visit)}/{first['id']}", json={"reference": unique("A-")}))
    assert got(shop.client.patch(path, json=taken))["properties"] == taken
    assert got(shop.client.delete(path)) == {"id": second["id"], "deleted": True}
    assert refused(shop.client.get(path), 404) == [("not_found", "id")]
    assert instance(shop, visit, **taken)["properties"] == taken


def test_an_update_clears_what_is_told_empty_and_leaves_the_rest(
    shop: Shop, visit: dict[str, Any]
) -> None:
    told = {"reference": unique("A-"), "fee": 3, "number": 1, "tags": ["a"], "boolean": True}
    one = instance(shop, visit, **told)
    new = got(
        shop.client.patch(
            f"{path_of(visit)}/{one['id']}", json={"number": None, "tags": [], "boolean": False}
        )
    )
    assert new["properties"] == {
        "reference": told["reference"],
        "fee": {"amount": "3.00", "currency": "USD"},
        "boolean": False,
    }


def booked(shop: Shop, **told: Any) -> dict[str, Any]:
    """An event of a custom action on an object."""
    action = shop.action()["name"]
    return shop.event(action=action, profile=shop.profile()["id"], **told)


def test_an_event_names_an_instance_by_its_id_and_by_its_unique_reference(
    shop: Shop, visit: dict[str, Any]
) -> None:
    one = instance(shop, visit, reference=unique("A-"), fee=40)
    for name in (one["id"], one["properties"]["reference"]):
        event = booked(shop, object=name, object_type=visit["name"])
        assert event["object"]["id"] == one["id"]


def test_instances_of_a_deleted_object_are_gone_and_free_their_values(shop: Shop) -> None:
    one = structure(shop, REFERENCE)
    told = {"reference": unique("A-")}
    gone = instance(shop, one, **told)
    got(shop.client.delete(f"/v1/objects/{one['id']}"))
    path = f"{path_of(one)}/{gone['id']}"
    assert refused(shop.client.get(path), 404) == [("not_found", "id")]
    again = structure(shop, REFERENCE, name=one["name"])
    assert got(shop.client.get(path_of(again)))["data"] == []
    assert instance(shop, again, **told)["properties"] == told
    assert refused(shop.client.get(f"{path_of(again)}/{gone['id']}"), 404)


def test_an_instance_of_another_object_is_not_found(shop: Shop, visit: dict[str, Any]) -> None:
    other = structure(shop, REFERENCE)
    one = instance(shop, other, reference="1")
    answer = shop.client.get(f"{path_of(visit)}/{one['id']}")
    assert refused(answer, 404) == [("not_found", "id")]
    product = shop.product()
    assert refused(shop.client.get(f"{path_of(visit)}/{product['id']}"), 404)


@pytest.mark.parametrize("name", ["product", "location"])
def test_built_in_objects_have_endpoints_of_their_own(shop: Shop, name: str) -> None:
    answer = shop.client.post(f"/v1/objects/{name}/instances", json={"name": "x"})
    assert refused(answer, 422) == [("not_allowed", "id")]


def test_a_property_becomes_unique_only_over_different_values(shop: Shop) -> None:
    one = structure(shop, {"kind": "text", "name": "reference"})
    first, _ = (instance(shop, one, reference=text) for text in ("a", "a"))
    wanted = {"properties": [{"name": "reference", "unique": True}]}
    path = f"/v1/objects/{one['id']}"
    assert refused(shop.client.patch(path, json=wanted), 422) == [
        ("parameter_not_unique", "properties[0][unique]")
    ]
    got(shop.client.patch(f"{path_of(one)}/{first['id']}", json={"reference": "b"}))
    assert got(shop.client.patch(path, json=wanted))["properties"][0]["unique"]
    answer = shop.client.post(path_of(one), json={"reference": "b"})
    assert refused(answer, 422) == [("parameter_not_unique", "reference")]
    event = booked(shop, object="b", object_type=one["name"])
    assert event["object"]["id"] == first["id"]
    changed(shop, one, properties=[{"name": "reference", "unique": False}])
    assert instance(shop, one, reference="b")["id"] != first["id"]


def test_a_property_changes_its_kind_only_without_values(shop: Shop) -> None:
    one = structure(shop, {"kind": "text", "name": "a"}, {"kind": "text", "name": "b"})
    instance(shop, one, a="1")
    told = [{"name": "a", "kind": "number"}, {"name": "b", "kind": "number"}]
    answer = shop.client.patch(f"/v1/objects/{one['id']}", json={"properties": told})
    assert refused(answer, 422) == [("not_allowed", "properties[0][kind]")]
    new = changed(shop, one, properties=[{"name": "a"}, told[1]])
    assert [each["kind"] for each in new["properties"]] == ["text", "number"]


def test_a_property_left_out_takes_its_values_along(shop: Shop) -> None:
    one = structure(shop, {"kind": "text", "name": "a"}, {"kind": "text", "name": "b"})
    kept = instance(shop, one, a="1", b="2")
    changed(shop, one, properties=[{"name": "b"}])
    path = f"{path_of(one)}/{kept['id']}"
    assert got(shop.client.get(path))["properties"] == {"b": "2"}
    changed(shop, one, properties=[{"name": "b"}, {"name": "a", "kind": "text"}])
    assert got(shop.client.get(path))["properties"] == {"b": "2"}


def test_the_amount_follows_the_property_that_is_inherited(
    shop: Shop, beside: Engines, public_ids: PublicIds
) -> None:
    fee, tip = ({"kind": "money", "name": name} for name in ("fee", "tip"))
    one = structure(shop, fee, tip)
    visit = instance(shop, one, fee=90_000_000, tip={"amount": 5, "currency": "EUR"})

    def amount() -> tuple[int | None, str | None]:
        query = select(objects.c.amount_minor, objects.c.currency).where(
            objects.c.id == public_ids[Kind.OBJECT].decode(visit["id"])
        )
        with beside.read.begin() as connection:
            minor, currency = connection.execute(query).one()
            return minor, currency

    assert amount() == (None, None)
    changed(shop, one, properties=[fee | {"inherit": True}, tip])
    assert amount() == (9_000_000_000, "USD")
    changed(shop, one, properties=[fee | {"inherit": False}, tip | {"inherit": True}])
    assert amount() == (500, "EUR")
    got(shop.client.patch(f"{path_of(one)}/{visit['id']}", json={"tip": "7"}))
    assert amount() == (700, "USD")
    changed(shop, one, properties=[fee])
    assert amount() == (None, None)


def test_columns_follow_the_names_of_their_properties(shop: Shop) -> None:
    one = structure(shop, {"kind": "text", "name": "number", "unique": True})
    kept = instance(shop, one, number=unique("A-"))
    number = one["properties"][0]
    changed(shop, one, properties=[{"id": number["id"], "name": "reference"}])
    event = booked(shop, object=kept["properties"]["number"], object_type=one["name"])
    assert event["object"]["id"] == kept["id"]
    changed(shop, one, properties=[{"id": number["id"], "name": "number"}])
    body = {
        "action": shop.action()["name"],
        "profile": shop.profile()["id"],
        "object": kept["properties"]["number"],
        "object_type": one["name"],
    }
    answer = shop.client.post("/v1/attribution/events", json=body)
    assert refused(answer, 422) == [("not_found", "object")]
