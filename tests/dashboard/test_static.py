import hashlib
import re
from pathlib import Path

from footfall import dashboard
from footfall.dashboard.static import TYPES, load

VENDORED = Path(str(dashboard.__file__)).parent / "static" / "vendored"


def test_files_of_others_are_those_that_are_named() -> None:
    """A file that is changed or added has its row, with version and licence."""
    text = (VENDORED / "README.md").read_text()
    named = dict(re.findall(r"^\| `(\S+)` \|.*\| `([0-9a-f]{64})` \|$", text, re.MULTILINE))
    there = {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in VENDORED.iterdir()
        if file.name != "README.md"
    }
    assert there == named
    assert {f"vendored/{name}" for name in there} <= set(TYPES)


def test_another_content_has_another_address() -> None:
    assert len({load(name).version for name in TYPES}) == len(TYPES)
