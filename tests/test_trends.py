"""Answers over time: every bucket has its row, and which are not whole is known."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pandas as pd
import pyarrow as pa
import pytest

from dyntube.periods import Period, buckets
from dyntube.query import Query
from dyntube.shape import answer, sums
from dyntube.trends import Trend, trend

METRICS = ("views", "play_rate", "watch_time", "average_watch_time", "viewers", "views_per_viewer")
LONG_AFTER = dt.datetime(2090, 1, 1, tzinfo=dt.UTC)


def asked(
    start: str, end: str, interval: str, zone: str = "UTC", until: dt.time | None = None
) -> Query:
    period = Period(dt.date.fromisoformat(start), dt.date.fromisoformat(end), until=until)
    return Query(METRICS, period, zone, by=(interval,))


def answered(query: Query, *starts: str) -> pd.DataFrame:
    """What the engine gives when there are views in the buckets of these names only."""
    [interval] = query.by
    rows = {f"d_{interval}": pa.array(pd.to_datetime(list(starts)))}
    rows |= {
        f"m_{n}": pa.array([7] * len(starts)) for n in ("views", "plays", "watch_time", "viewers")
    }
    return answer(query, sums(pa.table(rows), {}))


def drawn(query: Query, now: dt.datetime = LONG_AFTER, *starts: str) -> Trend:
    return trend(query, answered(query, *starts), now)


def at(text: str, zone: str = "UTC") -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def days(found: Trend) -> list[str]:
    return [str(start.date()) for start in found.rows.iloc[:, 0]]


def test_a_bucket_without_views_has_0_for_amounts_and_nothing_for_rates():
    found = drawn(asked("2026-11-01", "2026-11-03", "day"), LONG_AFTER, "2026-11-02")

    assert days(found) == ["2026-11-01", "2026-11-02", "2026-11-03"]
    for name in ("views", "watch_time", "viewers"):
        assert found.rows[name].tolist() == [0, 7, 0], name
    for name in ("play_rate", "average_watch_time", "views_per_viewer"):
        assert found.rows[name].isna().tolist() == [True, False, True], name
    assert list(found.rows.columns) == ["day", *METRICS]


def test_without_any_view_every_bucket_is_still_there():
    found = drawn(asked("2026-11-01", "2026-11-30", "day"))

    assert len(found.rows) == 30
    assert found.rows["views"].sum() == 0
    assert found.rows["play_rate"].isna().all()


@pytest.mark.parametrize(
    ("interval", "count"), [("hour", 365 * 24), ("day", 365), ("week", 53), ("month", 12)]
)
def test_a_year_has_a_row_for_every_bucket(interval, count):
    found = drawn(asked("2026-01-01", "2026-12-31", interval))

    assert len(found.rows) == len(found.partial) == count
    assert found.rows[interval].is_monotonic_increasing
    assert found.interval == interval


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", "2026-10-25", 25),
        ("Europe/Berlin", "2026-03-29", 23),
        ("America/New_York", "2026-11-01", 25),
        ("America/New_York", "2026-03-08", 23),
        ("America/Havana", "2026-11-01", 25),
        ("Africa/Cairo", "2026-04-24", 23),
        ("Asia/Kathmandu", "2026-10-25", 24),
    ],
)
def test_a_day_has_the_hours_that_its_clocks_showed(zone, day, hours):
    query = asked(day, day, "hour", zone)
    first, *_, last = buckets(query.period, "hour", zone).tz_convert("UTC").tz_localize(None)

    found = drawn(query, LONG_AFTER, str(first), str(last))

    assert len(found.rows) == hours
    assert found.rows["views"].tolist() == [7] + [0] * (hours - 2) + [7]
    assert str(found.rows["hour"].dt.tz) == zone
    assert not found.partial.any()


def test_both_hours_of_one_name_keep_their_own_views():
    query = asked("2026-10-25", "2026-10-25", "hour", "Europe/Berlin")

    found = drawn(query, LONG_AFTER, "2026-10-25 01:00")  # UTC: the second two o'clock

    twice = found.rows[found.rows["hour"].dt.hour == 2]
    assert twice["views"].tolist() == [0, 7]


# Clocks change on these days at midnight: some have none, some have two.
MIDNIGHT_CHANGES = [
    ("Africa/Cairo", "2026-04-24"),
    ("America/Santiago", "2026-09-06"),
    ("America/Santiago", "2026-04-04"),
    ("America/Havana", "2026-03-08"),
    ("America/Havana", "2026-11-01"),
    ("Asia/Beirut", "2026-03-29"),
    ("Europe/Berlin", "2026-10-25"),
    ("Australia/Lord_Howe", "2026-04-05"),
]


@pytest.mark.parametrize(("days_before", "days_after"), [(0, 0), (1, 0), (0, 1), (3, 3)])
@pytest.mark.parametrize(("zone", "day"), MIDNIGHT_CHANGES)
def test_whole_days_are_whole_where_midnight_is_missing_or_comes_twice(
    zone, day, days_before, days_after
):
    change = dt.date.fromisoformat(day)
    start = change - dt.timedelta(days=days_before)
    end = change + dt.timedelta(days=days_after)

    found = drawn(asked(str(start), str(end), "day", zone), LONG_AFTER, day)

    assert len(found.rows) == days_before + days_after + 1
    assert found.rows["views"].tolist() == [0] * days_before + [7] + [0] * days_after
    assert found.partial.tolist() == [False] * len(found.rows)


@pytest.mark.parametrize("interval", ["day", "week", "month"])
@pytest.mark.parametrize("zone", sorted({zone for zone, _ in MIDNIGHT_CHANGES}))
def test_a_year_with_changing_clocks_is_drawn_in_every_interval(zone, interval):
    found = drawn(asked("2026-01-01", "2026-12-31", interval, zone))

    expected = [False] * len(found.rows)
    if interval == "week":  # 2026 starts and ends within a week
        expected[0] = expected[-1] = True
    assert found.partial.tolist() == expected


def test_today_is_partial_and_nothing_comes_after_it():
    found = drawn(asked("2026-11-18", "2026-11-25", "day"), at("2026-11-20T12:00"))

    assert days(found) == ["2026-11-18", "2026-11-19", "2026-11-20"]
    assert found.partial.tolist() == [False, False, True]
    assert days(Trend("day", found.whole, found.partial)) == ["2026-11-18", "2026-11-19"]


def test_today_is_todays_date_in_the_zone_of_the_question():
    now = at("2026-11-19T16:00")  # one in the morning of the 20th in Tokyo

    tokyo = drawn(asked("2026-11-19", "2026-11-21", "day", "Asia/Tokyo"), now)
    berlin = drawn(asked("2026-11-19", "2026-11-21", "day", "Europe/Berlin"), now)

    assert (days(tokyo), tokyo.partial.tolist()) == (["2026-11-19", "2026-11-20"], [False, True])
    assert (days(berlin), berlin.partial.tolist()) == (["2026-11-19"], [True])


@pytest.mark.parametrize(
    ("now", "hours", "last_is_partial"),
    [
        ("2026-11-20T12:00", 13, True),
        ("2026-11-20T12:59:59", 13, True),
        ("2026-11-20T00:00", 1, True),
        ("2026-11-21T00:00", 24, False),
    ],
)
def test_the_hour_we_are_in_is_partial(now, hours, last_is_partial):
    found = drawn(asked("2026-11-20", "2026-11-20", "hour"), at(now))

    assert found.partial.tolist() == [False] * (hours - 1) + [last_is_partial]


def test_weeks_that_the_period_cuts_are_partial():
    found = drawn(asked("2026-11-04", "2026-11-24", "week"))  # a Wednesday to a Tuesday

    assert days(found) == ["2026-11-02", "2026-11-09", "2026-11-16", "2026-11-23"]
    assert found.partial.tolist() == [True, False, False, True]


def test_weeks_that_the_period_does_not_cut_are_whole():
    found = drawn(asked("2026-11-02", "2026-11-22", "week"))

    assert found.partial.tolist() == [False, False, False]


@pytest.mark.parametrize(
    ("start", "end", "partial"),
    [
        ("2024-01-31", "2024-03-31", [True, False, False]),
        ("2024-02-01", "2024-02-29", [False]),
        ("2025-02-01", "2025-02-28", [False]),
        ("2024-02-01", "2024-02-28", [True]),
        ("2025-12-01", "2026-01-30", [False, True]),
    ],
)
def test_months_that_the_period_cuts_are_partial(start, end, partial):
    assert drawn(asked(start, end, "month")).partial.tolist() == partial


def test_a_comparison_that_ends_at_a_time_of_day_has_a_partial_last_day():
    query = asked("2026-11-18", "2026-11-19", "day", until=dt.time(9, 30))

    assert drawn(query).partial.tolist() == [False, True]


def test_a_period_in_the_future_has_no_buckets_yet():
    found = drawn(asked("2026-12-01", "2026-12-31", "day"), at("2026-11-20T12:00"))

    assert found.rows.empty
    assert found.whole.empty
