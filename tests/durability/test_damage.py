"""Files are damaged while the server is down: what is derived is made anew, the rest is refused."""

from pathlib import Path

import pytest

from tests.durability.books import Books
from tests.durability.load import Load
from tests.durability.mix import make_world
from tests.server import serving

SETTINGS = {"FOOTFALL_INDEX_EVENTS_COUNT": "64"}
GARBAGE = b"not a database, whatever it was before" * 1000


@pytest.mark.parametrize("damage", ["garbage", "missing"])
def test_a_lost_event_index_is_made_anew(
    sqlite_url: str, tmp_path: Path, seed: str, damage: str
) -> None:
    with serving(sqlite_url, tmp_path / "data", SETTINGS) as server:
        with Load([server], seed, make_world(server)) as load:
            load.wait_for(201, 300)
        load.settle()
        server.stop()
        for index in tmp_path.rglob("index.db*"):
            index.unlink()
        index = tmp_path / "index.db"
        if damage == "garbage":
            index.write_bytes(GARBAGE)
        server.start()
        Books(server, [load]).audit()
        assert index.read_bytes()[:15] == b"SQLite format 3"


def test_a_damaged_database_is_not_served(sqlite_url: str, tmp_path: Path) -> None:
    with serving(sqlite_url, tmp_path / "data") as server:
        server.stop()
        (tmp_path / "footfall.db").write_bytes(GARBAGE)
        ended = server.command("serve", "--port", str(server.port))
    assert ended.returncode == 1
    assert "cannot be used" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert (tmp_path / "footfall.db").read_bytes() == GARBAGE
