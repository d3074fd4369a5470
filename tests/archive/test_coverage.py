"""Up to when views are known, told by what was fetched and never by the calendar."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyntube.archive.coverage import ALWAYS, Coverage, coverage
from dyntube.archive.dayfile import DayInfo
from dyntube.query.periods import ONE_DAY, Period, bucket_bounds, buckets, local_days, midnight

FRIDAY = dt.date(2026, 11, 27)
# As far from UTC as there is in both directions, and off it by halves and quarters of an hour.
ZONES = (
    *("UTC", "Pacific/Pago_Pago", "America/New_York", "America/St_Johns", "Europe/Berlin"),
    *("Asia/Kolkata", "Asia/Kathmandu", "Pacific/Chatham", "Pacific/Kiritimati"),
)


def info(day: dt.date, hours: float = 24) -> DayInfo:
    """A day that was fetched when so many of its hours had passed."""
    until = midnight(day) + dt.timedelta(hours=hours)
    return DayInfo(day, 0, 0, True, hours >= 24, until, until, None)


def stored(hours: dict[int, float], scopes: int = 1) -> Coverage:
    """Days by their distance from a Friday, each with its hours that are stored."""
    days = {FRIDAY + n * ONE_DAY: [info(FRIDAY + n * ONE_DAY, h)] for n, h in hours.items()}
    return coverage(days, scopes)


def moment(day: int, hour: float = 0) -> dt.datetime:
    return midnight(FRIDAY) + dt.timedelta(days=day, hours=hour)


def test_days_that_follow_each_other_are_known_in_one_stretch() -> None:
    assert stored({-2: 24, -1: 24, 0: 13.75}).stretches == ((moment(-2), moment(0, 13.75)),)
    assert stored({}).stretches == ()


def test_a_day_that_nobody_fetched_is_a_gap_and_a_day_without_views_is_not() -> None:
    known = stored({-3: 24, -1: 24, 0: 24})
    assert known.stretches == ((moment(-3), moment(-2)), (moment(-1), moment(1)))
    assert known.is_whole(moment(-1), moment(1))
    assert not known.is_whole(moment(-3), moment(0))
    assert known.until(moment(-3), moment(0)) == moment(-2)
    assert known.until(moment(-2), moment(0)) == moment(-2)
    assert known.has_gap(moment(-3), moment(0))
    assert not known.has_gap(moment(-3), moment(-1))  # nothing comes after what is missing


def test_a_day_fetched_while_it_went_on_leaves_its_rest_unknown() -> None:
    known = stored({-1: 23.5, 0: 9})
    assert known.until(moment(-1), moment(1)) == moment(-1, 23.5)
    assert known.has_gap(moment(-1), moment(1))


def test_of_several_projects_the_one_that_is_behind_counts() -> None:
    day, before = FRIDAY, FRIDAY - ONE_DAY
    both = {before: [info(before), info(before, 20)], day: [info(day, 13)]}
    assert coverage(both, 2).stretches == ((moment(-1), moment(-1, 20)),)


def test_before_the_first_view_of_an_account_all_is_known() -> None:
    known = coverage({FRIDAY: [info(FRIDAY)]}, 1, empty=(dt.date.min, FRIDAY))
    assert known.is_whole(moment(-400), moment(1))
    assert not known.is_whole(moment(0), moment(1, 1))
    later = coverage({}, 1, empty=(dt.date.min, FRIDAY))
    assert later.until(moment(-1), moment(1)) == moment(0)


def test_what_is_said_of_a_day_beyond_its_end_or_before_its_beginning_is_of_that_day() -> None:
    assert stored({0: 30}).stretches == ((moment(0), moment(1)),)
    assert stored({0: -3}).stretches == ()


@given(
    st.dictionaries(st.integers(0, 9), st.floats(0, 24), max_size=10),
    st.lists(st.tuples(st.floats(-30, 270), st.floats(0, 60)), min_size=1, max_size=20),
)
def test_shares_are_what_adding_up_seconds_gives(
    hours: dict[int, float], spans: list[tuple[float, float]]
) -> None:
    known = stored(hours)
    starts = [moment(0, begin) for begin, _ in spans]
    ends = [
        start + dt.timedelta(hours=more) for start, (_, more) in zip(starts, spans, strict=True)
    ]
    found = known.shares(pd.DatetimeIndex(starts), pd.DatetimeIndex(ends))
    for start, end, share in zip(starts, ends, found, strict=True):
        inside = sum((b - a for a, b in known.within(start, end)), dt.timedelta())
        assert share == pytest.approx(inside / (end - start) if end > start else 1)
        assert (share == 1) == known.is_whole(start, end)


def test_always_knows_every_moment() -> None:
    year = pd.date_range("2026-01-01", "2026-12-31", tz="Europe/Berlin")
    assert ALWAYS.shares(year, year + pd.Timedelta(days=1)).tolist() == [1] * 365


@pytest.mark.parametrize("zone", ZONES)
def test_local_days_are_known_as_far_as_the_utc_days_that_they_lie_on(zone: str) -> None:
    known, period = (
        stored({-2: 24, -1: 24, 0: 24}),
        Period(FRIDAY - 5 * ONE_DAY, FRIDAY + 5 * ONE_DAY),
    )
    for day, share in known.days(period, zone).items():
        start, end = Period(day, day).bounds(zone)
        inside = min(end, moment(1)) - max(start, moment(-2))
        assert share == pytest.approx(max(inside / (end - start), 0)), day


@pytest.mark.parametrize("zone", ZONES)
def test_the_local_days_of_a_utc_day_are_those_of_its_moments(zone: str) -> None:
    for n in range(0, 400, 7):
        day = FRIDAY + n * ONE_DAY
        hours = [midnight(day) + dt.timedelta(minutes=15 * step) for step in range(96)]
        local = {hour.astimezone(ZoneInfo(zone)).date() for hour in hours}
        assert local_days(day, day, zone) == Period(min(local), max(local))


def test_hours_and_days_over_a_change_of_clocks_are_known_whole() -> None:
    days = {dt.date(2026, 10, day): [info(dt.date(2026, 10, day))] for day in (24, 25, 26)}
    known, sunday = coverage(days, 1), Period(dt.date(2026, 10, 25), dt.date(2026, 10, 25))
    for interval in ("hour", "day"):
        starts = buckets(sunday, interval, "Europe/Berlin")
        shares = known.shares(*bucket_bounds(starts, interval, "Europe/Berlin"))
        assert np.unique(shares).tolist() == [1]
