"""What is kept of a lake is what a fresh reckoning gives, whatever came in which steps."""

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.attribution.growing import steps, world


@given(st.lists(st.one_of(steps, st.integers(0, 2)), min_size=1, max_size=5))
@settings(max_examples=15, deadline=None)
def test_what_grew_step_by_step_is_what_is_reckoned_at_once(happened: list[Any]) -> None:
    """A number is a profile that is erased."""
    with tempfile.TemporaryDirectory() as folder, world(Path(folder)) as one:
        for each in happened:
            one.erase(each) if isinstance(each, int) else one.do(each)
            assert one.kept() == one.fresh()
