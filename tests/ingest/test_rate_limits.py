"""Quotas: how many requests an address, a public id or a token may send in a minute."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall.errors import ConfigurationError, RateLimited, Refused
from footfall.ingest.limits import WINDOW_S, Clients, Limits, Quota
from footfall.settings import Settings
from tests.scene import EVENTS
from tests.server import Server, serving

TRACK = "/v1/track/events"
LOOPBACK = "127.0.0.0/8,::1"


class Clock:
    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


def waits(quota: Quota, key: str = "a") -> int:
    """Seconds to wait before the next request, 0 if it may come now (and has)."""
    try:
        quota.take(key)
    except Refused as refused:
        (fault,) = refused.faults
        assert isinstance(fault, RateLimited)
        return fault.retry_after_s
    return 0


@given(per_minute=st.integers(1, 5000))
def test_a_minutes_quota_may_come_at_once_and_not_one_more(per_minute: int) -> None:
    quota = Quota("address", per_minute, clock=Clock())
    assert not any(waits(quota) for _ in range(per_minute))
    assert waits(quota) == max(1, -(-WINDOW_S // per_minute))
    assert waits(quota, "another") == 0


@given(per_minute=st.integers(1, 600), pauses=st.lists(st.floats(0, 90), max_size=60))
def test_no_minute_has_more_than_twice_its_quota(per_minute: int, pauses: list[float]) -> None:
    """What a bucket lets through in any window: all of its content, and what flows in meanwhile."""
    clock = Clock()
    quota = Quota("address", per_minute, clock=clock)
    taken: list[float] = []
    for pause in pauses:
        clock.at += pause
        taken += [clock.at for _ in range(per_minute + 1) if waits(quota) == 0]
    for start in taken:
        within = sum(start <= at < start + WINDOW_S for at in taken)
        assert within <= 2 * per_minute + 1


@given(per_minute=st.integers(1, 600))
def test_whoever_waits_as_told_is_heard(per_minute: int) -> None:
    clock = Clock()
    quota = Quota("token", per_minute, clock=clock)
    while (wait := waits(quota)) == 0:
        pass
    clock.at += wait
    assert waits(quota) == 0


def test_keys_are_forgotten_when_they_are_quiet_or_too_many() -> None:
    clock = Clock()
    quota = Quota("address", 1, keys_max=10, clock=clock)
    for number in range(1000):
        quota.take(str(number))
        assert len(quota) <= 20
    clock.at += 2 * WINDOW_S + 1
    quota.take("x")
    clock.at += WINDOW_S + 1
    quota.take("y")
    assert len(quota) == 2


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("127.0.0.1", "", None),
        ("::1", "", None),
        ("", "", None),
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "10.1.1.1, 198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "198.51.100.1, 127.0.0.5", "198.51.100.1"),
        ("127.0.0.1", "198.51.100.1:4711", "198.51.100.1"),
        ("127.0.0.1", "[2001:db8:1:2:3::4]:4711", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "", "203.0.113.9"),
        ("127.0.0.1", "unknown", "unknown"),
        ("127.0.0.1", ", ,", None),
    ],
)
def test_a_client_is_who_stands_before_the_trusted_proxies(
    peer: str, forwarded: str, client: str | None
) -> None:
    assert Clients(LOOPBACK).find(peer, forwarded.encode()) == client


def test_other_proxies_may_be_trusted_or_none() -> None:
    assert Clients("10.0.0.0/8 ::1").find("10.1.1.1", b"198.51.100.1") == "198.51.100.1"
    assert Clients("").find("127.0.0.1", b"198.51.100.1") == "127.0.0.1"
    with pytest.raises(ConfigurationError, match="FOOTFALL_TRUSTED_PROXIES"):
        Limits(Settings(trusted_proxies="my proxy"))


@given(peer=st.text(max_size=40), forwarded=st.binary(max_size=300))
def test_whatever_a_proxy_writes_is_read(peer: str, forwarded: bytes) -> None:
    found = Clients(LOOPBACK).find(peer, forwarded)
    assert found is None or 0 < len(found) <= 64


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with small quotas. They are kept in memory, whatever the database."""
    data = tmp_path_factory.mktemp("data")
    quotas = {
        "FOOTFALL_RATE_ADDRESS_PER_MINUTE": "3",
        "FOOTFALL_RATE_TOKEN_PER_MINUTE": "5",
    }
    with serving(f"sqlite:///{data / 'footfall.db'}", data, quotas) as server:
        yield server


def send(server: Server, path: str, credential: str, client: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {credential}", "X-Forwarded-For": client}
    told: dict[str, Any] = {"action": "page.viewed", "session": str(uuid4()), "url": "/"}
    if path.startswith("/v1/public/businesses"):
        return httpx.get(server.url + path, headers=headers)
    return httpx.post(server.url + path, json=told, headers=headers)


def assert_limited(answer: httpx.Response, policy: str, quota: int) -> None:
    assert answer.status_code == 429, answer.text
    wait = answer.headers["retry-after"]
    assert 1 <= int(wait) <= WINDOW_S
    assert answer.headers["ratelimit-policy"] == f'"{policy}";q={quota};w={WINDOW_S}'
    assert answer.headers["ratelimit"] == f'"{policy}";r=0;t={wait}'
    (error,) = answer.json()["errors"]
    assert (error["type"], error["parameter"]) == ("rate_limited", None)
    assert error["request_id"] == answer.headers["request-id"]
    assert re.search(rf"{quota} requests .* in {wait} s", error["message"])


@pytest.mark.parametrize("first", [TRACK, "/v1/public/acks", "/v1/track/sessions", "business"])
def test_an_address_has_one_quota_for_all_public_endpoints(limited: Server, first: str) -> None:
    if first == "business":
        first = f"/v1/public/businesses/{limited.business_id}"
    client = f"198.51.100.{len(first)}"
    public_id = limited.business_id
    for path in (first, TRACK, "/v1/public/acks"):
        assert send(limited, path, public_id, client).is_success
    for path in (first, TRACK, "/v1/public/nowhere"):
        answer = send(limited, path, public_id, client)
        assert_limited(answer, "address", 3)
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["access-control-expose-headers"] == "Date, Retry-After"
    # Others, preflights, and the proxy's own machine go on.
    assert httpx.options(limited.url + TRACK, headers={"X-Forwarded-For": client}).is_success
    assert send(limited, TRACK, public_id, f"203.0.113.{len(first)}").is_success
    assert send(limited, TRACK, public_id, "127.0.0.1").is_success


def token(server: Server) -> str:
    told = server.command("token", "create", "--business", server.business_id, "--name", "x")
    found = re.search(r"ALK_[A-Za-z0-9]{40}", told.stdout)
    assert found is not None, told.stderr
    return found[0]


def test_a_token_has_a_quota_over_all_endpoints_and_no_address(limited: Server) -> None:
    private = token(limited)
    for path in (TRACK, EVENTS, "/v1/track/sessions", TRACK, EVENTS):
        assert send(limited, path, private, "198.51.100.200").is_success
    for path in (TRACK, EVENTS, EVENTS + "/batch", "/v1/profiles", "/v1/public/acks"):
        answer = send(limited, path, private, "198.51.100.200")
        assert_limited(answer, "token", 5)
    assert send(limited, EVENTS, token(limited), "198.51.100.200").is_success


def test_what_is_turned_away_is_neither_stored_nor_on_record(limited: Server) -> None:
    private = token(limited)
    count = "select (select count(*) from events), (select count(*) from rejections)"
    for _ in range(5):
        assert send(limited, EVENTS, private, "").is_success
    before = limited.query(count)
    for path in (EVENTS, "/v1/profiles", EVENTS + "/batch"):
        assert_limited(send(limited, path, private, ""), "token", 5)
    assert limited.query(count) == before


def test_a_public_id_has_a_quota_over_all_addresses(tmp_path: Path) -> None:
    quota = {"FOOTFALL_RATE_BUSINESS_PER_MINUTE": "3"}
    with serving(f"sqlite:///{tmp_path / 'footfall.db'}", tmp_path, quota) as server:
        for number in range(3):
            assert send(server, TRACK, server.business_id, f"192.0.2.{number}").is_success
        for path in (TRACK, "/v1/public/acks"):
            answer = send(server, path, server.business_id, "192.0.2.99")
            assert_limited(answer, "business", 3)
        assert send(server, TRACK, server.token, "192.0.2.99").is_success


def test_who_is_on_the_same_machine_and_forwards_for_nobody_has_no_address(
    tmp_path: Path,
) -> None:
    quota = {"FOOTFALL_RATE_ADDRESS_PER_MINUTE": "3"}
    with serving(f"sqlite:///{tmp_path / 'footfall.db'}", tmp_path, quota) as server:
        path = f"{server.url}/v1/public/businesses/{server.business_id}"
        headers = {"Authorization": f"Bearer {server.business_id}"}
        assert {httpx.get(path, headers=headers).status_code for _ in range(20)} == {200}
        headers["X-Forwarded-For"] = "198.51.100.1"
        assert [httpx.get(path, headers=headers).status_code for _ in range(4)] == [200] * 3 + [429]


def test_a_server_says_which_setting_it_cannot_read(tmp_path: Path) -> None:
    server = Server(
        f"sqlite:///{tmp_path / 'footfall.db'}",
        tmp_path,
        settings={"FOOTFALL_TRUSTED_PROXIES": "all"},
    )
    told = server.command("serve", "--port", str(server.port))
    assert told.returncode == 1
    assert "FOOTFALL_TRUSTED_PROXIES" in told.stderr
