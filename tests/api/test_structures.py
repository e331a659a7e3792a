"""Objects of a business's own: defined, changed, deleted, beside the built-in ones."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.api.shop import Shop, got, made, refused, unique

PATH = "/v1/objects"
BUILT_IN = ["app", "cart", "coupon", "form", "location", "order", "product", "refund"]


def structure(shop: Shop, *properties: dict[str, Any], **told: Any) -> dict[str, Any]:
    body = {"name": unique("visit_"), "properties": list(properties)} | told
    return made(shop.client.post(PATH, json=body))


def changed(shop: Shop, one: dict[str, Any], **told: Any) -> dict[str, Any]:
    return got(shop.client.patch(f"{PATH}/{one['id']}", json=told))


def test_an_object_is_answered_as_told_and_read_back(shop: Shop) -> None:
    name = unique("appointment_")
    one = structure(
        shop,
        {"kind": "text", "name": "reference", "required": True, "unique": True},
        {"kind": "money", "name": "fee", "inherit": True},
        name=name,
        title="Appointments",
    )
    assert (one["type"], one["name"], one["title"]) == ("structure", name, "Appointments")
    reference, fee = one["properties"]
    assert reference.pop("id") != fee.pop("id")
    assert reference == {
        "name": "reference",
        "kind": "text",
        "required": True,
        "unique": True,
        "inherit": False,
        "modifiable": True,
    }
    assert (fee["name"], fee["kind"], fee["inherit"]) == ("fee", "money", True)
    read = got(shop.client.get(f"{PATH}/{one['id']}"))
    assert read["id"] == one["id"]
    assert got(shop.client.get(f"{PATH}/{name}")) == read


def test_an_object_needs_only_its_name(shop: Shop) -> None:
    answer = shop.client.post(PATH, json={})
    assert refused(answer, 422) == [("parameter_missing", "name")]
    assert answer.json()["errors"][0]["message"] == "A kind of objects needs “name”; add it."
    one = made(shop.client.post(PATH, json={"name": unique("thing_")}))
    assert (one["title"], one["properties"]) == (None, [])


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("Visit", "invalid"),
        ("1st", "invalid"),
        ("a.b", "invalid"),
        (["visit"], "invalid"),
        ("profile", "invalid"),
        ("session_id", "invalid"),
        ("metadata", "invalid"),
        ("", "parameter_invalid_empty"),
        *((name, "parameter_not_unique") for name in BUILT_IN),
    ],
)
def test_a_name_that_means_something_else_is_refused(shop: Shop, name: Any, fault: str) -> None:
    assert refused(shop.client.post(PATH, json={"name": name}), 422) == [(fault, "name")]


def test_a_name_is_unique_and_free_again_after_deletion(shop: Shop) -> None:
    one = structure(shop)
    body = {"name": one["name"]}
    assert refused(shop.client.post(PATH, json=body), 422) == [("parameter_not_unique", "name")]
    assert got(shop.client.delete(f"{PATH}/{one['name']}")) == {"id": one["id"], "deleted": True}
    for method in ("GET", "PATCH", "DELETE"):
        answer = shop.client.request(method, f"{PATH}/{one['id']}", content=b"{}")
        assert refused(answer, 404) == [("not_found", "id")]
    assert made(shop.client.post(PATH, json=body))["id"] != one["id"]


def test_every_fault_of_an_object_is_named_at_once(shop: Shop) -> None:
    body = {
        "name": "Bad Name",
        "title": "x" * 256,
        "properties": [
            {"kind": "text", "name": "1st"},
            {"kind": "colour", "name": "a"},
            {"kind": "tags", "name": "b", "unique": True},
            {"kind": "text", "name": "c", "inherit": True},
            {"kind": "text", "name": "c", "required": "perhaps"},
            {"name": "d"},
            {"kind": "text", "name": "", "id": "vxqQJ3Yg"},
        ],
    }
    assert refused(shop.client.post(PATH, json=body), 422) == [
        ("invalid", "name"),
        ("invalid", "title"),
        ("invalid", "properties[0][name]"),
        ("invalid", "properties[1][kind]"),
        ("invalid", "properties[4][required]"),
        ("parameter_invalid_empty", "properties[6][name]"),
        ("not_found", "properties[6][id]"),
        ("invalid", "properties[2][unique]"),
        ("invalid", "properties[3][inherit]"),
        ("parameter_missing", "properties[5][kind]"),
    ]


def test_at_most_one_property_is_inherited(shop: Shop) -> None:
    two = [{"kind": "money", "name": name, "inherit": True} for name in ("fee", "tip")]
    answer = shop.client.post(PATH, json={"name": unique("visit_"), "properties": two})
    assert refused(answer, 422) == [("invalid", "properties[1][inherit]")]


def test_built_in_objects_are_in_the_list_behind_the_businesss_own(
    new_shop: Callable[..., Shop],
) -> None:
    shop = new_shop()
    first, second = structure(shop), structure(shop)
    listed = got(shop.client.get(PATH))
    ids = [each["id"] for each in listed["data"]]
    assert ids == [second["id"], first["id"], *BUILT_IN]
    assert [each["built_in"] for each in listed["data"]] == [False] * 2 + [True] * 8
    read: list[str] = []
    query: dict[str, Any] = {"limit": 3}
    while True:
        page = got(shop.client.get(PATH, params=query))
        read += [each["id"] for each in page["data"]]
        if not page["has_more"]:
            break
        query["starting_after"] = read[-1]
    assert read == ids
    back = got(shop.client.get(PATH, params={"limit": 3, "ending_before": "cart"}))
    assert ([each["id"] for each in back["data"]], back["has_more"]) == (ids[:3], False)
    back = got(shop.client.get(PATH, params={"limit": 2, "ending_before": "order"}))
    assert ([each["id"] for each in back["data"]], back["has_more"]) == (["form", "location"], True)
    answer = shop.client.get(PATH, params={"starting_after": "nothing"})
    assert refused(answer, 422) == [("not_found", "starting_after")]


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_built_in_object_gets_properties_and_nothing_else(shop: Shop, name: str) -> None:
    path = f"{PATH}/{name}"
    color = {"kind": "text", "name": "colour"}
    one = got(shop.client.patch(path, json={"properties": [color]}))
    assert [each["name"] for each in one["properties"]] == ["colour"]
    assert got(shop.client.get(path)) == one
    assert refused(shop.client.delete(path), 422) == [("not_allowed", "id")]
    answer = shop.client.patch(path, json={"name": "other", "title": "Other"})
    assert refused(answer, 422) == [("not_allowed", "name"), ("not_allowed", "title")]
    fee = {"kind": "money", "name": "fee", "inherit": True}
    assert refused(shop.client.patch(path, json={"properties": [fee]}), 422) == [
        ("invalid", "properties[0][inherit]")
    ]
    assert got(shop.client.patch(path, json={"properties": []}))["properties"] == []


def test_the_name_stays(shop: Shop) -> None:
    one = structure(shop)
    answer = shop.client.patch(f"{PATH}/{one['id']}", json={"name": "other"})
    assert refused(answer, 422) == [("not_allowed", "name")]
    assert changed(shop, one, name=one["name"], title="Visits")["title"] == "Visits"


def test_told_properties_are_matched_by_id_else_by_name_and_the_rest_goes(shop: Shop) -> None:
    one = structure(
        shop,
        {"kind": "text", "name": "a", "required": True},
        {"kind": "text", "name": "b"},
        {"kind": "text", "name": "c"},
    )
    a, b, c = one["properties"]
    told = [{"id": a["id"], "name": "b"}, {"name": "c"}, {"kind": "date", "name": "a"}]
    new = changed(shop, one, properties=told)["properties"]
    assert [(each["id"], each["name"], each["kind"]) for each in new[:2]] == [
        (a["id"], "b", "text"),
        (c["id"], "c", "text"),
    ]
    assert new[0]["required"]
    assert new[2]["kind"] == "date"
    assert new[2]["id"] not in (a["id"], b["id"], c["id"])
    assert changed(shop, one)["properties"] == new


def test_properties_may_swap_their_names(shop: Shop) -> None:
    one = structure(shop, {"kind": "text", "name": "a"}, {"kind": "text", "name": "b"})
    a, b = one["properties"]
    told = [{"id": a["id"], "name": "b"}, {"id": b["id"], "name": "a"}]
    swapped = changed(shop, one, properties=told)["properties"]
    assert {each["id"]: each["name"] for each in swapped} == {a["id"]: "b", b["id"]: "a"}


def test_a_property_told_twice_is_refused(shop: Shop) -> None:
    one = structure(shop, {"kind": "text", "name": "a"})
    told = {"id": one["properties"][0]["id"]}
    path = f"{PATH}/{one['id']}"
    answer = shop.client.patch(path, json={"properties": [told, told | {"name": "b"}]})
    assert refused(answer, 422) == [("not_found", "properties[1][id]")]
    answer = shop.client.patch(path, json={"properties": [{"name": "a"}, {"name": "a"}]})
    assert refused(answer, 422) == [("parameter_not_unique", "properties[1][name]")]


def test_a_form_is_as_good_as_json(shop: Shop) -> None:
    name = unique("visit_")
    answer = shop.client.post(
        PATH,
        data={
            "name": name,
            "properties[0][name]": "day",
            "properties[0][kind]": "date",
            "properties[0][required]": "true",
        },
    )
    assert [(each["name"], each["required"]) for each in made(answer)["properties"]] == [
        ("day", True)
    ]
