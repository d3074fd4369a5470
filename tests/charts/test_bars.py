"""Amounts as horizontal bars."""

from __future__ import annotations

import math

import pytest

from dyntube import charts
from dyntube.charts import DARK, LIGHT, Item
from dyntube.query.dimensions import OTHER, UNKNOWN
from dyntube.query.metrics import metric

from .drawn import ESCAPED, HOSTILE, clicks, drawn, hovers, items

VIEWS, RATE = metric("views"), metric("completion_rate")


def test_bars_stand_in_the_order_given():
    rows = [Item("b", "Bee", 2, "2"), Item("a", "Ant", 9, "9"), Item("c", "Cat", 4, "4")]

    figure = charts.bars(VIEWS, rows, LIGHT)

    [bars] = figure.data
    axis = figure.layout.yaxis
    assert list(axis.ticktext) == ["Bee", "Ant", "Cat"]
    assert list(axis.tickvals) == list(bars.y) == [0, 1, 2]
    assert axis.range[0] > axis.range[1]  # the first is on top
    assert (list(bars.x), list(bars.text)) == ([2, 9, 4], ["2", "9", "4"])
    assert figure.layout.xaxis.range[0] == 0


def test_a_click_gives_the_value_not_the_label_and_other_gives_nothing():
    rows = [Item("v1", "Getting started", 9), Item(None, f"{OTHER} (12)", 4, context=True)]

    assert clicks(charts.bars(VIEWS, rows, LIGHT).data[0]) == ["v1", None]


def test_a_click_anywhere_in_a_row_meets_its_bar():
    assert charts.bars(VIEWS, items(a=1000, b=1), LIGHT).layout.hovermode == "y unified"


def test_the_hover_says_label_metric_amount_and_what_else_there_is_to_say():
    row = Item("d", "Desktop", 12_345, "54%", "+3.2% against the comparison\n54.1% of all views")
    few = Item("t", "TV", 0.25, few="plays")

    assert hovers(charts.bars(VIEWS, [row], LIGHT).data[0]) == [
        "<b>Desktop</b><br>Views: 12,345<br>+3.2% against the comparison<br>54.1% of all views"
    ]
    assert hovers(charts.bars(RATE, [few], LIGHT).data[0]) == [
        "<b>TV</b><br>Completion rate: 25.0%<br>Fewer than 30 plays"
    ]


def test_two_labels_that_look_the_same_are_two_bars():
    long = "A very long title of a video, part "

    figure = charts.bars(VIEWS, [Item("1", long + "1", 2), Item("2", long + "2", 1)], LIGHT)

    assert len(set(figure.data[0].y)) == 2
    assert "part 1" in hovers(figure.data[0])[0]
    assert "part 2" in hovers(figure.data[0])[1]


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_bars_that_are_no_values_are_grey_and_small_samples_hatched(palette):
    rows = [
        Item("a", "a", 3),
        Item(None, OTHER, 2, context=True),
        Item(UNKNOWN, UNKNOWN, 1, context=True),
        Item("b", "b", 1, few="plays"),
    ]

    marker = charts.bars(VIEWS, rows, palette).data[0].marker

    assert list(marker.color)[:3] == [palette.accent, palette.gap, palette.gap]
    assert [bool(shape) for shape in marker.pattern.shape] == [False, False, False, True]
    assert marker.color[3] not in (palette.accent, palette.gap)


def test_what_is_not_chosen_is_pale_while_something_is():
    nothing = charts.bars(VIEWS, items(a=3, b=2, c=1), LIGHT).data[0].marker.color
    chosen = charts.bars(VIEWS, items(a=3, b=2, c=1), LIGHT, chosen=["b", "c"]).data[0].marker.color
    absent = charts.bars(VIEWS, items(a=3, b=2), LIGHT, chosen=["z"]).data[0].marker.color

    assert list(nothing) == [LIGHT.accent] * 3
    assert list(chosen)[1:] == [LIGHT.accent] * 2
    assert chosen[0] == "#B3C8F8"  # 35 % of the accent on white
    assert set(absent) == {"#B3C8F8"}


def test_a_click_is_not_drawn_by_plotly_itself():
    bars = charts.bars(VIEWS, items(a=3), LIGHT).data[0]

    assert bars.selectedpoints is None
    assert bars.selected.marker.opacity == bars.unselected.marker.opacity == 1


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("x" * 26, "x" * 26),
        ("x" * 27, "x" * 25 + "…"),
        ("<b>bold</b>", "&lt;b&gt;bold&lt;/b&gt;"),
        ("Fish & Chips", "Fish &amp; Chips"),
        ("&" * 30, "&amp;" * 25 + "…"),  # cut first, so that no entity is
        ("two\nlines", "two lines"),
        ("", ""),
    ],
)
def test_a_label_is_cut_and_escaped(label, shown):
    figure = charts.bars(VIEWS, [Item("v", label, 1, "1")], LIGHT)

    assert list(figure.layout.yaxis.ticktext) == [shown]


def test_texts_full_of_html_show_as_they_are_written():
    figure = charts.bars(VIEWS, [Item("v", HOSTILE, 1, HOSTILE, HOSTILE)], LIGHT)

    label, amount, more = hovers(figure.data[0])[0].rsplit("<br>", 2)
    assert label.replace("</b><br><b>", " ") == f"<b>{ESCAPED}</b>"
    assert (amount, more) == ("Views: 1", ESCAPED)
    assert figure.layout.yaxis.ticktext[0].startswith("&lt;b&gt;Launch&lt;/b&gt;")
    assert figure.data[0].text[0].startswith("&lt;b&gt;Launch")


def test_a_value_that_is_not_there_is_no_bar_but_keeps_its_row():
    figure = charts.bars(RATE, [Item("a", "a", math.nan, "–"), Item("b", "b", 0.0, "0%")], LIGHT)

    assert list(figure.data[0].x) == [0, 0]
    assert hovers(figure.data[0])[0] == "<b>a</b><br>Completion rate: –"
    assert figure.layout.xaxis.range[1] > 0


@pytest.mark.parametrize("text", ["5%", "12.3%", "1,204 h", "a text as long as this"])
def test_the_text_of_the_longest_bar_has_room_behind_it(text):
    figure = charts.bars(VIEWS, [Item("a", "a", 200, text)], LIGHT)

    bars_on_a_phone = 150  # pixels
    free = (1 - 200 / figure.layout.xaxis.range[1]) * bars_on_a_phone
    assert free >= min(len(text) * 6.5, 70)


def test_no_bars_are_an_empty_chart():
    assert drawn(charts.bars(VIEWS, [], DARK))["data"] == []
