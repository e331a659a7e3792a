"""Conflicts: noted once, listed while they are open, and settled by keeping or merging."""

from typing import Any

import pytest

from tests.api.shop import Shop, got, refused, unique


class Quarrel:
    """A session of one known profile that another was claimed to have."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.session = shop.session()
        self.owner = shop.profile(first_name="Ana", session=self.session)["id"]
        self.wanted = shop.profile(email=f"{unique('eva')}@example.com")["id"]
        self.claim()

    def claim(self, method: str = "PATCH") -> dict[str, Any]:
        answer = self.shop.client.request(
            method, f"/v1/sessions/{self.session}", json={"profile": self.wanted}
        )
        told: dict[str, Any] = answer.json()
        return told

    def open(self) -> list[dict[str, Any]]:
        listed = got(self.shop.client.get("/v1/conflicts", params={"limit": 100}))["data"]
        return [each for each in listed if each["session"] == self.session]

    def settle(self, decision: Any) -> Any:
        (conflict,) = self.open()
        path = f"/v1/conflicts/{conflict['id']}/settle"
        return self.shop.client.post(path, json={"decision": decision})


def test_a_claim_of_somebody_elses_session_is_noted_once(shop: Shop) -> None:
    quarrel = Quarrel(shop)
    for method in ("PATCH", "PATCH", "POST"):
        assert quarrel.claim(method)["profile"] == quarrel.owner
    (conflict,) = quarrel.open()
    assert conflict["kind"] == "attach_conflict"
    assert (conflict["owner"], conflict["profile"]) == (quarrel.owner, quarrel.wanted)
    assert (conflict["cause"], conflict["open"]) == ("attach", True)
    assert got(shop.client.get(f"/v1/conflicts/{conflict['id']}")) == conflict
    log = got(shop.client.get("/v1/identity-log", params={"session": quarrel.session}))["data"]
    assert [each["kind"] for each in log] == ["attach_conflict", "attach"]


def test_kept_apart_they_stay_two_until_it_happens_again(shop: Shop) -> None:
    quarrel = Quarrel(shop)
    settled = got(quarrel.settle("keep"))
    assert not settled["open"]
    assert quarrel.open() == []
    assert quarrel.claim()["profile"] == quarrel.owner
    (again,) = quarrel.open()
    assert again["id"] != settled["id"]


def test_merged_they_are_one_under_the_owners_id_and_can_be_separated(shop: Shop) -> None:
    quarrel = Quarrel(shop)
    got(quarrel.settle("merge"))
    assert quarrel.open() == []
    assert got(shop.client.get(f"/v1/profiles/{quarrel.wanted}"))["id"] == quarrel.owner
    log = got(shop.client.get("/v1/identity-log", params={"profile": quarrel.wanted}))["data"]
    settle, merge = log[:2]
    assert (settle["kind"], merge["kind"], merge["cause"]) == ("settle", "merge", "conflict")
    assert settle["details"] == {"decision": "merge", "merge": merge["id"]}
    got(shop.client.post(f"/v1/identity-log/{merge['id']}/undo"))
    assert got(shop.client.get(f"/v1/profiles/{quarrel.wanted}"))["id"] == quarrel.wanted


def test_a_conflict_ends_with_its_cause_and_comes_back_with_it(shop: Shop) -> None:
    quarrel = Quarrel(shop)
    path = f"/v1/profiles/{quarrel.wanted}/merge"
    change = got(shop.client.post(path, json={"profile": quarrel.owner}))["change"]
    assert quarrel.open() == []
    got(shop.client.post(f"/v1/identity-log/{change}/undo"))
    assert len(quarrel.open()) == 1
    got(shop.client.delete(f"/v1/profiles/{quarrel.wanted}"))
    assert quarrel.open() == []


def test_what_is_settled_is_not_settled_again(shop: Shop) -> None:
    quarrel = Quarrel(shop)
    (conflict,) = quarrel.open()
    got(quarrel.settle("keep"))
    answer = shop.client.post(f"/v1/conflicts/{conflict['id']}/settle", data={"decision": "merge"})
    assert refused(answer, 422) == [("not_allowed", "id")]


@pytest.mark.parametrize(
    ("decision", "expected"),
    [("both", "invalid"), (None, "parameter_invalid_empty"), ([], "invalid")],
)
def test_a_decision_is_one_of_two(shop: Shop, decision: Any, expected: str) -> None:
    quarrel = Quarrel(shop)
    assert refused(quarrel.settle(decision), 422) == [(expected, "decision")]
    assert len(quarrel.open()) == 1


def test_another_change_is_no_conflict(shop: Shop) -> None:
    quarrel = Quarrel(shop)
    log = got(shop.client.get("/v1/identity-log", params={"session": quarrel.session}))["data"]
    assert refused(shop.client.get(f"/v1/conflicts/{log[-1]['id']}"), 404) == [("not_found", "id")]


def test_open_conflicts_are_paged_newest_first(shop: Shop) -> None:
    made = [Quarrel(shop) for _ in range(4)]
    got(made[2].settle("keep"))
    whole = [each["id"] for each in got(shop.client.get("/v1/conflicts?limit=100"))["data"]]
    newest = [quarrel.open()[0]["id"] for quarrel in (made[3], made[1], made[0])]
    assert whole[:3] == newest
    first = got(shop.client.get("/v1/conflicts", params={"limit": 2}))
    assert ([each["id"] for each in first["data"]], first["has_more"]) == (newest[:2], True)
    after = got(shop.client.get("/v1/conflicts", params={"limit": 1, "starting_after": newest[1]}))
    assert [each["id"] for each in after["data"]] == newest[2:]
    ahead = got(shop.client.get("/v1/conflicts", params={"limit": 1, "ending_before": newest[2]}))
    assert ([each["id"] for each in ahead["data"]], ahead["has_more"]) == (newest[1:2], True)
