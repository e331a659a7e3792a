"""The client for pages by itself: its own tests, and that what is served is what its source makes.

Playwright brings the Node that runs them; nobody needs one of their own.
"""

import subprocess
from pathlib import Path

import pytest
from playwright._impl._driver import compute_driver_executable

from clients.browser.build import BUILT, HERE, SCRIPT_LIMIT_BYTES, build, packed_size

NODE = compute_driver_executable()[0]
COVERED = [
    "--experimental-test-coverage",
    "--test-coverage-include=hellotext.js",
    "--test-coverage-lines=100",
    "--test-coverage-functions=100",
    "--test-coverage-branches=95",
]


def test_its_own_tests_pass_and_reach_every_line(capsys: pytest.CaptureFixture[str]) -> None:
    tests = sorted(str(each.relative_to(HERE)) for each in (HERE / "test").glob("*.test.js"))
    command = [NODE, "--test", "--test-reporter=spec", *COVERED, *tests]
    ended = subprocess.run(command, cwd=HERE, capture_output=True, text=True, timeout=300)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    _, _, report = ended.stdout.partition("start of coverage report")
    assert "hellotext.js" in report
    with capsys.disabled():
        print(report.rstrip())


@pytest.mark.parametrize("name", ["hellotext.js", "hellotext.mjs", "hellotext.d.ts"])
def test_what_is_served_is_what_the_source_makes(name: str) -> None:
    assert (BUILT / name).read_bytes() == build()[name], "run `make client`"


def test_the_script_is_small() -> None:
    assert packed_size((BUILT / "hellotext.js").read_bytes()) <= SCRIPT_LIMIT_BYTES == 4096


@pytest.mark.parametrize("name", ["hellotext.js", "hellotext.mjs"])
def test_what_is_served_can_be_parsed(tmp_path: Path, name: str) -> None:
    subprocess.run([NODE, "--check", BUILT / name], cwd=tmp_path, check=True, timeout=60)
