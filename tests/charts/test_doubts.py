"""Points whose numbers may be wrong."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pytest

from dyntube import charts
from dyntube.charts import DARK, LIGHT, Series
from dyntube.query.metrics import metric

from .drawn import beside, contrast, course, hovers

VIEWS = metric("views")
NAN = math.nan


def rings(figure: Any) -> list[Any]:
    return [trace for trace in figure.data if trace.name == "In doubt"]


def test_a_point_in_doubt_has_a_ring_and_says_why():
    figure = charts.trend(VIEWS, course(3, 5, 4), None, LIGHT, doubts=["", "9 and 5.", ""])

    (ring,) = rings(figure)
    assert (list(ring.y), [at.day for at in ring.x]) == ([5], [3])
    said = hovers(figure.data[0])
    assert said[1] == "Views: <b>5</b> (in doubt)<br>9 and 5."
    assert not any("doubt" in text for text in (said[0], said[2]))


def test_where_nothing_is_in_doubt_nothing_is_ringed():
    assert rings(charts.trend(VIEWS, course(3, 5), None, LIGHT)) == []
    assert rings(charts.trend(VIEWS, course(3, 5), None, LIGHT, doubts=["", ""])) == []


def test_a_point_that_has_no_value_has_no_ring():
    assert rings(charts.trend(VIEWS, course(3, NAN), None, LIGHT, doubts=["", "why"])) == []


def test_points_of_the_comparison_are_ringed_where_they_stand():
    now, before = course(3, 5), beside(course(3, 5), course(7, 8, first="2026-10-05"))

    figure = charts.trend(VIEWS, now, before, LIGHT, doubts_before=["why", ""])

    (ring,) = rings(figure)
    assert (list(ring.y), [at.day for at in ring.x]) == ([7], [2])
    assert ["doubt" in text for text in hovers(figure.data[0])] == [True, False]


def test_lines_side_by_side_are_ringed_each_for_itself():
    days = [dt.date(2026, 11, n) for n in (2, 3)]
    lines = [Series("a", days, [1, 2], doubtful=[False, True]), Series("b", days, [3, 4])]

    figure = charts.lines(VIEWS, lines, LIGHT)

    (ring,) = rings(figure)
    assert list(ring.y) == [2]


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_a_ring_can_be_told_from_the_page_and_from_the_line(palette):
    assert contrast(palette.doubt, palette.page) >= 3
    assert palette.doubt != palette.accent


def test_a_ring_answers_to_no_pointer_and_filters_nothing():
    (ring,) = rings(charts.trend(VIEWS, course(3, 5), None, LIGHT, doubts=["", "why"]))

    assert ring.hoverinfo == "skip"
    assert ring.customdata[0][0] is None
