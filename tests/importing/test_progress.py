"""Progress outlives the process, belongs to one import, and is used by one at a time."""

from pathlib import Path

import pytest

from footfall.errors import ConfigurationError
from footfall.importing.answers import Outcome, ProfileOutcome, WireError
from footfall.importing.progress import Mark, Progress, progress_name
from footfall.importing.report import Tally
from footfall.importing.rows import ProfileKey

NEW = ProfileKey("till", "008")
KNOWN = ProfileKey("till", "007")


def test_a_new_import_begins_at_the_first_row(tmp_path: Path) -> None:
    progress = Progress(tmp_path / "imports", "a")
    assert progress.load() == Mark(0, 0, Tally())
    progress.close()


def test_a_mark_is_found_again(tmp_path: Path) -> None:
    tally = Tally()
    tally.add(Outcome("created"))
    tally.add(Outcome("rejected", [WireError("invalid", "no", "amount")]))
    first = Progress(tmp_path, "a")
    first.save(Mark(500, 12, Tally()))
    first.save(Mark(1000, 34, tally))
    first.close()
    second = Progress(tmp_path, "a")
    assert second.load() == Mark(1000, 34, tally)
    second.close()


def test_what_the_server_said_of_profiles_is_found_again(tmp_path: Path) -> None:
    refused = ProfileOutcome(errors=[WireError("invalid", "no", "email")])
    first = Progress(tmp_path, "a")
    first.save_profiles([(KNOWN, ProfileOutcome("abcdefgh")), (NEW, refused)])
    first.close()
    second = Progress(tmp_path, "a")
    assert second.profiles([KNOWN, KNOWN]) == {KNOWN: ProfileOutcome("abcdefgh")}
    assert second.profiles([NEW, ProfileKey("", "007")]) == {NEW: refused}
    second.close()


def test_the_same_import_twice_at_once_is_refused(tmp_path: Path) -> None:
    running = Progress(tmp_path, "a")
    with pytest.raises(ConfigurationError, match="wait for the same import to end"):
        Progress(tmp_path, "a")
    Progress(tmp_path, "b").close()
    running.close()


def test_a_restart_forgets(tmp_path: Path) -> None:
    first = Progress(tmp_path, "a")
    first.save(Mark(1000, 34, Tally()))
    first.save_profiles([(KNOWN, ProfileOutcome("abcdefgh"))])
    first.close()
    second = Progress(tmp_path, "a", restart=True)
    assert second.load() == Mark()
    assert second.profiles([KNOWN]) == {}
    second.close()


def test_a_complete_import_leaves_nothing_behind(tmp_path: Path) -> None:
    progress = Progress(tmp_path, "a")
    progress.save(Mark(1000, 34, Tally()))
    progress.forget()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_is_refused_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(ConfigurationError, match="--data"):
        Progress(tmp_path / "data" / "imports", "a")


def test_another_file_mapping_address_or_token_is_another_import() -> None:
    names = {
        progress_name("file", "map", "url", "token"),
        progress_name("file2", "map", "url", "token"),
        progress_name("file", "map2", "url", "token"),
        progress_name("file", "map", "url2", "token"),
        progress_name("file", "map", "url", "token2"),
        progress_name("filemap", "", "url", "token"),
    }
    assert len(names) == 6
