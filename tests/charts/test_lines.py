"""Things side by side on one axis."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pandas as pd
import pytest

from dyntube import charts
from dyntube.charts import DARK, LIGHT, Series
from dyntube.query.metrics import metric

from .drawn import HOSTILE, drawn, hovers

VIEWS = metric("views")
DAYS = [dt.date(2026, 11, day) for day in range(1, 11)]


def points(figure: Any) -> list[Any]:
    return [trace for trace in figure.data if trace.mode == "markers"]


def named(figure: Any) -> list[Any]:
    """What stands in the legend."""
    return [trace for trace in figure.data if trace.showlegend]


def test_each_thing_has_a_line_a_colour_and_a_name():
    series = [Series(f"Video {n}", DAYS, list(range(n, n + 10))) for n in range(6)]

    figure = charts.lines(VIEWS, series, LIGHT)

    assert [trace.name for trace in named(figure)] == [f"Video {n}" for n in range(6)]
    assert len({trace.line.color for trace in named(figure)}) == 6
    assert [trace.y[0] for trace in points(figure)] == [0, 1, 2, 3, 4, 5]
    assert figure.layout.showlegend


def test_a_thing_keeps_its_colour_where_another_is_left_out():
    both = [Series("a", DAYS, range(10), colour=0), Series("b", DAYS, range(10), colour=1)]

    every, alone = (charts.lines(VIEWS, shown, LIGHT) for shown in (both, both[1:]))

    assert points(alone)[0].marker.color == points(every)[1].marker.color


def test_a_single_thing_needs_no_legend():
    assert not charts.lines(VIEWS, [Series("Video", DAYS, range(10))], LIGHT).layout.showlegend


def test_the_hover_says_name_and_amount_and_what_is_not_whole():
    series = [Series("Launch", DAYS[:2], [1200, 5], [False, True])]

    [line] = points(charts.lines(VIEWS, series, LIGHT))

    assert hovers(line) == ["Launch  <b>1,200</b>", "Launch  <b>5</b> (incomplete)"]


def test_what_is_not_whole_is_dashed():
    figure = charts.lines(
        VIEWS, [Series("Launch", DAYS[:3], [3, 2, 1], [False, False, True])], LIGHT
    )

    assert [(trace.line.dash, len(trace.x)) for trace in figure.data if trace.mode == "lines"] == [
        ("solid", 2),
        ("5px,4px", 2),
    ]


def test_days_since_the_first_view_are_whole_numbers_with_a_title():
    series = [Series("a", range(30), range(30)), Series("b", range(12), range(12))]

    axis = charts.lines(VIEWS, series, LIGHT, x_title="Days since first view").layout.xaxis

    assert axis.type is None
    assert list(axis.range) == [-0.5, 29.5]  # markers at the ends are whole
    assert axis.title.text == "Days since first view"
    assert axis.unifiedhovertitle.text == "Days since first view: %{x}"


@pytest.mark.parametrize(
    ("x", "form"),
    [
        (DAYS, "%a %-d %b %Y"),
        (list(pd.date_range("2026-11-01", periods=10)), "%a %-d %b %Y"),
        (
            list(pd.date_range("2026-11-01", periods=10, freq="h", tz="Asia/Tokyo")),
            "%a %-d %b %Y, %H:%M",
        ),
    ],
)
def test_dates_and_moments_are_an_axis_of_time_that_holds_them_all(x, form):
    axis = charts.lines(VIEWS, [Series("a", x, range(10))], LIGHT).layout.xaxis

    first, last = (pd.Timestamp(edge) for edge in axis.range)
    assert axis.type == "date"
    assert first < pd.Timestamp(x[0]).tz_localize(None)
    assert last > pd.Timestamp(x[-1]).tz_localize(None)
    assert axis.hoverformat == form


def test_watch_time_is_drawn_in_the_unit_of_the_longest_line():
    series = [Series("a", [0, 1], [3600, 36_000]), Series("b", [0, 1], [60, 360])]

    figure = charts.lines(metric("watch_time"), series, LIGHT)

    assert [list(trace.y) for trace in points(figure)] == [[1, 10], [60 / 3600, 0.1]]
    assert figure.layout.yaxis.ticktext[-1].endswith(" h")


def test_gaps_single_points_and_zeros_are_drawn():
    series = [
        Series("gap", DAYS[:3], [1, math.nan, 1]),
        Series("one", DAYS[:1], [3]),
        Series("zero", DAYS[:3], [0, 0, 0]),
        Series("empty", [], []),
    ]

    figure = charts.lines(VIEWS, series, DARK)

    assert [trace.name for trace in named(figure)] == ["gap", "one", "zero", "empty"]
    assert [size > 5 for size in points(figure)[0].marker.size] == [True, False, True]
    drawn(figure)


def test_a_name_full_of_html_is_cut_and_shows_as_it_is_written():
    figure = charts.lines(VIEWS, [Series(HOSTILE, DAYS, range(10))], LIGHT)

    assert named(figure)[0].name.startswith("&lt;b&gt;Launch")
    assert hovers(points(figure)[0])[0].startswith("&lt;b&gt;Launch")


@pytest.mark.parametrize("series", [[], [Series("a", [], [])]])
def test_no_lines_are_an_empty_chart(series):
    figure = drawn(charts.lines(VIEWS, series, DARK))

    assert [trace["y"] for trace in figure["data"]] == [[]] * len(series)
