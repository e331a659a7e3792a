import subprocess
import sys
from pathlib import Path

import pytest

from footfall.errors import ConfigurationError
from footfall.ops import lock

HOLDER = """
import sys
from pathlib import Path
from footfall.ops.lock import hold
with hold(Path(sys.argv[1]), "http://127.0.0.1:8000"):
    print("held", flush=True)
    sys.stdin.read()
"""


def other_process(folder: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_holder_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    with other_process(tmp_path) as process:
        with (
            pytest.raises(
                ConfigurationError, match=f"process {process.pid}, http://127.0.0.1:8000"
            ),
            lock.hold(tmp_path, "me"),
        ):
            pass
        found = lock.look(tmp_path)
        process.communicate()
    assert found == (f"process {process.pid}, http://127.0.0.1:8000", True)


def test_the_lock_of_a_killed_process_is_free_and_still_tells_of_it(tmp_path: Path) -> None:
    with other_process(tmp_path) as process:
        process.kill()
    found = lock.look(tmp_path)
    assert found is not None
    assert not found.is_held
    assert str(process.pid) in found.text
    with lock.hold(tmp_path, "next"):
        pass


def test_a_lock_given_back_says_nothing_and_can_be_taken_again(tmp_path: Path) -> None:
    for _ in range(2):
        with lock.hold(tmp_path, "me"):
            assert lock.look(tmp_path).is_held  # type: ignore[union-attr]
    assert lock.look(tmp_path) == ("", False)


def test_looking_at_a_folder_never_locked_makes_no_file(tmp_path: Path) -> None:
    assert lock.look(tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_a_failure_in_a_new_folder_leaves_no_lock_behind(tmp_path: Path) -> None:
    for folder, is_left in ((tmp_path / "new", False), (tmp_path, True)):
        with pytest.raises(ZeroDivisionError), lock.hold(folder, "me"):
            raise ZeroDivisionError
        assert (folder / lock.FILE_NAME).exists() is is_left


def test_a_lock_whose_file_its_holder_removed_is_none(tmp_path: Path) -> None:
    file = tmp_path / lock.FILE_NAME
    with file.open("w") as waiting:
        file.unlink()
        with pytest.raises(ConfigurationError, match="start again"):
            lock.take(waiting.fileno(), tmp_path)
