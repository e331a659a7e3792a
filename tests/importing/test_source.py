"""A file is read row by row, in its order, and nothing else is."""

from pathlib import Path

import pytest

from footfall.errors import ConfigurationError
from footfall.importing.mapping import FileSection
from footfall.importing.source import Source, format_of
from tests.importing.builders import SALES, write


def read(file: Path, **section: object) -> list[tuple[object, ...]]:
    with Source(file, FileSection(**section)) as source:  # type: ignore[arg-type]
        return list(source.execute(f"select * from {source.relation}"))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.csv", "csv"),
        ("a.b.CSV.gz", "csv"),
        ("a.tsv", "csv"),
        ("a.parquet", "parquet"),
        ("a.jsonl", "jsonl"),
        ("a.ndjson.zst", "jsonl"),
    ],
)
def test_the_name_tells_the_format(name: str, expected: str) -> None:
    assert format_of(Path(name)) == expected


@pytest.mark.parametrize("name", ["a", "a.txt", "a.gz", "csv"])
def test_a_name_that_tells_no_format_is_refused_with_the_remedy(name: str) -> None:
    with pytest.raises(ConfigurationError, match=r"\[file\] format"):
        format_of(Path(name))


def test_the_mapping_may_tell_the_format(tmp_path: Path) -> None:
    file = write(tmp_path, name="export.txt")
    assert len(read(file, format="csv")) == 3


def test_reader_options_reach_the_reader(tmp_path: Path) -> None:
    file = write(tmp_path, "a|b\n1|x,y\n2|it's\n")
    rows = read(file, options={"delim": "|", "header": True, "types": {"a": "INTEGER"}})
    assert rows == [(1, 1, "x,y"), (2, 2, "it's")]


def test_an_unknown_reader_option_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="delimeter"):
        read(write(tmp_path), options={"delimeter": "|"})


def test_rows_keep_the_order_of_the_file(tmp_path: Path) -> None:
    count = 50_000
    file = write(tmp_path, "n\n" + "\n".join(map(str, range(1, count + 1))))
    with Source(file, FileSection()) as source:
        assert source.count() == count
        numbered = list(source.execute(f"select file_row, n from {source.relation}"))
    assert numbered == [(n, str(n)) for n in range(1, count + 1)]


@pytest.mark.parametrize(
    "line", [b"1,2,3\n", b"1,caf\xe9\n"], ids=["too many columns", "not UTF-8"]
)
def test_a_broken_line_is_found_by_number_before_anything_is_sent(
    tmp_path: Path, line: bytes
) -> None:
    file = tmp_path / "late.csv"
    file.write_bytes(b"a,b\n" + b"1,x\n" * 100_000 + line + b"1,x\n")
    with (
        Source(file, FileSection()) as source,
        pytest.raises(ConfigurationError, match="Line: 100002"),
    ):
        source.count()


def test_json_lines_may_change_their_mind_late(tmp_path: Path) -> None:
    file = write(tmp_path, '{"a":1}\n' * 50_000 + '{"a":"x","b":2}\n', "late.jsonl")
    with Source(file, FileSection()) as source:
        assert source.count() == 50_001
        assert source.columns == ["a", "b"]


def test_a_mapping_can_read_no_other_file(tmp_path: Path) -> None:
    other = write(tmp_path, "secret\n1\n", "other.csv")
    with (
        Source(write(tmp_path), FileSection()) as source,
        pytest.raises(ConfigurationError, match="Cannot access file"),
    ):
        list(source.execute(f"select * from read_csv('{other}')"))


def test_a_mapping_cannot_lift_that_limit(tmp_path: Path) -> None:
    with (
        Source(write(tmp_path), FileSection()) as source,
        pytest.raises(ConfigurationError),
    ):
        list(source.execute("set enable_external_access = true"))


def test_a_file_with_a_quote_in_its_name_is_read(tmp_path: Path) -> None:
    assert len(read(write(tmp_path, name="it's.csv"))) == 3


def test_a_column_of_the_reserved_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="rename it"):
        read(write(tmp_path, "file_row,a\n1,2\n"))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read(tmp_path / "none.csv")


def test_the_digest_follows_the_content(tmp_path: Path) -> None:
    first, same = write(tmp_path, name="a.csv"), write(tmp_path, name="b.csv")
    other = write(tmp_path, SALES.replace("A-1", "A-9"), "c.csv")
    with (
        Source(first, FileSection()) as one,
        Source(same, FileSection()) as two,
        Source(other, FileSection()) as three,
    ):
        assert one.digest == two.digest != three.digest
