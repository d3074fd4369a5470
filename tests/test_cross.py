"""Clicks and drags become filters, as a browser reports them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from dyntube.charts.base import point
from dyntube.query.periods import LATEST, Interval, Period
from dyntube.query.query import Filter
from dyntube.report.selection import CUSTOM, Selection
from dyntube.ui.clicks import chart_key, narrows, toggles, toggles_rows

from .reader import Reader


def period(start: str, end: str) -> Period:
    return Period(dt.date.fromisoformat(start), dt.date.fromisoformat(end))


NOVEMBER = period("2026-11-01", "2026-11-30")
GERMANY = Selection().where("country", ("DE",))


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Reader:
    return Reader(monkeypatch)


# Keys


def test_a_chart_has_its_own_name_until_something_is_picked() -> None:
    assert chart_key("map", Selection(), "country") == "map"
    assert chart_key("map", GERMANY, "city") == "map"
    assert chart_key("map", GERMANY.where("video", ("v",)), "country") == chart_key(
        "map", GERMANY, "country"
    )


def test_a_charts_key_is_another_for_everything_that_can_be_picked() -> None:
    picked = [
        Selection(),
        GERMANY,
        GERMANY.toggled("country", "FR"),
        GERMANY.toggled("country", "FR").toggled("country", "DE"),
        GERMANY.where("city", ("DE",)),
        Selection().where("city", ("DE",)),
    ]
    keys = [chart_key("map", selection, "country", "city") for selection in picked]

    assert len(set(keys)) == len(keys)
    assert chart_key("bars", GERMANY, "country") != chart_key("map", GERMANY, "country")


def test_after_two_clicks_a_chart_has_its_key_again() -> None:
    again = GERMANY.toggled("country", "DE")

    assert chart_key("map", again, "country") == "map"


# Points of charts


def clicked(*values: Any, by: str = "country") -> list[dict[str, Any]]:
    return points(*(None if value is None else ((by, value),) for value in values))


def points(*picks: Any) -> list[dict[str, Any]]:
    return [
        {"curve_number": 0, "point_index": 0, "customdata": point("text", *(some or ()))}
        for some in picks
    ]


def test_a_click_on_a_point_filters_and_another_takes_it_back(reader: Reader) -> None:
    click = toggles("map")

    assert reader.picks("map", click, points=clicked("DE")) == GERMANY
    assert reader.picks("map", click, points=clicked("DE")) == Selection()


def test_a_drag_over_several_points_filters_by_all(reader: Reader) -> None:
    found = reader.picks("map", toggles("map"), points=clicked("DE", "FR"))

    assert found.values("country") == ("DE", "FR")


@pytest.mark.parametrize("points", [[], clicked(None)])
def test_a_click_on_nothing_or_on_the_rest_changes_nothing(
    reader: Reader, points: list[dict[str, Any]]
) -> None:
    assert reader.picks("map", toggles("map"), points=points) == Selection()


def test_boxes_in_boxes_are_of_their_own_dimension(reader: Reader) -> None:
    click = toggles("tree")
    reader.picks("tree", click, points=clicked("Apple", by="device_brand"))
    found = reader.picks("tree", click, points=clicked("Mobile", by="device_type"))

    assert found.filters == (
        Filter("device_type", ("Mobile",)),
        Filter("device_brand", ("Apple",)),
    )


UNKNOWN_PAGE = (("embed_page", ""), ("embed_domain", "a.example"))


def test_a_value_that_says_too_little_is_filtered_by_with_what_it_is_in(reader: Reader) -> None:
    click = toggles("tree")
    both = Selection().where("embed_domain", ("a.example",)).where("embed_page", ("",))

    assert reader.picks("tree", click, points=points(UNKNOWN_PAGE)) == both
    assert reader.picks("tree", click, points=points(UNKNOWN_PAGE)) == Selection()


def test_what_is_filtered_by_in_part_is_then_filtered_by_as_a_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    domain = Selection().where("embed_domain", ("a.example",))
    reader, click = Reader(monkeypatch, domain), toggles("tree")

    found = reader.picks("tree", click, points=points(UNKNOWN_PAGE))

    assert found == domain.where("embed_page", ("",))


def test_what_a_point_stands_for_is_text(reader: Reader) -> None:
    found = reader.picks("heat", toggles("heat"), points=clicked("6", by="weekday"))

    assert found.values("weekday") == ("6",)


# Rows of tables

VALUES = ("DE", "FR", "Other", "Unknown")


def rows(reader: Reader, **picked: Any) -> tuple[str, ...]:
    found = reader.ticks("table", toggles_rows("table", "country", VALUES), **picked)
    return found.values("country")


def test_ticks_filter_and_unticking_takes_back(reader: Reader) -> None:
    assert rows(reader, rows=[0]) == ("DE",)
    assert rows(reader, rows=[0, 1]) == ("DE", "FR")
    assert rows(reader, rows=[1]) == ("FR",)
    assert rows(reader, rows=[]) == ()


def test_all_rows_can_be_ticked_at_once(reader: Reader) -> None:
    assert rows(reader, rows=[3, 1, 0, 2]) == VALUES  # a country may be called Other


def test_a_click_on_a_cell_ticks_its_row_or_takes_the_tick_away(reader: Reader) -> None:
    assert rows(reader, cells=[[1, "views"]]) == ("FR",)
    assert rows(reader, rows=[1], cells=[[0, "label"]]) == ("FR", "DE")
    assert rows(reader, rows=[0, 1], cells=[[1, "plays"]]) == ("DE",)


def test_a_tick_counts_although_a_cell_is_still_marked(reader: Reader) -> None:
    rows(reader, cells=[[1, "views"]])

    assert rows(reader, rows=[1, 3], cells=[[1, "views"]]) == ("FR", "Unknown")


def test_what_is_picked_already_and_nothing_new_changes_nothing(reader: Reader) -> None:
    rows(reader, rows=[0])

    assert rows(reader, rows=[0]) == ("DE",)


def test_ticks_on_one_page_leave_those_on_others(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = Reader(monkeypatch, Selection().where("country", ("JP", "DE")))

    assert rows(reader, rows=[0, 1]) == ("JP", "DE", "FR")
    assert rows(reader, rows=[1]) == ("JP", "FR")
    assert rows(reader, rows=[], cells=[]) == ("JP",)


def test_a_ticked_row_leads_one_level_down(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = Reader(monkeypatch, Selection().at_level("country"))

    found = reader.ticks("table", toggles_rows("table", "country", VALUES), rows=[0])

    assert found == GERMANY


# Drags over time


def dragged(
    reader: Reader, first: str, last: str, interval: Interval = "day", shown: Period = NOVEMBER
) -> Period | None:
    box = [{"xref": "x", "yref": "y", "x": [first, last], "y": [0.0, 12.5]}]
    found = reader.picks("trend", narrows("trend", interval, shown), box=box)
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
    found = reader.picks("trend", narrows("trend", interval, NOVEMBER), points=clicked(start))

    assert found == Selection(preset=CUSTOM, dates=period(*expected))


def test_a_drag_counts_more_than_the_points_in_it(reader: Reader) -> None:
    box = [{"x": ["2026-11-03", "2026-11-05"], "y": [0, 1]}]
    points = clicked("2026-11-04T00:00:00")
    found = reader.picks("trend", narrows("trend", "day", NOVEMBER), box=box, points=points)

    assert found.dates == period("2026-11-03", "2026-11-05")


def test_the_comparison_behind_a_trend_is_no_bucket_of_it(reader: Reader) -> None:
    pick = narrows("trend", "day", NOVEMBER)

    assert reader.picks("trend", pick, points=clicked(None)) == Selection()
    found = reader.picks("trend", pick, points=clicked(None, "2026-11-04T00:00:00"))
    assert found.dates == period("2026-11-04", "2026-11-04")


def test_letting_go_of_a_drag_changes_nothing(reader: Reader) -> None:
    assert reader.picks("trend", narrows("trend", "day", NOVEMBER)) == Selection()


def test_a_drag_changes_only_the_period(monkeypatch: pytest.MonkeyPatch) -> None:
    selection = replace(GERMANY.at_level("city"), metric="plays", compare="year", interval="day")
    reader = Reader(monkeypatch, selection)

    dates = dragged(reader, "2026-11-03", "2026-11-05")

    assert reader.selection == replace(selection, preset=CUSTOM, dates=dates)
