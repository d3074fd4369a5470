"""Clicks and drags become filters, as a browser reports them."""

from __future__ import annotations

import datetime as dt

import pytest

from dyntube.charts.base import point
from dyntube.query.periods import LATEST, Interval, Period
from dyntube.report.selection import CUSTOM, Selection
from dyntube.ui.clicks import narrow_to_bucket, narrow_to_range, toggle_picked

from ..reader import Reader


def period(start: str, end: str) -> Period:
    return Period(dt.date.fromisoformat(start), dt.date.fromisoformat(end))


NOVEMBER = period("2026-11-01", "2026-11-30")
GERMANY = Selection().where("country", ("DE",))


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Reader:
    return Reader(monkeypatch)


# Points of charts


def clicked(*picks: tuple[str, str]) -> str:
    """What the browser sends for a point that filters by these."""
    text = point("hover", *picks)[0]
    assert text
    return text


GERMAN = clicked(("country", "DE"))


def test_a_click_on_a_point_filters_and_another_takes_it_back(reader: Reader) -> None:
    assert reader.does(toggle_picked, GERMAN) == GERMANY
    assert reader.does(toggle_picked, GERMAN) == Selection()


@pytest.mark.parametrize(
    "sent", ["", "nonsense", "no_such_dimension=x", "date=2026-11-01", None, 7, [["country", "DE"]]]
)
def test_what_no_filter_can_be_changes_nothing(reader: Reader, sent: object) -> None:
    assert reader.does(toggle_picked, sent) == Selection()


UNKNOWN_PAGE = (("embed_page", ""), ("embed_domain", "a.example"))


def test_a_value_that_says_too_little_is_filtered_by_with_what_it_is_in(reader: Reader) -> None:
    both = Selection().where("embed_domain", ("a.example",)).where("embed_page", ("",))

    assert reader.does(toggle_picked, clicked(*UNKNOWN_PAGE)) == both
    assert reader.does(toggle_picked, clicked(*UNKNOWN_PAGE)) == Selection()


def test_what_is_filtered_by_in_part_is_then_filtered_by_as_a_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    domain = Selection().where("embed_domain", ("a.example",))

    found = Reader(monkeypatch, domain).does(toggle_picked, clicked(*UNKNOWN_PAGE))

    assert found == domain.where("embed_page", ("",))


# Drags over time


def dragged(
    reader: Reader, first: str, last: str, interval: Interval = "day", shown: Period = NOVEMBER
) -> Period | None:
    found = reader.does(narrow_to_range, [first, last], interval, shown)
    assert (found.preset == CUSTOM) == (found.dates is not None)
    return found.dates


@pytest.mark.parametrize(
    ("interval", "first", "last", "expected"),
    [
        ("hour", "2026-11-03 10:20:31.5", "2026-11-03 16:00", ("2026-11-03", "2026-11-03")),
        ("hour", "2026-11-03 23:59:59.9", "2026-11-05 00:00", ("2026-11-03", "2026-11-05")),
        ("day", "2026-11-03", "2026-11-05", ("2026-11-03", "2026-11-05")),
        ("day", "2026-11-02 18:00", "2026-11-05 06:00", ("2026-11-03", "2026-11-05")),
        ("day", "2026-11-03 11:59:59", "2026-11-05 12:00:01", ("2026-11-03", "2026-11-06")),
        ("day", "2026-11-03 01:00", "2026-11-03 02:00", ("2026-11-03", "2026-11-03")),
        ("week", "2026-11-09", "2026-11-16 04:00", ("2026-11-09", "2026-11-22")),
        ("week", "2026-11-09", "2026-11-15 20:00", ("2026-11-09", "2026-11-15")),
    ],
)
def test_a_drag_becomes_the_period(
    reader: Reader, interval: Interval, first: str, last: str, expected: tuple[str, str]
) -> None:
    assert dragged(reader, first, last, interval) == period(*expected)


def test_a_drag_over_months_ends_with_the_last_of_them(reader: Reader) -> None:
    year = period("2026-01-01", "2026-12-31")

    assert dragged(reader, "2026-02-01", "2026-04-03", "month", year) == period(
        "2026-02-01", "2026-04-30"
    )
    assert dragged(reader, "2026-11-01", "2026-12-01 05:00", "month", year) == period(
        "2026-11-01", "2026-12-31"
    )


def test_a_drag_backwards_is_the_same(reader: Reader) -> None:
    assert dragged(reader, "2026-11-05", "2026-11-03") == period("2026-11-03", "2026-11-05")


@pytest.mark.parametrize("interval", ["hour", "day", "week", "month"])
def test_a_drag_beyond_the_period_stays_within_it(reader: Reader, interval: Interval) -> None:
    assert dragged(reader, "2026-10-07 12:00", "2027-01-09", interval) == NOVEMBER
    middle = period("2026-11-05", "2026-11-10")  # no whole week, no whole month
    assert dragged(reader, "2026-11-06", "2026-12-24", interval, middle) == period(
        "2026-11-06", "2026-11-10"
    )


@pytest.mark.parametrize(
    ("first", "last"), [("2026-10-01", "2026-10-07"), ("2026-12-02", "2026-12-24")]
)
def test_a_drag_beside_the_period_changes_nothing(reader: Reader, first: str, last: str) -> None:
    assert dragged(reader, first, last) is None


def test_no_drag_leads_past_the_end_of_all_periods(reader: Reader) -> None:
    last = Period(LATEST - dt.timedelta(days=9), LATEST)

    assert dragged(reader, f"{LATEST}", "2999-12-31", "month", last) == Period(LATEST, LATEST)


@pytest.mark.parametrize(
    ("interval", "start", "expected"),
    [
        ("hour", "2026-11-03T23:00:00+01:00", ("2026-11-03", "2026-11-03")),
        ("hour", "2026-11-03T00:00:00+05:45", ("2026-11-03", "2026-11-03")),
        ("day", "2026-11-03T00:00:00", ("2026-11-03", "2026-11-03")),
        ("week", "2026-11-09T00:00:00", ("2026-11-09", "2026-11-15")),
        ("week", "2026-10-26T00:00:00", ("2026-11-01", "2026-11-01")),
        ("week", "2026-11-30T00:00:00", ("2026-11-30", "2026-11-30")),
        ("month", "2026-11-01T00:00:00", ("2026-11-01", "2026-11-30")),
    ],
)
def test_a_click_on_a_bucket_makes_it_the_period(
    reader: Reader, interval: Interval, start: str, expected: tuple[str, str]
) -> None:
    found = reader.does(narrow_to_bucket, clicked((interval, start)), interval, NOVEMBER)

    assert found == Selection(preset=CUSTOM, dates=period(*expected))


@pytest.mark.parametrize(
    "sent",
    [[], ["2026-11-03"], ["x", "y"], [None, "2026-11-03"], ["2026-11-03"] * 3, 5, {}, "ab", None],
)
def test_a_range_without_two_ends_changes_nothing(reader: Reader, sent: object) -> None:
    assert reader.does(narrow_to_range, sent, "day", NOVEMBER) == Selection()


@pytest.mark.parametrize("sent", ["", "day=", "day=x", "week=2026-11-02", "country=DE"])
def test_a_click_that_is_no_bucket_changes_nothing(reader: Reader, sent: str) -> None:
    assert reader.does(narrow_to_bucket, sent, "day", NOVEMBER) == Selection()


@pytest.mark.parametrize("interval", ["hour", "day", "week", "month"])
def test_moments_at_the_end_of_time_are_beside_the_period(
    reader: Reader, interval: Interval
) -> None:
    ends = ["2026-11-06", "9999-12-31 23:00"]

    assert dragged(reader, ends[1], ends[1], interval) is None
    found = dragged(reader, *ends, interval)
    assert found is not None
    assert found.end == NOVEMBER.end
