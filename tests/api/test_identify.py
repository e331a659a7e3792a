"""Identifications: a key finds or makes a person; sessions are attached, never moved."""

import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.api.shop import Shop, got, refused, unique
from tests.server import Server


@pytest.fixture(scope="module")
def public(module_server: Server, shop: Shop) -> Iterator[httpx.Client]:
    """A browser's client: it has the public id and nothing else."""
    headers = {"Authorization": f"Bearer {shop.business_id}"}
    with httpx.Client(base_url=module_server.url, headers=headers) as client:
        yield client


def identify(public: httpx.Client, **told: Any) -> None:
    answer = public.post("/v1/public/identifications", json=told)
    assert (answer.status_code, answer.json()) == (200, {"status": "received"})


def owner(shop: Shop, session: str) -> str | None:
    found: str | None = got(shop.client.get(f"/v1/sessions/{session}"))["profile"]
    return found


def claims(shop: Shop, profile: str | None) -> list[tuple[str, str]]:
    document = got(shop.client.get(f"/v1/profiles/{profile}/export"))
    return [(each["name"], each["value"]) for each in document["claims"]]


def conflicts(shop: Shop, session: str) -> list[dict[str, Any]]:
    listed = got(shop.client.get("/v1/conflicts", params={"limit": 100}))["data"]
    return [each for each in listed if each["session"] == session]


def test_a_page_identifies_in_a_session_of_any_text_that_can_be_carried(
    public: httpx.Client, shop: Shop
) -> None:
    session = unique("visitor-")
    identify(public, session=session, user_id=unique("u-"))
    assert owner(shop, session) is not None


def test_a_new_key_makes_a_person_and_attaches_the_session(
    shop: Shop, public: httpx.Client
) -> None:
    session, user = shop.session(), unique("user-")
    identify(public, session=session, user_id=user, source="shopify", email="a@example.com")
    profile = owner(shop, session)
    assert profile is not None
    assert claims(shop, profile) == [("email", "a@example.com")]
    assert got(shop.client.get(f"/v1/profiles/{profile}"))["email"] is None


def test_the_same_key_from_another_browser_is_the_same_person(
    shop: Shop, public: httpx.Client
) -> None:
    user, first, second = unique("user-"), shop.session(), str(uuid.uuid4())
    identify(public, session=first, user_id=user, source="shopify")
    identify(public, session=second, user_id=user, source="shopify")
    assert owner(shop, first) == owner(shop, second)


def test_sources_are_apart_and_so_are_ids_without_one(shop: Shop, public: httpx.Client) -> None:
    user, texts = unique("user-"), [shop.session() for _ in range(4)]
    for session, source in zip(texts, ("a", "b", None, "a:b"), strict=True):
        identify(public, session=session, user_id=user, source=source)
    session = shop.session()
    identify(public, session=session, user_id=f"b:{user}", source="a")
    assert len({owner(shop, each) for each in (*texts, session)}) == 5


def test_an_id_may_be_a_number_and_is_the_reference_of_a_profile(
    shop: Shop, public: httpx.Client
) -> None:
    number = int(unique("9"))
    profile = shop.profile(reference=number, source="woo", email=f"{unique('x')}@example.com")
    session = shop.session()
    identify(public, session=session, user_id=number, source="woo")
    assert owner(shop, session) == profile["id"]


def test_a_profile_told_with_the_key_as_its_reference_is_the_identified_person(
    shop: Shop, public: httpx.Client
) -> None:
    session, user = shop.session(), unique("user-")
    identify(public, session=session, user_id=user, source="woo")
    profile = shop.profile(reference=user, source="woo", first_name="Ana")
    assert profile["id"] == owner(shop, session)
    assert profile["reference"] == user


def test_the_owner_of_the_session_takes_a_key_of_a_source_it_has_none_of(
    shop: Shop, public: httpx.Client
) -> None:
    session = shop.session()
    profile = shop.profile(email=f"{unique('ana')}@example.com", session=session)
    user = unique("user-")
    identify(public, session=session, user_id=user, source="shopify")
    other = shop.session()
    identify(public, session=other, user_id=user, source="shopify")
    assert owner(shop, other) == profile["id"]
    assert conflicts(shop, session) == []


def test_a_second_key_of_a_source_is_another_person_and_a_conflict(
    shop: Shop, public: httpx.Client
) -> None:
    session = shop.session()
    identify(public, session=session, user_id=unique("user-"), source="shopify")
    first = owner(shop, session)
    other, own = unique("user-"), shop.session()
    for _ in range(3):
        identify(public, session=session, user_id=other, source="shopify")
    identify(public, session=own, user_id=other, source="shopify")
    assert owner(shop, session) == first
    noted = conflicts(shop, session)
    assert [(each["kind"], each["owner"], each["profile"]) for each in noted] == [
        ("identify_conflict", first, owner(shop, own))
    ]


def test_an_anonymous_owner_is_merged_into_the_identified_person(
    shop: Shop, public: httpx.Client
) -> None:
    user, known, session = unique("user-"), shop.session(), shop.session()
    identify(public, session=known, user_id=user, source="shopify")
    anonymous = shop.profile(session=session)
    shop.track(session=session)
    identify(public, session=session, user_id=user, source="shopify")
    assert owner(shop, session) == owner(shop, known)
    assert conflicts(shop, session) == []
    changes = got(shop.client.get("/v1/identity-log", params={"profile": anonymous["id"]}))["data"]
    merge = next(each for each in changes if each["kind"] == "merge")
    assert (merge["cause"], merge["other"], merge["token"]) == ("identify", anonymous["id"], None)


def test_a_deleted_owner_is_merged_into_no_identified_person(
    shop: Shop, public: httpx.Client
) -> None:
    session, users = shop.session(), [unique("user-"), unique("user-")]
    gone = shop.profile(session=session, first_name="Ana")["id"]
    known = shop.profile(source="shopify", reference=users[0])
    shop.track(session=session)
    got(shop.client.delete(f"/v1/profiles/{gone}"))
    for user in (*users, *users):
        identify(public, session=session, user_id=user, source="shopify")
        assert owner(shop, session) is None
    found = conflicts(shop, session)
    assert [(each["kind"], each["owner"]) for each in found] == [("identify_conflict", None)] * 2
    assert found[-1]["profile"] == known["id"]
    assert got(shop.client.get(f"/v1/profiles/{known['id']}/events"))["data"] == []
    erased = got(shop.client.delete(f"/v1/profiles/{gone}", params={"erase": "true"}))
    assert erased["id"] == gone
    assert got(shop.client.get(f"/v1/profiles/{known['id']}")) == known


def test_what_somebody_undid_is_not_merged_again_unasked(shop: Shop, public: httpx.Client) -> None:
    user, session = unique("user-"), shop.session()
    identify(public, user_id=user, source="shopify")
    anonymous = shop.profile(session=session)
    identify(public, session=session, user_id=user, source="shopify")
    merge = next(
        each
        for each in got(shop.client.get("/v1/identity-log"))["data"]
        if each["other"] == anonymous["id"]
    )
    got(shop.client.post(f"/v1/identity-log/{merge['id']}/undo"))
    identify(public, session=session, user_id=user, source="shopify")
    assert owner(shop, session) == anonymous["id"]
    assert len(conflicts(shop, session)) == 1


@pytest.mark.parametrize("nothing", [None, "", "undefined", "null"])
def test_without_a_session_the_person_is_known_all_the_same(
    shop: Shop, public: httpx.Client, nothing: Any
) -> None:
    user, session = unique("user-"), shop.session()
    identify(public, session=nothing, user_id=user, source="shopify", name="Ana")
    identify(public, session=session, user_id=user, source="shopify")
    assert claims(shop, owner(shop, session)) == [("name", "Ana")]


def test_claims_are_kept_once_whatever_they_are_called(shop: Shop, public: httpx.Client) -> None:
    session, user = shop.session(), unique("user-")
    told = {"firstName": "Ana", "document": 123, "vip": True, "tags": ["a"], "phone": "", "x": None}
    for _ in range(2):
        identify(public, session=session, user_id=user, source="vtex", **told)
    expected = [("document", "123"), ("firstName", "Ana"), ("tags", '["a"]'), ("vip", "true")]
    assert sorted(claims(shop, owner(shop, session))) == expected


def test_a_claimed_address_never_finds_a_person(shop: Shop, public: httpx.Client) -> None:
    address, session = f"{unique('ana')}@example.com", shop.session()
    victim = shop.profile(email=address)
    identify(public, session=session, user_id=unique("user-"), source="x", email=address)
    assert owner(shop, session) not in (None, victim["id"])


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({}, ("parameter_missing", "user_id")),
        ({"user_id": None}, ("parameter_invalid_empty", "user_id")),
        ({"user_id": ""}, ("parameter_invalid_empty", "user_id")),
        ({"user_id": {}}, ("invalid", "user_id")),
        ({"user_id": "x" * 256}, ("invalid", "user_id")),
        ({"user_id": "1", "source": "x" * 65}, ("invalid", "source")),
        ({"user_id": "u" * 255, "source": ":" * 60}, ("invalid", "source")),
        ({"user_id": "1", "session": "a b"}, ("invalid", "session")),
        ({"user_id": "1", "name": "x" * 1025}, ("invalid", "name")),
        ({"user_id": "1", "n" * 65: "x"}, ("invalid", "n" * 64)),
        ({"user_id": "1"} | {f"f{n}": "x" for n in range(51)}, ("invalid", None)),
    ],
)
def test_what_cannot_be_kept_is_refused(
    public: httpx.Client, told: dict[str, Any], expected: tuple[str, str | None]
) -> None:
    answer = public.post("/v1/public/identifications", json=told)
    assert refused(answer, 422) == [expected]
    assert answer.headers["access-control-allow-origin"] == "*"


def test_a_form_and_a_path_without_the_version_are_taken_too(
    shop: Shop, public: httpx.Client
) -> None:
    session = shop.session()
    told = {"session": session, "user_id": unique("user-"), "source": "shopify"}
    assert public.post("/public/identifications", data=told).status_code == 200
    assert owner(shop, session) is not None
