"""The same thing told at the same moment, to one server or to two on one database, is made once."""

import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.shop import BROWSER, Shop, unique
from tests.server import Server, serving

ROUNDS = 15
Ask = Callable[[httpx.Client], httpx.Response]


@pytest.fixture(scope="module")
def both(
    postgres_server_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[httpx.Client, httpx.Client]]:
    """Clients of two servers on one PostgreSQL database."""
    from tests.postgres import Databases

    def folder(name: str) -> Path:
        return tmp_path_factory.mktemp(name)

    with (
        Databases(postgres_server_url).fresh() as url,
        serving(url, folder("one")) as one,
        serving(url, folder("two")) as two,
        client_of(two, one.token) as other,
    ):
        yield one.client, other


def client_of(server: Server, token: str) -> httpx.Client:
    return httpx.Client(base_url=server.url, headers={"Authorization": f"Bearer {token}"})


def answers(clients: tuple[httpx.Client, ...], ask: Ask) -> list[Any]:
    """The bodies of the answers when all ask at once."""
    with ThreadPoolExecutor(len(clients)) as pool:
        return [answer.json() for answer in pool.map(ask, clients)]


def test_one_customer_told_by_many_callers_is_one_profile(shop: Shop) -> None:
    address = f"{unique('ana')}@example.com"
    told = answers((shop.client,) * 8, lambda c: c.post("/v1/profiles", json={"email": address}))
    assert len({each["id"] for each in told}) == 1
    assert len(told[0]["emails"]) == 1


def test_one_reference_is_taken_by_one_of_many_callers(shop: Shop) -> None:
    body = {"name": "Bag", "reference": unique("r-")}
    told = answers((shop.client,) * 8, lambda c: c.post("/v1/attribution/products", json=body))
    assert sum("id" in each for each in told) == 1
    faults = [each["errors"][0]["type"] for each in told if "errors" in each]
    assert faults == ["parameter_not_unique"] * 7


def test_one_customer_told_to_two_servers_is_one_profile(
    both: tuple[httpx.Client, httpx.Client],
) -> None:
    for number in range(ROUNDS):
        body = {"email": f"two{number}@example.com", "reference": number, "source": "shop"}
        told = answers(both, lambda c, body=body: c.post("/v1/profiles", json=body))  # type: ignore[misc]
        assert len({each["id"] for each in told}) == 1


def test_one_action_name_is_taken_at_one_of_two_servers(
    both: tuple[httpx.Client, httpx.Client],
) -> None:
    for number in range(ROUNDS):
        body = {"name": f"thing.done{number}"}
        told = answers(both, lambda c, body=body: c.post("/v1/actions", json=body))  # type: ignore[misc]
        assert sorted("id" in each for each in told) == [False, True]


def test_a_session_attached_at_two_servers_has_one_owner_in_both_answers(
    both: tuple[httpx.Client, httpx.Client],
) -> None:
    owners = {
        client: client.post("/v1/profiles", json={"first_name": str(number)}).json()["id"]
        for number, client in enumerate(both)
    }
    for _ in range(ROUNDS):
        path = f"/v1/sessions/{uuid.uuid4()}"
        told = answers(both, lambda c, path=path: c.patch(path, json={"profile": owners[c]}))  # type: ignore[misc]
        assert len({each["profile"] for each in told}) == 1
        assert told[0] == told[1] == both[0].get(path).json()


def test_a_delivery_told_to_two_servers_is_one_and_another_content_is_refused(
    both: tuple[httpx.Client, httpx.Client],
) -> None:
    profile = both[0].post("/v1/profiles", json={}).json()["id"]
    for number in range(ROUNDS):
        body = {"profile": profile, "campaign": "a", "channel": "sms", "reference": number}
        told = answers(both, lambda c, body=body: c.post("/v1/deliveries", json=body))  # type: ignore[misc]
        assert told[0] == told[1]
        campaign = dict(zip(both, "ab", strict=True))
        body = body | {"source": "other"}
        told = answers(
            both,
            lambda c, body=body, campaign=campaign: c.post(  # type: ignore[misc]
                "/v1/deliveries", json=body | {"campaign": campaign[c]}
            ),
        )
        assert sorted("id" in each for each in told) == [False, True]


def test_batches_of_deliveries_in_another_order_are_both_taken(
    both: tuple[httpx.Client, httpx.Client],
) -> None:
    profile = both[0].post("/v1/profiles", json={}).json()["id"]
    for number in range(ROUNDS):
        rows = [
            {"profile": profile, "campaign": "a", "channel": "sms", "reference": f"{number}-{each}"}
            for each in range(50)
        ]
        ordered = dict(zip(both, (rows, rows[::-1]), strict=True))
        told = answers(
            both,
            lambda c, ordered=ordered: c.post("/v1/deliveries", json={"deliveries": ordered[c]}),  # type: ignore[misc]
        )
        assert sum(each["created"] for each in told) == 50
        assert sum(each["duplicate"] for each in told) == 50


def test_clicks_at_two_servers_are_all_counted(both: tuple[httpx.Client, httpx.Client]) -> None:
    links = [
        both[0].post("/v1/links", json={"destination": "https://shop.example"}).json()
        for _ in range(2)
    ]
    headers = {"User-Agent": BROWSER}
    for number in range(ROUNDS):
        path = f"/l/{links[number % 2]['code']}"
        with ThreadPoolExecutor(8) as pool:
            asked = [*both, *both, *both, *both]
            found = pool.map(lambda c, path=path: c.get(path, headers=headers), asked)
            assert [answer.status_code for answer in found] == [302] * 8
    counted = [both[1].get(f"/v1/links/{each['id']}").json()["clicks"] for each in links]
    assert sum(counted) == 8 * ROUNDS
