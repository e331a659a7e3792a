import os
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import insert, text

from footfall.domain.times import SECOND
from footfall.errors import ConfigurationError
from footfall.lake.status import Standing
from footfall.ops import doctor_database, doctor_host, lock
from footfall.ops.check import MIB, Check
from footfall.ops.doctor import examine
from footfall.ops.doctor_lake import judge_lake
from footfall.settings import Settings
from footfall.store import tables
from footfall.store.engine import open_engines
from footfall.store.schema import upgrade
from tests.ops.filled import add_event, fill

NOW = 1_800_000_000 * SECOND


@pytest.fixture
def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port: int = taken.getsockname()[1]
        return port


@pytest.fixture
def settings(database_url: str, tmp_path: Path, free_port: int) -> Settings:
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    return Settings(data=data, database=database_url, port=free_port)


def checks(settings: Settings) -> dict[str, Check]:
    return {each.name: each for each in examine(settings, lambda _: None)}


def change(url: str, *statements: str) -> None:
    engines = open_engines(url)
    with engines.write.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engines.dispose()


def test_a_sound_installation_has_nothing_to_remedy(
    settings: Settings, request: pytest.FixtureRequest
) -> None:
    fill(settings.database)
    if settings.database.startswith("sqlite"):
        Path(settings.database.removeprefix("sqlite:///")).chmod(0o600)
    found = checks(settings)
    # A disk nearly full is the machine's affair, not this test's.
    assert {each.name for each in found.values() if each.state != "ok"} <= {"disk"}
    assert {"data folder", "port", "server", "database", "clock", "ledger", "events"} <= set(found)


def test_doctor_makes_nothing(tmp_path: Path, free_port: int) -> None:
    settings = Settings(data=tmp_path / "data", port=free_port)
    found = checks(settings)
    assert list(tmp_path.iterdir()) == []
    assert found["data folder"].state == found["database file"].state == "warn"
    assert "footfall serve" in found["database file"].remedy


def test_an_empty_database_is_told_from_a_broken_one(settings: Settings) -> None:
    engines = open_engines(settings.database)
    with engines.write.connect():
        pass
    engines.dispose()
    found = checks(settings)["database"]
    assert (found.state, "empty" in found.found) == ("warn", True)


def test_books_that_miss_an_event_fail(settings: Settings) -> None:
    fill(settings.database, events=3)
    change(settings.database, "delete from events where id = 2")
    found = checks(settings)
    assert found["ledger"].state == "fail"
    assert "3 events were stored, 2 are there" in found["ledger"].found
    assert found["events"].state == "ok"


def test_an_event_number_that_would_be_given_out_again_fails(settings: Settings) -> None:
    fill(settings.database, events=3)
    reset = (
        "update sqlite_sequence set seq = 1 where name = 'events'"
        if settings.database.startswith("sqlite")
        else "select setval('events_id_seq', 1)"
    )
    change(settings.database, reset)
    assert checks(settings)["events"].state == "fail"


def test_a_schema_of_a_newer_version_fails(settings: Settings) -> None:
    fill(settings.database, events=1)
    change(settings.database, "update alembic_version set version_num = '9999'")
    found = checks(settings)["database"]
    assert (found.state, "newer" in found.found) == ("fail", True)


def test_an_event_from_the_future_makes_the_clock_fail(settings: Settings) -> None:
    engines = open_engines(settings.database)
    upgrade(engines)
    ahead = 4_000_000_000 * SECOND
    with engines.write.begin() as connection:
        event = {"business_id": 1, "action_id": 1, "session_id": 1, "flags": 0}
        event |= {"occurred_at": ahead, "received_at": ahead}
        connection.execute(insert(tables.events).values(event))
    engines.dispose()
    found = checks(settings)["clock"]
    assert (found.state, "2096" in found.found) == ("fail", True)


def test_a_damaged_sqlite_database_fails_with_a_remedy(sqlite_url: str, tmp_path: Path) -> None:
    fill(sqlite_url)
    file = tmp_path / "footfall.db"
    whole = bytearray(file.read_bytes())
    whole[4096 * 4 : 4096 * 12] = os.urandom(4096 * 8)
    file.write_bytes(whole)
    failed = [
        each
        for each in examine(Settings(data=tmp_path, database=sqlite_url), lambda _: None)
        if each.state == "fail" and each.name in ("database", "integrity")
    ]
    assert failed
    assert all("footfall restore" in each.remedy for each in failed)


def test_a_file_that_is_no_database_fails_with_a_remedy(tmp_path: Path) -> None:
    file = tmp_path / "footfall.db"
    file.write_text("not a database " * 100)
    found = checks(Settings(data=tmp_path))["database"]
    assert found.state == "fail"
    assert "footfall restore" in found.remedy


def test_a_postgresql_server_that_is_away_fails_with_a_remedy(tmp_path: Path) -> None:
    away = Settings(data=tmp_path, database=f"postgresql://me@/footfall?host={tmp_path}")
    found = checks(away)["database"]
    assert found.state == "fail"
    assert "server runs" in found.remedy


def test_a_url_of_another_engine_is_a_configuration_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="does not run on"):
        checks(Settings(data=tmp_path, database="mysql://localhost/footfall"))


def test_a_folder_open_to_everyone_is_warned_about(tmp_path: Path) -> None:
    for mode, state in ((0o700, "ok"), (0o750, "ok"), (0o755, "warn"), (0o701, "warn")):
        tmp_path.chmod(mode)
        found = doctor_host.check_folder(tmp_path)
        assert found.state == state
        assert ("chmod 700" in found.remedy) == (state == "warn")


def test_a_file_in_place_of_the_folder_fails(tmp_path: Path) -> None:
    file = tmp_path / "data"
    file.touch()
    assert doctor_host.check_folder(file).state == "fail"


@pytest.fixture
def taken_port() -> Iterator[int]:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        yield taken.getsockname()[1]


def test_a_port_taken_by_a_stranger_fails(taken_port: int) -> None:
    found = doctor_host.check_port("127.0.0.1", taken_port)
    assert found.state == "fail"
    assert "--port" in found.remedy


def test_an_address_of_another_machine_fails() -> None:
    found = doctor_host.check_port("192.0.2.1", 8000)
    assert (found.state, "no address of this machine" in found.found) == ("fail", True)


def test_the_holder_of_the_data_folder_is_named(tmp_path: Path) -> None:
    with lock.hold(tmp_path, "http://127.0.0.1:9000"):
        assert "http://127.0.0.1:9000" in doctor_host.check_server(tmp_path).found
    assert "none is running" in doctor_host.check_server(tmp_path).found


@pytest.mark.parametrize(
    ("free", "state"),
    [(1024 * MIB, "ok"), (1024 * MIB - 1, "warn"), (100 * MIB, "warn"), (100 * MIB - 1, "fail")],
)
def test_little_space_warns_and_hardly_any_fails(free: int, state: str) -> None:
    assert doctor_host.judge_space(free).state == state


@pytest.mark.parametrize(
    ("now", "newest", "database", "state"),
    [
        (NOW, None, None, "ok"),
        (NOW, NOW, NOW + 4 * SECOND, "ok"),
        (NOW, NOW + 2 * SECOND, None, "fail"),
        (NOW, None, NOW - 10 * SECOND, "warn"),
        (NOW, None, NOW + 100 * SECOND, "fail"),
        (0, None, None, "fail"),
        (8_000_000_000 * SECOND, None, None, "fail"),
    ],
)
def test_a_clock_that_cannot_be_right_is_found(
    now: int, newest: int | None, database: int | None, state: str
) -> None:
    assert doctor_database.judge_clock(now, newest, database).state == state


@pytest.mark.parametrize("setting", ["fsync", "synchronous_commit", "full_page_writes"])
def test_a_postgresql_that_may_lose_commits_fails(setting: str) -> None:
    shown = dict.fromkeys(("fsync", "synchronous_commit", "full_page_writes"), "on")
    assert doctor_database.judge_durability(shown).state == "ok"
    found = doctor_database.judge_durability(shown | {setting: "off"})
    assert found.state == "fail"
    assert setting in found.remedy


def test_doctor_does_not_wait_for_a_writer(settings: Settings) -> None:
    fill(settings.database, events=3)
    engines = open_engines(settings.database)
    with engines.write.begin() as connection:
        add_event(connection)
        found = checks(settings)
    engines.dispose()
    assert found["ledger"].found.startswith("balances; 3 events")


def test_a_server_of_the_data_folder_elsewhere_is_no_fault_of_the_port(
    tmp_path: Path, taken_port: int
) -> None:
    settings = Settings(data=tmp_path, port=taken_port)
    with lock.hold(tmp_path, "http://127.0.0.1:9000"):
        found = checks(settings)["port"]
    assert (found.state, "http://127.0.0.1:9000" in found.found) == ("ok", True)
    assert checks(settings)["port"].state == "fail"
    with lock.hold(tmp_path, settings.url):
        assert checks(settings)["port"].state == "fail"


def test_a_lake_that_keeps_up_is_well_and_one_far_behind_is_not() -> None:
    def table(behind: int, *, is_there: bool = True) -> Standing:
        return Standing("events", 10, 1, 5 << 20, 10, behind, is_there=is_there)

    assert judge_lake("lake", [table(7, is_there=False)]).found == "lake is yet to be made"
    assert judge_lake("lake", [table(7)]) == ("lake", "ok", "lake, 5.0 MiB, 7 rows behind", "")
    assert judge_lake("lake", [table(2_000_000)]).state == "warn"
