"""Properties of profiles: defined, given values by id, and unique where they say so."""

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.shop import Shop, got, made, refused, unique

PATH = "/v1/properties"


def prop(shop: Shop, **told: Any) -> dict[str, Any]:
    body = {"name": unique("Field "), "kind": "text"} | told
    return made(shop.client.post(PATH, json=body))


def key(one: dict[str, Any]) -> str:
    return f"property_by_id[{one['id']}]"


def values(profile: dict[str, Any]) -> dict[str, Any]:
    return {each["id"]: each["value"] for each in profile["properties"]}


def test_a_property_is_answered_as_told_and_read_back(shop: Shop) -> None:
    name = unique("Customer ID ")
    one = prop(shop, name=name, unique=True)
    assert (one["type"], one["name"], one["kind"]) == ("property", name, "text")
    assert (one["unique"], one["required"]) == (True, False)
    assert got(shop.client.get(f"{PATH}/{one['id']}")) == one
    assert one in got(shop.client.get(PATH, params={"limit": 100}))["data"]


def test_name_and_kind_are_needed(shop: Shop) -> None:
    assert refused(shop.client.post(PATH, json={}), 422) == [
        ("parameter_missing", "name"),
        ("parameter_missing", "kind"),
    ]
    answer = shop.client.post(PATH, json={"name": "", "kind": None})
    assert refused(answer, 422) == [
        ("parameter_invalid_empty", "name"),
        ("parameter_invalid_empty", "kind"),
    ]
    answer = shop.client.post(PATH, json={"name": "{x}", "kind": "colour"})
    assert refused(answer, 422) == [("invalid", "name"), ("invalid", "kind")]


def test_a_name_is_unique_among_the_properties_of_profiles(shop: Shop) -> None:
    first, second = prop(shop), prop(shop)
    taken = {"name": first["name"], "kind": "date"}
    refusal = [("parameter_not_unique", "name")]
    message = f"There is a property “{first['name']}” already; choose another name."
    for answer in (
        shop.client.post(PATH, json=taken),
        shop.client.patch(f"{PATH}/{second['id']}", json={"name": first["name"]}),
    ):
        assert refused(answer, 422) == refusal
        assert answer.json()["errors"][0]["message"] == message
    got(shop.client.delete(f"{PATH}/{first['id']}"))
    assert made(shop.client.post(PATH, json=taken))["id"] != first["id"]


def test_values_stand_by_the_id_of_their_property(shop: Shop) -> None:
    text, day, price = prop(shop), prop(shop, kind="date"), prop(shop, kind="money")
    profile = shop.profile(
        property_by_id={text["id"]: 7, day["id"]: "2027-01-31"}, **{key(price): "9.5"}
    )
    assert profile["properties"] == [
        {"id": text["id"], "name": text["name"], "value": "7"},
        {"id": day["id"], "name": day["name"], "value": "2027-01-31"},
        {
            "id": price["id"],
            "name": price["name"],
            "value": {"amount": "9.50", "currency": "USD"},
        },
    ]
    assert got(shop.client.get(f"/v1/profiles/{profile['id']}")) == profile
    listed = got(shop.client.get("/v1/profiles", params={"limit": 100}))["data"]
    assert profile in listed


def test_a_form_gives_values_too(shop: Shop) -> None:
    tags = prop(shop, kind="tags")
    answer = shop.client.post("/v1/profiles", data={key(tags): "a, b"})
    assert values(made(answer)) == {tags["id"]: ["a", "b"]}


def test_every_bad_value_is_named_beside_the_other_faults(shop: Shop) -> None:
    day, number = prop(shop, kind="date"), prop(shop, kind="number")
    told = {key(day): "soon", key(number): "many", "property_by_id[nobody]": 1, "email": "x"}
    for answer in (
        shop.client.post("/v1/profiles", json=told),
        shop.client.patch(f"/v1/profiles/{shop.profile()['id']}", json=told),
    ):
        assert refused(answer, 422) == [
            ("invalid", "email"),
            ("not_found", "property_by_id[nobody]"),
            ("invalid", key(day)),
            ("invalid", key(number)),
        ]
    answer = shop.client.post("/v1/profiles", json={"property_by_id": ["x"]})
    assert refused(answer, 422) == [("invalid", "property_by_id")]


def test_an_update_replaces_clears_and_leaves(shop: Shop) -> None:
    one, two, three = prop(shop), prop(shop), prop(shop)
    profile = shop.profile(property_by_id={each["id"]: "old" for each in (one, two, three)})
    path = f"/v1/profiles/{profile['id']}"
    told = {one["id"]: "new", two["id"]: None}
    assert values(got(shop.client.patch(path, json={"property_by_id": told}))) == {
        one["id"]: "new",
        three["id"]: "old",
    }
    address = f"{unique('ana')}@example.com"
    got(shop.client.patch(path, json={"email": address}))
    matched = shop.profile(email=address, **{key(one): "", key(two): "again"})
    assert matched["id"] == profile["id"]
    assert values(matched) == {one["id"]: "new", two["id"]: "again", three["id"]: "old"}


def test_a_required_value_can_be_absent_and_not_emptied(shop: Shop) -> None:
    one = prop(shop, required=True)
    assert shop.profile()["properties"] == []
    profile = shop.profile(**{key(one): "x"})
    answer = shop.client.patch(f"/v1/profiles/{profile['id']}", json={key(one): ""})
    assert refused(answer, 422) == [("parameter_invalid_empty", key(one))]


def test_a_unique_value_is_one_profiles_until_it_lets_go(shop: Shop) -> None:
    one = prop(shop, unique=True)
    owner, other = shop.profile(**{key(one): "x"}), shop.profile()
    refusal = [("parameter_not_unique", key(one))]
    path = f"/v1/profiles/{other['id']}"
    assert refused(shop.client.post("/v1/profiles", json={key(one): "x"}), 422) == refusal
    assert refused(shop.client.patch(path, json={key(one): "x"}), 422) == refusal
    got(shop.client.patch(f"/v1/profiles/{owner['id']}", json={key(one): None}))
    assert values(got(shop.client.patch(path, json={key(one): "x"}))) == {one["id"]: "x"}
    got(shop.client.delete(path))
    assert values(shop.profile(**{key(one): "x"})) == {one["id"]: "x"}


def test_a_refused_value_leaves_nothing_of_the_profile(shop: Shop) -> None:
    one, address = prop(shop, unique=True), f"{unique('ana')}@example.com"
    shop.profile(**{key(one): "x"})
    answer = shop.client.post("/v1/profiles", json={"email": address, key(one): "x"})
    assert answer.status_code == 422
    assert shop.profile(email=address, first_name="New")["first_name"] == "New"


def test_a_property_becomes_unique_only_over_different_values(shop: Shop) -> None:
    one = prop(shop, kind="number")
    first, second = (shop.profile(**{key(one): 3.0}) for _ in range(2))
    path = f"{PATH}/{one['id']}"
    answer = shop.client.patch(path, json={"unique": True})
    assert refused(answer, 422) == [("parameter_not_unique", "unique")]
    got(shop.client.patch(f"/v1/profiles/{second['id']}", json={key(one): 4}))
    assert got(shop.client.patch(path, json={"unique": True}))["unique"]
    answer = shop.client.post("/v1/profiles", json={key(one): "3"})
    assert refused(answer, 422) == [("parameter_not_unique", key(one))]
    assert not got(shop.client.patch(path, json={"unique": False}))["unique"]
    assert values(shop.profile(**{key(one): 3})) == values(first)


def test_a_property_changes_its_kind_only_without_values(shop: Shop) -> None:
    one = prop(shop)
    path = f"{PATH}/{one['id']}"
    assert got(shop.client.patch(path, json={"kind": "number"}))["kind"] == "number"
    profile = shop.profile(**{key(one): 5})
    answer = shop.client.patch(path, json={"kind": "text"})
    assert refused(answer, 422) == [("not_allowed", "kind")]
    got(shop.client.patch(f"/v1/profiles/{profile['id']}", json={key(one): None}))
    assert got(shop.client.patch(path, json={"kind": "text"}))["kind"] == "text"
    assert refused(shop.client.patch(path, json={"kind": "tags", "unique": True}), 422) == [
        ("invalid", "unique")
    ]


def test_a_deleted_property_takes_its_values_along(shop: Shop) -> None:
    one, two = prop(shop, unique=True), prop(shop)
    profile = shop.profile(**{key(one): "x", key(two): "y"})
    assert got(shop.client.delete(f"{PATH}/{one['id']}")) == {"id": one["id"], "deleted": True}
    for method in ("GET", "PATCH", "DELETE"):
        answer = shop.client.request(method, f"{PATH}/{one['id']}", content=b"{}")
        assert refused(answer, 404) == [("not_found", "id")]
    path = f"/v1/profiles/{profile['id']}"
    assert values(got(shop.client.get(path))) == {two["id"]: "y"}
    answer = shop.client.patch(path, json={key(one): "z"})
    assert refused(answer, 422) == [("not_found", key(one))]


def test_a_property_of_an_object_is_none_of_profiles(shop: Shop) -> None:
    told = {"properties": [{"name": "size", "kind": "text"}]}
    size = got(shop.client.patch("/v1/objects/product", json=told))["properties"][0]
    assert refused(shop.client.get(f"{PATH}/{size['id']}"), 404)
    answer = shop.client.post("/v1/profiles", json={key(size): "L"})
    assert refused(answer, 422) == [("not_found", key(size))]


steps = st.lists(
    st.tuples(
        st.sampled_from(["create", "change", "clear", "delete"]),
        st.integers(0, 2),
        st.sampled_from(["a", "b", "c"]),
    ),
    min_size=2,
    max_size=14,
)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps)
def test_no_two_profiles_ever_have_one_unique_value(
    new_shop: Callable[..., Shop], steps: list[tuple[str, int, str]]
) -> None:
    shop = new_shop()
    one = prop(shop, unique=True)
    expected: dict[str, str | None] = {}
    for what, number, text in steps:
        known = list(expected)
        is_taken = text in expected.values()
        if what == "create":
            answer = shop.client.post("/v1/profiles", json={key(one): text})
            assert answer.status_code == (422 if is_taken else 201)
            if not is_taken:
                expected[answer.json()["id"]] = text
        elif number < len(known):
            path = f"/v1/profiles/{known[number]}"
            if what == "delete":
                got(shop.client.delete(path))
                del expected[known[number]]
            else:
                told = text if what == "change" else None
                answer = shop.client.patch(path, json={key(one): told})
                is_refused = told is not None and is_taken and expected[known[number]] != text
                assert answer.status_code == (422 if is_refused else 200)
                if not is_refused:
                    expected[known[number]] = told
        listed = got(shop.client.get("/v1/profiles"))["data"]
        assert {each["id"]: values(each).get(one["id"]) for each in listed} == expected
        held = [text for text in expected.values() if text is not None]
        assert len(held) == len(set(held))
