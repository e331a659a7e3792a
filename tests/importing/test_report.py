"""Outcomes add up, and every rejected row is in its file once, a crash in between or not."""

import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from footfall.errors import ConfigurationError
from footfall.importing.answers import Outcome, WireError
from footfall.importing.report import Reason, RejectedFile, Report, Tally, print_report

ERROR = WireError("invalid", "“amount” must not be negative.", "amount")

outcomes = st.builds(
    Outcome,
    st.sampled_from(["created", "duplicate", "rejected"]),
    st.lists(st.builds(WireError, st.sampled_from("ab"), st.text(), st.sampled_from("xyz"))),
)


@given(st.lists(outcomes))
def test_counts_add_up(given_outcomes: list[Outcome]) -> None:
    tally = Tally()
    for each in given_outcomes:
        tally.add(each)
    assert tally.sent == len(given_outcomes)
    assert sum(reason.rows for reason in tally.reasons) == tally.rejected
    assert len(tally.reasons) <= 7


def test_a_row_counts_under_its_first_error() -> None:
    tally = Tally()
    tally.add(Outcome("rejected", [ERROR, WireError("not_found", "?", "product")]))
    tally.add(Outcome("rejected", [WireError("invalid", "another", "amount")]))
    assert tally.reasons == [Reason("invalid", "amount", ERROR.message, rows=2)]


def read(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_rejected_row_keeps_its_number_its_event_and_all_errors(tmp_path: Path) -> None:
    file = RejectedFile(tmp_path / "rejected.jsonl", 0)
    file.write(7, '{"action":"a.b"}', None, [ERROR])
    file.write(8, None, '{"price":"ten"}', [ERROR])
    file.close()
    errors = [{"type": "invalid", "message": ERROR.message, "parameter": "amount"}]
    assert read(file.path) == [
        {"row": 7, "event": {"action": "a.b"}, "errors": errors},
        {"row": 8, "columns": {"price": "ten"}, "errors": errors},
    ]


def test_without_rejected_rows_there_is_no_file(tmp_path: Path) -> None:
    path = tmp_path / "rejected.jsonl"
    path.write_text("of an import before\n")
    file = RejectedFile(path, 0)
    assert file.flush() == 0
    file.close()
    assert not path.exists()


def test_what_was_written_past_the_last_mark_is_written_again_and_not_twice(tmp_path: Path) -> None:
    path = tmp_path / "rejected.jsonl"
    first = RejectedFile(path, 0)
    first.write(1, "{}", None, [ERROR])
    marked = first.flush()
    first.write(2, "{}", None, [ERROR])
    first.close()
    second = RejectedFile(path, marked)
    assert second.flush() == marked
    second.write(2, "{}", None, [ERROR])
    second.write(3, "{}", None, [ERROR])
    assert second.flush() == path.stat().st_size
    second.close()
    assert [line["row"] for line in read(path)] == [1, 2, 3]


def test_a_file_that_cannot_be_written_is_refused_with_the_remedy(tmp_path: Path) -> None:
    file = RejectedFile(tmp_path / "none" / "rejected.jsonl", 0)
    with pytest.raises(ConfigurationError, match="--rejected"):
        file.write(1, "{}", None, [ERROR])


def report(**changes: object) -> Report:
    whole: dict[str, object] = {
        "complete": True,
        "file": "sales.csv",
        "rows": 1000,
        "read": 1000,
        "skipped": 1,
        "stored": 990,
        "duplicate": 9,
        "rejected": 0,
        "reasons": [],
        "profiles": 5,
        "resumed_after_row": 0,
        "rejected_file": None,
        "seconds": 2.0,
        "rows_per_second": 500.0,
    }
    return Report(**(whole | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [({}, 0), ({"rejected": 1}, 1), ({"complete": False}, 130)],
    ids=["all stored", "some rejected", "stopped"],
)
def test_the_exit_status_follows_the_outcome(changes: dict[str, object], expected: int) -> None:
    assert report(**changes).exit_code == expected


def printed(shown: Report) -> str:
    screen = io.StringIO()
    print_report(shown, Console(file=screen, width=60))
    return screen.getvalue()


def test_a_stopped_import_says_how_to_go_on() -> None:
    said = printed(report(complete=False, read=500))
    assert "Stopped after row 500 of 1,000; run the same command again to go on from there." in said


def test_the_report_names_every_reason_and_the_file() -> None:
    reasons = [Reason("invalid", "amount", "no [red]", 3), Reason("not_found", None, "gone", 4)]
    said = printed(report(rejected=7, reasons=reasons, rejected_file="out.jsonl"))
    assert said.index("4 × not_found: gone") < said.index("3 × invalid amount: no [red]")
    assert "out.jsonl" in said
