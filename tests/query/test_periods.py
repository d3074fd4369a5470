"""Periods, what they are compared with, and the calendar of a time zone."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyntube.errors import PeriodError
from dyntube.query.periods import (
    DEFAULT_PRESET,
    EARLIEST,
    INTERVALS,
    LATEST,
    ONE_DAY,
    PRESETS,
    Period,
    Unit,
    buckets,
    calendar,
    cut_alike,
    previous,
    slot_of,
    year_before,
)
from dyntube.reading.zones import zone_info, zones

UTC = dt.UTC
QUARTER_HOUR = dt.timedelta(minutes=15)

# (zone, a day of 25 or 23 hours or one whose midnight does not exist, its hours)
CHANGE_DAYS = [
    ("Europe/Berlin", "2026-03-29", 23),
    ("Europe/Berlin", "2026-10-25", 25),
    ("America/New_York", "2026-03-08", 23),
    ("America/New_York", "2026-11-01", 25),
    ("Australia/Lord_Howe", "2026-04-05", 24.5),
    ("Australia/Lord_Howe", "2026-10-04", 23.5),
    ("Africa/Cairo", "2026-04-24", 23),  # starts at 01:00
    ("Africa/Cairo", "2026-10-29", 25),  # its last hour comes twice
    ("America/Santiago", "2026-09-06", 23),  # starts at 01:00
    ("America/Santiago", "2026-04-04", 25),  # its last hour comes twice
    ("America/Havana", "2026-03-08", 23),  # starts at 01:00
    ("America/Havana", "2026-11-01", 25),  # its first hour comes twice
    ("Asia/Kolkata", "2026-03-29", 24),
    ("Asia/Kathmandu", "2026-10-25", 24),
    ("UTC", "2026-03-29", 24),
]
ZONES = sorted({zone for zone, _, _ in CHANGE_DAYS})


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def period(start: str, end: str | None = None, unit: str = "day") -> Period:
    return Period(day(start), day(end or start), unit)


def noon(text: str) -> dt.datetime:
    """A day's 12:34, in some zone."""
    return dt.datetime.combine(day(text), dt.time(12, 34), ZoneInfo("Europe/Berlin"))


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=UTC)


LONG_AFTER = noon("2090-01-01")


# What a period may be


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-01-02", "2026-01-01"),
        ("2009-12-31", "2026-01-01"),
        ("0001-01-01", "0001-01-02"),
        ("2026-01-01", "2100-01-02"),
        ("9999-12-31", "9999-12-31"),
    ],
)
def test_a_reversed_or_absurd_period_is_refused(start, end):
    with pytest.raises(PeriodError):
        period(start, end)


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2026-01-01", "2026-01-01", 1),
        ("2024-02-01", "2024-03-01", 30),
        (str(EARLIEST), str(LATEST), (LATEST - EARLIEST).days + 1),
    ],
)
def test_both_ends_of_a_period_are_in_it(start, end, days):
    assert period(start, end).days == days


@pytest.mark.parametrize(
    "zone",
    [
        *("Europe/Atlantis", "", "../../etc/passwd", "/etc/passwd", "Europe", "a\0b", "x" * 5000),
        *("posix/Europe/Berlin", "right/Europe/Berlin", "Factory", "localtime", "posixrules"),
        *("europe/berlin", "Europe/Berlin ", " UTC", "utc", "Europe//Berlin", "./UTC", "tzdata.zi"),
        *("Europe/./Berlin", "Asia/../Europe/Berlin", "zone.tab", "leapseconds", "UTC+1", "CEST"),
    ],
)
def test_an_unknown_time_zone_is_refused(zone):
    with pytest.raises(PeriodError, match="is no time zone"):
        zone_info(zone)
    with pytest.raises(PeriodError, match="is no time zone"):
        period("2026-01-01").bounds(zone)


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ("europe/berlin", "Europe/Berlin"),
        ("Berlin", "Europe/Berlin"),
        ("new york", "America/New_York"),
        ("utc", "UTC"),
        ("Europe/Berln", "Europe/Berlin"),
        ("CEST", "Europe/Berlin"),
        ("PDT", "Europe/Berlin"),
    ],
)
def test_the_zone_that_is_named_instead_is_one_that_may_have_been_meant(asked, named):
    with pytest.raises(PeriodError, match=f"one is {named}[.]$"):
        zone_info(asked)


def test_another_spelling_of_a_zone_is_refused_with_the_right_one():
    with pytest.raises(PeriodError, match="one is America/Argentina/Ushuaia"):
        zone_info("america/argentina/ushuaia")


def test_every_zone_that_can_be_chosen_has_hours():
    assert len(zones()) > 400
    for zone in zones():
        assert zone_info(zone).key == zone
        assert period("2026-01-01").bounds(zone)[0].tzinfo is UTC


def test_old_names_of_zones_are_zones():
    assert {"UTC", "Europe/Berlin", "Asia/Calcutta", "US/Eastern", "Etc/GMT+5"} <= {*zones()}


# Presets


@pytest.mark.parametrize(
    ("today", "name", "start", "end"),
    [
        ("2026-11-20", "today", "2026-11-20", "2026-11-20"),  # a Friday
        ("2026-11-20", "yesterday", "2026-11-19", "2026-11-19"),
        ("2026-11-20", "last-7-days", "2026-11-13", "2026-11-19"),
        ("2026-11-20", "last-28-days", "2026-10-23", "2026-11-19"),
        ("2026-11-20", "last-90-days", "2026-08-22", "2026-11-19"),
        ("2026-11-20", "this-week", "2026-11-16", "2026-11-20"),
        ("2026-11-20", "last-week", "2026-11-09", "2026-11-15"),
        ("2026-11-20", "this-month", "2026-11-01", "2026-11-20"),
        ("2026-11-20", "last-month", "2026-10-01", "2026-10-31"),
        ("2026-11-20", "this-quarter", "2026-10-01", "2026-11-20"),
        ("2026-11-20", "last-quarter", "2026-07-01", "2026-09-30"),
        ("2026-11-20", "this-year", "2026-01-01", "2026-11-20"),
        ("2026-11-20", "last-year", "2025-01-01", "2025-12-31"),
        # Mondays and Sundays
        ("2026-11-16", "this-week", "2026-11-16", "2026-11-16"),
        ("2026-11-16", "last-week", "2026-11-09", "2026-11-15"),
        ("2026-11-22", "this-week", "2026-11-16", "2026-11-22"),
        ("2026-11-22", "last-week", "2026-11-09", "2026-11-15"),
        # First days
        ("2026-10-01", "this-month", "2026-10-01", "2026-10-01"),
        ("2026-10-01", "last-month", "2026-09-01", "2026-09-30"),
        ("2026-10-01", "this-quarter", "2026-10-01", "2026-10-01"),
        ("2026-10-01", "last-quarter", "2026-07-01", "2026-09-30"),
        # A leap day
        ("2024-02-29", "yesterday", "2024-02-28", "2024-02-28"),
        ("2024-02-29", "this-month", "2024-02-01", "2024-02-29"),
        ("2024-03-01", "last-month", "2024-02-01", "2024-02-29"),
        ("2024-03-01", "yesterday", "2024-02-29", "2024-02-29"),
        ("2026-03-31", "last-month", "2026-02-01", "2026-02-28"),
        # The turn of the year
        ("2026-01-01", "yesterday", "2025-12-31", "2025-12-31"),
        ("2026-01-01", "this-week", "2025-12-29", "2026-01-01"),
        ("2026-01-01", "last-week", "2025-12-22", "2025-12-28"),
        ("2026-01-01", "this-month", "2026-01-01", "2026-01-01"),
        ("2026-01-01", "last-month", "2025-12-01", "2025-12-31"),
        ("2026-01-01", "last-quarter", "2025-10-01", "2025-12-31"),
        ("2026-01-01", "this-year", "2026-01-01", "2026-01-01"),
        ("2026-01-01", "last-year", "2025-01-01", "2025-12-31"),
        ("2026-12-31", "this-quarter", "2026-10-01", "2026-12-31"),
    ],
)
def test_a_preset_names_a_period_of_a_given_today(today, name, start, end):
    found = PRESETS[name].period(day(today))

    assert (str(found.start), str(found.end)) == (start, end)


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("today", "day"),
        ("last-28-days", "day"),
        ("this-week", "week"),
        ("last-week", "week"),
        ("this-month", "month"),
        ("last-quarter", "quarter"),
        ("this-year", "year"),
    ],
)
def test_a_preset_knows_what_it_is_made_of(name, unit):
    assert PRESETS[name].period(day("2026-11-20")).unit == unit


def test_the_default_preset_is_one_of_them():
    assert PRESETS[DEFAULT_PRESET].label == "Last 28 days"


@given(st.dates(dt.date(2012, 1, 1), dt.date(2099, 12, 31)))
def test_a_preset_of_last_days_never_holds_today_and_one_of_this_always_ends_with_it(today):
    for name, preset in PRESETS.items():
        found = preset.period(today)
        if name == "today" or name.startswith("this-"):
            assert found.end == today
        else:
            assert found.end < today


# The period before


@pytest.mark.parametrize(
    ("now", "earlier"),
    [
        # The same weekdays of the week before
        (period("2026-11-20"), period("2026-11-13")),
        (period("2026-11-18", "2026-11-20"), period("2026-11-11", "2026-11-13")),
        (period("2026-11-14", "2026-11-19"), period("2026-11-07", "2026-11-12")),
        # As many days earlier
        (period("2026-11-13", "2026-11-19"), period("2026-11-06", "2026-11-12")),
        (period("2026-10-23", "2026-11-19"), period("2026-09-25", "2026-10-22")),
        (period("2026-01-01", "2026-01-10"), period("2025-12-22", "2025-12-31")),
        # One week earlier, whole or not
        (
            period("2026-11-09", "2026-11-15", "week"),
            period("2026-11-02", "2026-11-08", "week"),
        ),
        (
            period("2026-11-16", "2026-11-20", "week"),
            period("2026-11-09", "2026-11-13", "week"),
        ),
        # One month earlier: whole months stay whole, others keep their days or are clipped
        (
            period("2026-03-01", "2026-03-31", "month"),
            period("2026-02-01", "2026-02-28", "month"),
        ),
        (
            period("2024-03-01", "2024-03-31", "month"),
            period("2024-02-01", "2024-02-29", "month"),
        ),
        (
            period("2026-02-01", "2026-02-28", "month"),
            period("2026-01-01", "2026-01-31", "month"),
        ),
        (
            period("2026-03-01", "2026-03-30", "month"),
            period("2026-02-01", "2026-02-28", "month"),
        ),
        (
            period("2026-03-01", "2026-03-20", "month"),
            period("2026-02-01", "2026-02-20", "month"),
        ),
        (
            period("2026-01-01", "2026-01-31", "month"),
            period("2025-12-01", "2025-12-31", "month"),
        ),
        # One quarter earlier
        (
            period("2026-04-01", "2026-06-30", "quarter"),
            period("2026-01-01", "2026-03-31", "quarter"),
        ),
        (
            period("2026-10-01", "2026-11-20", "quarter"),
            period("2026-07-01", "2026-08-20", "quarter"),
        ),
        (
            period("2026-04-01", "2026-05-31", "quarter"),
            period("2026-01-01", "2026-02-28", "quarter"),
        ),
        (
            period("2026-01-01", "2026-02-10", "quarter"),
            period("2025-10-01", "2025-11-10", "quarter"),
        ),
        # One year earlier
        (
            period("2026-01-01", "2026-12-31", "year"),
            period("2025-01-01", "2025-12-31", "year"),
        ),
        (
            period("2024-01-01", "2024-02-29", "year"),
            period("2023-01-01", "2023-02-28", "year"),
        ),
        (
            period("2025-01-01", "2025-02-28", "year"),
            period("2024-01-01", "2024-02-29", "year"),
        ),
    ],
    ids=str,
)
def test_the_period_before_is_one_unit_a_week_or_as_many_days_earlier(now, earlier):
    assert previous(now, LONG_AFTER) == earlier


@given(
    st.dates(dt.date(2015, 1, 1), dt.date(2089, 1, 1)),
    st.integers(1, 30),
)
def test_a_period_of_whole_weeks_is_compared_with_the_same_weekdays(start, weeks):
    now = Period(start, start + ONE_DAY * (7 * weeks - 1))

    for earlier in (previous(now, LONG_AFTER), year_before(now, LONG_AFTER)):
        assert earlier.days == now.days
        assert earlier.start.weekday() == now.start.weekday()


@given(st.dates(dt.date(2015, 1, 1), dt.date(2089, 1, 1)), st.integers(1, 6))
def test_less_than_a_week_is_compared_with_the_same_weekdays_of_the_week_before(start, days):
    now = Period(start, start + ONE_DAY * (days - 1))

    earlier = previous(now, noon("2099-01-01"))

    assert (now.start - earlier.start, now.end - earlier.end) == (ONE_DAY * 7, ONE_DAY * 7)


@given(st.dates(dt.date(2015, 1, 1), dt.date(2089, 1, 1)), st.integers(7, 800))
def test_a_week_and_more_is_compared_with_as_many_days_just_before(start, more):
    now = Period(start, start + ONE_DAY * more)

    earlier = previous(now, noon("2099-01-01"))

    assert (earlier.days, earlier.end + ONE_DAY, earlier.until) == (now.days, now.start, None)


@pytest.mark.parametrize(
    ("now", "earlier"),
    [
        # Whole weeks: 52 weeks
        (period("2026-11-13", "2026-11-19"), period("2025-11-14", "2025-11-20")),
        (period("2026-10-23", "2026-11-19"), period("2025-10-24", "2025-11-20")),
        (
            period("2026-11-09", "2026-11-15", "week"),
            period("2025-11-10", "2025-11-16", "week"),
        ),
        # Else twelve months, whole months staying whole
        (period("2026-11-20"), period("2025-11-20")),
        (period("2026-11-18", "2026-11-20"), period("2025-11-18", "2025-11-20")),
        (period("2024-02-29"), period("2023-02-28")),
        (
            period("2025-02-01", "2025-02-28", "month"),
            period("2024-02-01", "2024-02-29", "month"),
        ),
        (
            period("2024-02-01", "2024-02-29", "month"),
            period("2023-02-01", "2023-02-28", "month"),
        ),
        (
            period("2026-10-01", "2026-11-20", "quarter"),
            period("2025-10-01", "2025-11-20", "quarter"),
        ),
        (
            period("2024-01-01", "2024-12-31", "year"),
            period("2023-01-01", "2023-12-31", "year"),
        ),
    ],
    ids=str,
)
def test_the_year_before_is_52_weeks_for_whole_weeks_and_else_12_months(now, earlier):
    assert year_before(now, LONG_AFTER) == earlier


@pytest.mark.parametrize("compare", [previous, year_before])
@pytest.mark.parametrize(
    ("today", "until"),
    [
        ("2026-11-15", None),  # not begun: nothing to cut
        ("2026-11-16", dt.time(12, 34)),
        ("2026-11-18", dt.time(12, 34)),
        ("2026-11-20", dt.time(12, 34)),
        ("2026-11-21", None),  # over
    ],
)
def test_an_unfinished_period_is_compared_with_the_same_hours(compare, today, until):
    now = period("2026-11-16", "2026-11-20", "week")

    assert compare(now, noon(today)).until == until


def test_a_comparison_that_is_cut_ends_at_that_local_time():
    earlier = previous(period("2026-11-01"), noon("2026-11-01"))

    start, end = earlier.bounds("Europe/Berlin")

    assert start == moment("2026-10-24T22:00")  # summer time
    assert end == moment("2026-10-25T11:34")  # winter time


# Bounds


@pytest.mark.parametrize(
    ("zone", "first", "last", "start", "end"),
    [
        ("UTC", "2026-03-29", "2026-03-29", "2026-03-29T00:00", "2026-03-30T00:00"),
        ("Europe/Berlin", "2026-03-28", "2026-03-30", "2026-03-27T23:00", "2026-03-30T22:00"),
        ("Europe/Berlin", "2026-10-25", "2026-10-25", "2026-10-24T22:00", "2026-10-25T23:00"),
        ("America/New_York", "2026-03-08", "2026-03-08", "2026-03-08T05:00", "2026-03-09T04:00"),
        ("America/New_York", "2026-11-01", "2026-11-01", "2026-11-01T04:00", "2026-11-02T05:00"),
        ("Asia/Kolkata", "2026-03-29", "2026-03-29", "2026-03-28T18:30", "2026-03-29T18:30"),
        ("Asia/Kathmandu", "2026-10-25", "2026-10-26", "2026-10-24T18:15", "2026-10-26T18:15"),
        ("Australia/Lord_Howe", "2026-04-05", "2026-04-05", "2026-04-04T13:00", "2026-04-05T13:30"),
        ("Australia/Lord_Howe", "2026-10-04", "2026-10-04", "2026-10-03T13:30", "2026-10-04T13:00"),
        ("Africa/Cairo", "2026-04-24", "2026-04-24", "2026-04-23T22:00", "2026-04-24T21:00"),
        ("America/Santiago", "2026-09-06", "2026-09-06", "2026-09-06T04:00", "2026-09-07T03:00"),
        ("America/Santiago", "2026-04-04", "2026-04-04", "2026-04-04T03:00", "2026-04-05T04:00"),
        ("America/Havana", "2026-11-01", "2026-11-01", "2026-11-01T04:00", "2026-11-02T05:00"),
    ],
)
def test_bounds_are_the_utc_moments_of_local_midnights(zone, first, last, start, end):
    assert period(first, last).bounds(zone) == (moment(start), moment(end))


@pytest.mark.parametrize(("zone", "text", "hours"), CHANGE_DAYS)
def test_days_follow_one_another_without_gap_or_overlap(zone, text, hours):
    middle = day(text)
    before, on, after = (
        Period(d, d).bounds(zone) for d in (middle - ONE_DAY, middle, middle + ONE_DAY)
    )

    assert before[1] == on[0]
    assert on[1] == after[0]
    assert (on[1] - on[0]) == dt.timedelta(hours=hours)


@pytest.mark.parametrize(
    ("zone", "first", "last", "days"),
    [
        ("UTC", "2026-03-01", "2026-03-02", ["2026-03-01", "2026-03-02"]),
        ("Europe/Berlin", "2026-03-01", "2026-03-01", ["2026-02-28", "2026-03-01"]),
        ("America/New_York", "2026-03-01", "2026-03-01", ["2026-03-01", "2026-03-02"]),
        ("Pacific/Kiritimati", "2026-01-01", "2026-01-01", ["2025-12-31", "2026-01-01"]),
        ("Pacific/Niue", "2026-12-31", "2026-12-31", ["2026-12-31", "2027-01-01"]),
    ],
)
def test_a_local_day_touches_one_or_two_utc_days(zone, first, last, days):
    assert [str(found) for found in period(first, last).utc_days(zone)] == days


def test_a_period_cut_at_midnight_still_touches_the_day_it_starts():
    cut = Period(day("2026-03-01"), day("2026-03-01"), until=dt.time())

    assert cut.utc_days("UTC") == [day("2026-03-01")]


@pytest.mark.parametrize(
    ("zone", "until", "whole"),
    [
        ("UTC", None, ["2026-03-01", "2026-03-02", "2026-03-03"]),
        ("UTC", dt.time(12), ["2026-03-01", "2026-03-02"]),
        ("Europe/Berlin", None, ["2026-03-01", "2026-03-02"]),
        ("America/New_York", None, ["2026-03-02", "2026-03-03"]),
        ("America/New_York", dt.time(20), ["2026-03-02", "2026-03-03"]),  # 1:00 on 4 March
        ("America/New_York", dt.time(12), ["2026-03-02"]),
    ],
)
def test_a_utc_day_is_whole_where_no_moment_of_it_is_outside(zone, until, whole):
    days = Period(day("2026-03-01"), day("2026-03-03"), until=until).whole_utc_days(zone)

    assert [str(found) for found in days] == whole


@pytest.mark.parametrize("until", [dt.time(), dt.time(3), dt.time(23, 59)])
def test_a_period_within_a_utc_day_has_no_whole_one(until):
    assert Period(day("2026-03-01"), day("2026-03-01"), until=until).whole_utc_days("UTC") == []


# The calendar


@pytest.mark.parametrize(("zone", "text", "hours"), CHANGE_DAYS)
def test_the_calendar_of_a_day_has_every_slot_once(zone, text, hours):
    start, end = period(text).bounds(zone)

    slots = calendar(start, end, zone)["slot"]

    assert slots.tolist() == list(range(slot_of(start), slot_of(end)))
    assert len(slots) == hours * 4
    assert slots.dtype == "int32"


def start_of_hour(moment: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """Back to where the clock last showed another hour or was changed."""

    def shown(utc: dt.datetime) -> tuple[int, object]:
        local = utc.astimezone(zone)
        return local.hour, local.utcoffset()

    while shown(moment - QUARTER_HOUR) == shown(moment):
        moment -= QUARTER_HOUR
    return moment


@pytest.mark.parametrize(("zone", "text", "hours"), CHANGE_DAYS)
def test_each_slot_has_the_names_that_the_clocks_of_its_zone_give_it(zone, text, hours):
    middle = day(text)
    around = Period(middle - ONE_DAY, middle + ONE_DAY)

    for row in calendar(*around.bounds(zone), zone).itertuples():
        utc = dt.datetime.fromtimestamp(row.slot * 900, UTC)
        local = utc.astimezone(ZoneInfo(zone))
        date = local.date()
        assert row.day.date() == date
        assert row.week.date() == date - ONE_DAY * date.weekday()
        assert row.month.date() == date.replace(day=1)
        assert row.hour_of_day == local.hour
        assert row.weekday == date.isoweekday()
        assert row.hour.tz_localize("UTC") == start_of_hour(utc, ZoneInfo(zone))


@pytest.mark.parametrize(
    ("zone", "text", "hours"), [row for row in CHANGE_DAYS if row[0] != "Australia/Lord_Howe"]
)
def test_an_hour_that_comes_twice_is_two_hours_and_one_left_out_is_none(zone, text, hours):
    start, end = period(text).bounds(zone)

    frame = calendar(start, end, zone)

    assert frame.groupby("hour").size().tolist() == [4] * hours
    assert frame["day"].nunique() == 1


def test_a_calendar_starts_and_ends_within_slots_where_its_moments_do():
    frame = calendar(moment("2026-01-01T00:07"), moment("2026-01-01T00:30:00.000001"), "UTC")

    first = slot_of(moment("2026-01-01T00:00"))
    assert frame["slot"].tolist() == [first, first + 1, first + 2]


@given(st.dates(dt.date(2015, 1, 1), dt.date(2040, 1, 1)), st.sampled_from(ZONES))
def test_any_days_calendar_holds_that_day_only(date, zone):
    frame = calendar(*Period(date, date).bounds(zone), zone)

    assert set(frame["day"]) == {pd.Timestamp(date)}
    assert frame["slot"].is_unique


# Buckets


@pytest.mark.parametrize(
    ("interval", "starts"),
    [
        ("day", [f"2026-03-{n}" for n in (27, 28, 29, 30, 31)] + ["2026-04-01"]),
        ("week", ["2026-03-23", "2026-03-30"]),
        ("month", ["2026-03-01", "2026-04-01"]),
    ],
)
@pytest.mark.parametrize("zone", ZONES)
def test_buckets_are_the_starts_of_all_that_a_period_touches(interval, starts, zone):
    found = buckets(period("2026-03-27", "2026-04-01"), interval, zone)

    assert found.tz is None
    assert [str(start.date()) for start in found] == starts


@pytest.mark.parametrize(
    ("zone", "text", "hours"), [row for row in CHANGE_DAYS if row[0] != "Australia/Lord_Howe"]
)
def test_buckets_of_hours_are_moments_an_hour_apart(zone, text, hours):
    found = buckets(period(text), "hour", zone)

    start, end = period(text).bounds(zone)
    expected = [start + dt.timedelta(hours=n) for n in range(hours)]
    assert list(found.tz_convert("UTC")) == expected
    assert {str(moment.date()) for moment in found} == {text}
    assert str(found.tz) == zone
    assert end == expected[-1] + dt.timedelta(hours=1)


def test_a_period_cut_short_has_no_bucket_after_the_cut():
    cut = Period(day("2026-03-01"), day("2026-03-01"), until=dt.time(2, 30))

    assert [start.hour for start in buckets(cut, "hour", "UTC")] == [0, 1, 2]


@pytest.mark.parametrize("interval", INTERVALS)
@pytest.mark.parametrize("zone", ZONES)
def test_buckets_are_the_names_in_the_calendar(interval, zone):
    span = period("2026-10-20", "2026-11-03")

    names = calendar(*span.bounds(zone), zone)[interval]

    found = buckets(span, interval, zone)
    if interval == "hour":
        found = found.tz_convert("UTC").tz_localize(None)
    assert found.tolist() == sorted(set(names))


def test_the_last_day_of_a_month_is_compared_up_to_its_own_day_while_it_lasts():
    february = Period(dt.date(2026, 2, 1), dt.date(2026, 2, 28), "month")
    during = dt.datetime(2026, 2, 28, 15, 0, tzinfo=dt.UTC)
    after = dt.datetime(2026, 3, 1, 9, 0, tzinfo=dt.UTC)
    assert previous(february, during).end == dt.date(2026, 1, 28)
    assert previous(february, after).end == dt.date(2026, 1, 31)


# Up to where a period is known


def span(start: str, end: str, unit: Unit = "day", until: str | None = None) -> Period:
    time = dt.time.fromisoformat(until) if until else None
    return Period(dt.date.fromisoformat(start), dt.date.fromisoformat(end), unit, time)


@pytest.mark.parametrize(
    ("period", "known", "compared"),
    [
        # Fetching stopped on a Friday: what is compared ends there too, and not days later.
        (
            span("2026-11-22", "2026-11-28"),
            "2026-11-27T13:45",
            span("2026-11-15", "2026-11-20", until="13:45"),
        ),
        (
            span("2026-11-23", "2026-11-29", "week"),
            "2026-11-27T13:45",
            span("2026-11-16", "2026-11-20", "week", "13:45"),
        ),
        (
            span("2026-11-01", "2026-11-30", "month"),
            "2026-11-27T13:45",
            span("2026-10-01", "2026-10-27", "month", "13:45"),
        ),
        (
            span("2026-04-01", "2026-06-30", "quarter"),
            "2026-05-15T09:00",
            span("2026-01-01", "2026-02-15", "quarter", "09:00"),
        ),
        # A day that is known to its end is a whole one.
        (
            span("2026-11-22", "2026-11-28"),
            "2026-11-27T00:00",
            span("2026-11-15", "2026-11-19"),
        ),
        (
            span("2026-10-01", "2026-12-31", "quarter"),
            "2026-12-01T00:00",
            span("2026-07-01", "2026-08-31", "quarter"),
        ),
        (span("2026-11-22", "2026-11-28"), "2026-11-29T00:00", span("2026-11-15", "2026-11-21")),
    ],
)
def test_what_is_compared_ends_where_the_period_is_known(period, known, compared):
    assert previous(period, dt.datetime.fromisoformat(known)) == compared


def test_a_year_before_ends_where_the_period_is_known_too():
    known = dt.datetime(2026, 11, 27, 13, 45, tzinfo=UTC)
    assert year_before(span("2026-11-22", "2026-11-28"), known) == span(
        "2025-11-23", "2025-11-28", until="13:45"
    )
    assert year_before(span("2026-11-20", "2026-11-29"), known) == span(
        "2025-11-20", "2025-11-27", until="13:45"
    )


def test_chosen_dates_of_as_many_days_are_cut_alike_and_others_are_not():
    period, known = span("2026-11-22", "2026-11-28"), dt.datetime(2026, 11, 27, 13, 45, tzinfo=UTC)
    assert cut_alike(span("2026-05-01", "2026-05-07"), period, known) == span(
        "2026-05-01", "2026-05-06", until="13:45"
    )
    assert cut_alike(span("2026-05-01", "2026-05-08"), period, known) == span(
        "2026-05-01", "2026-05-08"
    )


@pytest.mark.parametrize(
    ("period", "length"),
    [
        (span("2026-11-22", "2026-11-28"), 7),
        (span("2026-11-22", "2026-11-28", until="12:00"), 6.5),
        (span("2026-11-28", "2026-11-28", until="00:00"), 0),
    ],
)
def test_the_length_of_a_period_counts_days_by_the_clock(period, length):
    assert period.length == length
