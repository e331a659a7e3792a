"""What a stranger sees first: the printed commands are pasted into a shell as they stand."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from footfall.ops.first_start import welcome
from footfall.store import businesses, tokens
from footfall.store.store import Store
from tests.docs.pages import ROOT, blocks
from tests.server import Server

TOKEN = re.compile(r"ALK_[A-Za-z0-9]{40}")


def pasted(server: Server, more: str = "") -> subprocess.CompletedProcess[str]:
    """Run everything the server says to paste, in one shell, then more; then show ``$PROFILE``."""
    after = server.printed.split("Paste these into another terminal:", 1)[1]
    commands = after.split("Ctrl-C stops the server", 1)[0]
    return subprocess.run(
        ["bash", "-u"],
        input=commands + more + '\nprintf "\\n%s\\n" "profile=$PROFILE"\n',
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )


def test_the_three_commands_track_an_event(footfall_server: Server) -> None:
    shell = pasted(footfall_server)
    profile = re.search(r"profile=(.+)", shell.stdout)
    assert profile is not None
    answer = footfall_server.client.get(f"/v1/profiles/{profile[1]}")
    assert answer.json()["first_name"] == "Ada"
    assert '{"state":"ok"}' in shell.stdout

    (event,) = footfall_server.client.get("/v1/attribution/events").json()["data"]
    assert event["action"] == "product.purchased"
    assert footfall_server.query(
        "select events.amount_minor, events.currency, objects.reference, profiles.first_name "
        "from events join objects on objects.id = object_id "
        "join profiles on profiles.id = profile_id"
    ) == [(19_90, "USD", "first-product", "Ada")]


def test_the_commands_may_be_pasted_twice(footfall_server: Server) -> None:
    first, again = pasted(footfall_server), pasted(footfall_server)
    assert re.findall("profile=.+", first.stdout) == re.findall("profile=.+", again.stdout)
    assert footfall_server.query("select count(*) from events") == [(2,)]
    assert footfall_server.query("select count(*) from profiles") == [(1,)]


def test_the_readme_goes_on_in_the_terminal_of_the_printed_commands(
    footfall_server: Server,
) -> None:
    told = [block.text for block, _ in blocks(ROOT / "README.md") if block.language == "sh"]
    calls = [text for text in told if "curl" in text]
    assert len(calls) == 2
    more = "\n".join(calls).replace("http://127.0.0.1:8000", footfall_server.url)
    shell = pasted(footfall_server, more)
    assert shell.stdout.count('{"state":"ok"}') == 2
    assert '"has_more":false' in shell.stdout
    # Ruby and other programs see it too, and so does the import.
    assert f"export TOKEN={footfall_server.token}\n" in footfall_server.printed
    assert any("export FOOTFALL_TOKEN=$TOKEN" in text for text in told)


def test_the_readme_says_where_its_command_is() -> None:
    page = (ROOT / "README.md").read_text()
    assert '`make run ARGS="--port 9000"`' in page
    first = min(page.index(f"\nfootfall {name}") for name in ("serve", "backup"))
    assert "`.venv/bin/footfall`" in page[:first]


def test_a_second_start_makes_nothing_and_shows_no_token(footfall_server: Server) -> None:
    assert TOKEN.search(footfall_server.printed)
    made = [footfall_server.query(f"select * from {name}") for name in ("businesses", "tokens")]
    assert footfall_server.stop() == 0
    footfall_server.printed = ""
    footfall_server.start()
    assert not TOKEN.search(footfall_server.printed)
    assert "Paste" not in footfall_server.printed
    assert footfall_server.business_id in footfall_server.printed
    remaining = [
        footfall_server.query(f"select * from {name}") for name in ("businesses", "tokens")
    ]
    assert [rows[0][:2] for rows in remaining] == [rows[0][:2] for rows in made]
    assert [len(rows) for rows in remaining] == [1, 1]


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    store = Store(database_url)
    yield store
    store.engines.dispose()


def test_an_installation_with_a_business_is_left_alone(store: Store) -> None:
    with store.engines.write.begin() as connection:
        businesses.create(connection, "Mine", currency="EUR", timezone="UTC", country="ES")
    assert welcome(store) is None
    with store.engines.read.begin() as connection:
        assert [each.name for each in businesses.all_of(connection)] == ["Mine"]
        assert tokens.all_of(connection) == []


def test_the_token_is_kept_nowhere(sqlite_url: str, tmp_path: Path) -> None:
    store = Store(sqlite_url)
    first = welcome(store)
    assert first is not None
    store.engines.dispose()
    for file in tmp_path.iterdir():
        assert first.token.encode() not in file.read_bytes()
    assert json.dumps(first.business_id) != json.dumps(first.token)
