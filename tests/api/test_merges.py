"""Profiles that are one person: read as one under either id, and separated again exactly."""

from typing import Any

import pytest

from tests.api.shop import Shop, got, made, refused, unique


def email() -> str:
    return f"{unique('ana')}@example.com"


def merge(shop: Shop, profile: str, other: str) -> dict[str, Any]:
    return got(shop.client.post(f"/v1/profiles/{profile}/merge", json={"profile": other}))


def undo(shop: Shop, change: str) -> dict[str, Any]:
    return got(shop.client.post(f"/v1/identity-log/{change}/undo"))


def read(shop: Shop, profile: str) -> dict[str, Any]:
    return got(shop.client.get(f"/v1/profiles/{profile}"))


def test_a_merged_person_has_what_both_had_under_either_id(shop: Shop) -> None:
    mine, theirs = email(), email()
    first = shop.profile(email=mine, last_name="Paz", metadata={"a": 1}, lists=["A"])
    other = shop.profile(
        email=theirs,
        first_name="Ana",
        last_name="López",
        metadata={"a": 2, "b": 3},
        lists=["B"],
        reference=unique("ref-"),
        source="shop",
    )
    person = merge(shop, first["id"], other["id"])
    assert person["id"] == first["id"]
    assert (person["first_name"], person["last_name"]) == ("Ana", "Paz")
    assert [each["value"] for each in person["emails"]] == [mine, theirs]
    assert person["email"] == mine
    assert (person["source"], person["reference"]) == ("shop", other["reference"])
    assert person["metadata"] == {"a": 1, "b": 3}
    assert person["lists"] == ["A", "B"]
    assert person["merged"] == [other["id"]]
    change = person.pop("change")
    assert read(shop, first["id"]) == read(shop, other["id"]) == person
    listed = [each["id"] for each in got(shop.client.get("/v1/profiles"))["data"]]
    assert first["id"] in listed
    assert other["id"] not in listed
    undo(shop, change)
    assert read(shop, first["id"]) == first
    assert read(shop, other["id"]) == other


def test_sessions_and_events_of_both_are_the_persons(shop: Shop) -> None:
    texts = [shop.session(), shop.session()]
    first, other = (shop.profile(session=text, first_name="x") for text in texts)
    keys = [shop.track(session=text) for text in texts]
    keys.append(shop.track(profile=other["id"]))
    change = merge(shop, first["id"], other["id"])["change"]
    for name in (first["id"], other["id"]):
        found = got(shop.client.get("/v1/attribution/events", params={"profile": name}))["data"]
        assert [each["event_id"] for each in found] == keys[::-1]
        assert {each["profile"] for each in found} == {first["id"]}
        sessions = got(shop.client.get(f"/v1/profiles/{name}/sessions"))["data"]
        assert [each["session"] for each in sessions] == texts[::-1]
        assert {each["profile"] for each in sessions} == {first["id"]}
    assert got(shop.client.get(f"/v1/attribution/events/{keys[1]}"))["profile"] == first["id"]
    undo(shop, change)
    found = got(shop.client.get("/v1/attribution/events", params={"profile": first["id"]}))["data"]
    assert [each["event_id"] for each in found] == keys[:1]
    assert got(shop.client.get(f"/v1/sessions/{texts[1]}"))["profile"] == other["id"]


def test_a_chain_of_merges_is_one_person_and_comes_apart_in_any_order(shop: Shop) -> None:
    a, b, c = (shop.profile(first_name=name)["id"] for name in "abc")
    first = merge(shop, b, c)["change"]
    merge(shop, a, c)
    assert {read(shop, each)["id"] for each in (a, b, c)} == {a}
    undo(shop, first)
    assert [read(shop, each)["id"] for each in (a, b, c)] == [a, a, c]


def test_a_profile_told_by_a_contact_of_a_member_is_the_person(shop: Shop) -> None:
    mine, theirs = email(), email()
    first, other = shop.profile(email=mine), shop.profile(email=theirs, source="s", reference="r")
    merge(shop, first["id"], other["id"])
    again = shop.profile(email=[theirs][0], source="s", reference="r", company="Acme")
    assert (again["id"], again["company"]) == (first["id"], "Acme")
    assert shop.profile(email={"": mine, "work": theirs})["id"] == first["id"]


def test_changes_under_the_merged_id_reach_the_person(shop: Shop) -> None:
    first, other = shop.profile(email=email()), shop.profile(email=email())
    merge(shop, first["id"], other["id"])
    new = email()
    told = {"first_name": "Eva", "email": new}
    changed = got(shop.client.patch(f"/v1/profiles/{other['id']}", json=told))
    assert (changed["id"], changed["first_name"]) == (first["id"], "Eva")
    assert [each["value"] for each in changed["emails"]] == [new]
    answer = shop.client.delete(f"/v1/profiles/{other['id']}")
    assert got(answer) == {"id": first["id"], "deleted": True}
    for name in (first["id"], other["id"]):
        assert refused(shop.client.get(f"/v1/profiles/{name}"), 404) == [("not_found", "id")]
    assert shop.profile(email=new)["id"] not in (first["id"], other["id"])


def test_a_session_of_a_member_is_attached_to_the_person_already(shop: Shop) -> None:
    session = shop.session()
    first, other = shop.profile(first_name="a"), shop.profile(first_name="b", session=session)
    merge(shop, first["id"], other["id"])
    for name in (first["id"], other["id"]):
        answer = shop.client.patch(f"/v1/sessions/{session}", json={"profile": name})
        assert got(answer)["profile"] == first["id"]
    log = got(shop.client.get("/v1/identity-log", params={"session": session}))["data"]
    assert [each["kind"] for each in log] == ["attach"]


def test_a_person_is_not_merged_with_itself(shop: Shop) -> None:
    first, other = shop.profile()["id"], shop.profile()["id"]
    merge(shop, first, other)
    for profile, told in ((first, first), (first, other), (other, first)):
        answer = shop.client.post(f"/v1/profiles/{profile}/merge", json={"profile": told})
        assert refused(answer, 422) == [("not_allowed", "profile")]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({}, ("parameter_missing", "profile")),
        ({"profile": None}, ("parameter_invalid_empty", "profile")),
        ({"profile_id": "vxqQJ3Yg"}, ("not_found", "profile_id")),
        ({"profile": []}, ("invalid", "profile")),
    ],
)
def test_a_merge_needs_another_profile(shop: Shop, told: Any, expected: tuple[str, str]) -> None:
    answer = shop.client.post(f"/v1/profiles/{shop.profile()['id']}/merge", json=told)
    assert refused(answer, 422) == [expected]


def test_the_log_tells_cause_actor_and_what_was_undone(shop: Shop) -> None:
    session, profile = shop.session(), shop.profile(first_name="a")["id"]
    got(shop.client.patch(f"/v1/sessions/{session}", json={"profile": profile}))
    (attached,) = got(shop.client.get("/v1/identity-log", params={"session": session}))["data"]
    assert (attached["kind"], attached["cause"], attached["profile"]) == (
        "attach",
        "attach",
        profile,
    )
    assert attached["token"]
    assert not attached["undone"]
    made_by = undo(shop, attached["id"])
    assert (made_by["kind"], made_by["about"], made_by["session"]) == (
        "undo",
        attached["id"],
        session,
    )
    assert got(shop.client.get(f"/v1/sessions/{session}"))["profile"] is None
    now = got(shop.client.get(f"/v1/identity-log/{attached['id']}"))
    assert now == {**attached, "undone": True, "closed_by": made_by["id"]}
    page = got(shop.client.get("/v1/identity-log", params={"profile": profile, "limit": 1}))
    assert ([each["id"] for each in page["data"]], page["has_more"]) == ([made_by["id"]], True)


def test_only_merges_and_attachments_are_undone_and_only_once(shop: Shop) -> None:
    change = merge(shop, shop.profile()["id"], shop.profile()["id"])["change"]
    undone = undo(shop, change)["id"]
    for each in (change, undone):
        answer = shop.client.post(f"/v1/identity-log/{each}/undo")
        assert refused(answer, 422) == [("not_allowed", "id")]


def test_a_separated_pair_can_be_merged_again(shop: Shop) -> None:
    first, other = shop.profile()["id"], shop.profile()["id"]
    undo(shop, merge(shop, first, other)["change"])
    assert merge(shop, other, first)["id"] == other


def test_an_event_that_attached_a_session_can_be_undone(shop: Shop) -> None:
    session, profile = shop.session(), shop.profile(first_name="a")["id"]
    shop.track(session=session, profile=profile)
    (attached,) = got(shop.client.get("/v1/identity-log", params={"session": session}))["data"]
    assert attached["cause"] == "event"
    undo(shop, attached["id"])
    assert got(shop.client.get(f"/v1/sessions/{session}"))["profile"] is None
    shop.track(session=session, profile=profile)
    assert got(shop.client.get(f"/v1/sessions/{session}"))["profile"] == profile


def test_the_log_is_not_filtered_by_what_is_not_there(shop: Shop) -> None:
    answer = shop.client.get("/v1/identity-log", params={"profile": "x", "session": "y"})
    assert refused(answer, 422) == [("not_found", "profile"), ("not_found", "session")]


def test_a_form_can_merge(shop: Shop) -> None:
    first, other = shop.profile()["id"], shop.profile()["id"]
    answer = shop.client.post(f"/profiles/{first}/merge", data={"profile": other})
    assert got(answer)["merged"] == [other]


def test_an_anonymous_owner_becomes_the_profile_its_session_is_attached_to(shop: Shop) -> None:
    session, anonymous = shop.session(), shop.profile(company="Acme")
    got(shop.client.patch(f"/v1/sessions/{session}", json={"profile": anonymous["id"]}))
    known = made(shop.client.post("/v1/profiles", json={"email": email(), "session": session}))
    assert read(shop, anonymous["id"])["id"] == known["id"]
    assert got(shop.client.get(f"/v1/sessions/{session}"))["profile"] == known["id"]


def test_a_deleted_profile_is_merged_with_nobody(shop: Shop) -> None:
    gone, known = shop.profile(email=email())["id"], shop.profile(email=email())["id"]
    got(shop.client.delete(f"/v1/profiles/{gone}"))
    answer = shop.client.post(f"/v1/profiles/{gone}/merge", json={"profile": known})
    assert refused(answer, 404) == [("not_found", "id")]
    answer = shop.client.post(f"/v1/profiles/{known}/merge", json={"profile": gone})
    assert refused(answer, 422) == [("not_found", "profile")]
    assert read(shop, known)["merged"] == []


def test_what_a_deleted_person_was_is_not_undone(shop: Shop) -> None:
    session = shop.session()
    first, other = shop.profile(email=email(), session=session)["id"], shop.profile()["id"]
    change = merge(shop, first, other)["change"]
    log = got(shop.client.get("/v1/identity-log", params={"session": session}))["data"]
    got(shop.client.delete(f"/v1/profiles/{other}"))
    for each in (change, log[-1]["id"]):
        answer = shop.client.post(f"/v1/identity-log/{each}/undo")
        assert refused(answer, 422) == [("not_allowed", "id")]
    assert got(shop.client.get(f"/v1/sessions/{session}"))["profile"] is None


def test_a_person_is_on_the_lists_of_all_its_members(shop: Shop) -> None:
    name, other_name = unique("List "), unique("List ")
    first, other = shop.profile(lists=[other_name]), shop.profile(lists=[name])
    list_id = next(
        each["id"] for each in got(shop.client.get("/v1/lists"))["data"] if each["name"] == name
    )
    members = f"/v1/lists/{list_id}/profiles"
    assert [each["id"] for each in got(shop.client.get(members))["data"]] == [other["id"]]
    person = merge(shop, first["id"], other["id"])
    assert person["lists"] == [other_name, name]
    assert [each["id"] for each in got(shop.client.get(members))["data"]] == [first["id"]]
    changed = got(shop.client.patch(f"/v1/profiles/{first['id']}", json={"lists": [other_name]}))
    assert changed["lists"] == [other_name]


def test_a_unique_value_of_a_member_is_the_persons_own(shop: Shop) -> None:
    told = {"name": unique("Customer "), "kind": "text", "unique": True}
    field = made(shop.client.post("/v1/properties", json=told))["id"]
    address, value = email(), unique("value-")
    first = shop.profile(email=email())
    other = shop.profile(email=address, property_by_id={field: value})
    person = merge(shop, first["id"], other["id"])
    assert [each["value"] for each in person["properties"]] == [value]
    again = shop.profile(email=address, property_by_id={field: value})
    assert (again["id"], again["properties"]) == (first["id"], person["properties"])
    path = f"/v1/profiles/{first['id']}"
    emptied = got(shop.client.patch(path, json={"property_by_id": {field: ""}}))
    assert emptied["properties"] == []
    stranger = shop.profile(property_by_id={field: value})
    assert stranger["id"] not in (first["id"], other["id"])


def test_a_unique_value_moves_to_the_survivor_and_is_never_two_profiles(shop: Shop) -> None:
    field = shop.field(unique=True)["id"]
    one, two = unique("one-"), unique("two-")
    first = shop.profile(property_by_id={field: one})["id"]
    other = shop.profile(property_by_id={field: two}, company="Acme")["id"]
    change = merge(shop, first, other)["change"]
    body = {"property_by_id": {field: two}}
    changed = got(shop.client.patch(f"/v1/profiles/{first}", json=body))
    assert [each["value"] for each in changed["properties"]] == [two]
    undo(shop, change)
    assert [each["value"] for each in read(shop, first)["properties"]] == [two]
    assert (read(shop, other)["properties"], read(shop, other)["company"]) == ([], "Acme")
    answer = shop.client.patch(f"/v1/profiles/{other}", json=body)
    assert refused(answer, 422) == [("parameter_not_unique", f"property_by_id[{field}]")]
    assert shop.profile(property_by_id={field: one})["id"] not in (first, other)
