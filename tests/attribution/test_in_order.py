"""Rows are put in order whatever order they come in."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from footfall.attribution.engine import in_order


@given(st.lists(st.tuples(*[st.integers(0, 4)] * 3), max_size=40), st.integers(0, 40))
def test_rows_come_out_sorted_by_all_keys(rows: list[tuple[int, ...]], cut: int) -> None:
    """The first part is sorted already, the rest as it comes."""
    mixed = sorted(rows[:cut]) + rows[cut:]
    keys = [np.array(column, np.int64) for column in zip(*mixed, strict=True)]
    keys = keys or [np.zeros(0, np.int64)] * 3
    # As touches have, each row has a number of its own.
    numbers = np.arange(len(mixed))[::-1].copy()
    order = in_order((*keys, numbers))
    found = np.arange(len(mixed)) if order is None else order
    assert found.tolist() == np.lexsort((numbers, *reversed(keys))).tolist()
