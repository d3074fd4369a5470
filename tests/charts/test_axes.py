"""Axes that say the numbers of a metric."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyntube import charts
from dyntube.charts import LIGHT
from dyntube.query.metrics import METRICS, metric

from .drawn import course, drawn


@pytest.mark.parametrize(
    ("largest", "unit", "shown", "ticks"),
    [
        (3 * 3600, "h", 3.0, ["0", "1 h", "2 h", "3 h"]),
        (1800, "min", 30.0, ["0", "10 min", "20 min", "30 min"]),
    ],
)
def test_watch_time_is_drawn_in_hours_or_minutes(largest, unit, shown, ticks):
    figure = charts.trend(metric("watch_time"), course(0, largest, name="watch_time"), None, LIGHT)

    assert list(figure.data[0].y) == [0, shown]
    assert list(figure.layout.yaxis.ticktext) == ticks


@pytest.mark.parametrize("name", METRICS)
@given(
    values=st.lists(st.just(0.0) | st.floats(0.01, 1e9) | st.just(math.nan), min_size=1, max_size=4)
)
def test_the_axis_starts_at_0_holds_every_value_and_has_few_ticks(name, values):
    measure = metric(name)
    if measure.is_rate:
        values = [value / 1e9 for value in values]
    if measure.format == "number":
        values = [float(round(value)) if value == value else value for value in values]

    figure = charts.trend(measure, course(*values, name=name), None, LIGHT)

    axis = figure.layout.yaxis
    drawn_values = [y for line in figure.data for y in line.y if not math.isnan(y)]
    assert axis.range[0] == 0
    assert axis.range[1] >= max(drawn_values, default=0)
    assert 2 <= len(axis.tickvals) == len(axis.ticktext) <= 6
    assert axis.tickvals[0] == 0
    assert len(set(axis.ticktext)) == len(axis.ticktext)


@pytest.mark.parametrize("largest", range(1, 60))
@pytest.mark.parametrize("name", ["views", "average_watch_time"])
def test_the_ticks_of_counts_and_of_seconds_are_whole(name, largest):
    figure = charts.trend(metric(name), course(0, largest, name=name), None, LIGHT)

    assert [tick for tick in figure.layout.yaxis.tickvals if tick != int(tick)] == []


@pytest.mark.parametrize(
    ("largest", "ticks"),
    [
        (0, ["0", "1"]),
        (1, ["0", "1"]),
        (4, ["0", "1", "2", "3", "4"]),
        (19, ["0", "5", "10", "15", "20"]),
        (37_000, ["0", "10K", "20K", "30K", "40K"]),
    ],
)
def test_ticks_are_round_numbers(largest, ticks):
    figure = charts.trend(metric("views"), course(0, largest), None, LIGHT)

    assert list(figure.layout.yaxis.ticktext) == ticks


def test_a_rate_has_ticks_in_per_cent_and_gaps_where_it_has_no_value():
    course_ = course(0.5, math.nan, 1.0, name="play_rate")

    figure = charts.trend(metric("play_rate"), course_, None, LIGHT)

    assert list(figure.layout.yaxis.ticktext) == ["0%", "25%", "50%", "75%", "100%"]
    assert drawn(figure)["data"][0]["y"] != []
    assert math.isnan(figure.data[0].y[1])
    assert not figure.data[0].connectgaps
