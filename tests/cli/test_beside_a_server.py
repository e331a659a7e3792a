"""Commands meet a real server on the same installation."""

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx

from tests.cli.run import footfall, footfall_json


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port: int = taken.getsockname()[1]
        return port


@contextmanager
def serving(data: Path, url: str, port: int) -> Iterator[None]:
    """Run ``footfall serve`` until it is told to stop."""
    process = subprocess.Popen(
        [
            *(sys.executable, "-c", "from footfall.cli.main import main; main()", "serve"),
            *("--data", str(data), "--database", url, "--port", str(port)),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        # The greeting is printed once the server answers.
        assert any(f"127.0.0.1:{port}" in line for line in process.stdout), "it did not start"
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate()
    assert process.returncode == 0


def test_commands_work_beside_a_server(database_url: str, tmp_path: Path) -> None:
    port = free_port()
    where = ("--data", tmp_path / "data", "--database", database_url)
    with serving(tmp_path / "data", database_url, port):
        business = footfall_json("business", "create", "B", *where)["id"]
        made = footfall_json("token", "create", "--business", business, "--name", "x", *where)
        answer = httpx.get(
            f"http://127.0.0.1:{port}/v1/profiles",
            headers={"Authorization": f"Bearer {made['token']}"},
            trust_env=False,
        )
        assert answer.status_code == 200
        found = {
            each["name"]: each for each in footfall_json("doctor", *where, FOOTFALL_PORT=str(port))
        }
        assert found["port"]["found"].endswith("answered by Footfall")
        assert re.search(r"running: process \d+", found["server"]["found"])
        backup = tmp_path / "backup.db"
        assert footfall_json("backup", backup, *where)["rows"]["businesses"] == 2
        refused = footfall("restore", backup, "--force", *where, status=1)
        assert "stop" in refused.stderr
