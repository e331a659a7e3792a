"""Rows become events in the order of the file, and no row loses a value in silence."""

import json
from pathlib import Path

import duckdb
import pytest

from footfall.importing.rows import ProfileKey
from tests.importing.builders import SALES, events, prepared, rows_of, write


def test_a_row_becomes_an_event(tmp_path: Path) -> None:
    row = prepared(write(tmp_path))[0]
    assert row.owner == ProfileKey("till", "007")
    assert json.loads(row.event or "") == {
        "event_id": "till-A-1",
        "action": "product.purchased",
        "tracked_at": "2011-07-01T11:00:00.000000Z",
        "amount": "2.500",
        "currency": "GBP",
        "object_parameters": {"source": "till", "reference": "00042", "name": "00042"},
        "metadata": {"quantity": 2},
    }


def test_a_row_without_a_customer_goes_to_a_session_of_its_own(tmp_path: Path) -> None:
    row = prepared(write(tmp_path))[1]
    session = json.loads(row.event or "")["session"]
    assert row.owner is None
    assert len(session) == 32
    assert session == json.loads(prepared(write(tmp_path))[1].event or "")["session"]


@pytest.mark.parametrize("name", ["sales.csv.gz", "sales.parquet", "sales.jsonl"])
def test_every_format_gives_the_same_events(tmp_path: Path, name: str) -> None:
    plain, other = write(tmp_path), tmp_path / name
    duckdb.sql(f"copy (from read_csv('{plain}', all_varchar = true)) to '{other}'")
    assert prepared(other) == prepared(plain)


def test_rows_left_out_keep_the_numbers_of_the_others(tmp_path: Path) -> None:
    rows = prepared(write(tmp_path), file={"where": "article = '00042'"})
    assert [row.number for row in rows] == [1, 3]


def test_reading_goes_on_after_a_row(tmp_path: Path) -> None:
    with rows_of(write(tmp_path)) as rows:
        assert [row.number for row in rows.events(after=2)] == [3]


def test_a_row_whose_expression_fails_names_the_key_and_shows_the_row(tmp_path: Path) -> None:
    file = write(tmp_path, SALES.replace("A-2,,00043,1,10", "A-2,,00043,one,ten"))
    good, bad, also_good = prepared(file)
    assert not good.failed
    assert not also_good.failed
    assert bad.event is None
    assert [key for key, _ in bad.failed] == ["event.amount", "event.metadata.quantity"]
    assert json.loads(bad.columns or "")["quantity"] == "one"


def test_a_condition_that_fails_leaves_no_row_out_in_silence(tmp_path: Path) -> None:
    file = write(tmp_path, SALES.replace("A-2,,00043,1", "A-2,,00043,one"))
    rows = prepared(file, file={"where": "quantity::integer > 2"}, event={"amount": "1"})
    assert [(row.number, [key for key, _ in row.failed]) for row in rows] == [
        (2, ["file.where", "event.metadata.quantity"]),
        (3, []),
    ]


def test_a_row_without_an_event_id_fails(tmp_path: Path) -> None:
    rows = prepared(write(tmp_path), event={"event_id": "nullif(order_no, 'A-2')"})
    assert [[key for key, _ in row.failed] for row in rows] == [[], ["event.event_id"], []]


def test_without_event_ids_the_files_content_gives_them(tmp_path: Path) -> None:
    event = {"event_id": None}
    first = [each["event_id"] for each in events(write(tmp_path, name="a.csv"), event=event)]
    again = [each["event_id"] for each in events(write(tmp_path, name="b.csv"), event=event)]
    other_file = write(tmp_path, SALES.replace("A-1", "A-9"))
    other = [each["event_id"] for each in events(other_file, event=event)]
    assert first == again
    assert len({*first, *other}) == 6


def test_a_profile_comes_once_as_its_last_row_tells_it(tmp_path: Path) -> None:
    with rows_of(write(tmp_path), profile={"first_name": "order_no"}) as rows:
        assert rows.collect_profiles() == 1
        assert list(rows.profiles()) == [
            (
                ProfileKey("till", "007"),
                {"source": "till", "reference": "007", "first_name": "A-3"},
            )
        ]


def test_rows_left_out_make_no_profiles(tmp_path: Path) -> None:
    with rows_of(write(tmp_path), file={"where": "customer is null"}) as rows:
        assert rows.collect_profiles() == 0


def test_a_mapping_without_profiles_makes_none(tmp_path: Path) -> None:
    text = '[event]\naction = "\'product.viewed\'"\nprofile = "customer"\n'
    from footfall.importing.mapping import read_mapping
    from footfall.importing.rows import Rows
    from footfall.importing.source import Source

    mapping = read_mapping(text.encode())
    with Source(write(tmp_path), mapping.file) as source:
        rows = Rows(source, mapping)
        assert rows.collect_profiles() == 0
        assert list(rows.profiles()) == []
        assert json.loads(next(rows.events()).event or "")["profile"] == "007"
