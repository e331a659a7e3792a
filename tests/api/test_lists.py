"""Lists: named groups of profiles."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.api.shop import Shop, got, made, refused, unique

PATH = "/v1/lists"


def a_list(shop: Shop, name: str | None = None) -> dict[str, Any]:
    return made(shop.client.post(PATH, json={"name": name or unique("List ")}))


def members(shop: Shop, one: dict[str, Any]) -> list[str]:
    answer = shop.client.get(f"{PATH}/{one['id']}/profiles")
    return [each["id"] for each in got(answer)["data"]]


def named(shop: Shop, name: str) -> dict[str, Any]:
    listed = got(shop.client.get(PATH, params={"limit": 100}))["data"]
    (found,) = [each for each in listed if each["name"] == name]
    assert isinstance(found, dict)
    return found


def test_a_list_is_answered_as_told_and_read_back(shop: Shop) -> None:
    name = unique("Regulars ")
    one = a_list(shop, name)
    assert (one["type"], one["name"]) == ("list", name)
    assert got(shop.client.get(f"{PATH}/{one['id']}")) == one
    assert named(shop, name) == one


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        ({}, "parameter_missing"),
        ({"name": ""}, "parameter_invalid_empty"),
        ({"name": ["x"]}, "invalid"),
        ({"name": "x" * 256}, "invalid"),
    ],
)
def test_a_list_needs_a_name(shop: Shop, told: dict[str, Any], fault: str) -> None:
    assert refused(shop.client.post(PATH, json=told), 422) == [(fault, "name")]
    answer = shop.client.patch(f"{PATH}/{a_list(shop)['id']}", json=told)
    assert refused(answer, 422) == [(fault, "name")]


def test_a_name_is_unique(shop: Shop) -> None:
    first, second = a_list(shop), a_list(shop)
    taken = {"name": first["name"]}
    refusal = [("parameter_not_unique", "name")]
    assert refused(shop.client.post(PATH, json=taken), 422) == refusal
    assert refused(shop.client.patch(f"{PATH}/{second['id']}", json=taken), 422) == refusal
    assert got(shop.client.patch(f"{PATH}/{first['id']}", json=taken))["name"] == first["name"]


def test_a_list_that_is_missing_is_made_and_joined(shop: Shop) -> None:
    name, one = unique("Woo "), a_list(shop)
    profile = shop.profile(lists=[name, one["name"], name])
    assert sorted(profile["lists"]) == sorted([name, one["name"]])
    assert members(shop, named(shop, name)) == [profile["id"]]
    assert members(shop, one) == [profile["id"]]


def test_a_list_may_be_told_by_its_id(shop: Shop) -> None:
    one = a_list(shop)
    profile = shop.profile(lists=[one["id"], one["name"]])
    assert profile["lists"] == [one["name"]]
    assert members(shop, one) == [profile["id"]]


def test_a_profile_joins_when_told_again_and_moves_when_updated(shop: Shop) -> None:
    address, one, two, three = (unique("ana"), *(unique("List ") for _ in range(3)))
    profile = shop.profile(email=f"{address}@example.com", lists=[one])
    again = shop.profile(email=f"{address}@example.com", lists=[two])
    assert again["lists"] == [one, two]
    path = f"/v1/profiles/{profile['id']}"
    assert got(shop.client.patch(path, json={"first_name": "Ana"}))["lists"] == [one, two]
    assert got(shop.client.patch(path, json={"lists": [two, three]}))["lists"] == [two, three]
    assert members(shop, named(shop, one)) == []
    assert got(shop.client.patch(path, json={"lists": []}))["lists"] == []


def test_a_renamed_list_keeps_its_members(shop: Shop) -> None:
    one, name = a_list(shop), unique("List ")
    profile = shop.profile(lists=[one["id"]])
    got(shop.client.patch(f"{PATH}/{one['id']}", json={"name": name}))
    assert got(shop.client.get(f"/v1/profiles/{profile['id']}"))["lists"] == [name]


def test_a_deleted_list_takes_its_members_off(shop: Shop) -> None:
    one, other = a_list(shop), a_list(shop)
    profile = shop.profile(lists=[one["id"], other["id"]])
    path = f"{PATH}/{one['id']}"
    assert got(shop.client.delete(path)) == {"id": one["id"], "deleted": True}
    assert got(shop.client.get(f"/v1/profiles/{profile['id']}"))["lists"] == [other["name"]]
    for method, each in (("GET", path), ("PATCH", path), ("DELETE", path)):
        answer = shop.client.request(method, each, content=b'{"name": "x"}')
        assert refused(answer, 404) == [("not_found", "id")]
    assert refused(shop.client.get(f"{path}/profiles"), 404) == [("not_found", "id")]
    assert members(shop, a_list(shop, one["name"])) == []


def test_a_deleted_profile_is_on_no_list(shop: Shop) -> None:
    one = a_list(shop)
    profile = shop.profile(lists=[one["id"]])
    got(shop.client.delete(f"/v1/profiles/{profile['id']}"))
    assert members(shop, one) == []


def test_members_come_in_pages_newest_first(new_shop: Callable[..., Shop]) -> None:
    shop = new_shop()
    one = a_list(shop)
    ids = [shop.profile(lists=[one["id"]])["id"] for _ in range(3)]
    shop.profile()
    path = f"{PATH}/{one['id']}/profiles"
    first = got(shop.client.get(path, params={"limit": 2}))
    assert ([each["id"] for each in first["data"]], first["has_more"]) == (ids[:0:-1], True)
    rest = got(shop.client.get(path, params={"limit": 2, "starting_after": ids[1]}))
    assert ([each["id"] for each in rest["data"]], rest["has_more"]) == (ids[:1], False)
