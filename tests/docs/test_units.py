"""The systemd units of ``deploy`` are sound, shut the service in, and do what they say."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from footfall.settings import Settings
from tests.cli.run import footfall, footfall_json
from tests.docs.pages import DEPLOY
from tests.docs.units import UNITS, command, copies, values
from tests.ops.filled import fill

SERVICE = DEPLOY / "footfall.service"
BACKUP = DEPLOY / "footfall-backup.service"
WORST_EXPOSURE = 20
"""Of 100; systemd calls everything under 50 OK."""


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not on this machine")
    return subprocess.run(
        ["systemd-analyze", *arguments], capture_output=True, text=True, check=False, timeout=60
    )


def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    done = analyze("verify", *map(str, copies(tmp_path)))
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("unit", [SERVICE, BACKUP], ids=lambda unit: unit.name)
def test_the_services_are_shut_in(unit: Path) -> None:
    done = analyze("security", "--offline=true", f"--threshold={WORST_EXPOSURE}", str(unit))
    if "unrecognized option" in done.stderr:
        pytest.skip("this systemd-analyze cannot look at a file")
    assert done.returncode == 0, done.stdout


def test_systemd_waits_longer_than_the_server_takes_to_finish() -> None:
    assert int(values(SERVICE, "TimeoutStopSec")[0]) > Settings().shutdown_timeout_s


def test_a_start_is_tried_again_for_as_long_as_the_database_is_away() -> None:
    assert values(SERVICE, "Restart") == ["always"]
    assert values(SERVICE, "StartLimitIntervalSec") == ["0"]


def test_all_units_mean_the_same_folders_and_user() -> None:
    services = [unit for unit in UNITS if unit.suffix == ".service"]
    for name in ("User", "Group", "Environment", "EnvironmentFile", "UMask"):
        assert len({tuple(values(unit, name)) for unit in services}) == 1, name


def back_up(database_url: str, folder: Path) -> None:
    environment = {**os.environ, "FOOTFALL_DATABASE": database_url}
    for name in ("ExecStart", "ExecStartPost"):
        arguments = command(BACKUP, name, var_backups_footfall=folder)
        subprocess.run(
            arguments, env=environment, check=True, capture_output=True, cwd=folder, timeout=60
        )


def test_the_daily_backup_can_be_restored(database_url: str, tmp_path: Path) -> None:
    fill(database_url, events=20)
    folder = tmp_path / "backups"
    folder.mkdir()
    back_up(database_url, folder)
    [file] = folder.iterdir()
    restored = footfall_json("restore", file, "--data", tmp_path / "new")
    assert restored["is_verified"] is True
    assert restored["rows"]["events"] == 20


def test_old_backups_go_only_after_a_new_one(sqlite_url: str, tmp_path: Path) -> None:
    fill(sqlite_url, events=1)
    folder = tmp_path / "backups"
    folder.mkdir()
    old, recent, other = (folder / name for name in ("footfall-1.db", "footfall-2.db", "notes.db"))
    for file, days in ((old, 16), (recent, 13), (other, 99)):
        file.touch()
        os.utime(file, (time.time() - days * 86_400,) * 2)
    with pytest.raises(subprocess.CalledProcessError):
        back_up("sqlite:////nowhere/footfall.db", folder)
    assert old.exists()
    back_up(sqlite_url, folder)
    kept = set(folder.iterdir())
    assert old not in kept
    assert {recent, other} < kept
    assert len(kept) == 3


def test_the_documented_check_of_a_backup_says_that_it_is_whole(
    sqlite_url: str, tmp_path: Path
) -> None:
    fill(sqlite_url, events=1)
    file = tmp_path / "backup.db"
    footfall("backup", file, "--database", sqlite_url)
    assert footfall_json("restore", file, "--data", tmp_path / "rehearsal")["is_verified"] is True
