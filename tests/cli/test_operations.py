"""``backup``, ``restore``, ``doctor`` and ``settings`` as an operator meets them."""

from pathlib import Path

from footfall.ops import lock
from tests.cli.run import footfall, footfall_json
from tests.ops.filled import contents, fill


def test_a_backup_moves_an_installation_to_another_place(database_url: str, tmp_path: Path) -> None:
    fill(database_url)
    file = tmp_path / "backup.db"
    made = footfall_json("backup", file, "--database", database_url)
    assert made["rows"]["events"] == 300
    assert made["size_bytes"] == file.stat().st_size
    restored = footfall_json("restore", file, "--data", tmp_path / "new")
    assert restored["rows"] == made["rows"]
    assert restored["is_verified"] is True
    assert contents(f"sqlite:///{tmp_path / 'new' / 'footfall.db'}") == contents(database_url)


def test_people_are_told_what_a_backup_holds(database_url: str, tmp_path: Path) -> None:
    fill(database_url, events=1234)
    file = tmp_path / "backup.db"
    holds = "businesses 1, events 1,234, profiles 1, objects 1"
    assert holds in footfall("backup", file, "--database", database_url).stdout
    assert holds in footfall("restore", file, "--data", tmp_path / "new").stdout


def test_restore_says_where_the_old_database_went(tmp_path: Path) -> None:
    fill(f"sqlite:///{tmp_path / 'footfall.db'}", events=1)
    footfall("backup", tmp_path / "backup.db", "--data", tmp_path)
    refused = footfall("restore", tmp_path / "backup.db", "--data", tmp_path, status=1)
    assert "--force" in refused.stderr
    shown = footfall("restore", tmp_path / "backup.db", "--data", tmp_path, "--force").stdout
    kept = next((tmp_path / "snapshots").iterdir())
    assert str(kept) in shown


def test_restore_is_refused_while_a_server_holds_the_data_folder(tmp_path: Path) -> None:
    fill(f"sqlite:///{tmp_path / 'footfall.db'}", events=1)
    footfall("backup", tmp_path / "backup.db", "--data", tmp_path)
    elsewhere = ("--database", f"sqlite:///{tmp_path / 'elsewhere' / 'footfall.db'}")
    with lock.hold(tmp_path, "http://127.0.0.1:8000"):
        arguments = ("restore", tmp_path / "backup.db", "--data", tmp_path)
        for more in ((), elsewhere):
            refused = footfall(*arguments, "--force", *more, status=1)
            assert "in use by process" in refused.stderr


def test_a_mistyped_folder_is_not_backed_up_nor_made(tmp_path: Path) -> None:
    missing = tmp_path / "mistyped"
    refused = footfall("backup", tmp_path / "backup.db", "--data", missing, status=1)
    assert "There is no database" in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_doctor_fails_with_status_1_and_names_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "footfall.db").write_text("not a database " * 100)
    arguments = ("doctor", "--data", tmp_path)
    assert "→ Keep a copy of the data, then restore" in footfall(*arguments, status=1).stdout
    found = {each["name"]: each for each in _json(footfall(*arguments, "--json", status=1).stdout)}
    assert found["database"]["state"] == "fail"
    assert found["database"]["remedy"]


def test_doctor_passes_a_sound_installation(tmp_path: Path) -> None:
    fill(f"sqlite:///{tmp_path / 'footfall.db'}")
    # Port 0 is any free one, so that nothing else on this machine decides.
    shown = footfall_json("doctor", "--data", tmp_path, FOOTFALL_PORT="0")
    assert {each["name"] for each in shown if each["state"] == "fail"} <= {"disk"}


def test_settings_mask_the_password_and_show_what_is_in_effect(tmp_path: Path) -> None:
    url = "postgresql://me:hunter2@db.example/footfall"
    shown = footfall_json("settings", FOOTFALL_DATA=str(tmp_path), FOOTFALL_DATABASE=url)
    by_name = {each["name"]: each["value"] for each in shown}
    assert by_name["data"] == str(tmp_path)
    assert by_name["database"] == "postgresql://me:***@db.example/footfall"
    table = footfall("settings", FOOTFALL_DATABASE=url).stdout
    assert "hunter2" not in table
    assert "FOOTFALL_PORT" in table


def test_a_setting_that_cannot_be_read_is_refused_by_name() -> None:
    refused = footfall("settings", status=1, FOOTFALL_PORT="eighty")
    assert "FOOTFALL_PORT is 'eighty'" in refused.stderr


def _json(text: str) -> list[dict[str, str]]:
    import json

    found: list[dict[str, str]] = json.loads(text)
    return found


def test_a_restore_that_fails_leaves_no_folder(tmp_path: Path) -> None:
    file = tmp_path / "backup.db"
    file.write_text("not a backup " * 100)
    footfall("restore", file, "--data", tmp_path / "a" / "new", status=1)
    assert list(tmp_path.iterdir()) == [file]
