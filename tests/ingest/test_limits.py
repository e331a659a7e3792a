"""Bodies over the limit are refused, however they come, and cost little memory."""

import gzip
import json
import os
import socket
import zlib
from collections.abc import Iterator
from http.client import HTTPResponse
from pathlib import Path
from typing import Any

import httpx
import pytest
import zstandard

from tests.builders import event
from tests.scene import BATCH, EVENTS, Scene

MIB = 1 << 20
BOMB_BYTES = 256 * MIB
GROWTH_MAX_BYTES = 128 * MIB
"""What a bomb may cost at its peak; the batch limit alone is 16 MiB, held a few times."""


def padded(scene: Scene, size: int) -> bytes:
    """An event whose body has just this size."""
    body = json.dumps(event(scene.profile, metadata={"padding": ""})).encode()
    return body.replace(b'""', b'"' + b"x" * (size - len(body)) + b'"')


def post(scene: Scene, path: str, body: bytes | Iterator[bytes], **headers: str) -> httpx.Response:
    headers = {"content-type": "application/json"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    return scene.client.post(path, content=body, headers=headers)


def refused(answer: httpx.Response) -> list[tuple[int, str]]:
    return [(answer.status_code, error["type"]) for error in answer.json()["errors"]]


def squeezed(body: bytes, encoding: str) -> bytes:
    if encoding == "zstd":
        return zstandard.ZstdCompressor().compress(body)
    return gzip.compress(body) if encoding == "gzip" else zlib.compress(body)


def bomb(encoding: str) -> bytes:
    """A quarter of a gigabyte of nothing in a few kilobytes."""
    piece = bytes(MIB)
    if encoding == "zstd":
        stream: Any = zstandard.ZstdCompressor().compressobj()
    else:
        stream = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
    parts = [stream.compress(piece) for _ in range(BOMB_BYTES // MIB)]
    return b"".join([*parts, stream.flush()])


def peak_bytes(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    (peak,) = [line for line in lines if line.startswith("VmHWM:")]
    return int(peak.split()[1]) * 1024


def test_an_event_of_one_mebibyte_is_stored_and_a_byte_more_refused(scene: Scene) -> None:
    assert post(scene, EVENTS, padded(scene, MIB)).status_code == 201
    assert refused(post(scene, EVENTS, padded(scene, MIB + 1))) == [(413, "too_large")]


def test_a_body_of_unknown_length_is_counted_as_it_comes(scene: Scene) -> None:
    small = padded(scene, 100_000)
    pieces = (small[at : at + 1000] for at in range(0, len(small), 1000))
    assert post(scene, EVENTS, pieces).status_code == 201
    endless = (bytes(MIB // 4) for _ in range(5))
    assert refused(post(scene, EVENTS, endless)) == [(413, "too_large")]


def test_an_announced_body_over_the_limit_is_refused_unread(scene: Scene) -> None:
    head = (
        f"POST {EVENTS} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {scene.server.token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {1 << 40}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", scene.server.port), 30) as connection:
        connection.sendall(head.encode())
        response = HTTPResponse(connection)
        response.begin()
        assert response.status == 413


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "zstd"])
def test_a_compressed_event_is_stored_and_counts_decompressed(scene: Scene, encoding: str) -> None:
    fits = squeezed(padded(scene, MIB), encoding)
    assert post(scene, EVENTS, fits, content_encoding=encoding).status_code == 201
    over = squeezed(padded(scene, MIB + 1), encoding)
    assert refused(post(scene, EVENTS, over, content_encoding=encoding)) == [(413, "too_large")]


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_a_cut_body_is_refused(scene: Scene, encoding: str) -> None:
    cut = squeezed(padded(scene, 5000), encoding)[:-1]
    answer = post(scene, EVENTS, cut, content_encoding=encoding)
    assert refused(answer) == [(400, "malformed_request")]


def test_a_batch_over_sixteen_mebibytes_is_refused(scene: Scene) -> None:
    lines = padded(scene, MIB // 2) + b"\n"
    fits = gzip.compress(lines * 30, 1)
    headers = {"content_type": "application/x-ndjson", "content_encoding": "gzip"}
    answer = post(scene, BATCH, fits, **headers)
    assert answer.json()["created"] == 30
    assert refused(post(scene, BATCH, gzip.compress(lines * 33, 1), **headers)) == [
        (413, "too_large")
    ]


def test_an_event_over_one_mebibyte_is_refused_inside_a_batch_too(scene: Scene) -> None:
    lines = b"\n".join([padded(scene, MIB), padded(scene, MIB + 1), padded(scene, 200)])
    results = post(scene, BATCH, lines, content_type="application/x-ndjson").json()["results"]
    assert [each["result"] for each in results] == ["created", "rejected", "created"]
    assert results[1]["errors"][0]["type"] == "too_large"


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads peaks from /proc")
@pytest.mark.parametrize("path", [EVENTS, BATCH])
@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_a_bomb_is_refused_before_it_takes_memory(scene: Scene, path: str, encoding: str) -> None:
    before = peak_bytes(scene.server.pid)
    answer = post(scene, path, bomb(encoding), content_encoding=encoding)
    assert refused(answer) == [(413, "too_large")]
    assert peak_bytes(scene.server.pid) - before < GROWTH_MAX_BYTES


def test_the_server_goes_on_after_callers_that_hang_up(scene: Scene) -> None:
    head = (
        f"POST {EVENTS} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {scene.server.token}\r\n"
        "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
    )
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", scene.server.port), 30) as connection:
            connection.sendall(head.encode())
    assert scene.track(event(scene.profile)).status_code == 201
    os.kill(scene.server.pid, 0)
