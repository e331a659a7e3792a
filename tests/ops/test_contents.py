import json
from typing import Any

import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from footfall.ops.contents import canonical, content_of
from footfall.ops.rows import Shape

SHAPE = Shape("things", ("a", "b"), (1,), is_numbered=True)
ROWS = st.lists(
    st.tuples(st.integers(-(2**63), 2**63 - 1), st.none() | st.just('{"x": 1}')), max_size=20
)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


def content(rows: list[tuple[Any, ...]], chunk: int = 3) -> Any:
    chunks = [rows[start : start + chunk] for start in range(0, len(rows), chunk)]
    return content_of(SHAPE, chunks, lambda *_: None, "")


@given(rows=ROWS, chunk=st.integers(1, 20), seed=st.randoms(use_true_random=False))
def test_content_is_the_same_in_any_order_and_any_chunks(
    rows: list[Any], chunk: int, seed: Any
) -> None:
    shuffled = rows.copy()
    seed.shuffle(shuffled)
    assert content(shuffled, chunk) == content(rows)


@given(rows=ROWS.filter(len), which=st.integers(0), change=st.integers(1, 2**63 - 1))
def test_content_differs_when_one_value_differs(rows: list[Any], which: int, change: int) -> None:
    changed = rows.copy()
    number, data = rows[which % len(rows)]
    changed[which % len(rows)] = (number ^ change if number ^ change < 2**63 else 0, data)
    assert (content(changed) == content(rows)) == (changed == rows)


@given(rows=ROWS.filter(len))
def test_content_differs_when_a_row_is_missing_or_there_twice(rows: list[Any]) -> None:
    assert len({content(rows), content(rows[1:]), content([*rows, rows[0]])}) == 3


@given(value=VALUES)
def test_all_spellings_of_a_json_value_have_one_canonical_form(value: Any) -> None:
    def turned(each: Any) -> Any:
        if isinstance(each, dict):
            return {key: turned(each[key]) for key in reversed(each)}
        return [turned(one) for one in each] if isinstance(each, list) else each

    assert canonical(json.dumps(value)) == canonical(
        json.dumps(turned(value), indent=2, ensure_ascii=False)
    )


def test_canonical_form_does_not_depend_on_postgresql_having_read_it(postgres_url: str) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as connection:

        @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
        @given(value=VALUES)
        def holds(value: Any) -> None:
            sent = json.dumps(value, ensure_ascii=False)
            row = connection.execute("select %s::jsonb::text", [sent]).fetchone()
            assert row is not None
            assert canonical(row[0]) == canonical(sent)

        holds()


def test_json_with_other_digits_has_another_canonical_form() -> None:
    assert canonical('{"a": 0.1}') != canonical('{"a": 0.10000000000000001}')
    assert canonical("[1]") != canonical('["1"]')
