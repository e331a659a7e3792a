"""The table of failures in ``docs/durability.md`` names the tests that exist, and all of them."""

import re
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
NAMED = re.compile(r"`([\w/]+\.py)::(test_\w+)`")
DEFINED = re.compile(r"^def (test_\w+)\(", re.MULTILINE)


def test_every_failure_in_the_table_has_its_test_and_the_other_way_round() -> None:
    page = (ROOT / "docs" / "durability.md").read_text()
    named = {
        (ROOT / path if "/" in path else HERE / path, test) for path, test in NAMED.findall(page)
    }
    defined = {
        (path, test)
        for path in (*HERE.glob("test_*.py"), *(path for path, _ in named))
        for test in DEFINED.findall(path.read_text())
    }
    assert named <= defined
    own = {(path, test) for path, test in defined if path.parent == HERE and path != Path(__file__)}
    assert own <= named
