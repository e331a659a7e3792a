"""Profiles: made or matched, changed, deleted, and found again by what identifies them."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.api.shop import Shop, got, made, refused, unique


def email() -> str:
    return f"{unique('ana')}@example.com"


def phone() -> str:
    return f"+1212555{int(unique('')):04}"


def test_a_profile_is_answered_as_told_and_read_back(shop: Shop) -> None:
    address, number = email(), phone()
    profile = shop.profile(
        first_name="Ana",
        last_name="López",
        email=address,
        phone=number,
        reference=42,
        source=unique("shop-"),
        lists=["WooCommerce"],
        company="Acme",
        birthday="1990-01-31",
        address={"city": "Montevideo"},
        metadata={"vip": True},
    )
    assert profile["type"] == "profile"
    assert (profile["email"], profile["phone"]) == (address, number)
    assert profile["emails"] == [{"label": "", "value": address, "valid": True}]
    assert profile["reference"] == "42"
    assert profile["lists"] == ["WooCommerce"]
    assert profile["address"] == {"city": "Montevideo"}
    assert profile["metadata"] == {"vip": True}
    assert isinstance(profile["created_at"], int)
    assert got(shop.client.get(f"/v1/profiles/{profile['id']}")) == profile


def test_a_profile_needs_nothing(shop: Shop) -> None:
    assert shop.profile()["email"] is None


@pytest.mark.parametrize("missing", [None, "", False])
def test_missing_values_count_as_not_given(shop: Shop, missing: Any) -> None:
    profile = shop.profile(
        first_name=missing, email=missing, phone=missing, session=missing, lists=missing
    )
    assert (profile["first_name"], profile["email"], profile["lists"]) == (None, None, [])


def test_the_same_reference_in_the_same_source_is_the_same_profile(shop: Shop) -> None:
    source = unique("woo")
    first = shop.profile(reference=7, source=source, first_name="Ana")
    again = shop.profile(reference="7", source=source, last_name="Paz")
    assert again["id"] == first["id"]
    assert (again["first_name"], again["last_name"]) == ("Ana", "Paz")
    assert shop.profile(reference=7, source=source + "-other")["id"] != first["id"]


def test_the_same_email_in_another_spelling_is_the_same_profile(shop: Shop) -> None:
    address = email()
    first = shop.profile(email=address)
    assert shop.profile(email=f" {address.upper()} ")["id"] == first["id"]


def test_the_same_phone_in_another_spelling_is_the_same_profile(shop: Shop) -> None:
    number = phone()
    first = shop.profile(phone=number)
    as_dialled = f"({number[2:5]}) {number[5:8]}-{number[8:]}"
    assert shop.profile(phone=as_dialled)["id"] == first["id"]


def test_a_phone_is_read_as_dialled_in_the_country_of_the_business(
    new_shop: Callable[..., Shop],
) -> None:
    assert new_shop(country="UY").profile(phone="099 000 001")["phone"] == "+59899000001"


def test_a_matched_profile_gains_contacts_and_lists_and_loses_none(shop: Shop) -> None:
    address, number = email(), phone()
    shop.profile(email=address, phone=number, lists=["a"])
    again = shop.profile(**{"email": address, "phone[work]": phone(), "lists": ["b", "a"]})
    assert len(again["phones"]) == 2
    assert again["phone"] == number
    assert again["lists"] == ["a", "b"]


def test_a_phone_nobody_can_read_is_kept_as_told(shop: Shop) -> None:
    profile = shop.profile(phone="ask reception")
    assert profile["phones"] == [{"label": "", "value": "ask reception", "valid": False}]
    assert shop.profile(phone="ask reception")["id"] != profile["id"]


def test_labels_may_be_brackets_or_an_object(shop: Shop) -> None:
    one, two, three = email(), email(), email()
    flat = shop.profile(**{"email": one, "email[primary]": two})
    assert {(each["label"], each["value"]) for each in flat["emails"]} == {
        ("", one),
        ("primary", two),
    }
    nested = shop.profile(email={"work": three})
    assert nested["emails"] == [{"label": "work", "value": three, "valid": True}]


def test_an_invalid_email_is_refused_under_the_name_it_was_sent(shop: Shop) -> None:
    answer = shop.client.post("/v1/profiles", json={"email[work]": "ana@", "first_name": ["x"]})
    assert refused(answer, 422) == [("invalid", "first_name"), ("invalid", "email[work]")]


def test_contacts_of_different_profiles_are_refused(shop: Shop) -> None:
    address, number, source = email(), phone(), unique("woo")
    shop.profile(email=address)
    shop.profile(phone=number)
    shop.profile(reference=1, source=source)
    answer = shop.client.post("/v1/profiles", json={"email": address, "phone": number})
    assert refused(answer, 422) == [("identity_assigned", "phone")]
    body = {"reference": 1, "source": source, "email": address}
    assert refused(shop.client.post("/v1/profiles", json=body), 422) == [
        ("identity_assigned", "email")
    ]


def test_a_profile_takes_its_session_along(shop: Shop) -> None:
    session = shop.session()
    profile = shop.profile(session=session)
    assert got(shop.client.get(f"/v1/sessions/{session}"))["profile"] == profile["id"]


def test_a_profile_is_made_although_its_session_is_somebody_elses(shop: Shop) -> None:
    session = shop.session()
    owner = shop.profile(session=session)
    other = shop.profile(session=session)
    assert other["id"] != owner["id"]
    assert got(shop.client.get(f"/v1/sessions/{session}"))["profile"] == owner["id"]


def test_a_profile_with_a_malformed_session_is_refused_and_not_made(shop: Shop) -> None:
    address = email()
    answer = shop.client.post("/v1/profiles", json={"email": address, "session": "not-one"})
    assert refused(answer, 422) == [("not_found", "session")]
    assert shop.profile(email=address)["created_at"]
    assert len(shop.profile(email=address)["emails"]) == 1


def test_an_update_replaces_the_contact_with_that_label(shop: Shop) -> None:
    old, work, new = email(), email(), email()
    profile = shop.profile(**{"email": old, "email[work]": work})
    answer = shop.client.patch(f"/v1/profiles/{profile['id']}", json={"email": new})
    assert {each["value"] for each in got(answer)["emails"]} == {new, work}
    assert shop.profile(email=old)["id"] != profile["id"]


def test_an_update_may_swap_labels(shop: Shop) -> None:
    one, two = email(), email()
    profile = shop.profile(email={"home": one, "work": two})
    answer = shop.client.patch(
        f"/v1/profiles/{profile['id']}", json={"email": {"home": two, "work": one}}
    )
    assert {each["label"]: each["value"] for each in got(answer)["emails"]} == {
        "home": two,
        "work": one,
    }


def test_an_update_leaves_what_it_does_not_tell(shop: Shop) -> None:
    profile = shop.profile(first_name="Ana", company="Acme", metadata={"a": 1})
    path = f"/v1/profiles/{profile['id']}"
    changed = got(shop.client.patch(path, json={"last_name": "Paz", "first_name": None}))
    assert (changed["first_name"], changed["company"]) == ("Ana", "Acme")
    assert changed["metadata"] == {"a": 1}
    assert got(shop.client.patch(path, json={}))["last_name"] == "Paz"


def test_an_update_cannot_take_what_is_anothers(shop: Shop) -> None:
    address, source = email(), unique("woo")
    shop.profile(email=address, reference=1, source=source)
    path = f"/v1/profiles/{shop.profile(source=source)['id']}"
    assert refused(shop.client.patch(path, json={"email": address}), 422) == [
        ("identity_assigned", "email")
    ]
    assert refused(shop.client.patch(path, json={"reference": 1}), 422) == [
        ("parameter_not_unique", "reference")
    ]


def test_its_own_contact_again_is_no_conflict(shop: Shop) -> None:
    address = email()
    profile = shop.profile(email=address)
    answer = shop.client.patch(f"/v1/profiles/{profile['id']}", json={"email": address})
    assert got(answer)["emails"] == profile["emails"]


def test_a_deleted_profile_is_gone_and_frees_what_identified_it(shop: Shop) -> None:
    address, source = email(), unique("woo")
    profile = shop.profile(email=address, reference=1, source=source)
    path = f"/v1/profiles/{profile['id']}"
    assert got(shop.client.delete(path)) == {"id": profile["id"], "deleted": True}
    for method in ("GET", "PATCH", "DELETE"):
        answer = shop.client.request(method, path, content=b"{}")
        assert refused(answer, 404) == [("not_found", "id")]
    fresh = shop.profile(email=address, reference=1, source=source)
    assert fresh["id"] != profile["id"]


def test_an_event_for_a_deleted_profile_is_refused_at_once(shop: Shop) -> None:
    profile = shop.profile()
    shop.track(profile=profile["id"])
    got(shop.client.delete(f"/v1/profiles/{profile['id']}"))
    body = {"action": "subscribed", "profile": profile["id"]}
    answer = shop.client.post("/v1/attribution/events", json=body)
    assert refused(answer, 422) == [("not_found", "profile")]


def test_sessions_and_events_of_a_deleted_profile_stay(shop: Shop) -> None:
    session = shop.session()
    profile = shop.profile(session=session)
    event = shop.event(session=session)
    got(shop.client.delete(f"/v1/profiles/{profile['id']}"))
    assert got(shop.client.get(f"/v1/sessions/{session}"))["profile"] is None
    assert got(shop.client.get(f"/v1/attribution/events/{event['id']}")) == event


def test_overlong_texts_are_refused_not_cut(shop: Shop) -> None:
    body = {"first_name": "a" * 256, "reference": "r" * 256, "source": "s" * 65, "phone": "1" * 321}
    answer = shop.client.post("/v1/profiles", json=body)
    assert {name for _, name in refused(answer, 422)} == set(body)


def test_a_form_is_as_good_as_json(shop: Shop) -> None:
    address = email()
    answer = shop.client.post(
        "/v1/profiles",
        content=f"first_name=Ana&email[work]={address}&lists[]=a&lists[]=b&metadata[k][l]=1",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    profile = made(answer)
    assert profile["emails"] == [{"label": "work", "value": address, "valid": True}]
    assert profile["lists"] == ["a", "b"]
    assert profile["metadata"] == {"k": {"l": "1"}}
