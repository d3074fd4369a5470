"""Answers over time: every bucket has its row, and which are not whole is known."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import pandas as pd
import pyarrow as pa
import pytest

from dyntube.archive.coverage import ALWAYS, Coverage, coverage
from dyntube.archive.dayfile import DayInfo
from dyntube.engine.results import answer, as_groups
from dyntube.insight.trends import Trend, paired, trend
from dyntube.query.access import EVERYTHING
from dyntube.query.periods import Period, Unit, buckets
from dyntube.query.query import Query

METRICS = ("views", "play_rate", "watch_time", "average_watch_time", "viewers", "views_per_viewer")
LONG_AFTER = dt.datetime(2090, 1, 1, tzinfo=dt.UTC)


def asked(
    start: str, end: str, interval: str, zone: str = "UTC", until: dt.time | None = None
) -> Query:
    period = Period(dt.date.fromisoformat(start), dt.date.fromisoformat(end), until=until)
    return Query(METRICS, period, zone, by=(interval,), access=EVERYTHING)


def answered(query: Query, *starts: str) -> pd.DataFrame:
    """What the engine gives when there are views in the buckets of these names only."""
    [interval] = query.by
    rows = {f"d_{interval}": pa.array(pd.to_datetime(list(starts)))}
    asked = ("views", "plays", "timed_plays", "watch_time", "viewers")
    rows |= {f"m_{name}": pa.array([7] * len(starts)) for name in asked}
    return answer(query, as_groups(pa.table(rows)))


def drawn(query: Query, now: dt.datetime = LONG_AFTER, *starts: str) -> Trend:
    return trend(query, answered(query, *starts), ALWAYS, now)


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
    assert days(Trend("day", found.whole, found.partial, found.missing)) == [
        "2026-11-18",
        "2026-11-19",
    ]


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


# What is known


def known_days(*days: str, until: str = "") -> Coverage:
    """These UTC days are stored, the last of them up to a time."""
    infos = {}
    for text in days:
        day = dt.date.fromisoformat(text)
        end = at(f"{day}T00:00") + dt.timedelta(days=1)
        end = at(f"{day}T{until}") if until and text == days[-1] else end
        infos[day] = [DayInfo(day, 0, 0, True, True, end, end, None)]
    return coverage(infos, 1)


def test_a_day_that_is_not_stored_is_a_gap_and_no_day_without_views():
    query = asked("2026-11-20", "2026-11-23", "day")
    known = known_days("2026-11-21", "2026-11-22")

    found = trend(query, answered(query, "2026-11-22"), known, LONG_AFTER)

    for name in ("views", "watch_time", "viewers"):
        assert found.rows[name].fillna(-1).tolist() == [-1, 0, 7, -1], name
    assert found.missing.tolist() == [True, False, False, True]
    assert found.partial.tolist() == [True, False, False, True]
    assert found.whole["views"].mean() == 3.5  # over stored days
    assert [amount for amount in found.series("views") if amount == amount] == [0, 7]


def test_where_fetching_stopped_the_day_is_partial_and_those_after_it_are_gaps():
    query = asked("2026-11-26", "2026-11-29", "day")  # a Thursday to a Sunday
    known = known_days("2026-11-26", "2026-11-27", until="13:45")

    found = trend(query, answered(query, "2026-11-27"), known, at("2026-11-29T10:00"))

    assert found.partial.tolist() == [False, True, True, True]
    assert found.missing.tolist() == [False, False, True, True]
    assert found.rows["views"].fillna(-1).tolist() == [0, 7, -1, -1]


@pytest.mark.parametrize(
    ("interval", "partial", "missing"),
    [("week", [False, True, True], [False, False, True]), ("month", [True], [False])],
)
def test_a_week_or_month_is_whole_only_where_all_of_its_days_are_stored(interval, partial, missing):
    query = asked("2026-11-02", "2026-11-22", interval)
    known = known_days(*(f"2026-11-{day:02}" for day in range(2, 12)))

    found = trend(query, answered(query), known, LONG_AFTER)

    assert found.partial.tolist() == partial
    assert found.missing.tolist() == missing


def test_hours_of_a_day_are_known_up_to_the_last_fetch():
    query = asked("2026-11-27", "2026-11-27", "hour", "Asia/Kolkata")  # from 18:30 UTC on
    known = known_days("2026-11-26", "2026-11-27", until="08:45")

    found = trend(query, answered(query), known, at("2026-11-27T12:00"))

    assert found.missing.tolist() == [False] * 15 + [True] * 3
    assert found.partial.tolist() == [False] * 14 + [True] * 4


def test_views_of_a_day_that_one_of_two_projects_has_not_are_shown_as_partial():
    query = asked("2026-11-20", "2026-11-21", "day")

    found = trend(query, answered(query, "2026-11-21"), known_days("2026-11-20"), LONG_AFTER)

    assert found.rows["views"].tolist() == [0, 7]
    assert (found.partial.tolist(), found.missing.tolist()) == ([False, True], [False, False])


# What goes together


def beside(now: Query, before: Query) -> list[tuple[str, str]]:
    """Which buckets are paired, as their clocks show them; a dash for none."""
    one, other = drawn(now), drawn(before)
    found = paired(one, other, now.period, before.period)
    assert len(found.rows) == len(found.partial) == len(found.missing) == len(one.rows)
    starts = ["-" if pd.isna(start) else f"{start:%m-%d %H:%M}" for start in found.rows.iloc[:, 0]]
    return list(zip(one.rows.iloc[:, 0].dt.strftime("%m-%d %H:%M"), starts, strict=True))


def test_hours_pair_by_their_name_where_the_clocks_go_back():
    zone = "Europe/Berlin"
    pairs = beside(
        asked("2026-10-25", "2026-10-25", "hour", zone),
        asked("2026-10-24", "2026-10-24", "hour", zone),
    )

    assert len(pairs) == 25
    assert [(one[6:], other[6:]) for one, other in pairs if one[6:] != other[6:]] == []
    assert [one for one, _ in pairs].count("10-25 02:00") == 2  # both beside the one


def test_of_an_hour_that_came_twice_in_the_comparison_the_first_is_beside_the_one():
    zone = "Europe/Berlin"
    before = asked("2026-10-25", "2026-10-25", "hour", zone)
    one, other = drawn(asked("2026-10-26", "2026-10-26", "hour", zone)), drawn(before)

    found = paired(one, other, asked("2026-10-26", "2026-10-26", "hour").period, before.period)

    assert found.rows["hour"].dt.hour.tolist() == list(range(24))
    assert found.rows["hour"].iloc[2].utcoffset() == dt.timedelta(hours=2)


def test_an_hour_that_the_clocks_skip_is_beside_nothing():
    zone = "Europe/Berlin"
    pairs = beside(
        asked("2026-03-30", "2026-03-30", "hour", zone),
        asked("2026-03-29", "2026-03-29", "hour", zone),
    )

    assert [one for one, other in pairs if other == "-"] == ["03-30 02:00"]
    assert all(one[6:] == other[6:] for one, other in pairs if other != "-")


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns"])
def test_hours_of_weeks_over_a_change_of_clocks_keep_their_day_and_name(zone):
    for start in ("2026-03-28", "2026-04-04", "2026-10-03", "2026-10-24", "2026-10-31"):
        first = dt.date.fromisoformat(start)
        now, before = (
            asked(str(first - shift), str(first - shift + dt.timedelta(days=6)), "hour", zone)
            for shift in (dt.timedelta(0), dt.timedelta(days=7))
        )
        for one, other in beside(now, before):
            if other != "-":
                assert one[6:8] == other[6:8]
                assert int(one[3:5]) - int(other[3:5]) in (7, -24, -23)


def months(start: str, end: str, unit: Unit, interval: str = "day") -> Query:
    query = asked(start, end, interval)
    return replace(query, period=replace(query.period, unit=unit))


def test_days_of_months_pair_by_their_day_and_the_31st_with_nothing():
    pairs = beside(
        months("2026-10-01", "2026-10-31", "month"), months("2026-09-01", "2026-09-30", "month")
    )

    assert pairs[0] == ("10-01 00:00", "09-01 00:00")
    assert pairs[29:] == [("10-30 00:00", "09-30 00:00"), ("10-31 00:00", "-")]


def test_days_of_quarters_and_years_pair_by_month_and_day():
    quarter = dict(
        beside(
            months("2026-04-01", "2026-06-30", "quarter"),
            months("2026-01-01", "2026-03-31", "quarter"),
        )
    )
    assert quarter["05-01 00:00"] == "02-01 00:00"
    assert quarter["05-29 00:00"] == "-"
    assert quarter["06-30 00:00"] == "03-30 00:00"
    year = dict(
        beside(
            months("2028-01-01", "2028-12-31", "year"), months("2027-01-01", "2027-12-31", "year")
        )
    )
    assert year["02-29 00:00"] == "-"
    assert year["12-31 00:00"] == "12-31 00:00"


def test_the_same_dates_a_year_before_pair_by_their_date():
    pairs = dict(
        beside(asked("2028-02-20", "2028-03-05", "day"), asked("2027-02-20", "2027-03-05", "day"))
    )

    assert pairs["02-29 00:00"] == "-"
    assert pairs["03-01 00:00"] == "03-01 00:00"


def test_other_days_pair_one_after_the_other_and_the_rest_with_nothing():
    pairs = beside(
        asked("2026-11-10", "2026-11-14", "day"), asked("2026-10-05", "2026-10-07", "day")
    )

    assert [other for _, other in pairs] == ["10-05 00:00", "10-06 00:00", "10-07 00:00", "-", "-"]


@pytest.mark.parametrize("interval", ["week", "month"])
def test_weeks_and_months_pair_one_after_the_other(interval):
    pairs = beside(
        asked("2026-07-01", "2026-09-30", interval), asked("2026-04-01", "2026-06-30", interval)
    )

    assert [other for _, other in pairs] == sorted(other for _, other in pairs)


@pytest.mark.parametrize("interval", ["hour", "day", "week", "month"])
def test_a_course_beside_one_without_any_bucket_has_nothing_beside_it(interval):
    one = drawn(asked("2026-11-10", "2026-11-20", interval))
    none = trend(
        asked("2026-10-01", "2026-10-11", interval),
        answered(asked("2026-10-01", "2026-10-11", interval)),
        ALWAYS,
        at("2026-09-01T00:00"),
    )

    found = paired(
        one,
        none,
        asked("2026-11-10", "2026-11-20", interval).period,
        asked("2026-10-01", "2026-10-11", interval).period,
    )

    assert found.rows["views"].isna().all()
    assert len(found.rows) == len(one.rows)
