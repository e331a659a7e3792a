"""Every list pages alike, and keeps its place while things are added and removed."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.api.shop import Shop, got, refused

LISTS = [
    "/v1/profiles",
    "/v1/attribution/products",
    "/v1/attribution/orders",
    "/v1/attribution/carts",
    "/v1/coupons",
    "/v1/attribution/refunds",
    "/v1/attribution/apps",
    "/v1/forms",
    "/v1/attribution/actions",
    "/v1/attribution/events",
    "/v1/objects",
    "/v1/properties",
    "/v1/lists",
    "/v1/rejections",
    "/v1/ledger",
]


@pytest.fixture(scope="module")
def filled(new_shop: Callable[..., Shop], client_of: Callable[..., Any]) -> Shop:
    """A business with seven or more of everything; the ledger has one entry per token."""
    shop = new_shop()
    for _ in range(7):
        add_one_of_each(shop)
        client = client_of(shop.business_id)
        assert client.post("/v1/attribution/events", json=subscription(shop)).status_code == 201
    return shop


def subscription(shop: Shop) -> dict[str, Any]:
    return {"action": "subscribed", "session": shop.session()}


def add_one_of_each(shop: Shop) -> None:
    shop.profile()
    shop.product(variants=[{"name": "Red"}])
    shop.order()
    shop.cart()
    shop.coupon()
    shop.refund()
    shop.app()
    shop.form()
    shop.action()
    shop.structure()
    shop.field()
    shop.a_list()
    shop.track(session=shop.session())
    assert shop.client.get("/v1/nothing").status_code == 404


def walk(shop: Shop, path: str, **query: Any) -> Iterator[list[str]]:
    """The ids of each page, oldest last."""
    while True:
        answer = got(shop.client.get(path, params=query))
        ids = [each["id"] for each in answer["data"]]
        yield ids
        if not answer["has_more"]:
            return
        query["starting_after"] = ids[-1]


def everything(shop: Shop, path: str) -> list[str]:
    return [each for page in walk(shop, path, limit=100) for each in page]


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("limit", [1, 3, 100])
def test_pages_put_together_are_the_whole_list(filled: Shop, path: str, limit: int) -> None:
    whole = everything(filled, path)
    assert len(whole) == len(set(whole)) >= 7
    pages = list(walk(filled, path, limit=limit))
    assert [each for page in pages for each in page] == whole
    assert all(len(page) == limit for page in pages[:-1])
    assert pages[-1]


@pytest.mark.parametrize("path", LISTS)
def test_the_page_before_an_item_holds_the_newer_ones_next_to_it(filled: Shop, path: str) -> None:
    whole = everything(filled, path)
    query: dict[str, Any] = {"limit": 2, "ending_before": whole[5]}
    answer = got(filled.client.get(path, params=query))
    assert [each["id"] for each in answer["data"]] == whole[3:5]
    assert answer["has_more"] is True
    answer = got(filled.client.get(path, params=query | {"limit": 5}))
    assert [each["id"] for each in answer["data"]] == whole[:5]
    assert answer["has_more"] is False


@pytest.mark.parametrize("path", LISTS)
def test_a_page_has_25_items_unless_told(filled: Shop, path: str) -> None:
    answer = got(filled.client.get(path))
    whole = everything(filled, path)
    assert [each["id"] for each in answer["data"]] == whole[:25]
    assert answer["has_more"] is (len(whole) > 25)


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    ("query", "faults"),
    [
        ({"limit": "0"}, [("invalid", "limit")]),
        ({"limit": "101"}, [("invalid", "limit")]),
        ({"limit": "ten"}, [("invalid", "limit")]),
        ({"limit": "-1"}, [("invalid", "limit")]),
        ({"limit": "٣"}, [("invalid", "limit")]),
        ({"starting_after": "vxqQJ3Yg"}, [("not_found", "starting_after")]),
        ({"ending_before": "no id"}, [("not_found", "ending_before")]),
        (
            {"limit": "0", "starting_after": "x"},
            [("invalid", "limit"), ("not_found", "starting_after")],
        ),
    ],
)
def test_a_page_that_cannot_be_is_refused(
    filled: Shop, path: str, query: dict[str, str], faults: list[tuple[str, str]]
) -> None:
    assert sorted(refused(filled.client.get(path, params=query), 422)) == sorted(faults)


@pytest.mark.parametrize("path", LISTS)
def test_both_directions_at_once_are_refused(filled: Shop, path: str) -> None:
    first = everything(filled, path)[0]
    query = {"starting_after": first, "ending_before": first}
    answer = filled.client.get(path, params=query)
    assert refused(answer, 422) == [("ambiguous_parameter", "ending_before")]


@pytest.mark.parametrize("path", LISTS[:-1])
def test_things_added_between_pages_neither_shift_nor_repeat(
    new_shop: Callable[..., Shop], path: str
) -> None:
    shop = new_shop()
    for _ in range(5):
        add_one_of_each(shop)
    whole = everything(shop, path)
    seen: list[str] = []
    for page in walk(shop, path, limit=2):
        seen += page
        add_one_of_each(shop)
    assert seen == whole


def test_an_item_deleted_between_pages_still_marks_its_place(
    new_shop: Callable[..., Shop],
) -> None:
    shop = new_shop()
    ids = [shop.profile()["id"] for _ in range(4)][::-1]
    got(shop.client.delete(f"/v1/profiles/{ids[1]}"))
    answer = got(shop.client.get("/v1/profiles", params={"starting_after": ids[1]}))
    assert [each["id"] for each in answer["data"]] == ids[2:]
