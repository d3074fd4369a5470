"""Figures: what they show, and that nothing in the data can act in them."""

from __future__ import annotations

import datetime as dt
import json
import math
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dyntube import charts
from dyntube.charts import DARK, LIGHT
from dyntube.dayfile import DayInfo
from dyntube.metrics import METRICS, OTHER, metric
from dyntube.periods import Period
from dyntube.quality import STATE_LABELS, State, StoredDay
from dyntube.query import Query
from dyntube.trends import Trend, trend

HTML = "<b>Launch</b> <a href='http://evil.example'>&amp; more</a>"


def course(
    *values: float, partial: str = "", name: str = "views", first: str = "2026-11-02"
) -> Trend:
    """Days of a metric; `partial` has an x for each that is not whole."""
    days = pd.date_range(first, periods=len(values), freq="D")
    marks = [mark == "x" for mark in partial.ljust(len(values))]
    rows = pd.DataFrame({"day": days, name: pd.Series(values, dtype="float64")})
    return Trend("day", rows, pd.Series(marks, dtype=bool))


def drawn(figure: Any) -> dict[str, Any]:
    """The figure as the browser gets it."""
    return json.loads(figure.to_json())


def lines(figure: Any, dash: str) -> list[Any]:
    return [trace for trace in figure.data if trace.line.dash == dash]


def days_of(trace: Any) -> list[int]:
    return [pd.Timestamp(x).day for x in trace.x]


# Trend


def test_a_trend_of_whole_days_is_one_solid_line():
    figure = charts.trend(metric("views"), course(3, 5, 4), None, LIGHT)

    [line] = figure.data
    assert line.line.dash == "solid"
    assert days_of(line) == [2, 3, 4]
    assert list(line.y) == [3, 5, 4]


@pytest.mark.parametrize(
    ("partial", "solid", "dashed"),
    [
        ("    ", [2, 3, 4, 5], []),
        ("   x", [2, 3, 4], [[4, 5]]),
        ("x   ", [3, 4, 5], [[2, 3]]),
        ("x  x", [3, 4], [[2, 3], [4, 5]]),
    ],
)
def test_only_what_leads_to_a_partial_day_is_dashed(partial, solid, dashed):
    figure = charts.trend(metric("views"), course(3, 5, 4, 1, partial=partial), None, LIGHT)

    assert [days_of(line) for line in lines(figure, "solid")] == [solid]
    assert [days_of(line) for line in lines(figure, "5px,4px")] == dashed


@pytest.mark.parametrize("values", [(3,), (3, 4)])
def test_a_trend_of_partial_days_only_still_shows_every_day(values):
    partial = "x" * len(values)

    figure = charts.trend(metric("views"), course(*values, partial=partial), None, LIGHT)

    assert {day for line in figure.data for day in days_of(line)} == set(range(2, 2 + len(values)))


def test_a_single_day_is_a_point():
    figure = charts.trend(metric("views"), course(3), None, LIGHT)

    assert figure.data[0].mode == "lines+markers"


def test_the_comparison_is_dotted_behind_and_drawn_over_the_days_of_now():
    earlier = course(1, 2, 3, first="2025-11-03")

    figure = charts.trend(metric("views"), course(4, 5, 6), earlier, LIGHT)

    behind, front = figure.data  # later traces are drawn over earlier ones
    assert (behind.line.dash, front.line.dash) == ("dot", "solid")
    assert list(behind.x) == list(front.x)
    assert list(behind.y) == [1, 2, 3]
    assert "2025" in behind.customdata[0]  # the hover says when it really was
    assert "2026" in front.customdata[0]


@pytest.mark.parametrize("length", [0, 1, 2, 5])
def test_a_comparison_may_be_shorter_or_longer(length):
    earlier = course(*range(length), first="2025-11-03")

    figure = charts.trend(metric("views"), course(4, 5, 6), earlier, LIGHT)

    [behind] = lines(figure, "dot")
    assert list(behind.y) == list(range(min(length, 3)))
    assert days_of(behind) == [2, 3, 4][:length]


def test_a_partial_day_says_so():
    figure = charts.trend(metric("views"), course(3, 5, 1200, partial="  x"), None, LIGHT)

    [dashed] = lines(figure, "5px,4px")
    assert list(dashed.customdata) == [
        "Tue 03 Nov 2026  <b>5</b>",
        "Wed 04 Nov 2026  <b>1,200</b> (not whole)",
    ]


def test_an_amount_has_an_area_and_a_rate_has_none():
    amount = charts.trend(metric("views"), course(3, 5), None, LIGHT)
    rate = charts.trend(metric("play_rate"), course(0.3, 0.5, name="play_rate"), None, LIGHT)

    assert amount.data[0].fill == "tozeroy"
    assert rate.data[0].fill in (None, "none")


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
@settings(deadline=None, max_examples=25)
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
        (37_000, ["0", "10.0K", "20.0K", "30.0K", "40.0K"]),
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


def test_a_trend_without_any_bucket_is_an_empty_chart():
    figure = charts.trend(metric("views"), course(), course(), LIGHT)

    assert {len(line.x) for line in figure.data} == {0}
    assert drawn(figure)["layout"]["yaxis"]["range"][0] == 0


@pytest.mark.parametrize("interval", ["hour", "day", "week", "month"])
@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_a_trend_of_any_interval_survives_the_way_to_the_browser(interval, palette):
    period = Period(dt.date(2026, 10, 1), dt.date(2026, 10, 31))
    query = Query(("views",), period, "Europe/Berlin", by=(interval,))
    dtype = "datetime64[ns, Europe/Berlin]" if interval == "hour" else "datetime64[ns]"
    answer = pd.DataFrame({interval: pd.Series([], dtype=dtype), "views": []})
    now = trend(query, answer, dt.datetime(2026, 10, 28, 12, tzinfo=dt.UTC))

    figure = drawn(charts.trend(metric("views"), now, now, palette))

    assert len(figure["data"]) >= 2
    assert figure["layout"]["showlegend"] is False


# Bars


def test_bars_stand_in_the_order_given():
    figure = charts.bars(["b", "a", "c"], [2, 9, 4], ["2", "9", "4"], LIGHT)

    [bars] = figure.data
    axis = figure.layout.yaxis
    assert list(axis.ticktext) == ["b", "a", "c"]
    assert list(axis.tickvals) == list(bars.y) == [0, 1, 2]
    assert axis.range[0] > axis.range[1]  # the first is on top
    assert (list(bars.x), list(bars.text)) == ([2, 9, 4], ["2", "9", "4"])
    assert figure.layout.xaxis.range[0] == 0


def test_two_labels_that_look_the_same_are_two_bars():
    long = "A very long title of a video, part "

    figure = charts.bars([long + "1", long + "2"], [2, 1], ["2", "1"], LIGHT)

    assert len(set(figure.data[0].y)) == 2
    assert "part 1" in figure.data[0].customdata[0]
    assert "part 2" in figure.data[0].customdata[1]


def test_bars_that_are_no_values_are_grey():
    figure = charts.bars(["a", OTHER, "Unknown"], [3, 2, 1], ["", "", ""], LIGHT, context={OTHER})

    assert list(figure.data[0].marker.color) == [LIGHT.accent, LIGHT.land, LIGHT.accent]


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("x" * 26, "x" * 26),
        ("x" * 27, "x" * 25 + "…"),
        ("<b>bold</b>", "&lt;b&gt;bold&lt;/b&gt;"),
        ("Fish & Chips", "Fish &amp; Chips"),
        ("&" * 30, "&amp;" * 25 + "…"),  # cut first, so that no entity is
        ("", ""),
    ],
)
def test_a_label_is_cut_and_escaped(label, shown):
    figure = charts.bars([label], [1], ["1"], LIGHT)

    assert list(figure.layout.yaxis.ticktext) == [shown]


def test_a_title_full_of_html_shows_as_it_is_written():
    figure = drawn(charts.bars([HTML], [1], ["1"], LIGHT))

    [hover] = figure["data"][0]["customdata"]
    assert hover == (
        "&lt;b&gt;Launch&lt;/b&gt; &lt;a href=&#x27;http://evil.example&#x27;&gt;&amp;amp; more"
        "&lt;/a&gt;  <b>1</b>"
    )
    assert figure["layout"]["yaxis"]["ticktext"][0].startswith("&lt;b&gt;Launch&lt;/b&gt;")


def test_no_bars_are_an_empty_chart():
    assert drawn(charts.bars([], [], [], DARK))["data"][0]["type"] == "bar"


# Map


def test_a_map_knows_countries_by_three_letters_and_skips_what_it_does_not_know():
    codes = ["DE", "XX", "Unknown", "US", "FR", "<b>"]

    [world] = charts.world_map(codes, [1000, 50, 7, 10, 0, 3], "Views", LIGHT).data

    assert list(world.locations) == ["DEU", "USA"]
    assert list(world.z) == pytest.approx([3, 1])  # log scale
    assert (world.zmin, world.zmax) == pytest.approx((1, 3))


def test_a_map_says_the_country_and_its_value():
    figure = drawn(charts.world_map(["DE"], [12_345], "Views", LIGHT))

    text = json.dumps(figure["data"][0]["customdata"])
    assert "Germany" in text
    assert "12,345 views" in text


@pytest.mark.parametrize(
    ("amounts", "ticks"),
    [([1, 1000], ["1", "10", "100", "1,000"]), ([5], ["1", "10"]), ([20_000], ["10.0K"])],
)
def test_the_scale_of_a_map_is_written_in_numbers(amounts, ticks):
    figure = charts.world_map(["DE", "US"][: len(amounts)], amounts, "Views", LIGHT)

    assert list(figure.data[0].colorbar.ticktext) == ticks


@pytest.mark.parametrize(("codes", "amounts"), [([], []), (["XX"], [5]), (["DE"], [0])])
@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_a_map_without_countries_is_an_empty_map(codes, amounts, palette):
    world = drawn(charts.world_map(codes, amounts, "Views", palette))["data"][0]

    assert world["type"] == "choropleth"
    assert world["locations"] == []
    assert world["zmin"] < world["zmax"]


def test_maps_and_fonts_come_from_our_own_host():
    assert not charts.MAP_CONFIG["topojsonURL"].startswith(("http:", "https:", "//"))
    figure = charts.world_map(["DE"], [1], "Views", LIGHT).to_json()
    assert "http" not in figure


# Sparkline


@pytest.mark.parametrize("values", [[1, 2, 3], [5, 5], [0, 0, 0], [3.5, 0.0, 1e9]])
def test_a_sparkline_has_a_point_for_each_value_within_its_frame(values):
    image = charts.sparkline(values, LIGHT)

    points = image.split("points%3D%22")[1].split("%22")[0].replace("%2C", ",").split("%20")
    assert len(points) == len(values)
    for point in points:
        x, y = map(float, point.split(","))
        assert 0 <= x <= 100
        assert 0 <= y <= 28


# Calendar

TODAY = dt.date(2026, 5, 6)  # a Wednesday


def stored(**known: Any) -> DayInfo:
    """A day that is as it should be; say what is not."""
    moment = dt.datetime(2026, 5, 6, 22, 30, tzinfo=dt.UTC)
    usual: dict[str, Any] = {
        "day": TODAY,
        "rows": 2400,
        "api_total": 2412,
        "verified": True,
        "settled": True,
        "fetched_at": moment,
        "until": moment,
        "newest": moment,
    }
    return DayInfo(**(usual | known))


def a_day(day: dt.date, state: State) -> StoredDay:
    return StoredDay(day, state, () if state in ("missing", "damaged") else (stored(),))


def cell(figure: Any, day: dt.date, start: dt.date) -> tuple[Any, str, str]:
    """Colour, mark and hover of a day in a calendar that starts with a Monday."""
    [trace] = drawn(figure)["data"]
    column, row = divmod((day - start).days, 7)
    return trace["z"][row][column], trace["text"][row][column], trace["customdata"][row][column]


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_each_state_of_a_day_has_its_own_colour_mark_and_words(palette):
    start = dt.date(2026, 5, 4)
    days = [a_day(start + dt.timedelta(days=n), state) for n, state in enumerate(STATE_LABELS)]

    figure = charts.calendar(days, start, start + dt.timedelta(days=6), "UTC", palette)

    cells = [cell(figure, day.day, start) for day in days]
    assert len({colour for colour, _, _ in cells}) == len(STATE_LABELS)
    assert len({mark for _, mark, _ in cells}) == len(STATE_LABELS)
    for (_, _, hover), label in zip(cells, STATE_LABELS.values(), strict=True):
        assert label in hover


def test_hover_says_what_is_stored_counted_and_when_in_the_chosen_zone():
    start = dt.date(2026, 5, 4)

    figure = charts.calendar([a_day(TODAY, "final")], start, TODAY, "Asia/Kolkata", LIGHT)

    hover = cell(figure, TODAY, start)[2].split("<br>")
    assert hover[0] == "<b>Wed 6 May 2026</b>"
    assert hover[2:] == [
        "2,400 views stored",
        "DynTube counted 2,412",
        "Fetched 7 May 2026, 04:00",
    ]


def test_days_outside_the_span_have_no_square_and_those_not_known_a_pale_one():
    start = dt.date(2026, 4, 30)  # a Thursday

    figure = charts.calendar([a_day(TODAY, "final")], start, TODAY, "UTC", LIGHT)

    monday = dt.date(2026, 4, 27)
    assert cell(figure, monday, monday)[0] is None
    assert cell(figure, TODAY + dt.timedelta(days=1), monday)[0] is None
    assert cell(figure, start, monday)[0] == len(STATE_LABELS)
    assert "Before the first stored day" in cell(figure, start, monday)[2]


def test_months_stand_above_the_week_in_which_they_begin_and_january_names_its_year():
    figure = charts.calendar([], dt.date(2025, 12, 1), dt.date(2026, 2, 8), "UTC", LIGHT)

    axis = drawn(figure)["layout"]["xaxis"]
    assert dict(zip(axis["tickvals"], axis["ticktext"], strict=True)) == {
        0: "Dec",
        4: "Jan 2026",
        8: "Feb",
    }
    assert axis["range"] == [-0.5, 9.5]


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_marks_can_be_read_on_every_state(palette):
    def luminance(colour: str) -> float:
        parts = (int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5))
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for ground in (palette.scale[0], palette.calm, palette.gap, palette.caution, palette.alarm):
        low, high = sorted([luminance(ground), luminance(palette.text)])
        assert (high + 0.05) / (low + 0.05) >= 4.5
