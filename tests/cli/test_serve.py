"""``footfall serve``: what it says when it cannot start, and what a failed start leaves behind."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.cli.run import footfall
from tests.docs.pages import ROOT
from tests.server import READY, Server


@pytest.fixture
def taken_port() -> Iterator[int]:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        yield taken.getsockname()[1]


def refusal(*options: object, **environment: str) -> str:
    """What a start that fails says: one line."""
    result = footfall("serve", *options, status=1, **environment)
    assert result.stderr.count("\n") == 1
    return result.stderr


@pytest.mark.parametrize("folder", ["/proc/nope", "/proc/self"])
def test_a_data_folder_that_cannot_be_used_is_named_with_a_remedy(folder: str) -> None:
    said = refusal("--data", folder, "--port", 0)
    assert said.startswith("Error: The data folder /proc/")
    assert "--data" in said


def test_the_folder_of_a_database_elsewhere_counts_too(tmp_path: Path) -> None:
    database = ("--database", "sqlite:////proc/nope/footfall.db")
    said = refusal("--data", tmp_path / "new", *database, "--port", 0)
    assert "/proc/nope cannot be made in /proc" in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_of_somebody_else_names_its_owner(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert f"Run as its owner ({tmp_path.owner()})" in refusal("--data", tmp_path, "--port", 0)


@pytest.mark.parametrize("port", [99_999, -1])
def test_a_port_out_of_range_names_where_it_was_given(tmp_path: Path, port: int) -> None:
    assert f"--port is {port}; it must be from 0 to 65535" in refusal("--port", port)
    for command in ("serve", "doctor"):
        arguments = (command, "--data", tmp_path)
        said = footfall(*arguments, status=1, FOOTFALL_PORT=str(port)).stderr
        assert f"FOOTFALL_PORT is {port}" in said


@pytest.mark.parametrize("host", ["192.0.2.1", "a..b"])
def test_an_address_that_is_not_this_machines_is_about_the_host(tmp_path: Path, host: str) -> None:
    said = refusal("--host", host, "--data", tmp_path / "new")
    assert "--host" in said
    assert "--port" not in said


def test_a_start_that_fails_leaves_no_folder(tmp_path: Path, taken_port: int) -> None:
    away = f"postgresql://me@/footfall?host={tmp_path}"
    data = tmp_path / "a" / "new"
    assert "another port with --port" in refusal("--data", data, "--port", taken_port)
    assert "cannot be used" in refusal("--data", data, "--database", away, "--port", 0)
    assert list(tmp_path.iterdir()) == []


def test_a_start_that_fails_leaves_a_folder_that_was_there(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    refusal("--data", data, "--database", f"postgresql://me@/x?host={tmp_path}", "--port", 0)
    assert data.is_dir()


def test_any_free_port_is_told_by_its_number(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "footfall", "serve", "--data", str(tmp_path), "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        printed = ""
        for line in process.stdout:
            printed += line
            if READY in line:
                break
        port = re.search(r"Address\s+http://127.0.0.1:(\d+)", printed)
        assert port is not None, printed
        url = f"http://127.0.0.1:{port[1]}/healthz"
        assert httpx.get(url, trust_env=False).status_code == 200
        assert f":{port[1]}" in (tmp_path / "footfall.lock").read_text()
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate()


def test_help_says_what_holds_without_an_option() -> None:
    shown = " ".join(footfall("serve", "--help").stdout.split())
    assert "[env: FOOTFALL_HOST; default: 127.0.0.1]" in shown
    assert "[env: FOOTFALL_PORT; default: 8000]" in shown


def test_only_an_index_that_was_is_called_rebuilt(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'footfall.db'}"
    server = Server(url, tmp_path)
    try:
        server.start()
        assert "event_index_rebuilt" not in server.printed
        told = {"action": "subscribed", "session": "11111111-2222-4333-8444-555555555555"}
        assert server.client.post("/v1/attribution/events", json=told).status_code == 201
        server.stop()
        for file in tmp_path.glob("index.db*"):
            file.unlink()
        server.start()
        assert "event_index_rebuilt" in server.printed
    finally:
        server.close()


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
def test_make_run_says_how_it_takes_options(tmp_path: Path, taken_port: int) -> None:
    binaries = Path(sys.executable).parent
    arguments = f"ARGS=--port {taken_port} --data {tmp_path}"
    done = subprocess.run(
        # Nothing is installed: what is there already runs.
        ["make", "run", "-o", "install", f"BIN={binaries}", arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode != 0
    assert f"Cannot listen on 127.0.0.1:{taken_port}" in done.stderr
    assert 'make run ARGS="--port 9000"' in done.stderr
