"""Erased, a person is gone and totals stay true; an export holds everything; and suppression."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import MetaData, select, update

from footfall.domain.public_ids import Kind, PublicIds
from footfall.store import tables
from footfall.store.engine import Engines
from tests.api.shop import BROWSER, Shop, got, refused, session_in, unique

metadata: MetaData = tables.metadata


class Someone:
    """A person who left traces everywhere, each with a word that nobody else uses."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.word = f"{unique('secret')}x"
        self.session, self.second = shop.session(), shop.session()
        self.told = shop.profile(
            first_name=self.word,
            last_name=self.word,
            email=f"{self.word}@example.com",
            phone={"raw": f"{self.word}"},
            reference=self.word,
            source="shop",
            company=self.word,
            lists=[unique("List ")],
            metadata={"note": self.word},
            session=self.session,
        )
        self.id = self.told["id"]
        self.other = shop.profile(first_name=self.word, session=self.second)["id"]
        path = f"/v1/profiles/{self.id}/merge"
        self.change = got(shop.client.post(path, json={"profile": self.other}))["change"]
        identified = {"session": self.session, "user_id": self.word, "source": "x"}
        claimed = {"name": self.word, "email": f"{self.word}@example.com"}
        got(shop.client.post("/v1/public/identifications", json=identified | claimed))
        product = shop.product()["id"]
        bought = {"action": "product.purchased", "product": product, "amount": 5, "currency": "USD"}
        free = {"metadata": {"note": self.word}, "url": f"https://x/{self.word}"}
        self.keys = [
            shop.track(session=self.session, **bought, **free),
            shop.track(session=self.second, **bought, **free),
            shop.track(profile=self.other, **bought, **free),
        ]
        refusal = {"action": "no.such", "profile": self.id, "note": self.word}
        shop.client.post("/v1/attribution/events", json=refusal)
        shop.client.get(f"/v1/sessions/{self.second}/{self.second}")
        shop.client.patch(f"/v1/sessions/{self.second}", json={"profile": None, "a": self.word})
        self.link = shop.link(profile=self.other, destination=f"https://x/?{self.word}#{self.word}")
        shop.delivery(profile=self.id, reference=self.word)

    def erase(self) -> dict[str, Any]:
        return got(self.shop.client.delete(f"/v1/profiles/{self.id}", params={"erase": "1"}))


def places(engines: Engines, *words: str) -> dict[str, int]:
    """How many rows of each table hold one of these words in any column."""
    found: dict[str, int] = {}
    with engines.read.begin() as connection:
        for table in metadata.sorted_tables:
            rows = connection.execute(select(table)).all()
            count = sum(any(word in str(tuple(row)) for word in words) for row in rows)
            if count:
                found[table.name] = count
    return found


def test_erasing_leaves_no_trace_of_the_person(shop: Shop, beside: Engines) -> None:
    someone = Someone(shop)
    words = (someone.word, someone.session, someone.second)
    before = places(beside, *words)
    assert {"profiles", "identities", "claims", "sessions", "events", "rejections"} <= set(before)
    assert {"links", "deliveries"} <= set(before)
    assert someone.erase() == {"id": someone.id, "deleted": True, "erased": True}
    assert places(beside, *words) == {}
    for name in (someone.id, someone.other):
        assert refused(shop.client.get(f"/v1/profiles/{name}"), 404) == [("not_found", "id")]
        again = shop.client.delete(f"/v1/profiles/{name}", params={"erase": "true"})
        assert refused(again, 404) == [("not_found", "id")]


def test_events_of_an_erased_person_still_count(shop: Shop) -> None:
    someone, ledger = Someone(shop), got(shop.client.get("/v1/ledger"))["data"]
    before = [got(shop.client.get(f"/v1/attribution/events/{key}")) for key in someone.keys]
    someone.erase()
    for event, key in zip(before, someone.keys, strict=True):
        after = got(shop.client.get(f"/v1/attribution/events/{key}"))
        for name in ("id", "action", "object", "amount", "currency", "occurred_at", "received_at"):
            assert after[name] == event[name]
        assert (after["metadata"], after["data"], after["url"]) == ({}, {}, None)
        assert after["session"] not in (someone.session, someone.second)
    assert got(shop.client.get("/v1/ledger"))["data"] == ledger


def test_a_delivery_to_an_erased_person_still_counts(shop: Shop) -> None:
    someone = Someone(shop)
    (before,) = got(shop.client.get("/v1/deliveries", params={"profile": someone.id}))["data"]
    someone.erase()
    after = got(shop.client.get(f"/v1/deliveries/{before['id']}"))
    assert after == before | {"profile": None, "reference": None}


def test_a_link_of_an_erased_person_is_nobodys_and_still_leads_on(shop: Shop) -> None:
    someone = Someone(shop)
    opened = {"User-Agent": BROWSER}
    address = f"/l/{someone.link['code']}"
    before = shop.client.get(address, headers=opened).headers["location"]
    someone.erase()
    link = got(shop.client.get(f"/v1/links/{someone.link['id']}"))
    assert (link["profile"], link["destination"], link["clicks"]) == (None, "https://x/", 1)
    after = shop.client.get(address, headers=opened).headers["location"]
    assert after.startswith("https://x/?hello_session=")
    assert session_in(after) != session_in(before)


def test_that_somebody_was_erased_is_on_record(shop: Shop) -> None:
    someone = Someone(shop)
    someone.erase()
    change = got(shop.client.get("/v1/identity-log", params={"limit": 1}))["data"][0]
    assert (change["kind"], change["cause"], change["profile"]) == ("erase", "api", someone.id)
    assert change["token"]
    assert change["details"] | {"lists": 0} == {
        "events": 3,
        "sightings": 0,
        "submissions": 0,
        "rejections": 3,
        "links": 1,
        "deliveries": 1,
        "claims": 2,
        "lists": 0,
        "properties": 0,
        "sessions": 3,
        "contacts": 3,
        "profiles": 2,
    }


def test_nobody_else_is_touched_when_a_person_is_erased(shop: Shop, beside: Engines) -> None:
    someone, bystander = Someone(shop), Someone(shop)
    shared = shop.track(session=someone.session, profile=None, metadata={"a": 1})
    before = got(shop.client.get(f"/v1/profiles/{bystander.id}/export"))
    count = places(beside, bystander.word)
    someone.erase()
    after = got(shop.client.get(f"/v1/profiles/{bystander.id}/export"))
    assert after | {"exported_at": ""} == before | {"exported_at": ""}
    assert places(beside, bystander.word) == count
    assert got(shop.client.get(f"/v1/attribution/events/{shared}"))["metadata"] == {}


def test_an_erased_browser_that_comes_back_is_a_new_one(shop: Shop) -> None:
    someone = Someone(shop)
    someone.erase()
    shop.track(session=someone.session)
    session = got(shop.client.get(f"/v1/sessions/{someone.session}"))
    assert session["profile"] is None
    found = shop.client.get("/v1/attribution/events", params={"session": someone.session})
    assert len(got(found)["data"]) == 1


def test_a_deleted_person_can_still_be_erased(shop: Shop, beside: Engines) -> None:
    someone = Someone(shop)
    assert got(shop.client.delete(f"/v1/profiles/{someone.id}")) == {
        "id": someone.id,
        "deleted": True,
    }
    assert "events" in places(beside, someone.word)
    someone.erase()
    assert places(beside, someone.word, someone.session, someone.second) == {}


def test_erasing_a_deleted_person_reaches_nobody_else(shop: Shop, beside: Engines) -> None:
    someone = Someone(shop)
    known = shop.profile(first_name="Eva", email=f"{unique('eva')}@example.com")
    got(shop.client.delete(f"/v1/profiles/{someone.id}"))
    for session in (someone.session, someone.second):
        got(shop.client.patch(f"/v1/sessions/{session}", json={"profile": known["id"]}))
    assert someone.erase()["id"] == someone.id
    assert got(shop.client.get(f"/v1/profiles/{known['id']}")) == known
    assert places(beside, someone.word, someone.session, someone.second) == {}


def test_a_merge_made_after_the_deletion_does_not_extend_the_erasure(
    shop: Shop, beside: Engines, public_ids: PublicIds
) -> None:
    gone, known = shop.profile(first_name="Ana")["id"], shop.profile(first_name="Eva")
    got(shop.client.delete(f"/v1/profiles/{gone}"))
    table = tables.profiles
    row_id, into = (public_ids[Kind.PROFILE].decode(each) for each in (gone, known["id"]))
    with beside.write.begin() as connection:
        connection.execute(update(table).where(table.c.id == row_id).values(merged_into=into))
    erased = got(shop.client.delete(f"/v1/profiles/{gone}", params={"erase": "1"}))
    assert erased["id"] == gone
    after = got(shop.client.get(f"/v1/profiles/{known['id']}"))
    assert after["first_name"] == "Eva"
    got(shop.client.delete(f"/v1/profiles/{known['id']}", params={"erase": "1"}))


def test_an_erased_person_is_never_separated_or_tied_to_somebody(shop: Shop) -> None:
    someone = Someone(shop)
    short = got(shop.client.get(f"/v1/sessions/{someone.session}"))["id"]
    someone.erase()
    answer = shop.client.post(f"/v1/identity-log/{someone.change}/undo")
    assert refused(answer, 422) == [("not_allowed", "id")]
    known = shop.profile(first_name="Eva")["id"]
    attached = got(shop.client.patch(f"/v1/sessions/{short}", json={"profile": known}))
    assert attached["profile"] is None
    assert got(shop.client.get(f"/v1/profiles/{known}/events"))["data"] == []


@pytest.mark.parametrize("word", ["maybe", "2"])
def test_whether_to_erase_is_true_or_false(shop: Shop, word: str) -> None:
    profile = shop.profile()["id"]
    answer = shop.client.delete(f"/v1/profiles/{profile}", params={"erase": word})
    assert refused(answer, 422) == [("invalid", "erase")]
    assert got(shop.client.get(f"/v1/profiles/{profile}"))["id"] == profile


def test_an_export_holds_everything(shop: Shop) -> None:
    someone = Someone(shop)
    document = got(shop.client.get(f"/v1/profiles/{someone.other}/export"))
    assert document["profile"] == got(shop.client.get(f"/v1/profiles/{someone.id}"))
    assert [(each["id"], each["merged_into"]) for each in document["members"]] == [
        (someone.id, None),
        (someone.other, someone.id),
    ]
    assert {each["kind"] for each in document["identities"]} == {"email", "phone", "user"}
    assert {each["name"] for each in document["claims"]} == {"name", "email"}
    (link,), (delivery,) = document["links"], document["deliveries"]
    assert (link["id"], link["profile"]) == (someone.link["id"], someone.other)
    assert (delivery["reference"], delivery["profile"]) == (someone.word, someone.id)
    known = [someone.session, someone.second, link["session"]]
    assert [each["session"] for each in document["sessions"]] == known
    assert [each["event_id"] for each in document["events"]] == someone.keys
    assert all(each["metadata"] == {"note": someone.word} for each in document["events"])
    kinds = [each["kind"] for each in document["changes"]]
    assert kinds == ["attach", "attach", "merge", "identify", "attach"]


def test_an_export_of_a_long_history_is_whole(shop: Shop) -> None:
    session, profile = shop.session(), shop.profile()["id"]
    keys = [unique("long-") for _ in range(1200)]
    for start in range(0, len(keys), 400):
        events = [
            {"action": "subscribed", "session": session, "event_id": key}
            for key in keys[start : start + 400]
        ]
        shop.client.post("/v1/attribution/events/batch", json={"events": events})
    got(shop.client.patch(f"/v1/sessions/{session}", json={"profile": profile}))
    document = got(shop.client.get(f"/v1/profiles/{profile}/export"))
    assert [each["event_id"] for each in document["events"]] == keys
    got(shop.client.delete(f"/v1/profiles/{profile}", params={"erase": "1"}))
    last = got(shop.client.get(f"/v1/attribution/events/{keys[-1]}"))
    assert last["event_id"] is None


def test_a_person_is_suppressed_under_every_id_until_that_is_lifted(
    shop: Shop, beside: Engines, public_ids: PublicIds
) -> None:
    first, other = shop.profile(), shop.profile()
    got(shop.client.post(f"/v1/profiles/{first['id']}/merge", json={"profile": other["id"]}))
    told = got(shop.client.post(f"/v1/profiles/{other['id']}/suppress"))
    assert told["id"] == first["id"]
    assert isinstance(told["suppressed_at"], int)
    assert got(shop.client.post(f"/v1/profiles/{first['id']}/suppress")) == told
    row_ids = [public_ids[Kind.PROFILE].decode(each["id"]) for each in (first, other)]
    with beside.write.begin() as connection:
        table = tables.profiles
        where = table.c.id.in_(row_ids)
        rows = connection.execute(select(table.c.suppressed_at).where(where)).scalars()
        assert None not in list(rows)
        connection.execute(update(table).where(where).values(suppressed_count=2))
    assert got(shop.client.get(f"/v1/profiles/{other['id']}"))["suppressed_events"] == 4
    lifted = got(shop.client.delete(f"/v1/profiles/{other['id']}/suppress"))
    assert (lifted["suppressed_at"], lifted["suppressed_events"]) == (None, 4)
    log = got(shop.client.get("/v1/identity-log", params={"profile": first["id"]}))["data"]
    assert [each["details"] for each in log[:2]] == [{"suppressed": False}, {"suppressed": True}]


def test_events_of_a_suppressed_person_are_counted_and_not_kept(shop: Shop) -> None:
    session = shop.session()
    first = shop.profile(first_name="A", session=session)["id"]
    other = shop.profile(first_name="B")["id"]
    got(shop.client.post(f"/v1/profiles/{first}/merge", json={"profile": other}))
    shop.track(session=session, profile=other)
    got(shop.client.post(f"/v1/profiles/{first}/suppress"))
    for owner in ({"session": session}, {"profile": first}, {"profile": other}):
        told = {"action": "subscribed", **owner}
        answer = shop.client.post("/v1/attribution/events", json=told)
        assert answer.status_code != 500, answer.text
    person = got(shop.client.get(f"/v1/profiles/{other}"))
    assert person["suppressed_events"] == 3
    assert len(got(shop.client.get(f"/v1/profiles/{first}/events"))["data"]) == 1
    got(shop.client.delete(f"/v1/profiles/{first}/suppress"))
    shop.track(session=session)
    assert len(got(shop.client.get(f"/v1/profiles/{first}/events"))["data"]) == 2


def test_whoever_is_merged_with_a_suppressed_person_is_suppressed_meanwhile(shop: Shop) -> None:
    first, other = shop.profile()["id"], shop.profile()["id"]
    got(shop.client.post(f"/v1/profiles/{other}/suppress"))
    told = got(shop.client.post(f"/v1/profiles/{first}/merge", json={"profile": other}))
    assert told["suppressed_at"] is not None
    got(shop.client.post(f"/v1/identity-log/{told['change']}/undo"))
    assert got(shop.client.get(f"/v1/profiles/{first}"))["suppressed_at"] is None
    assert got(shop.client.get(f"/v1/profiles/{other}"))["suppressed_at"] is not None


def test_nothing_is_claimed_of_a_suppressed_person(shop: Shop) -> None:
    user = unique("user-")
    told = {"user_id": user, "source": "shop", "name": "Ana"}
    profile = shop.profile(source="shop", reference=user)["id"]
    got(shop.client.post(f"/v1/profiles/{profile}/suppress"))
    got(shop.client.post("/v1/public/identifications", json=told))
    assert got(shop.client.get(f"/v1/profiles/{profile}/export"))["claims"] == []


def test_nothing_said_in_a_suppressed_persons_session_is_kept(shop: Shop) -> None:
    session = shop.session()
    profile = shop.profile(first_name="Ana", session=session)["id"]
    got(shop.client.post(f"/v1/profiles/{profile}/suppress"))

    def known() -> dict[str, Any]:
        export = got(shop.client.get(f"/v1/profiles/{profile}/export"))
        return {name: value for name, value in export.items() if name != "exported_at"}

    before = known()
    told = {"session": session, "user_id": unique("user-"), "name": "Ana"}
    got(shop.client.post("/v1/public/identifications", json=told))
    assert known() == before


def test_a_token_for_reading_neither_merges_nor_erases(
    shop: Shop, client_of: Callable[..., Any]
) -> None:
    reader = client_of(shop.business_id, "read")
    profile = shop.profile()["id"]
    for method, path in (
        ("POST", f"/v1/profiles/{profile}/merge"),
        ("POST", f"/v1/profiles/{profile}/suppress"),
        ("DELETE", f"/v1/profiles/{profile}/suppress"),
        ("DELETE", f"/v1/profiles/{profile}?erase=1"),
        ("POST", "/v1/identity-log/vxqQJ3Yg/undo"),
        ("POST", "/v1/conflicts/vxqQJ3Yg/settle"),
    ):
        answer = reader.request(method, path, json={} if method == "POST" else None)
        assert refused(answer, 403) == [("forbidden", "Authorization")]
