"""What a selection comes to at a moment: its period, its comparison, its intervals."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyntube.query.periods import EARLIEST, INTERVALS, PRESETS, Period
from dyntube.report.selection import ALL_TIME, COMPARE_LABELS, CUSTOM, Selection

TODAY = dt.date(2026, 11, 20)
NOW = dt.datetime(2026, 11, 20, 12, 34, tzinfo=ZoneInfo("Europe/Berlin"))


def period(start: str, end: str) -> Period:
    return Period(dt.date.fromisoformat(start), dt.date.fromisoformat(end))


def days(count: int) -> Period:
    return Period(TODAY - dt.timedelta(days=count - 1), TODAY)


# What it comes to today


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_is_resolved_by_the_day_it_is_looked_at(preset):
    expected = PRESETS[preset].period(TODAY)

    assert Selection(preset=preset).period(TODAY, dt.date(2020, 1, 1)) == expected


@pytest.mark.parametrize(
    ("first_day", "start"),
    [
        (dt.date(2024, 2, 29), dt.date(2024, 2, 29)),
        (None, TODAY),
        (TODAY, TODAY),
        (dt.date(2026, 12, 1), TODAY),  # a view dated in the future
        (dt.date(1970, 1, 1), EARLIEST),  # a view with a broken date
    ],
)
def test_all_time_is_from_the_first_day_to_today(first_day, start):
    assert Selection(preset=ALL_TIME).period(TODAY, first_day) == Period(start, TODAY)


def test_custom_dates_are_themselves():
    dates = period("2025-01-01", "2025-01-31")

    assert Selection(preset=CUSTOM, dates=dates).period(TODAY, None) == dates


@pytest.mark.parametrize(
    ("selection", "start", "end"),
    [
        (Selection(), "2026-09-25", "2026-10-22"),
        (Selection(compare="year"), "2025-10-24", "2025-11-20"),
        (Selection(preset="last-month"), "2026-09-01", "2026-09-30"),
        (Selection(preset="last-month", compare="year"), "2025-10-01", "2025-10-31"),
        (
            Selection(compare="dates", compare_dates=period("2024-05-01", "2024-05-07")),
            "2024-05-01",
            "2024-05-07",
        ),
    ],
)
def test_a_comparison_is_the_period_that_its_name_says(selection, start, end):
    found = selection.comparison(selection.period(TODAY, None), NOW)

    assert (str(found.start), str(found.end), found.until) == (start, end, None)


def test_an_unfinished_period_is_compared_up_to_the_same_time():
    selection = Selection(preset="today")

    found = selection.comparison(selection.period(TODAY, None), NOW)

    assert (found.start, found.until) == (dt.date(2026, 11, 13), dt.time(12, 34))


@pytest.mark.parametrize("compare", COMPARE_LABELS)
def test_all_time_is_compared_with_nothing(compare):
    selection = Selection(preset=ALL_TIME, compare=compare)

    assert selection.comparison(selection.period(TODAY, dt.date(2024, 1, 1)), NOW) is None


def test_nothing_is_compared_with_when_that_is_chosen():
    selection = Selection(compare="none")

    assert selection.comparison(selection.period(TODAY, None), NOW) is None


@pytest.mark.parametrize("compare", ["previous", "year"])
def test_a_period_at_the_beginning_of_time_has_no_comparison(compare):
    dates = Period(EARLIEST, EARLIEST + dt.timedelta(days=9))
    selection = Selection(preset=CUSTOM, dates=dates, compare=compare)

    assert selection.comparison(selection.period(TODAY, None), NOW) is None


# Intervals


@pytest.mark.parametrize(
    ("count", "offered"),
    [
        (1, ["hour"]),
        (2, ["hour", "day"]),
        (13, ["hour", "day"]),
        (14, ["hour", "day", "week"]),
        (31, ["hour", "day", "week"]),
        (32, ["day", "week"]),
        (58, ["day", "week"]),
        (59, ["day", "week", "month"]),
        (1100, ["day", "week", "month"]),
        (1101, ["week", "month"]),
    ],
)
def test_intervals_are_offered_by_the_length_of_the_period(count, offered):
    assert list(Selection().intervals(days(count))) == offered


@pytest.mark.parametrize(
    ("count", "interval"),
    [
        (1, "hour"),
        (2, "hour"),
        (3, "day"),
        (28, "day"),
        (100, "day"),
        (101, "week"),
        (750, "week"),
        (751, "month"),
        (4000, "month"),
    ],
)
def test_without_a_choice_the_interval_follows_the_length(count, interval):
    assert Selection().trend_interval(days(count)) == interval


@pytest.mark.parametrize(
    ("chosen", "count", "interval"),
    [
        ("hour", 28, "hour"),
        ("hour", 90, "day"),  # too many hours to read
        ("week", 28, "week"),
        ("week", 7, "day"),
        ("month", 90, "month"),
        ("month", 28, "day"),
        ("day", 1, "hour"),
    ],
)
def test_a_chosen_interval_holds_where_it_fits(chosen, count, interval):
    assert Selection(interval=chosen).trend_interval(days(count)) == interval


@given(st.integers(1, 20_000), st.sampled_from([None, *INTERVALS]))
def test_the_interval_of_a_trend_is_always_one_that_is_offered(count, chosen):
    span = Period(EARLIEST, EARLIEST + dt.timedelta(days=count - 1))
    selection = Selection(interval=chosen)

    assert selection.trend_interval(span) in selection.intervals(span)
