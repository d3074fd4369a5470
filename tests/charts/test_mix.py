"""How the parts of a whole develop."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest

from dyntube import charts
from dyntube.charts import DARK, LIGHT, Palette
from dyntube.query.dimensions import OTHER, UNKNOWN
from dyntube.query.metrics import metric

from .drawn import HOSTILE, clicks, course, drawn, hovers


def mix(
    shares: dict[str, list[float]],
    values: list[str | None],
    partial: str = "",
    palette: Palette = LIGHT,
    **of: Any,
) -> Any:
    days = course(*next(iter(shares.values())), partial=partial, **of)
    return charts.stacked_shares(
        metric("views"),
        days.rows.iloc[:, 0],
        pd.DataFrame(shares),
        days.partial,
        palette,
        days.interval,
        by="browser",
        values=values,
    )


BROWSERS = {"Chrome": [0.5, 0.75], "Safari": [0.5, 0.25]}


def test_each_part_is_a_trace_and_a_click_on_it_gives_its_value():
    figure = mix(BROWSERS, ["chrome", "safari"])

    chrome, safari = figure.data
    assert (chrome.name, safari.name) == ("Chrome", "Safari")
    assert (list(chrome.y), list(safari.y)) == ([0.5, 0.75], [0.5, 0.25])
    assert clicks(chrome) == ["chrome", "chrome"]
    assert figure.layout.barmode == "stack"
    assert list(figure.layout.yaxis.range) == [0, 1]


def test_the_hover_says_part_share_and_bucket():
    figure = mix(BROWSERS, ["chrome", "safari"], partial=" x")

    assert hovers(figure.data[0]) == ["<b>Chrome</b><br>50.0% of views<br>Mon 2 Nov 2026"]
    assert hovers(figure.data[1]) == [
        "<b>Chrome</b><br>75.0% of views<br>Tue 3 Nov 2026 (incomplete)"
    ]


def test_buckets_that_are_not_whole_are_paler_and_named_once():
    figure = mix(BROWSERS, ["chrome", "safari"], partial=" x")

    whole, cut, *_ = figure.data
    assert whole.marker.color != cut.marker.color
    assert [trace.showlegend for trace in figure.data] == [True, False, True, False]
    assert whole.legendgroup == cut.legendgroup


def test_where_no_bucket_is_whole_the_parts_are_still_named():
    figure = mix(BROWSERS, ["chrome", "safari"], partial="xx")

    assert [trace.showlegend for trace in figure.data] == [True, True]


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_parts_have_colours_of_their_own_and_what_is_no_value_is_grey(palette):
    parts = {f"part {n}": [0.1] for n in range(6)} | {"Unknown": [0.2], "Other (3)": [0.2]}

    figure = mix(parts, [*"abcdef", UNKNOWN, None], palette=palette)

    colours = [trace.marker.color for trace in figure.data]
    assert len(set(colours)) == 8
    for grey in colours[6:]:
        red, green, blue = (int(grey[n : n + 2], 16) for n in (1, 3, 5))
        assert max(red, green, blue) - min(red, green, blue) < 50
    assert clicks(figure.data[-1]) == [None]


def test_two_parts_of_one_name_stay_two():
    days = course(1, 1)
    shares = pd.DataFrame([[0.5, 0.5], [0.25, 0.75]], columns=["Intro", "Intro"])

    figure = charts.stacked_shares(
        metric("views"),
        days.rows["day"],
        shares,
        days.partial,
        LIGHT,
        "day",
        by="video",
        values=["a", "b"],
    )

    assert [clicks(trace)[0] for trace in figure.data] == ["a", "b"]
    assert list(figure.data[1].y) == [0.5, 0.75]


def test_an_empty_bucket_is_a_gap():
    figure = mix({"Chrome": [1.0, math.nan]}, ["chrome"])

    assert drawn(figure)["data"][0]["y"] != [1.0, 0.0]
    assert "<br>– of views" in hovers(figure.data[0])[1]


def test_labels_with_html_or_braces_show_as_they_are_written():
    figure = mix({HOSTILE: [0.5], "{0} {name} %{y}": [0.5]}, ["a", "b"])

    assert figure.data[0].name.startswith("&lt;b&gt;Launch")
    assert hovers(figure.data[1])[0].startswith("<b>{0} {name} %{y}</b>")


@pytest.mark.parametrize("interval", ["hour", "day", "week", "month"])
def test_a_mix_of_any_interval_survives_the_way_to_the_browser(interval):
    zone = "Europe/Berlin" if interval == "hour" else None

    figure = drawn(mix({OTHER: [1.0, 1.0, 1.0]}, [None], interval=interval, zone=zone))

    assert len(figure["data"][0]["x"]) == 3


def test_a_mix_of_nothing_is_an_empty_chart():
    days = course()

    empty = charts.stacked_shares(
        metric("views"),
        days.rows["day"],
        pd.DataFrame(),
        days.partial,
        DARK,
        "day",
        by="video",
        values=[],
    )

    assert drawn(empty)["data"] == []
