"""Sessions: minted, attached once and for all, and never moved or detached."""

import uuid
from typing import Any

import httpx
import pytest

from tests.api.shop import Shop, got, made, refused, unique
from tests.server import Server


def attach(shop: Shop, session: str, body: Any, method: str = "PATCH") -> httpx.Response:
    return shop.client.request(method, f"/v1/sessions/{session}", json=body)


def test_a_public_business_id_is_enough_to_begin_a_session(
    module_server: Server, shop: Shop
) -> None:
    headers = {"Authorization": f"Bearer {shop.business_id}"}
    for body in (b"", b"{}"):
        answer = httpx.post(f"{module_server.url}/v1/track/sessions", headers=headers, content=body)
        session = made(answer)
        assert len(session["id"]) == 32
        assert session["id"].isalnum()
        assert session["type"] == "session"
        assert isinstance(session["created_at"], int)
        assert got(shop.client.get(f"/v1/sessions/{session['id']}"))["profile"] is None


@pytest.mark.parametrize(("method", "status"), [("PATCH", 200), ("POST", 201)])
@pytest.mark.parametrize("name", ["profile", "profile_id"])
def test_attaching_answers_the_session_with_its_owner(
    shop: Shop, method: str, status: int, name: str
) -> None:
    session, profile = shop.session(), shop.profile()["id"]
    answer = attach(shop, session, {name: profile, "session": session}, method)
    assert answer.status_code == status
    assert answer.json()["profile"] == profile
    assert answer.json()["session"] == session
    assert got(shop.client.get(f"/v1/sessions/{session}")) == answer.json()


def test_attaching_again_changes_nothing(shop: Shop) -> None:
    session, profile = shop.session(), shop.profile()["id"]
    first = got(attach(shop, session, {"profile": profile}))
    assert got(attach(shop, session, {"profile": profile})) == first


def test_a_session_goes_by_its_short_id_too(shop: Shop) -> None:
    session, profile = shop.session(), shop.profile()["id"]
    short = got(shop.client.get(f"/v1/sessions/{session}"))["id"]
    assert got(attach(shop, short, {"profile": profile}))["session"] == session


def test_a_session_of_another_profile_is_not_moved(shop: Shop) -> None:
    session, owner, other = shop.session(), shop.profile()["id"], shop.profile()["id"]
    first = got(attach(shop, session, {"profile": owner}))
    assert got(attach(shop, session, {"profile": other})) == first


@pytest.mark.parametrize(
    "text", [str(uuid.uuid4()), uuid.uuid4().hex], ids=["a UUID", "32 characters"]
)
def test_a_well_formed_session_nobody_has_heard_of_begins_here(shop: Shop, text: str) -> None:
    profile = shop.profile()["id"]
    assert got(attach(shop, text, {"profile": profile}))["profile"] == profile


@pytest.mark.parametrize("text", ["unknown", "undefined", "null", "vxqQJ3Yg", "a b", "é" * 32])
def test_a_malformed_session_nobody_has_heard_of_is_absent(shop: Shop, text: str) -> None:
    assert refused(shop.client.get(f"/v1/sessions/{text}"), 404) == [("not_found", "id")]
    answer = attach(shop, text, {"profile": shop.profile()["id"]})
    assert refused(answer, 404) == [("not_found", "id")]


def test_an_empty_session_is_answered_in_json(shop: Shop) -> None:
    answer = attach(shop, "", {"session": None, "profile": shop.profile()["id"]})
    assert refused(answer, 404) == [("not_found", None)]


@pytest.mark.parametrize("body", [{}, {"profile": None}, {"profile": False}, {"profile_id": ""}])
def test_a_missing_profile_is_refused_and_never_detaches(shop: Shop, body: Any) -> None:
    session, profile = shop.session(), shop.profile()["id"]
    attached = got(attach(shop, session, {"profile": profile}))
    assert refused(attach(shop, session, body), 422) == [("parameter_missing", "profile")]
    assert got(shop.client.get(f"/v1/sessions/{session}")) == attached


def test_an_unknown_profile_is_refused_and_begins_no_session(shop: Shop) -> None:
    text = uuid.uuid4().hex
    answer = attach(shop, text, {"profile_id": "vxqQJ3Yg"})
    assert refused(answer, 422) == [("not_found", "profile_id")]
    assert shop.client.get(f"/v1/sessions/{text}").status_code == 404


def test_two_spellings_that_disagree_are_refused(shop: Shop) -> None:
    body = {"profile": shop.profile()["id"], "profile_id": shop.profile()["id"]}
    assert refused(attach(shop, shop.session(), body), 422) == [
        ("ambiguous_parameter", "profile_id")
    ]


def test_earlier_events_of_a_session_become_the_profiles(shop: Shop) -> None:
    session, profile = shop.session(), shop.profile()["id"]
    event = shop.event(session=session)
    assert event["profile"] is None
    got(attach(shop, session, {"profile": profile}))
    listed = got(shop.client.get("/v1/attribution/events", params={"profile": profile}))
    assert [each["id"] for each in listed["data"]] == [event["id"]]
    assert listed["data"][0]["profile"] == profile


class Orphan:
    """A session with an order whose owner was deleted."""

    def __init__(self, shop: Shop, *, suppressed: bool = False) -> None:
        self.shop, self.text = shop, shop.session()
        told = {"first_name": "Ana", "email": f"{unique('ana')}@example.com"}
        reference = {"source": "shop", "reference": unique("ana-")}
        self.owner = shop.profile(session=self.text, **told, **reference)["id"]
        shop.track(session=self.text, action="order.placed", order=shop.order()["id"])
        if suppressed:
            got(shop.client.post(f"/v1/profiles/{self.owner}/suppress"))
        got(shop.client.delete(f"/v1/profiles/{self.owner}"))

    def events_of(self, profile: str) -> list[Any]:
        found: list[Any] = got(self.shop.client.get(f"/v1/profiles/{profile}/events"))["data"]
        return found

    def conflicts(self) -> list[dict[str, Any]]:
        listed = got(self.shop.client.get("/v1/conflicts", params={"limit": 100}))["data"]
        return [each for each in listed if each["session"] == self.text]


def test_a_session_of_a_deleted_profile_shows_nobody_and_becomes_nobodys(shop: Shop) -> None:
    orphan, known = Orphan(shop), shop.profile(first_name="Eva")["id"]
    for _ in range(2):
        assert got(attach(shop, orphan.text, {"profile": known}))["profile"] is None
    assert shop.profile(session=orphan.text, first_name="Bo")["merged"] == []
    assert got(shop.client.get(f"/v1/sessions/{orphan.text}"))["profile"] is None
    assert orphan.events_of(known) == []
    erased = got(shop.client.delete(f"/v1/profiles/{orphan.owner}", params={"erase": "true"}))
    assert erased["id"] == orphan.owner
    assert got(shop.client.get(f"/v1/profiles/{known}"))["first_name"] == "Eva"


def test_who_claims_a_session_of_a_deleted_profile_is_in_a_conflict(shop: Shop) -> None:
    orphan, known = Orphan(shop), shop.profile(first_name="Eva")["id"]
    for _ in range(2):
        got(attach(shop, orphan.text, {"profile": known}))
    (conflict,) = orphan.conflicts()
    assert (conflict["kind"], conflict["open"]) == ("attach_conflict", True)
    assert (conflict["profile"], conflict["owner"]) == (known, None)
    path = f"/v1/conflicts/{conflict['id']}/settle"
    answer = shop.client.post(path, json={"decision": "merge"})
    assert refused(answer, 422) == [("not_allowed", "decision")]
    assert not got(shop.client.post(path, json={"decision": "keep"}))["open"]
    assert orphan.conflicts() == []
    assert orphan.events_of(known) == []


def test_a_deleted_owner_does_not_suppress_who_claims_its_session(shop: Shop) -> None:
    orphan, known = Orphan(shop, suppressed=True), shop.profile(first_name="Eva")["id"]
    got(attach(shop, orphan.text, {"profile": known}))
    assert got(shop.client.get(f"/v1/profiles/{known}"))["suppressed_at"] is None
