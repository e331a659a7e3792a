import subprocess
import sys
from pathlib import Path

import pytest

import footfall
from footfall.cli.main import COMMANDS
from tests.cli.run import footfall as run

HEAVY = {"sqlalchemy", "rich", "httpx", "litestar", "duckdb", "alembic", "psycopg"}


def test_version_is_the_packages() -> None:
    assert run("--version").stdout == f"footfall {footfall.__version__}\n"


def test_help_lists_every_command() -> None:
    shown = run("--help").stdout
    for name, lazy in COMMANDS.items():
        assert name in shown
        assert lazy.summary in shown


@pytest.mark.parametrize("arguments", [["--help"], ["token", "create", "--help"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    """It answers at once, however large the parts behind the commands grow."""
    code = (
        "import sys\nfrom footfall.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(*{name.partition('.')[0] for name in sys.modules}, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    )
    assert "Usage:" in done.stdout
    assert HEAVY.isdisjoint(done.stderr.split())


def test_an_error_of_footfalls_is_one_line_and_status_1(tmp_path: Path) -> None:
    result = run("business", "list", "--data", tmp_path, status=1)
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith(f"Error: There is no database {tmp_path}")


def test_wrong_usage_is_status_2(tmp_path: Path) -> None:
    run("nonsense", status=2)
    run("token", "create", status=2)


def test_a_database_that_cannot_be_opened_is_one_line_without_its_password(tmp_path: Path) -> None:
    url = f"postgresql://me:hunter2@/footfall?host={tmp_path}"
    result = run("business", "list", "--database", url, status=1)
    assert result.stderr.count("\n") == 1
    assert "postgresql://me:***@" in result.stderr
    assert "hunter2" not in result.stderr


def test_the_environment_names_the_installation(tmp_path: Path) -> None:
    run("business", "create", "A", FOOTFALL_DATA=str(tmp_path / "here"))
    assert (tmp_path / "here" / "footfall.db").exists()
    assert "A" in run("business", "list", "--data", tmp_path / "here").stdout


def test_an_option_wins_over_the_environment(tmp_path: Path) -> None:
    run("business", "create", "A", "--data", tmp_path / "a", FOOTFALL_DATA=str(tmp_path / "b"))
    assert [each.name for each in tmp_path.iterdir()] == ["a"]


def test_a_mistyped_command_names_the_one_that_was_meant() -> None:
    assert "Did you mean “serve”?" in run("serv", status=2).stderr
    assert "Did you mean" in run("token", "lst", status=2).stderr
    assert "Did you mean" not in run("nonsense", status=2).stderr


def test_a_mistyped_variable_is_warned_about_beside_the_output() -> None:
    shown = run("settings", "--json", FOOTFALL_PROT="9000")
    assert "Did you mean “FOOTFALL_PORT”?" in shown.stderr
    assert "FOOTFALL_PROT" not in shown.stdout


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://db/footfall"])
def test_a_database_that_footfall_does_not_run_on_is_told_what_it_does(url: str) -> None:
    said = run("business", "list", "--database", url, status=1).stderr
    assert said.count("\n") == 1
    assert ("“mysql”; write sqlite:///FILE or postgresql://" in said) == url.startswith("mysql")
    assert ("names no file" in said) == url.startswith("sqlite")


def test_a_folder_that_cannot_be_made_is_one_line() -> None:
    said = run("business", "create", "A", "--data", "/proc/nope", status=1).stderr
    assert said.count("\n") == 1
    assert "cannot be used" in said
