"""Every column of the lake is documented as it is."""

import pytest

from footfall.lake.columns import TABLES
from tests.docs.lake_columns import told
from tests.docs.pages import DOCS


@pytest.mark.parametrize("name", TABLES)
def test_every_column_is_documented_as_it_is(name: str) -> None:
    """``python -m tests.docs.lake_columns`` prints what the page has to show."""
    assert f"### `{name}`\n\n{told(TABLES[name])}" in (DOCS / "lake.md").read_text()
