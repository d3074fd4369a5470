"""A metric over time."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pandas as pd
import pytest

from dyntube import charts
from dyntube.archive.coverage import ALWAYS
from dyntube.charts import DARK, LIGHT
from dyntube.insight.trends import trend
from dyntube.query.access import EVERYTHING
from dyntube.query.metrics import metric
from dyntube.query.periods import Period
from dyntube.query.query import Query

from .drawn import beside, clicks, course, drawn, hovers

VIEWS, RATE = metric("views"), metric("play_rate")


def lines(figure: Any, dash: str) -> list[Any]:
    return [trace for trace in figure.data if trace.line.dash == dash]


def points(figure: Any) -> Any:
    """The points that answer to a pointer."""
    [found] = [t for t in figure.data if t.mode == "markers" and t.name != "Unseen"]
    return found


def unseen(figure: Any) -> list[str]:
    """What is said where only the comparison has a value."""
    return [text for trace in figure.data if trace.name == "Unseen" for text in hovers(trace)]


def days_of(trace: Any) -> list[int]:
    return [pd.Timestamp(x).day for x in trace.x]


def test_a_trend_of_whole_days_is_one_solid_line_with_a_point_a_day():
    figure = charts.trend(VIEWS, course(3, 5, 4), None, LIGHT)

    [line] = lines(figure, "solid")
    assert days_of(line) == days_of(points(figure)) == [2, 3, 4]
    assert list(line.y) == list(points(figure).y) == [3, 5, 4]


@pytest.mark.parametrize(
    ("partial", "solid", "dashed"),
    [
        ("    ", [[2, 3, 4, 5]], []),
        ("   x", [[2, 3, 4]], [[4, 5]]),
        ("x   ", [[3, 4, 5]], [[2, 3]]),
        ("x  x", [[3, 4]], [[2, 3], [4, 5]]),
        (" x  ", [[4, 5]], [[2, 3, 4]]),
        ("xxxx", [], [[2, 3, 4, 5]]),
    ],
)
def test_only_what_leads_to_or_from_a_partial_day_is_dashed(partial, solid, dashed):
    figure = charts.trend(VIEWS, course(3, 5, 4, 1, partial=partial), None, LIGHT)

    assert [days_of(line) for line in lines(figure, "solid")] == solid
    assert [days_of(line) for line in lines(figure, "5px,4px")] == dashed
    assert days_of(points(figure)) == [2, 3, 4, 5]


def test_a_click_on_a_day_gives_its_date_and_the_comparison_does_not_answer():
    figure = charts.trend(VIEWS, course(3, 5), course(1, 2, first="2026-10-05"), LIGHT)

    assert clicks(points(figure)) == ["2026-11-02T00:00:00", "2026-11-03T00:00:00"]
    assert lines(figure, "dot")[0].hoverinfo == "skip"


def test_a_click_on_an_hour_gives_a_moment_also_where_the_clocks_go_back():
    hours = course(1, 2, 3, 4, first="2026-10-25 01:00", interval="hour", zone="Europe/Berlin")

    figure = charts.trend(VIEWS, hours, None, LIGHT)

    moments = [dt.datetime.fromisoformat(str(start)) for start in clicks(points(figure))]
    assert [moment.utcoffset() for moment in moments] == [
        dt.timedelta(hours=h) for h in (2, 2, 1, 1)
    ]
    assert [pd.Timestamp(x).hour for x in points(figure).x] == [1, 2, 2, 3]


def test_every_point_speaks_once_where_lines_meet():
    figure = charts.trend(VIEWS, course(3, 5, 4, partial="  x"), None, LIGHT)

    speaking = [trace for trace in figure.data if trace.hoverinfo != "skip"]
    assert speaking == [points(figure)]


def test_a_single_day_and_a_day_between_gaps_are_seen_as_points():
    single = charts.trend(VIEWS, course(3), None, LIGHT)
    gaps = course(0.5, 0.4, math.nan, 0.3, math.nan, name="play_rate")

    assert points(single).marker.size[0] > 5
    sizes = points(charts.trend(RATE, gaps, None, LIGHT)).marker.size
    assert [size > 5 for size in sizes] == [False, False, False, True, False]


def test_the_comparison_is_dotted_and_drawn_over_the_days_of_now():
    earlier = course(1, 2, 3, first="2025-11-03")

    figure = charts.trend(VIEWS, course(4, 5, 6), earlier, LIGHT)

    [behind], [front] = lines(figure, "dot"), lines(figure, "solid")
    assert (behind.zorder or 0) < front.zorder
    assert list(behind.x) == list(front.x)
    assert list(behind.y) == [1, 2, 3]
    assert "2025" in hovers(points(figure))[0]  # the hover says when it really was


@pytest.mark.parametrize("length", [0, 1, 2, 5])
def test_a_comparison_may_be_shorter_or_longer(length):
    now, earlier = course(4, 5, 6), course(*range(length), first="2025-11-03")

    figure = charts.trend(VIEWS, now, beside(now, earlier), LIGHT)

    [behind] = lines(figure, "dot")
    assert [y for y in behind.y if not math.isnan(y)] == list(range(min(length, 3)))
    assert days_of(behind) == [2, 3, 4]
    assert [text.endswith("Nothing to compare with") for text in hovers(points(figure))] == [
        n >= length for n in range(3)
    ]


def test_a_day_of_which_nothing_is_known_is_a_gap_in_the_course():
    figure = charts.trend(VIEWS, course(3, 5, math.nan, 4, partial=" xo "), None, LIGHT)

    gaps = [math.isnan(y) for line in figure.data for y in line.y]
    assert any(gaps)
    assert drawn(figure)["data"][0]["y"][2] is None
    assert 0 not in [y for line in figure.data for y in line.y]


def test_a_partial_day_says_so():
    figure = charts.trend(VIEWS, course(3, 5, 1200, partial="  x"), None, LIGHT)

    assert hovers(points(figure))[1:] == [
        "Views: <b>5</b>",
        "Views: <b>1,200</b> (incomplete)",
    ]


@pytest.mark.parametrize(
    ("interval", "first", "title"),
    [
        ("hour", "2026-11-02 05:00", "%a %-d %b, %H:%M"),
        ("day", "2026-11-02", "%a %-d %b %Y"),
        ("week", "2026-11-02", "Week of %-d %b %Y"),
        ("month", "2026-11-01", "%B %Y"),
    ],
)
def test_the_title_of_a_tooltip_is_its_day(interval, first, title):
    figure = charts.trend(VIEWS, course(3, 5, first=first, interval=interval), None, LIGHT)

    assert figure.layout.xaxis.hoverformat == title
    assert not figure.layout.xaxis.unifiedhovertitle.text


def test_a_tooltip_says_the_change_from_the_day_compared_with():
    now, earlier = course(126, 50), course(100, 80, first="2026-10-05")
    figure = charts.trend(VIEWS, now, earlier, LIGHT)

    assert hovers(points(figure)) == [
        "Views: <b>126</b><br>+26.0% vs Mon 5 Oct: 100",
        "Views: <b>50</b><br>−37.5% vs Tue 6 Oct: 80",
    ]
    rates = course(0.5, name="play_rate"), course(0.4, name="play_rate", first="2025-11-03")
    assert hovers(points(charts.trend(RATE, *rates, LIGHT))) == [
        "Play rate: <b>50.0%</b><br>+10.0 pts vs Mon 3 Nov 2025: 40.0%"
    ]


def test_what_is_not_whole_or_has_no_base_is_shown_beside_it_without_a_change():
    now = course(5, 5, 5, partial="x")
    earlier = course(4, 4, 0, partial=" x", first="2026-10-05")

    assert [
        text.partition("<br>")[2]
        for text in hovers(points(charts.trend(VIEWS, now, earlier, LIGHT)))
    ] == [
        "Mon 5 Oct: 4",
        "Tue 6 Oct: 4 (incomplete)",
        "Wed 7 Oct: 0",
    ]


def test_a_day_that_is_not_stored_says_so_beside_the_one_compared_with():
    now, earlier = course(5, math.nan, partial=" o"), course(4, 3, first="2026-10-05")

    assert unseen(charts.trend(VIEWS, now, earlier, LIGHT)) == [
        "Views: <b>not stored</b><br>Tue 6 Oct: 3"
    ]
    assert unseen(charts.trend(VIEWS, course(5, 6), earlier, LIGHT)) == []


def test_an_amount_has_an_area_under_its_whole_days_and_a_rate_has_none():
    amount = charts.trend(VIEWS, course(3, 5, 2, partial="  x"), None, LIGHT)
    rate = charts.trend(RATE, course(0.3, 0.5, name="play_rate"), None, LIGHT)

    assert [line.fill for line in lines(amount, "solid")] == ["tozeroy"]
    assert [line.fill for line in lines(amount, "5px,4px")] == [None]
    assert {trace.fill for trace in rate.data} <= {None, "none"}


def test_a_drag_selects_days_and_never_moves_the_axes():
    figure = charts.trend(VIEWS, course(3, 5), None, LIGHT)

    layout = drawn(figure)["layout"]
    assert layout["dragmode"] == "select"
    assert layout["selectdirection"] == "h"
    assert layout["xaxis"]["fixedrange"]
    assert layout["yaxis"]["fixedrange"]
    still = charts.trend(VIEWS, course(3, 5), None, LIGHT, drag=False)
    assert drawn(still)["layout"]["dragmode"] is False


def test_the_average_is_a_line_with_its_number_and_without_one_there_is_none():
    figure = charts.trend(
        metric("watch_time"), course(0, 8 * 3600, name="watch_time"), None, LIGHT, average=4 * 3600
    )

    [line], [label] = figure.layout.shapes, figure.layout.annotations
    assert line.y0 == line.y1 == label.y == 4  # hours, as the axis
    assert label.text == "average<br>4 h"
    for none in (None, math.nan):
        plain = charts.trend(VIEWS, course(3, 5), None, LIGHT, average=none)
        assert not plain.layout.shapes
        assert not plain.layout.annotations


@pytest.mark.parametrize(
    ("average", "text"), [(4.55, "4.5"), (9.96, "10"), (3.0, "3"), (23.4, "23")]
)
def test_a_small_average_of_counts_has_a_decimal(average, text):
    figure = charts.trend(VIEWS, course(3, 5), None, LIGHT, average=average)

    assert figure.layout.annotations[0].text == f"average<br>{text}"


def test_an_average_above_every_day_is_within_the_axis():
    figure = charts.trend(VIEWS, course(3, 5), None, LIGHT, average=90)

    assert figure.layout.yaxis.range[1] >= 90


def test_the_label_of_the_average_is_beside_the_frame_where_no_line_runs():
    figure = charts.trend(VIEWS, course(9, 5, 5), None, LIGHT, average=5)

    [label] = figure.layout.annotations
    assert (label.x, label.xref, label.xanchor) == (1, "paper", "left")
    assert figure.layout.margin.r >= 50
    assert charts.trend(VIEWS, course(9, 5), None, LIGHT).layout.margin.r == 0


def test_a_few_days_are_named_one_by_one():
    assert list(charts.trend(VIEWS, course(3), None, LIGHT).layout.xaxis.ticktext) == ["2 Nov"]
    months = course(3, 4, first="2026-11-01", interval="month")
    assert list(charts.trend(VIEWS, months, None, LIGHT).layout.xaxis.ticktext) == [
        "Nov<br>2026",
        "Dec<br>2026",
    ]
    assert charts.trend(VIEWS, course(*range(8)), None, LIGHT).layout.xaxis.ticktext is None


def test_the_first_and_the_last_day_lie_within_the_frame():
    figure = charts.trend(VIEWS, course(3, 5, 4), None, LIGHT)

    start, end = (pd.Timestamp(edge) for edge in figure.layout.xaxis.range)
    assert start < pd.Timestamp("2026-11-02")
    assert end > pd.Timestamp("2026-11-04")


def test_a_trend_without_any_bucket_is_an_empty_chart():
    figure = charts.trend(
        VIEWS, course(), course(), LIGHT, notes=[(dt.date(2026, 11, 2), "Launch")], average=3.0
    )

    assert {len(line.x) for line in figure.data} == {0}
    assert drawn(figure)["layout"]["yaxis"]["range"][0] == 0


@pytest.mark.parametrize("interval", ["hour", "day", "week", "month"])
@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_a_trend_of_any_interval_survives_the_way_to_the_browser(interval, palette):
    period = Period(dt.date(2026, 10, 1), dt.date(2026, 10, 31))
    query = Query(("views",), period, "Europe/Berlin", by=(interval,), access=EVERYTHING)
    dtype = "datetime64[ns, Europe/Berlin]" if interval == "hour" else "datetime64[ns]"
    answer = pd.DataFrame({interval: pd.Series([], dtype=dtype), "views": []})
    now = trend(query, answer, ALWAYS, dt.datetime(2026, 10, 28, 12, tzinfo=dt.UTC))

    figure = drawn(charts.trend(VIEWS, now, now, palette))

    assert len(figure["data"]) >= 2
    assert figure["layout"]["showlegend"] is False
