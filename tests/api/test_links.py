"""Tracked links as their makers see them: made, listed, changed, deleted, counted, drawn."""

import io
import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
import segno
from sqlalchemy import select, update

from footfall.domain.public_ids import Kind, PublicIds
from footfall.store import tables
from footfall.store.engine import Engines
from tests.api.shop import BROWSER, Shop, got, made, refused, session_in
from tests.server import Server

SALE = "https://shop.example/sale"


def click(shop: Shop, link: dict[str, Any], times: int = 1) -> list[str]:
    """Open a link as a person does; return where that leads."""
    answers = [
        shop.client.get(f"/l/{link['code']}", headers={"User-Agent": BROWSER}) for _ in range(times)
    ]
    assert [answer.status_code for answer in answers] == [302] * times
    return [answer.headers["location"] for answer in answers]


def test_a_link_has_an_address_of_its_own(shop: Shop, module_server: Server) -> None:
    told = {"destination": SALE, "campaign": "spring", "medium": "sms", "source": "gateway"}
    link = made(shop.client.post("/v1/links", json=told))
    assert link.items() >= told.items()
    assert link["url"] == f"{module_server.url}/l/{link['code']}"
    assert (link["profile"], link["active"], link["clicks"]) == (None, True, 0)
    assert got(shop.client.get(f"/v1/links/{link['id']}")) == link


def test_a_link_comes_from_hellotext_unless_told_otherwise(shop: Shop) -> None:
    link = shop.link()
    assert (link["source"], link["medium"], link["campaign"]) == ("hellotext", None, None)


def test_links_are_listed_newest_first(shop: Shop) -> None:
    old, new = shop.link()["id"], shop.link()["id"]
    page = got(shop.client.get("/v1/links", params={"limit": 1}))
    assert ([each["id"] for each in page["data"]], page["has_more"]) == ([new], True)
    page = got(shop.client.get("/v1/links", params={"limit": 1, "starting_after": new}))
    assert [each["id"] for each in page["data"]] == [old]


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        ({}, ("parameter_missing", "destination")),
        ({"destination": ""}, ("parameter_invalid_empty", "destination")),
        ({"destination": "javascript:alert(1)"}, ("invalid", "destination")),
        ({"destination": "https://me:secret@shop.example/"}, ("invalid", "destination")),
        ({"destination": 7}, ("invalid", "destination")),
        ({"destination": SALE, "campaign": "c" * 256}, ("invalid", "campaign")),
        ({"destination": SALE, "medium": ["sms"]}, ("invalid", "medium")),
        ({"destination": SALE, "profile": "nobody"}, ("not_found", "profile")),
        ({"destination": SALE, "profile_id": "vxqQJ3Yg"}, ("not_found", "profile_id")),
    ],
)
def test_a_link_that_cannot_be_is_refused(
    shop: Shop, told: dict[str, Any], fault: tuple[str, str]
) -> None:
    assert refused(shop.client.post("/v1/links", json=told), 422) == [fault]


def test_a_changed_link_keeps_its_address(shop: Shop) -> None:
    link = shop.link(campaign="spring", medium="sms")
    told = {"destination": "https://shop.example/autumn", "campaign": "autumn", "medium": ""}
    changed = got(shop.client.patch(f"/v1/links/{link['id']}", json=told))
    assert changed["code"] == link["code"]
    assert (changed["campaign"], changed["medium"]) == ("autumn", "sms")
    assert click(shop, link)[0].startswith("https://shop.example/autumn?")


def test_a_deactivated_link_leads_nowhere_until_it_is_active_again(shop: Shop) -> None:
    link = shop.link()
    path, opened = f"/v1/links/{link['id']}", {"User-Agent": BROWSER}
    told = got(shop.client.patch(path, json={"active": False}))
    assert (told["active"], told["deactivated_at"] is None) == (False, False)
    assert got(shop.client.patch(path, json={"active": False})) | {"updated_at": 0} == told | {
        "updated_at": 0
    }
    answer = shop.client.get(f"/l/{link['code']}", headers=opened)
    assert (answer.status_code, "location" in answer.headers) == (404, False)
    told = got(shop.client.patch(path, json={"active": True}))
    assert (told["active"], told["deactivated_at"], told["clicks"]) == (True, None, 0)
    click(shop, link)


def test_a_deleted_link_is_gone_and_its_clicks_stay(shop: Shop) -> None:
    link = shop.link()
    session = session_in(click(shop, link)[0])
    path = f"/v1/links/{link['id']}"
    assert got(shop.client.delete(path)) == {"id": link["id"], "deleted": True}
    for method in ("GET", "PATCH", "DELETE"):
        answer = shop.client.request(method, path, json={})
        assert refused(answer, 404) == [("not_found", "id")]
    answer = shop.client.get(f"/l/{link['code']}", headers={"User-Agent": BROWSER})
    assert answer.status_code == 404
    events = got(shop.client.get("/v1/attribution/events", params={"session": session}))["data"]
    assert [each["data"]["link"] for each in events] == [link["id"]]


def test_a_link_stays_the_ones_it_was_made_for(shop: Shop) -> None:
    link, other = shop.link(profile=shop.profile()["id"]), shop.profile()["id"]
    answer = shop.client.patch(f"/v1/links/{link['id']}", json={"profile": other})
    assert refused(answer, 422) == [("not_allowed", "profile")]


def test_a_link_of_a_merged_person_is_the_persons(shop: Shop) -> None:
    first, other = shop.profile(first_name="A")["id"], shop.profile(first_name="B")["id"]
    link = shop.link(profile=other)
    merged = got(shop.client.post(f"/v1/profiles/{first}/merge", json={"profile": other}))
    assert got(shop.client.get(f"/v1/links/{link['id']}"))["profile"] == first
    click(shop, link)
    assert got(shop.client.get(f"/v1/links/{link['id']}/stats"))["profiles"] == 1
    (event,) = got(shop.client.get(f"/v1/profiles/{first}/events"))["data"]
    assert (event["action"], event["profile"]) == ("short_link.clicked", first)
    got(shop.client.post(f"/v1/identity-log/{merged['change']}/undo"))
    assert got(shop.client.get(f"/v1/links/{link['id']}"))["profile"] == other


def test_a_link_of_a_deleted_person_names_nobody(shop: Shop) -> None:
    profile = shop.profile()["id"]
    link = shop.link(profile=profile)
    got(shop.client.delete(f"/v1/profiles/{profile}"))
    assert got(shop.client.get(f"/v1/links/{link['id']}"))["profile"] is None


def test_making_a_link_takes_the_scope_for_what_it_opens(
    shop: Shop, client_of: Callable[..., httpx.Client]
) -> None:
    profile = shop.profile()["id"]
    catalog, reader = client_of(shop.business_id, "catalog"), client_of(shop.business_id, "read")
    assert made(catalog.post("/v1/links", json={"destination": SALE}))["profile"] is None
    personal = {"destination": SALE, "profile": profile}
    assert refused(catalog.post("/v1/links", json=personal), 403)[0][0] == "forbidden"
    assert made(client_of(shop.business_id, "profiles").post("/v1/links", json=personal))
    # Whoever reads a personal code can open its session.
    assert refused(catalog.get("/v1/links"), 403)[0][0] == "forbidden"
    assert got(reader.get("/v1/links"))["data"]
    assert refused(reader.post("/v1/links", json=personal), 403)[0][0] == "forbidden"


def test_clicks_are_counted_by_visitor_and_by_day_of_the_business(
    shop: Shop, beside: Engines, public_ids: PublicIds
) -> None:
    link = shop.link()
    for location in click(shop, link, 3):
        told = {"profile": shop.profile()["id"]}
        got(shop.client.patch(f"/v1/sessions/{session_in(location)}", json=told))
    personal = shop.link(profile=shop.profile()["id"])
    click(shop, personal, 2)
    zone = ZoneInfo("Asia/Kathmandu")
    late = datetime(2026, 3, 1, 23, 59, 59, tzinfo=zone).astimezone(UTC)
    row_id = public_ids[Kind.LINK].decode(link["id"])
    business_id = public_ids[Kind.BUSINESS].decode(shop.business_id)
    with beside.write.begin() as connection:
        table = tables.link_clicks
        ids = connection.execute(select(table.c.id).where(table.c.link_id == row_id)).scalars()
        for number, each in enumerate(list(ids)):
            at = int(late.timestamp() + number // 2) * 1_000_000
            connection.execute(update(table).where(table.c.id == each).values(clicked_at=at))
        connection.execute(
            update(tables.businesses)
            .where(tables.businesses.c.id == business_id)
            .values(timezone="Asia/Kathmandu")
        )
    told = got(shop.client.get(f"/v1/links/{link['id']}/stats"))
    assert (told["clicks"], told["sessions"], told["profiles"]) == (3, 3, 3)
    assert told["timezone"] == "Asia/Kathmandu"
    assert told["days"] == [
        {"date": "2026-03-01", "clicks": 2},
        {"date": "2026-03-02", "clicks": 1},
    ]
    told = got(shop.client.get(f"/v1/links/{personal['id']}/stats"))
    assert (told["clicks"], told["sessions"], told["profiles"]) == (2, 1, 1)
    assert (
        told["last_clicked_at"]
        == got(shop.client.get(f"/v1/links/{personal['id']}"))["last_clicked_at"]
    )


def test_a_link_that_nobody_opened_has_empty_statistics(shop: Shop) -> None:
    told = got(shop.client.get(f"/v1/links/{shop.link()['id']}/stats"))
    assert (told["clicks"], told["sessions"], told["last_clicked_at"]) == (0, 0, None)
    assert told["days"] == []


def test_the_qr_code_holds_the_address(shop: Shop) -> None:
    link = shop.link()
    wanted = segno.make_qr(link["url"], error="m", boost_error=False)
    drawing = shop.client.get(f"/v1/links/{link['id']}/qr.svg")
    assert drawing.headers["content-type"] == "image/svg+xml"
    side = wanted.symbol_size(8)[0]
    assert ET.fromstring(drawing.content).attrib["width"] == str(side)
    picture = shop.client.get(f"/v1/links/{link['id']}/qr.png")
    assert picture.headers["content-type"] == "image/png"
    assert picture.content == png(wanted)


def png(code: segno.QRCode) -> bytes:
    drawn = io.BytesIO()
    code.save(drawn, kind="png", scale=8)
    return drawn.getvalue()


def test_links_lead_to_the_hosts_of_the_business_only(
    new_shop: Callable[..., Shop], module_server: Server
) -> None:
    shop = new_shop()
    before = shop.link(destination="https://elsewhere.example/")
    click(shop, before)
    update = ("business", "update", shop.business_id, "--link-host")
    assert module_server.command(*update, "shop.example").returncode == 0
    answer = shop.client.post("/v1/links", json={"destination": "https://elsewhere.example/"})
    assert refused(answer, 422) == [("invalid", "destination")]
    link = shop.link(destination="https://shop.example/")
    told = {"destination": "https://www.shop.example/"}
    answer = shop.client.patch(f"/v1/links/{link['id']}", json=told)
    assert refused(answer, 422) == [("invalid", "destination")]
    click(shop, link)
    answer = shop.client.get(f"/l/{before['code']}", headers={"User-Agent": BROWSER})
    assert (answer.status_code, "location" in answer.headers) == (404, False)
    update = ("business", "update", shop.business_id, "--any-link-host")
    assert module_server.command(*update).returncode == 0
    click(shop, before)
