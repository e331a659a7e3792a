"""The data that expected results were made from is what it was."""

import hashlib
import re

from tests.attribution.reference import DATA

SIZE_MAX = 500_000


def test_each_file_is_the_one_that_the_page_describes() -> None:
    page = (DATA / "README.md").read_text("utf-8")
    told = re.findall(r"^\| `([^`]+)` \| [\d,]+ \| `([0-9a-f]{64})` \|$", page, re.MULTILINE)
    assert len(told) == 5
    for name, digest in told:
        assert hashlib.sha256((DATA / name).read_bytes()).hexdigest() == digest


def test_no_file_is_too_large_to_keep() -> None:
    files = [path for path in DATA.rglob("*") if path.is_file()]
    assert {
        path.name: path.stat().st_size for path in files if path.stat().st_size > SIZE_MAX
    } == {}
