"""A token's query reads the views of its business and can do nothing else."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import msgspec
import pytest

from footfall.lake.allowed import objection
from footfall.lake.sandbox import Answer, Request, close

VIEWS = frozenset({"events"})

GOOD = [
    "select * from events",
    "from events select max(id)",
    "with w as (select * from events) select * from w join events using (id)",
    "with recursive r(n) as (select 1 union all select n + 1 from r where n < 3) select * from r",
    "select * from events union all select 2",
    "select * from (values (1), (2)) v(x)",
    "select * from events, unnest([1, 2]) t(u)",
    "select * from range(3)",
    "select id, row_number() over (order by id) from EVENTS",
    "select count(*) from events where id in (select id from events e2)",
    "describe events",
    "summarize select * from events",
    "select 'read_text(''/etc/passwd'')'",
    "select 1; ",
]

BAD = [
    "",
    ";",
    "select",
    "select 1; select 2",
    "create table t as select 1",
    "drop view events",
    "insert into events values (1)",
    "update events set id = 2",
    "delete from events",
    "copy events to '/tmp/footfall-test.csv'",
    "copy (select 1) to '/tmp/footfall-test.csv'",
    "export database '/tmp/footfall-test'",
    "attach '/tmp/footfall-test.db'",
    "install httpfs",
    "load httpfs",
    "set threads = 9",
    "reset lock_configuration",
    "pragma version",
    "pragma database_list",
    "call pragma_version()",
    "explain select 1",
    "prepare x as select 1",
    "begin",
    "checkpoint",
    "vacuum",
    "use memory",
    "show tables",
    "show all tables",
    "select * from (show databases)",
    "select * from 'x.parquet'",
    "select * from '/etc/passwd'",
    'select * from "/etc/passwd"',
    "select * from read_parquet('{other}')",
    "select * from '{other}'",
    "select * from parquet_scan('{other}')",
    "select * from parquet_metadata('{other}')",
    "select * from parquet_schema('{other}')",
    "select * from read_text('/etc/passwd')",
    "select * from read_blob('/etc/passwd')",
    "select * from read_csv('/etc/passwd')",
    "select * from read_csv_auto('/etc/passwd')",
    "select * from sniff_csv('/etc/passwd')",
    "select * from read_json('/etc/passwd')",
    "select * from read_json_objects('/etc/passwd')",
    "select * from glob('/*')",
    "select * from read_csv('https://example.com/x.csv')",
    "select (select max(content) from read_text('/etc/passwd'))",
    "with w as (select * from read_text('/etc/passwd')) select * from w",
    "select * from events where exists (select * from glob('/*'))",
    "select * from events, lateral (select * from glob('/*'))",
    "select * from query('select 1')",
    "select * from query_table('events')",
    "select * from duckdb_settings()",
    "select * from duckdb_settings",
    "select * from duckdb_secrets()",
    "select * from duckdb_tables()",
    "select * from duckdb_views()",
    "select * from duckdb_extensions()",
    "select * from duckdb_databases()",
    "select * from duckdb_logs",
    "select * from pragma_database_list()",
    "select * from information_schema.tables",
    "select * from pg_catalog.pg_views",
    "select * from pg_views",
    "select * from sqlite_master",
    "select * from main.events",
    "select * from memory.main.events",
    "select * from system.information_schema.tables",
    "select current_setting('allowed_paths')",
    "select getvariable('x')",
    "select getenv('HOME')",
    "select json_execute_serialized_sql('{{}}')",
    "select * from json_execute_serialized_sql(json_serialize_sql('select 1'))",
    "select write_log('x')",
    "select nextval('x')",
    "with duckdb_settings as (select 1) select * from duckdb_settings",
    "select * from duckdb_settings, (with duckdb_settings as (select 1) select 1) t",
    'with "x.csv" as (select 1) select * from "x.csv"',
    "select * from events at (version => 1)",
    "pivot events on id using count(*)",
]


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    """A file of the business and one of another."""
    with duckdb.connect() as connection:
        for name in ("own", "other"):
            connection.execute(f"copy (select '{name}' as id) to '{tmp_path / name}.parquet'")
    return str(tmp_path / "own.parquet"), str(tmp_path / "other.parquet")


@pytest.fixture
def closed(files: tuple[str, str]) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection as queries of tokens have it."""
    with duckdb.connect(config={"python_enable_replacements": False}) as connection:
        connection.execute(f"create view events as from read_parquet(['{files[0]}'])")
        close(connection, [files[0]])
        yield connection


@pytest.mark.parametrize("query", GOOD)
def test_a_query_over_the_views_may_be_run(closed: duckdb.DuckDBPyConnection, query: str) -> None:
    assert objection(closed, query, VIEWS) is None
    closed.execute(query).fetchall()


@pytest.mark.parametrize("query", BAD)
def test_anything_else_is_refused_in_words(
    closed: duckdb.DuckDBPyConnection, files: tuple[str, str], query: str
) -> None:
    said = objection(closed, query.format(other=files[1]), VIEWS)
    assert said
    assert "Traceback" not in said


REACHING_OUT = [
    "copy (select 1) to '{folder}/new.csv'",
    "attach '{folder}/new.db'",
    "select * from read_parquet('{other}')",
    "select * from '{other}'",
    "select * from read_text('/etc/passwd')",
    "select * from read_blob('{other}')",
    "select * from glob('{folder}/*')",
    "install httpfs",
    "load httpfs",
    "set enable_external_access = true",
    "set allowed_paths = ['/etc/passwd']",
    "set lock_configuration = false",
    "select * from read_csv('https://example.com/x.csv')",
    "export database '{folder}/all'",
]


@pytest.mark.parametrize("query", REACHING_OUT)
def test_past_the_gate_the_connection_itself_reaches_nothing(
    closed: duckdb.DuckDBPyConnection, files: tuple[str, str], query: str, tmp_path: Path
) -> None:
    with pytest.raises(duckdb.Error):
        closed.execute(query.format(other=files[1], folder=tmp_path)).fetchall()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["other.parquet", "own.parquet"]


def ask(query: str, own: str, **changes: object) -> Answer:
    """Have the process answer a query."""
    request = Request(
        query=query,
        views=[f"create view events as from read_parquet(['{own}'])"],
        names=["events"],
        files=[own],
        rows_max=5,
        memory_max_bytes=64 << 20,
        cpu_max_s=10,
    )
    request = msgspec.structs.replace(request, **changes)
    done = subprocess.run(
        [sys.executable, "-I", "-m", "footfall.lake.sandbox"],
        input=msgspec.json.encode(request),
        capture_output=True,
        check=False,
        env={},
    )
    assert done.returncode == 0, done.stderr
    return msgspec.json.decode(done.stdout, type=Answer)


def rows(answer: Answer) -> list[list[object]]:
    return [msgspec.json.decode(row) for row in answer.rows]


def test_the_process_answers_columns_and_rows(files: tuple[str, str]) -> None:
    answer = ask("select id, 3 as three from events", files[0])
    assert answer.columns == [("id", "VARCHAR"), ("three", "INTEGER")]
    assert rows(answer) == [["own", 3]]
    assert not answer.truncated


def test_rows_beyond_the_limit_are_left_out_and_said(files: tuple[str, str]) -> None:
    answer = ask("select * from range(6)", files[0])
    assert (len(answer.rows), answer.truncated) == (5, True)
    assert not ask("select * from range(5)", files[0]).truncated


def test_every_kind_of_value_has_a_form_in_json(files: tuple[str, str]) -> None:
    answer = ask(
        "select 9223372036854775807, 170141183460469231731687303715884105727, 1.50::decimal(9, 2), "
        "date '2024-02-29', 'nan'::double, [1, null], {'a': 1}, true, null, 'ab'::blob",
        files[0],
    )
    assert rows(answer) == [
        [
            9223372036854775807,
            "170141183460469231731687303715884105727",
            "1.50",
            "2024-02-29",
            None,
            [1, None],
            {"a": 1},
            True,
            None,
            "YWI=",
        ]
    ]


def test_csv_has_a_line_for_each_row(files: tuple[str, str]) -> None:
    answer = ask(
        "select id, true as yes, null as no, 'a,\"b' as odd from events", files[0], as_csv=True
    )
    assert answer.csv == 'id,yes,no,odd\r\nown,true,,"a,""b"\r\n'


def test_a_query_that_wants_too_much_memory_is_told_so(files: tuple[str, str]) -> None:
    answer = ask("select list(range) from range(100000000)", files[0])
    assert "memory" in answer.error


def test_a_file_that_is_gone_is_told_from_other_faults(files: tuple[str, str]) -> None:
    Path(files[0]).unlink()
    assert ask("select * from events", files[0]).is_stale


def test_a_fault_of_the_query_is_answered_in_duckdbs_words(files: tuple[str, str]) -> None:
    answer = ask("select nothing from events", files[0])
    assert "nothing" in answer.error
    assert not answer.is_stale
