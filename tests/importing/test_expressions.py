"""Every expression is sound before anything is sent, and its value reaches JSON without loss."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall.errors import ConfigurationError
from tests.importing.builders import events, prepared, rows_of, write


def refusal(folder: Path, **event: Any) -> str:
    with (
        pytest.raises(ConfigurationError) as caught,
        rows_of(write(folder), event=event),
    ):
        pass
    return str(caught.value)


def value(folder: Path, expression: str) -> Any:
    made = events(write(folder), event={"metadata": {"value": expression}})
    return made[0].get("metadata", {}).get("value")


def test_an_unknown_column_is_named_with_the_key_and_the_columns(tmp_path: Path) -> None:
    said = refusal(tmp_path, metadata={"colour": "color || '!'"})
    assert said.startswith("“event.metadata.colour” is “color || '!'”: ")
    assert '"color" not found' in said
    assert "order_no, customer, article" in said


def test_a_fixed_text_without_its_quotes_gets_a_hint(tmp_path: Path) -> None:
    assert "\"'GBP'\"" in refusal(tmp_path, currency="GBP")


def test_broken_sql_is_named_with_the_key(tmp_path: Path) -> None:
    assert refusal(tmp_path, amount="price +* 2").startswith("“event.amount”")


@pytest.mark.parametrize("expression", ["price), (quantity", "price from file; select (1", "*"])
def test_more_than_one_expression_is_refused(tmp_path: Path, expression: str) -> None:
    assert refusal(tmp_path, metadata={"value": expression}).startswith("“event.metadata.value”")


def test_a_comment_at_the_end_does_no_harm(tmp_path: Path) -> None:
    assert value(tmp_path, "quantity::integer -- pieces") == 2


@pytest.mark.parametrize(
    "expression",
    ["count(price)", "row_number() over ()", "random()", "(select 1)"],
    ids=["aggregate", "window", "volatile", "subquery"],
)
def test_what_looks_beyond_the_row_is_refused(tmp_path: Path, expression: str) -> None:
    assert "sees one row" in refusal(tmp_path, metadata={"value": expression})


def test_money_in_floating_point_is_refused_with_the_remedy(tmp_path: Path) -> None:
    said = refusal(tmp_path, amount="price::double")
    assert said.startswith("“event.amount” is a DOUBLE")
    assert "decimal" in said


def test_a_time_without_a_zone_is_refused_with_the_remedy(tmp_path: Path) -> None:
    assert "at time zone" in refusal(tmp_path, tracked_at="sold_at::timestamp")


@pytest.mark.parametrize("expression", ["'a'::blob", "interval 1 day", "'{}'::json"])
def test_a_type_without_a_place_in_json_is_refused(tmp_path: Path, expression: str) -> None:
    assert "cast it to text" in refusal(tmp_path, metadata={"value": expression})


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("article", "00042"),
        ("quantity::integer", 2),
        ("price::decimal(12, 3)", "1.250"),
        ("price::double", 1.25),
        ("quantity::hugeint", 2),
        ("true", True),
        ("date '2020-02-29'", "2020-02-29"),
        ("timestamp '2020-02-29 10:00:00'", "2020-02-29 10:00:00"),
        ("timestamptz '2020-02-29 10:00:00+01'", "2020-02-29T09:00:00.000000Z"),
        ("uuid '6fa459ea-ee8a-4ca4-894e-db77e160355e'", "6fa459ea-ee8a-4ca4-894e-db77e160355e"),
        ("[article, order_no]", ["00042", "A-1"]),
        ("{'a': quantity::integer}", {"a": 2}),
        ("null", None),
        ("nullif(article, '00042')", None),
    ],
)
def test_a_value_reaches_json_as_what_it_is(tmp_path: Path, expression: str, expected: Any) -> None:
    assert value(tmp_path, expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("sold_at::timestamp at time zone 'Europe/London'", "2011-07-01T11:00:00.000000Z"),
        ("epoch(sold_at::timestamp)", "2011-07-01T12:00:00.000000Z"),
        ("epoch(sold_at::timestamp)::bigint", 1309521600),
        ("'2011-07-01T12:00:00+02:00'", "2011-07-01T12:00:00+02:00"),
    ],
    ids=["wall clock", "seconds with a fraction", "whole seconds", "text"],
)
def test_a_time_goes_out_as_an_instant(tmp_path: Path, expression: str, expected: Any) -> None:
    assert events(write(tmp_path), event={"tracked_at": expression})[0]["tracked_at"] == expected


def test_numbers_where_the_wire_wants_text_become_text(tmp_path: Path) -> None:
    made = events(
        write(tmp_path),
        event={"event_id": "file_row", "object_parameters": {"reference": "42", "name": "'x'"}},
    )
    assert made[0]["event_id"] == "1"
    assert made[0]["object_parameters"]["reference"] == "42"


@pytest.mark.parametrize("expression", ["'nan'::double", "'inf'::double", "'x'::integer"])
def test_a_value_json_cannot_hold_makes_the_row_fail(tmp_path: Path, expression: str) -> None:
    first = prepared(write(tmp_path), event={"metadata": {"value": expression}})[0]
    assert first.failed == [("event.metadata.value", expression)]


# NUL cannot stand in a CSV file, and surrogates in no UTF-8 file.
texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1)


@given(st.lists(texts, min_size=1, max_size=5))
def test_any_text_comes_through_unchanged(
    tmp_path_factory: pytest.TempPathFactory, given_texts: list[str]
) -> None:
    lines = "".join(json.dumps({"text": each}, ensure_ascii=False) + "\n" for each in given_texts)
    file = write(tmp_path_factory.mktemp("texts"), lines, "texts.jsonl")
    event = {"action": "'a.b'", "metadata": {"text": "text::varchar"}}
    kept = {"tracked_at", "amount", "currency", "session", "object_parameters", "event_id"}
    made = events(file, event={**dict.fromkeys(kept), **event}, profile={"reference": "null"})
    assert [each["metadata"]["text"] for each in made] == given_texts
