from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall.dashboard.chart import draw, nice
from footfall.dashboard.overview import PERIODS, bars, figures, span_of
from footfall.domain.times import DAY, HOUR, hour_of
from footfall.store.ledger import Entry

ZONES = st.sampled_from(["UTC", "America/Montevideo", "Europe/Madrid", "Asia/Kathmandu"])
MOMENTS = st.integers(1_577_836_800, 2_208_988_800).map(lambda at: at * 1_000_000)
PERIOD = st.sampled_from(sorted(PERIODS))


@given(period=PERIOD, zone=ZONES, now=MOMENTS)
def test_a_period_ends_now_and_the_one_before_is_as_long(period: str, zone: str, now: int) -> None:
    span = span_of(period, zone, now)
    assert span.since_at <= now < span.until_at
    assert span.until_at - span.since_at <= PERIODS[period] * DAY + 2 * HOUR
    assert span.before_until_at - span.before_since_at == pytest.approx(
        span.until_at - span.since_at, abs=HOUR
    )
    # A day may have 23 or 25 hours.
    assert span.before_until_at <= span.since_at + 2 * HOUR


@given(period=PERIOD, zone=ZONES, now=MOMENTS, data=st.data())
def test_every_hour_of_a_period_is_in_one_bar(
    period: str, zone: str, now: int, data: st.DataObject
) -> None:
    span = span_of(period, zone, now)
    hours = range(span.since_at, span.until_at, HOUR)
    chosen = data.draw(st.lists(st.sampled_from(hours), max_size=20))
    entries = [Entry(1, hour, 3, 2, 0, 1) for hour in chosen]
    drawn = bars(entries, span)
    assert sum(drawn["stored"]) == 2 * len(chosen)
    assert sum(drawn["rejected"]) == len(chosen)
    assert len(drawn["stored"]) == len(span.steps)


def test_days_begin_in_the_zone_of_the_business() -> None:
    noon = datetime(2026, 11, 28, 12, tzinfo=ZoneInfo("America/Montevideo"))
    span = span_of("7d", "America/Montevideo", int(noon.timestamp()) * 1_000_000)
    begin = datetime(2026, 11, 22, 3, tzinfo=UTC)
    assert span.since_at == hour_of(int(begin.timestamp()) * 1_000_000)
    assert len(span.steps) == 7


def test_a_change_is_told_in_percent_unless_there_was_nothing() -> None:
    now, before = [Entry(1, 0, 3, 3, 0, 0)], [Entry(1, 0, 2, 2, 0, 0)]
    stored, duplicate, _ = figures(now, before)
    assert stored.change == 50
    assert duplicate.change is None


@given(most=st.integers(0, 10**12))
def test_a_scale_reaches_the_top_and_its_half_is_whole(most: int) -> None:
    assert most <= nice(most) <= max(2, 2 * most)
    assert nice(most) % 2 == 0


def test_labels_of_a_chart_stay_text() -> None:
    assert "<script>" not in draw(["<script>"], [1], [0])
