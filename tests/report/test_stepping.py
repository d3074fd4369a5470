"""The period before and the one after, by calendars worked out by hand.

Most tests are on Sunday, 29 November 2026.
"""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyntube.query.periods import EARLIEST, PRESETS, Period
from dyntube.report.selection import ALL_TIME, CUSTOM, Selection
from dyntube.report.stepping import stepped

TODAY = dt.date(2026, 11, 29)
ONE_DAY = dt.timedelta(days=1)


def named(preset: str) -> Selection:
    return Selection(preset=preset)


def dates(start: str, end: str) -> Selection:
    days = Period(dt.date.fromisoformat(start), dt.date.fromisoformat(end))
    return Selection(preset=CUSTOM, dates=days)


def step(selection: Selection, direction: int, today: dt.date = TODAY) -> Selection | None:
    assert direction in (-1, 1)
    return stepped(selection, selection.period(today, None), direction, today)


def said(selection: Selection | None) -> str:
    """A name, or dates; empty for none."""
    if selection is None:
        return ""
    if selection.dates:
        return f"{selection.dates.start} {selection.dates.end}"
    return selection.preset


@pytest.mark.parametrize(
    ("preset", "before", "after"),
    [
        ("today", "yesterday", ""),
        ("yesterday", "2026-11-27 2026-11-27", "today"),
        ("last-7-days", "2026-11-15 2026-11-21", ""),
        ("last-28-days", "2026-10-04 2026-10-31", ""),
        ("last-90-days", "2026-06-02 2026-08-30", ""),
        ("this-week", "last-week", ""),
        ("last-week", "2026-11-09 2026-11-15", "this-week"),
        ("this-month", "last-month", ""),
        ("last-month", "2026-09-01 2026-09-30", "this-month"),
        ("this-quarter", "last-quarter", ""),
        ("last-quarter", "2026-04-01 2026-06-30", "this-quarter"),
        ("this-year", "last-year", ""),
        ("last-year", "2024-01-01 2024-12-31", "this-year"),
        ("all-time", "", ""),
    ],
)
def test_each_named_period_has_one_before_and_perhaps_one_after(
    preset: str, before: str, after: str
) -> None:
    assert said(step(named(preset), -1)) == before
    assert said(step(named(preset), 1)) == after


def test_every_named_period_is_in_the_table_above() -> None:
    table = test_each_named_period_has_one_before_and_perhaps_one_after.pytestmark[0].args[1]
    assert {preset for preset, *_ in table} == {*PRESETS, ALL_TIME}


@pytest.mark.parametrize(
    ("shown", "before", "after"),
    [
        # days, also over the end of a month, a leap day, and the nights when clocks change
        (("2026-11-10", "2026-11-12"), "2026-11-07 2026-11-09", "2026-11-13 2026-11-15"),
        (("2026-11-01", "2026-11-03"), "2026-10-29 2026-10-31", "2026-11-04 2026-11-06"),
        (("2024-03-01", "2024-03-02"), "2024-02-28 2024-02-29", "2024-03-03 2024-03-04"),
        (("2026-10-25", "2026-10-25"), "2026-10-24 2026-10-24", "2026-10-26 2026-10-26"),
        (("2026-03-29", "2026-03-30"), "2026-03-27 2026-03-28", "2026-03-31 2026-04-01"),
        # whole weeks, one and several
        (("2026-11-09", "2026-11-15"), "2026-11-02 2026-11-08", "last-week"),
        (("2026-11-02", "2026-11-15"), "2026-10-19 2026-11-01", "2026-11-16 2026-11-29"),
        # whole months, whatever their lengths
        (("2026-03-01", "2026-03-31"), "2026-02-01 2026-02-28", "2026-04-01 2026-04-30"),
        (("2024-03-01", "2024-03-31"), "2024-02-01 2024-02-29", "2024-04-01 2024-04-30"),
        (("2026-02-01", "2026-02-28"), "2026-01-01 2026-01-31", "2026-03-01 2026-03-31"),
        (("2026-01-01", "2026-01-31"), "2025-12-01 2025-12-31", "2026-02-01 2026-02-28"),
        (("2026-09-01", "2026-09-30"), "2026-08-01 2026-08-31", "last-month"),
        (("2026-06-01", "2026-07-31"), "2026-04-01 2026-05-31", "2026-08-01 2026-09-30"),
        (("2026-02-01", "2026-04-30"), "2025-11-01 2026-01-31", "2026-05-01 2026-07-31"),
        # a quarter and a year by the calendar
        (("2026-04-01", "2026-06-30"), "2026-01-01 2026-03-31", "last-quarter"),
        (("2024-01-01", "2024-12-31"), "2023-01-01 2023-12-31", "last-year"),
        (("2023-07-01", "2024-06-30"), "2022-07-01 2023-06-30", "2024-07-01 2025-06-30"),
        # never beyond today
        (("2026-11-27", "2026-11-27"), "2026-11-26 2026-11-26", "yesterday"),
        (("2026-11-18", "2026-11-28"), "2026-11-07 2026-11-17", ""),
        (("2026-10-04", "2026-10-31"), "2026-09-06 2026-10-03", "last-28-days"),
        (("2026-09-01", "2026-10-31"), "2026-07-01 2026-08-31", ""),
        (("2090-01-01", "2090-01-10"), "2089-12-22 2089-12-31", ""),
        # nor before the earliest day
        (("2010-01-01", "2010-01-31"), "", "2010-02-01 2010-02-28"),
        (("2010-01-05", "2010-01-09"), "", "2010-01-10 2010-01-14"),
    ],
)
def test_dates_step_by_what_they_are(shown: tuple[str, str], before: str, after: str) -> None:
    assert said(step(dates(*shown), -1)) == before
    assert said(step(dates(*shown), 1)) == after


@pytest.mark.parametrize(
    ("today", "shown", "after"),
    [
        ("2026-11-30", "last-week", "this-week"),  # a Monday, of which there is nothing but today
        ("2026-12-01", "last-month", "this-month"),
        ("2027-01-01", "last-year", "this-year"),
    ],
)
def test_on_its_first_day_what_is_under_way_can_be_stepped_to(
    today: str, shown: str, after: str
) -> None:
    assert said(step(named(shown), 1, dt.date.fromisoformat(today))) == after


def test_a_step_keeps_all_else() -> None:
    shown = Selection(preset="last-week", compare="year", metric="plays", timezone="Asia/Tokyo")
    shown = shown.where("country", ("DE",))
    found = step(shown, -1)

    assert found
    assert (found.compare, found.metric, found.timezone) == ("year", "plays", "Asia/Tokyo")
    assert found.filters == shown.filters


days = st.dates(EARLIEST, TODAY)


@given(days, days, st.sampled_from([-1, 1]))
def test_what_is_stepped_to_lies_next_to_what_was_shown(
    one: dt.date, other: dt.date, direction: int
) -> None:
    shown = Period(min(one, other), max(one, other))
    found = step(Selection(preset=CUSTOM, dates=shown), direction)

    if found is not None:
        period = found.period(TODAY, None)
        assert EARLIEST <= period.start <= period.end <= TODAY
        beside = period.end + ONE_DAY if direction < 0 else period.start - ONE_DAY
        assert beside == (shown.start if direction < 0 else shown.end)


@given(st.integers(0, 1500), st.sampled_from(sorted({*PRESETS})), st.integers(1, 10))
def test_as_many_steps_forward_as_back_lead_to_where_one_was(
    day: int, preset: str, count: int
) -> None:
    today = dt.date(2024, 1, 1) + ONE_DAY * day
    start = step(named(preset), -1, today)  # not the one under way, whose end moves
    assert start
    found: Selection | None = start
    for direction in [-1] * count + [1] * count:
        assert found
        found = step(found, direction, today)

    days_again = found and found.period(today, None)
    shown = start.period(today, None)
    assert days_again
    # Four weeks that happen to be a whole February go on as months.
    if preset == "last-28-days":
        return
    assert (days_again.start, days_again.end) == (shown.start, shown.end)
