"""The reverse proxies of ``deploy`` hide, pass and bound what they should, in front of a server."""

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.docs.proxies import PROXIES, Proxy
from tests.durability.conditions import until
from tests.server import Server, serving

EVENTS = "/v1/attribution/events"
MIB = 1 << 20


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("data")
    with serving(f"sqlite:///{data / 'footfall.db'}", data) as started:
        yield started


@pytest.fixture(scope="module", params=PROXIES)
def proxy(
    request: pytest.FixtureRequest, server: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Proxy]:
    with PROXIES[request.param](server, tmp_path_factory.mktemp(request.param)) as started:
        yield started


def told(answer: httpx.Response) -> list[Any]:
    errors: list[Any] = answer.json()["errors"]
    return [error["type"] for error in errors]


def test_an_event_passes_and_its_request_id_passes_both_ways(proxy: Proxy) -> None:
    body = {"action": "subscribed", "session": "bBJn9vR15yPaYkWmR2QK0jopMeNxrA6l"}
    answer = proxy.client.post(EVENTS, json=body, headers={"Request-Id": "from-far-away"})
    assert (answer.status_code, answer.json()) == (201, {"state": "ok"})
    assert answer.headers.get_list("Request-Id") == ["from-far-away"]


def test_every_answer_has_a_request_id(proxy: Proxy) -> None:
    answer = proxy.client.post(EVENTS, json={})
    assert answer.status_code == 422
    assert {error["request_id"] for error in answer.json()["errors"]} == {
        answer.headers["Request-Id"]
    }


def test_a_wrong_token_is_told_so_whatever_the_size_of_the_body(proxy: Proxy) -> None:
    # Ten times: a server that answers before it has read everything is overtaken now and then.
    for _ in range(10):
        answer = proxy.client.post(EVENTS, content=b" " * 100_000, headers={"Authorization": "x"})
        assert (answer.status_code, told(answer)) == (401, ["unauthenticated"])


@pytest.mark.parametrize("path", ["/metrics", "/%6Detrics", "/docs/../metrics", "//metrics"])
def test_metrics_are_hidden_however_they_are_spelled(
    proxy: Proxy, server: Server, path: str
) -> None:
    assert b"footfall_events_total" in server.client.get("/metrics").content
    url = proxy.client.base_url.copy_with(raw_path=path.encode())
    answer = proxy.client.send(httpx.Request("GET", url))
    assert answer.status_code in (404, 308)
    assert b"footfall_events_total" not in answer.content


def test_the_largest_batch_passes(proxy: Proxy) -> None:
    event = b'{"action":"subscribed","session":"bBJn9vR15yPaYkWmR2QK0jopMeNxrA6l"}'
    body = b"\n".join([event.ljust(16 * MIB // 4000 - 1)] * 4000)
    answer = proxy.client.post(
        EVENTS + "/batch", content=body, headers={"Content-Type": "application/x-ndjson"}
    )
    assert (answer.status_code, answer.json()["created"]) == (207, 4000)


def test_what_is_too_large_is_refused_in_the_shape_of_every_error(proxy: Proxy) -> None:
    announced, in_parts = b" " * (17 * MIB - 1), iter([b" " * MIB] * 18)
    for content in (announced, announced * 2, in_parts):
        answer = proxy.client.post(EVENTS + "/batch", content=content)
        assert (answer.status_code, told(answer)) == (413, ["too_large"])


def test_who_hangs_up_on_nginx_is_not_forgotten(proxy: Proxy, server: Server) -> None:
    if not proxy.plain_url:
        pytest.skip("Caddy passes it on when a caller hangs up, and cannot be told not to")
    session = "hungUpOnTheProxyRightAfterTheEnd"
    content = f'{{"action":"subscribed","session":"{session}"}}'
    url = proxy.client.base_url
    request = (
        f"POST {EVENTS} HTTP/1.1\r\nHost: {url.host}\r\nAuthorization: Bearer {server.token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n{content}"
    )
    trust = ssl.create_default_context()
    trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
    for _ in range(20):
        with (
            socket.create_connection((url.host, url.port or 443), timeout=30) as plain,
            trust.wrap_socket(plain) as sender,
        ):
            sender.sendall(request.encode())
    count = (
        "select count(*) from events join sessions on sessions.id = events.session_id "
        f"where sessions.text = '{session}'"
    )
    until(lambda: server.query(count) == [(20,)], "the events to be stored")


def test_plain_http_is_refused_and_not_redirected(proxy: Proxy) -> None:
    if not proxy.plain_url:
        pytest.skip("only nginx is run with TLS here")
    headers = {"Host": "events.example.org"}
    assert httpx.get(proxy.plain_url + "/healthz", headers=headers).status_code == 403


@pytest.mark.parametrize("name", PROXIES)
def test_callers_are_told_to_come_back_when_the_server_is_away(name: str, tmp_path: Path) -> None:
    with serving(f"sqlite:///{tmp_path / 'footfall.db'}", tmp_path) as server:
        folder = tmp_path / "proxy"
        folder.mkdir()
        with PROXIES[name](server, folder) as proxy:
            assert proxy.client.get("/healthz").status_code == 200
            server.stop()
            answer = proxy.client.post(EVENTS, json={})
    assert (answer.status_code, told(answer)) == (503, ["unavailable"])
    assert int(answer.headers["Retry-After"]) > 0
