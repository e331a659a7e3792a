"""The WooCommerce plugin's own calls; the keys it sends are nowhere afterwards."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from footfall.store import tables
from footfall.store.engine import Engines
from tests.api.shop import Shop, got, made, refused
from tests.server import Server

KEY, SECRET = "ck_" + "0a" * 20, "cs_" + "9f" * 20
SHOP = {
    "name": "Mug shop",
    "url": "https://shop.example",
    "email": "hello@shop.example",
    "currency": "USD",
}
KEYS = {"consumer_key": KEY, "consumer_secret": SECRET}
PATHS = ["/integrations/woo", "/v1/integrations/woo"]


def kept(beside: Engines) -> list[Any]:
    with beside.read.begin() as connection:
        return list(connection.execute(select(tables.integrations)).all())


@pytest.mark.parametrize("path", PATHS)
def test_the_plugin_switches_itself_on_and_off(shop: Shop, beside: Engines, path: str) -> None:
    first = made(shop.client.post(path, json={"shop": SHOP | KEYS}))
    assert first["shop"] == SHOP
    again = made(shop.client.post(path, json={"shop": {"name": "Cup shop"} | KEYS}))
    assert again["shop"] == dict.fromkeys(SHOP) | {"name": "Cup shop"}
    (row,) = kept(beside)
    assert (row.name, row.data, row.deleted_at) == ("woo", {"name": "Cup shop"}, None)
    for _ in range(2):
        # The plugin sends a body with it.
        body = json.dumps({"shop": {"business_id": shop.business_id}})
        headers = {"Content-Type": "application/json"}
        answer = shop.client.request("DELETE", path, content=body, headers=headers)
        assert got(answer) == {"id": "woo", "deleted": True}
    (row,) = kept(beside)
    assert (row.data, row.deleted_at is not None) == (None, True)


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        ({}, ("parameter_missing", "shop")),
        ({"shop": None}, ("parameter_invalid_empty", "shop")),
        ({"shop": KEY}, ("invalid", "shop")),
        ({"shop": {"name": {"x": SECRET}} | KEYS}, ("invalid", "name")),
    ],
)
def test_what_is_no_shop_is_refused(
    shop: Shop, told: dict[str, Any], fault: tuple[str, str]
) -> None:
    assert refused(shop.client.post(PATHS[0], json=told), 422) == [fault]


def test_a_public_id_switches_nothing_on(shop: Shop) -> None:
    headers = {"Authorization": f"Bearer {shop.business_id}"}
    for path in (*PATHS, "/v1/wordpress/webchats"):
        method = "GET" if "webchats" in path else "POST"
        answer = shop.client.request(method, path, headers=headers, json={"shop": SHOP})
        assert refused(answer, 401) == [("unauthenticated", "Authorization")]


def test_there_are_no_webchats(shop: Shop) -> None:
    for path in ("/v1/wordpress/webchats", "/wordpress/webchats"):
        assert got(shop.client.get(path)) == {"ids": []}


def test_the_keys_of_a_shop_are_nowhere(shop: Shop, module_server: Server) -> None:
    """Not in the database, not in a log: neither from a good request nor from refused ones."""
    bodies = [
        json.dumps({"shop": SHOP | KEYS}),
        json.dumps({"shop": [SHOP | KEYS]}),
        json.dumps({"shop": SHOP | KEYS})[:-1],
        json.dumps({"shop": {"name": f"{KEY} {SECRET}", "url": ["x"]}}),
        json.dumps({"shop": {"other": [KEY, SECRET], "name": 1.5}}),
    ]
    for body in bodies:
        headers = {"Content-Type": "application/json"}
        shop.client.post(PATHS[0], content=body, headers=headers)
    tables_with_texts = ("integrations", "rejections")
    texts = json.dumps(
        [
            [str(row) for row in module_server.query(f"select * from {name}")]
            for name in tables_with_texts
        ]
    )
    assert "shop.example" in texts
    assert KEY not in texts
    assert SECRET not in texts
    assert KEY not in module_server.printed
    for file in Path(module_server.data).rglob("*"):
        if file.is_file():
            assert KEY.encode() not in file.read_bytes()
