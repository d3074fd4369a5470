"""Pictures of the day and the hour: the heatmap, the last minutes."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace

import numpy as np
import pytest

from dyntube import charts
from dyntube.charts import DARK, LIGHT, WeekTotals
from dyntube.query.metrics import metric

from .drawn import drawn, hovers

VIEWS, RATE = metric("views"), metric("play_rate")


# Heatmap


def hour(figure: object, day: int, hour: int) -> str:
    [trace] = figure.data  # type: ignore[attr-defined]
    return str(trace.customdata[day][hour][1])


def test_monday_is_on_top_and_every_hour_says_its_number():
    values = np.arange(168, dtype=float).reshape(7, 24)

    figure = charts.heatmap(VIEWS, values, LIGHT)

    assert list(figure.layout.yaxis.ticktext) == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    assert figure.layout.yaxis.range[0] > figure.layout.yaxis.range[1]
    assert list(figure.layout.xaxis.ticktext) == ["00:00", "06:00", "12:00", "18:00"]
    assert hour(figure, 0, 1) == "<b>Monday, 01:00 to 02:00</b><br>Views: 1"
    assert hour(figure, 6, 23) == "<b>Sunday, 23:00 to 24:00</b><br>Views: 167"


def test_one_outlier_does_not_rule_the_colours_and_the_scale_says_so():
    values = np.full((7, 24), 10.0)
    values[2, 10] = 9_000

    [trace] = charts.heatmap(VIEWS, values, LIGHT).data

    assert trace.zmax == 10
    assert trace.colorbar.ticktext[-1] == "≥ 10"
    assert "9,000" in trace.customdata[2][10][1]


def test_without_an_outlier_the_scale_ends_at_the_largest():
    [trace] = charts.heatmap(RATE, np.full((7, 24), 0.5), LIGHT).data

    assert trace.zmax == 0.5
    assert list(trace.colorbar.ticktext) == ["20%", "30%", "40%", "50%"]


def test_the_ends_of_the_scale_are_round_and_lie_around_all_but_the_outliers():
    values = np.linspace(31.4, 121.58, 168).reshape(7, 24)
    values[0, 0], values[6, 23] = 2, 400

    [trace] = charts.heatmap(replace(VIEWS, format="ratio"), values, LIGHT).data

    assert (trace.zmin, trace.zmax) == (25, 125)
    assert list(trace.colorbar.ticktext) == ["≤ 25", "50", "75", "100", "≥ 125"]


def test_small_differences_do_not_fill_the_scale():
    values = np.linspace(0.36, 0.40, 168).reshape(7, 24)

    [trace] = charts.heatmap(RATE, values, LIGHT).data

    assert (trace.zmax - trace.zmin) >= 0.2


def test_hours_of_few_plays_do_not_set_the_scale():
    values, few = np.full((7, 24), 0.4), np.zeros((7, 24), dtype=bool)
    values[0, :6], few[0, :6] = 1.0, True

    [trace] = charts.heatmap(RATE, values, LIGHT, few=few).data

    assert trace.zmax == pytest.approx(0.4)
    assert trace.colorbar.ticktext[-1] == "≥ 40%"


def test_a_click_on_a_cell_gives_its_weekday_and_hour():
    [trace] = charts.heatmap(VIEWS, np.ones((7, 24)), LIGHT).data

    assert charts.picked(trace.customdata[6][9]) == [("weekday", "7"), ("hour_of_day", "9")]


def test_hours_and_weekdays_have_their_totals_beside_them():
    totals = WeekTotals(
        replace(VIEWS, label="Views a day"), [10, 20, 30, 40, 50, 60, math.nan], [5] * 24
    )

    _, above, beside = charts.heatmap(VIEWS, np.ones((7, 24)), LIGHT, totals=totals).data

    assert (list(above.y), above.yaxis) == ([5] * 24, "y2")
    assert hovers(above)[23] == "<b>23:00 to 24:00</b><br>Views: 5"
    assert charts.picked(above.customdata[23]) == [("hour_of_day", "23")]
    assert (list(beside.x), beside.xaxis) == ([10, 20, 30, 40, 50, 60, 0], "x2")
    assert list(beside.text) == ["10", "20", "30", "40", "50", "60", "–"]
    assert hovers(beside)[0] == "<b>Monday</b><br>Views a day: 10"
    assert charts.picked(beside.customdata[6]) == [("weekday", "7")]


def test_what_is_not_chosen_is_pale():
    totals = WeekTotals(VIEWS, [1] * 7, [1] * 24)

    figure = charts.heatmap(VIEWS, np.ones((7, 24)), LIGHT, totals=totals, chosen=(["1"], ["9"]))

    _, veil, above, beside = drawn(figure)["data"]
    clear = [(day, n) for day in range(7) for n in range(24) if veil["z"][day][n] is None]
    assert clear == [(0, 9)]
    assert veil["hoverinfo"] == "skip"
    for bars, number in ((above, 9), (beside, 0)):
        colours = bars["marker"]["color"]
        assert colours.count(colours[number]) == 1


def test_nearly_nothing_still_has_a_scale():
    values = np.zeros((7, 24))
    values[0, 0] = 5

    [trace] = charts.heatmap(VIEWS, values, LIGHT).data

    assert trace.zmax == 6


def test_a_scale_of_watch_time_counts_in_hours():
    values = np.full((7, 24), 4 * 3600.0)

    [trace] = charts.heatmap(metric("watch_time"), values, LIGHT).data

    assert list(trace.colorbar.ticktext) == ["2 h", "2.5 h", "3 h", "3.5 h", "4 h"]
    assert list(trace.colorbar.tickvals) == [7200, 9000, 10_800, 12_600, 14_400]


def test_hours_without_a_value_have_no_square_and_few_plays_are_marked():
    values, few = np.full((7, 24), 0.5), np.zeros((7, 24), dtype=bool)
    values[0, 0], few[1, 1] = math.nan, True

    figure = drawn(charts.heatmap(RATE, values, LIGHT, few=few))

    [trace] = figure["data"]
    assert trace["z"][0][0] is None
    assert trace["text"][1][1]
    assert sum(mark != "" for row in trace["text"] for mark in row) == 1
    assert trace["customdata"][1][1][1].endswith("<br>Fewer than 30 plays")


@pytest.mark.parametrize("fill", [0.0, math.nan])
@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_a_heatmap_of_nothing_is_drawn_too(fill, palette):
    figure = drawn(charts.heatmap(VIEWS, np.full((7, 24), fill), palette))

    assert all(trace["zmax"] > 0 for trace in figure["data"])


# Minutes

STARTS = [
    dt.datetime(2026, 11, 23, 13, 38, tzinfo=dt.UTC) + dt.timedelta(minutes=n) for n in range(60)
]


def test_every_minute_has_a_bar_and_the_one_that_still_runs_is_pale():
    [bars] = charts.minutes(VIEWS, STARTS, list(range(60)), LIGHT).data

    assert list(bars.y) == list(range(60))
    assert set(bars.marker.color[:-1]) == {LIGHT.accent}
    assert bars.marker.color[-1] != LIGHT.accent
    assert hovers(bars)[-2:] == ["14:36  <b>58 views</b>", "14:37  <b>59 views</b> (so far)"]


def test_quarters_of_an_hour_are_named():
    axis = charts.minutes(VIEWS, STARTS, [0] * 60, LIGHT).layout.xaxis

    assert dict(zip(axis.tickvals, axis.ticktext, strict=True)) == {
        7: "13:45",
        22: "14:00",
        37: "14:15",
        52: "14:30",
    }


def test_no_minutes_are_an_empty_chart():
    assert drawn(charts.minutes(VIEWS, [], [], DARK))["data"] == []
