"""The European Central Bank's files: both forms of them, and nothing that is no such file."""

import pytest

from footfall.domain.reference_rates import parse_rates

DAILY = "Date, USD, JPY, TRL, RON, \n27 November 2026, 1.0562, 160.15, N/A, 4.9765, \n"
HISTORY = (
    "Date,USD,JPY,CYP,\n2026-11-27,1.0562,160.15,N/A,\n2026-11-26,1.0498,N/A,N/A,\n"
    "1999-01-04,1.1789,133.73,0.58231,\n"
)


def test_the_file_of_a_day_is_read() -> None:
    told = parse_rates(DAILY)
    assert told.rates == [
        ("USD", "2026-11-27", "1.0562"),
        ("JPY", "2026-11-27", "160.15"),
        ("RON", "2026-11-27", "4.9765"),
    ]
    assert told.passed_over == ["TRL"]


def test_the_file_of_all_days_is_read() -> None:
    told = parse_rates(HISTORY)
    assert told.rates == [
        ("USD", "2026-11-27", "1.0562"),
        ("JPY", "2026-11-27", "160.15"),
        ("USD", "2026-11-26", "1.0498"),
        ("USD", "1999-01-04", "1.1789"),
        ("JPY", "1999-01-04", "133.73"),
    ]
    assert told.passed_over == ["CYP"]


def test_what_spreadsheets_make_of_it_is_read_too() -> None:
    assert parse_rates("\ufeff" + HISTORY.replace("\n", "\r\n")) == parse_rates(HISTORY)
    assert parse_rates(HISTORY.replace(",\n", "\n")) == parse_rates(HISTORY)
    assert parse_rates(HISTORY + ",,,\n\n") == parse_rates(HISTORY)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "first line"),
        ("Day,USD\n2026-11-27,1\n", "first line"),
        ("Date,Dollar\n2026-11-27,1\n", "first line"),
        ("Date,USD,USD\n2026-11-27,1,1\n", "each once"),
        ("Date,USD\n2026-11-27,0\n", "line 2, USD"),
        ("Date,USD\n2026-11-27,-1.1\n", "line 2, USD"),
        ("Date,USD\n2026-11-27,1.1e3\n", "line 2, USD"),
        ('Date,USD\n2026-11-27,"1,1"\n', "line 2, USD"),
        ("Date,USD\n2026-11-27,1.1234567\n", "6 of them after the point"),
        ("Date,USD\n2026-11-27,1234567.123\n", "at most 9 digits"),
        ("Date,USD\n2026-11-31,1\n", "line 2, Date"),
        ("Date,USD\n27 Novembre 2026,1\n", "line 2, Date"),
        ("Date,USD\n1998-12-31,1\n", "since there are euros"),
        ("Date,USD\n2026-11-27,1\n2026-11-27,2\n", "line 3 has 2026-11-27 again"),
        ("Date,JPY,USD\n2026-11-27,1\n", "fewer columns"),
        ("Date,USD\n2026-11-27,N/A\n", "no rate in it"),
        ('Date,USD\n2026-11-27,"1\n', "no CSV"),
    ],
)
def test_what_is_no_such_file_is_refused_by_line_and_column(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse_rates(text)
