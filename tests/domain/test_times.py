"""What callers write as a time becomes one instant in UTC, or is refused with a remedy."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall.domain.times import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    Instant,
    hour_of,
    iso_utc,
    now_us,
    occurred_at,
    parse_duration,
    parse_expiry,
    parse_instant,
    parse_timezone,
    unix_seconds,
)

CLAIMED = 1665684173  # 2022-10-13T18:02:53Z
RECEIVED_AT = 1_700_000_000 * SECOND
LAST_AT = 253_402_300_799 * SECOND  # 9999-12-31T23:59:59Z

instants = st.integers(0, LAST_AT)
zones = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=4,
)


@pytest.mark.parametrize(
    "claim",
    [
        CLAIMED,
        float(CLAIMED),
        str(CLAIMED),
        "0001665684173",
        "2022-10-13T18:02:53Z",
        "2022-10-13t18:02:53z",
        "2022-10-13 18:02:53Z",
        "2022-10-13T20:02:53+02:00",
        "2022-10-13T15:02:53-0300",
        "2022-10-13T23:32:53+05:30",
        "2022-10-13T18:02:53.000Z",
        "2022-10-13T20:02:53+02",
        "20221013T180253Z",
    ],
)
def test_every_documented_form_names_the_same_instant(claim: object) -> None:
    assert parse_instant(claim, received_at=RECEIVED_AT) == (CLAIMED * SECOND, False)


def test_a_fraction_of_a_second_is_kept() -> None:
    claim = "2022-10-13T18:02:53.123456Z"
    assert parse_instant(claim, received_at=RECEIVED_AT).tracked_at == CLAIMED * SECOND + 123456
    as_number = parse_instant(CLAIMED + 0.25, received_at=RECEIVED_AT)
    assert as_number.tracked_at == CLAIMED * SECOND + 250_000


def test_minutes_without_seconds_are_a_time() -> None:
    claim = parse_instant("2022-10-13T18:02Z", received_at=RECEIVED_AT)
    assert claim.tracked_at == (CLAIMED - 53) * SECOND


@pytest.mark.parametrize(
    ("claim", "problem"),
    [
        (1665684173000, "milliseconds"),
        (1665684173000.0, "milliseconds"),
        ("1665684173000", "milliseconds"),
        (100_000_000_000, "milliseconds"),
        ("9" * 5000, "milliseconds"),
        (10**400, "milliseconds"),
        ("2022-10-13T18:02:53", "no zone"),
        ("2022-10-13 18:02", "no zone"),
        ("2022-10-13", "known form"),
        ("2022-W41-4T18:02:53Z", "known form"),
        ("18:02:53Z", "known form"),
        ("yesterday", "known form"),
        ("", "known form"),
        ("1665684173.5", "known form"),
        ("١٦٦٥٦٨٤١٧٣", "known form"),
        ("2022-10-13x18:02:53Z", "known form"),
        ("2022-13-13T18:02:53Z", "does not exist"),
        ("2022-10-13T25:02:53Z", "does not exist"),
        ("2022-02-29T18:02:53Z", "does not exist"),
        (-1, "before 1970"),
        (-0.5, "before 1970"),
        ("1969-12-31T23:59:59Z", "before 1970"),
        ("0001-01-01T00:00:00+10:00", "before 1970"),
        (float("nan"), "finite"),
        (float("inf"), "finite"),
        (float("-inf"), "finite"),
        (True, "neither"),
        (None, "neither"),
        ([CLAIMED], "neither"),
        ({"seconds": CLAIMED}, "neither"),
    ],
)
def test_a_time_that_cannot_be_meant_is_refused_with_its_problem(
    claim: object, problem: str
) -> None:
    with pytest.raises(ValueError, match=problem):
        parse_instant(claim, received_at=RECEIVED_AT)


def test_history_reaches_back_to_the_first_second_of_1970() -> None:
    assert parse_instant(0, received_at=RECEIVED_AT) == Instant(0, is_ahead=False)


@pytest.mark.parametrize("form", [int, float, str])
def test_a_claim_is_ahead_from_the_first_second_after_receipt_and_refused_after_a_day(
    form: type[int | float | str],
) -> None:
    received = RECEIVED_AT // SECOND
    day = DAY // SECOND
    assert not parse_instant(form(received), received_at=RECEIVED_AT).is_ahead
    assert parse_instant(form(received + 1), received_at=RECEIVED_AT).is_ahead
    assert parse_instant(form(received + day), received_at=RECEIVED_AT).is_ahead
    with pytest.raises(ValueError, match="24 hours ahead"):
        parse_instant(form(received + day + 1), received_at=RECEIVED_AT)


@given(claim=anything)
def test_any_json_value_is_an_instant_in_range_or_a_value_error(claim: object) -> None:
    try:
        instant = parse_instant(claim, received_at=RECEIVED_AT)
    except ValueError:
        return
    assert 0 <= instant.tracked_at <= RECEIVED_AT + DAY
    assert instant.is_ahead == (instant.tracked_at > RECEIVED_AT)


@given(at=st.integers(DAY, LAST_AT - DAY), zone=zones)
def test_a_moment_written_in_any_zone_is_the_same_instant(at: int, zone: timezone) -> None:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)
    written = moment.astimezone(zone).isoformat()
    assert parse_instant(written, received_at=at).tracked_at == at


@given(at=instants)
def test_an_instant_shown_in_utc_reads_back_as_itself(at: int) -> None:
    shown = iso_utc(at)
    assert shown.endswith("Z")
    assert "." not in shown or not shown.endswith(("0Z", ".Z"))
    assert parse_instant(shown, received_at=at).tracked_at == at


@given(seconds=st.integers(0, 10**11 - 1))
def test_unix_seconds_read_back_as_themselves(seconds: int) -> None:
    at = seconds * SECOND
    for claim in (seconds, str(seconds)):
        assert unix_seconds(parse_instant(claim, received_at=at).tracked_at) == seconds


def test_now_lies_between_two_looks_at_the_clock() -> None:
    before = datetime.now(UTC)
    seen = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=now_us())
    # One microsecond either side for rounding a float clock.
    slack = timedelta(microseconds=1)
    assert before - slack <= seen <= datetime.now(UTC) + slack


@given(tracked_at=st.none() | instants, received_at=instants)
def test_nothing_occurs_after_it_was_received(tracked_at: int | None, received_at: int) -> None:
    used = occurred_at(tracked_at, received_at)
    assert used <= received_at
    assert used in (tracked_at, received_at)


@given(at=instants)
def test_an_instant_lies_inside_its_hour(at: int) -> None:
    start = hour_of(at)
    assert start <= at < start + HOUR
    assert iso_utc(start).endswith(":00:00Z")


def test_a_zone_of_the_database_is_found() -> None:
    zone = parse_timezone("America/Montevideo")
    assert datetime(2026, 1, 1, tzinfo=zone).utcoffset() == timedelta(hours=-3)


@pytest.mark.parametrize(
    "name", ["", "Mars/Olympus", "america/montevideo", "America", "../etc/passwd", "right/UTC", 3]
)
def test_an_unknown_zone_is_refused_with_an_example(name: object) -> None:
    with pytest.raises(ValueError, match="America/Montevideo"):
        parse_timezone(name)


def test_a_date_expires_when_its_day_has_ended() -> None:
    assert iso_utc(parse_expiry("2027-01-31", RECEIVED_AT)) == "2027-02-01T00:00:00Z"


def test_a_date_with_time_and_zone_expires_at_that_moment() -> None:
    expires_at = parse_expiry("2027-01-31T12:00:00-03:00", RECEIVED_AT)
    assert iso_utc(expires_at) == "2027-01-31T15:00:00Z"


def test_today_is_no_past_date() -> None:
    noon = parse_instant("2027-01-31T12:00:00Z", received_at=LAST_AT).tracked_at
    assert parse_expiry("2027-01-31", noon) > noon


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("2020-01-31", "past"),
        ("2020-01-31T12:00:00Z", "past"),
        ("2027-01-31T12:00:00", "no zone"),
        ("2027-02-30", "not a date"),
        ("2027-02-30T12:00:00Z", "does not exist"),
        ("next week", "not a date"),
        ("", "not a date"),
        ("9999-12-31", "year 9999"),
    ],
)
def test_an_expiry_that_cannot_be_meant_is_refused(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        parse_expiry(text, RECEIVED_AT)


@given(text=st.text())
def test_any_text_is_a_coming_expiry_or_a_value_error(text: str) -> None:
    try:
        expires_at = parse_expiry(text, RECEIVED_AT)
    except ValueError:
        return
    assert expires_at > RECEIVED_AT


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("90s", 90 * SECOND),
        ("30m", 30 * MINUTE),
        ("24h", DAY),
        ("7d", 7 * DAY),
        ("2w", 14 * DAY),
    ],
)
def test_a_duration_is_its_number_of_units(text: str, duration: int) -> None:
    assert parse_duration(text) == duration


@pytest.mark.parametrize(
    "text", ["", "24", "h", "0h", "-1h", "1.5h", "24 h", "1y", "24H", "1h30m", "٣h", "9999999s"]
)
def test_a_duration_in_another_form_is_refused_with_examples(text: str) -> None:
    with pytest.raises(ValueError, match="90s, 30m, 24h, 7d or 2w"):
        parse_duration(text)
