"""Who holds a token learns whose it is."""

from collections.abc import Callable

import httpx
import pytest

from tests.api.shop import Shop, got


def test_a_token_learns_its_business_and_the_public_id(
    shop: Shop, new_shop: Callable[..., Shop]
) -> None:
    other = new_shop("AU")
    for each, country in ((shop, "US"), (other, "AU")):
        told = got(each.client.get("/v1/business"))
        assert (told["id"], told["type"]) == (each.business_id, "business")
        assert (told["country"], told["test"]) == (country, False)


@pytest.mark.parametrize("scope", ["read", "profiles", "catalog", "events:write"])
def test_every_scope_may_ask(
    shop: Shop, client_of: Callable[..., httpx.Client], scope: str
) -> None:
    told = got(client_of(shop.business_id, scope).get("/v1/business"))
    assert told["id"] == shop.business_id


def test_a_public_id_may_not_ask(shop: Shop) -> None:
    header = {"Authorization": f"Bearer {shop.business_id}"}
    assert shop.client.get("/v1/business", headers=header).status_code == 401
