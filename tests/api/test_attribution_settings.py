"""Attribution settings over HTTP: what is set holds for every answer, and for none before it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from footfall.domain.public_ids import Kind, PublicIds
from footfall.store import businesses
from footfall.store.engine import Engines
from tests.api.shop import Shop, got, refused, unique

SETTINGS = "/v1/attribution/settings"
RULES = '[sources]\n[[channel]]\nname = "Ours"\nsource_is = ["news"]\n'


@pytest.fixture
def own(new_shop: Callable[..., Shop]) -> Shop:
    """A business with one sale, of whom an ad and then a newsletter had reached."""
    made = new_shop()
    session = made.session()
    for source, medium in (("google", "cpc"), ("news", "email")):
        utm = {"source": source, "medium": medium}
        made.track(action="page.viewed", session=session, url="https://x/", utm_params=utm)
    order = {"reference": unique("A-"), "total": "10", "currency": "USD"}
    made.track(action="order.placed", session=session, order_parameters=order)
    return made


def change(shop: Shop, **told: Any) -> dict[str, Any]:
    return got(shop.client.patch(SETTINGS, json=told))


def report(shop: Shop, **query: str) -> dict[str, Any]:
    asked = {"models": "precedence", **query}
    told = got(shop.client.get("/v1/attribution/report", params=asked))
    rows = {row["value"]: row["credit"]["precedence"] for row in told["rows"]}
    return {
        "version": told["version"],
        **{value: each for value, each in rows.items() if each != "0.00"},
    }


def test_a_new_business_goes_by_what_is_built_in(own: Shop) -> None:
    told = got(own.client.get(SETTINGS))
    assert (told["active_lookback"], told["journeys"], told["goals"]) == ("7d", "all", None)
    assert (told["set"], told["channels"], told["changes"]) == ([], None, [])
    assert report(own) == {"version": told["version"], "Email": "10.00"}


def test_what_is_set_holds_for_reports_and_receipts(own: Shop) -> None:
    told = change(own, own_sources=["news"], channels=RULES)
    assert told["set"] == ["own_sources"]
    assert report(own) == {"version": told["version"], "Unassigned": "10.00"}
    told = change(own, edition="C")
    assert (told["set"], told["channels"]) == (["edition", "own_sources"], RULES)
    assert report(own) == {"version": told["version"], "Ours": "10.00"}
    told = change(own, edition=None, channels=None)
    assert (told["set"], told["channels"], told["edition"]) == (["own_sources"], None, "B")


def test_what_is_asked_as_of_a_moment_goes_by_what_held_then(own: Shop) -> None:
    before = report(own)
    moment = datetime.now(UTC).isoformat()
    assert change(own, own_sources=["news"])["version"] != before["version"]
    assert report(own) != before
    assert report(own, as_of=moment) == before
    assert got(own.client.get(SETTINGS, params={"as_of": moment}))["set"] == []


def test_every_change_is_kept_with_its_token_and_what_changes_nothing_is_none(
    own: Shop, client_of: Callable[..., httpx.Client]
) -> None:
    first = change(own, journeys="split")
    assert change(own, journeys="split") == first
    other = Shop(own.business_id, client_of(own.business_id))
    second = change(other, repeats="collapsed")
    latest, earlier = second["changes"]
    assert [earlier] == first["changes"]
    assert earlier["version"] == first["version"] != latest["version"] == second["version"]
    assert latest["token"] != earlier["token"]
    assert latest["at"] >= earlier["at"]


@pytest.mark.parametrize(
    ("told", "wrong"),
    [
        ({"journeys": "both"}, ["journeys"]),
        ({"active_lookback": 7}, ["active_lookback"]),
        ({"half_life": "always"}, ["half_life"]),
        ({"visit": "soon", "edition": "D"}, ["edition", "visit"]),
        ({"first_share": 0.9}, ["first_share"]),
        ({"first_share": -1}, ["first_share"]),
        ({"own_sources": []}, ["own_sources"]),
        ({"confirmed_only": "yes"}, ["confirmed_only"]),
        ({"goals": ["order.plced"]}, ["goals"]),
        ({"windows": "7d"}, ["windows"]),
        ({"channels": 1}, ["channels"]),
        ({"channels": "="}, ["channels"]),
        ({"channels": '[sources]\n[[channel]]\nname = "A"\nsource_in = "nowhere"'}, ["channels"]),
        ({"channels": '[sources]\n[[channel]]\nname = "A"\nmedium_like = "("'}, ["channels"]),
        ({"channels": "#" * 65_537}, ["channels"]),
    ],
    ids=lambda each: "-".join(each) if isinstance(each, dict) else "",
)
def test_what_makes_no_sense_is_refused_by_its_name_and_changes_nothing(
    own: Shop, told: dict[str, Any], wrong: list[str]
) -> None:
    before = got(own.client.get(SETTINGS))
    found = refused(own.client.patch(SETTINGS, json=told), 422)
    assert sorted(found) == [("invalid", name) for name in wrong]
    assert got(own.client.get(SETTINGS)) == before


def test_reading_takes_read_and_changing_takes_admin(
    own: Shop, client_of: Callable[..., httpx.Client]
) -> None:
    reader = client_of(own.business_id, "read")
    assert got(reader.get(SETTINGS))["journeys"] == "all"
    assert refused(reader.patch(SETTINGS, json={"journeys": "split"}), 403)
    assert refused(client_of(own.business_id, "events:write").get(SETTINGS), 403)
    assert refused(reader.get(SETTINGS, params={"as_of": "then"}), 422) == [("invalid", "as_of")]


def test_the_settings_of_a_business_are_no_other_ones(own: Shop, stranger: Shop) -> None:
    before = got(stranger.client.get(SETTINGS))
    change(own, journeys="split")
    assert got(stranger.client.get(SETTINGS)) == before


def test_the_test_side_goes_by_the_settings_of_its_business_until_it_has_some(
    own: Shop, beside: Engines, public_ids: PublicIds, client_of: Callable[..., httpx.Client]
) -> None:
    with beside.write.begin() as connection:
        live = businesses.find(connection, public_ids[Kind.BUSINESS].decode(own.business_id) or 0)
        assert live is not None
        twin = public_ids[Kind.BUSINESS].encode(businesses.twin(connection, live).id)
    test = Shop(twin, client_of(twin))
    change(own, journeys="split")
    assert got(test.client.get(SETTINGS))["journeys"] == "split"
    change(test, journeys="all")
    assert got(test.client.get(SETTINGS))["journeys"] == "all"
    assert got(own.client.get(SETTINGS))["journeys"] == "split"
