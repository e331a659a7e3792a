"""Periods of the business's calendar: they tile the time, whatever its clocks do."""

from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall.attribution.words import Range
from footfall.domain.times import DAY, HOUR, SECOND, iso_utc
from footfall.reports.credit import credit_report
from footfall.reports.periods import periods
from footfall.reports.question import Question
from footfall.reports.timeline import timeline_report
from footfall.reports.words import PERIODS_MAX, PERS, CannotReport, Per
from tests.attribution.lake import START, attribution, campaign, order

ZONES = ["UTC", "Europe/Madrid", "America/Sao_Paulo", "America/Havana", "Pacific/Apia", "Asia/Gaza"]


def at(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * SECOND


def named(per: Per, since: str, until: str, zone: str = "UTC") -> list[str]:
    return [each.name for each in periods(per, Range(at(since), at(until)), ZoneInfo(zone))]


@pytest.mark.parametrize(
    ("per", "since", "until", "names"),
    [
        ("day", "2026-02-27", "2026-03-02", ["2026-02-27", "2026-02-28", "2026-03-01"]),
        ("week", "2026-12-28", "2027-01-05", ["2026-W53", "2027-W01"]),
        ("month", "2026-12-31", "2027-01-01T00:00:01", ["2026-12", "2027-01"]),
        ("quarter", "2026-03-31", "2026-07-02", ["2026-Q1", "2026-Q2", "2026-Q3"]),
        ("year", "2025-06-01", "2026-06-01", ["2025", "2026"]),
    ],
)
def test_periods_have_the_names_of_the_calendar(
    per: Per, since: str, until: str, names: list[str]
) -> None:
    assert named(per, since, until) == names


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Madrid", "2026-03-29", 23),
        ("Europe/Madrid", "2026-10-25", 25),
        ("Europe/Madrid", "2026-10-26", 24),
        # Midnight does not exist there on this day, and comes twice on the other.
        ("America/Sao_Paulo", "2017-10-15", 23),
        ("America/Havana", "2026-11-01", 25),
    ],
)
def test_a_day_is_as_long_as_clocks_make_it(zone: str, day: str, hours: int) -> None:
    noon = at(f"{day}T15:00:00")
    (found,) = periods("day", Range(noon, noon + 1), ZoneInfo(zone))
    assert (found.name, found.until_at - found.since_at) == (day, hours * HOUR)


def test_a_day_that_clocks_skipped_is_no_period() -> None:
    names = named("day", "2011-12-29T12:00:00", "2011-12-31T12:00:00", "Pacific/Apia")
    assert names == ["2011-12-29", "2011-12-31", "2012-01-01"]


def test_the_ends_are_cut_off_where_they_were_asked_about() -> None:
    asked = Range(at("2026-03-10"), at("2026-04-20"))
    told = periods("month", asked, ZoneInfo("UTC"), asked)
    assert [(each.name, iso_utc(each.since_at), iso_utc(each.until_at)) for each in told] == [
        ("2026-03", "2026-03-10T00:00:00Z", "2026-04-01T00:00:00Z"),
        ("2026-04", "2026-04-01T00:00:00Z", "2026-04-20T00:00:00Z"),
    ]


@given(
    per=st.sampled_from(PERS),
    zone=st.sampled_from(ZONES).map(ZoneInfo),
    since_at=st.integers(0, 80 * 365 * DAY),
    length=st.integers(1, 800 * DAY),
)
def test_periods_tile_the_time(per: Per, zone: ZoneInfo, since_at: int, length: int) -> None:
    asked = Range(since_at, since_at + length)
    found = periods(per, asked, zone, asked)
    assert (found[0].since_at, found[-1].until_at) == asked
    assert all(earlier.until_at == later.since_at for earlier, later in pairwise(found))
    assert all(each.since_at < each.until_at for each in found)
    assert len({each.name for each in found}) == len(found)


def test_a_sale_that_came_while_it_was_asked_has_its_period() -> None:
    asked = attribution(events=[campaign(1, START, "google"), order(2, START)])
    early = Question("USD", ZoneInfo("UTC"), START - DAY, per="day")
    report = credit_report(asked, early, ("last",))
    assert [(each.period, each.net) for each in report.periods] == [("2024-10-04", "100.00")]
    assert [row.conversions for row in timeline_report(asked, early, "day").rows] == [1]


def test_too_many_periods_are_refused_with_the_remedy() -> None:
    with pytest.raises(CannotReport, match="longer ones") as problem:
        periods("day", Range(0, (PERIODS_MAX + 1) * DAY), ZoneInfo("UTC"))
    assert problem.value.parameter == "per"
