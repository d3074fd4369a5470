"""What holds for every figure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import fields
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from dyntube import charts
from dyntube.charts import DARK, LIGHT, Item, Palette, Series
from dyntube.insight.engagement import Step
from dyntube.query.metrics import metric

from ..hostile import TEXTS
from .drawn import HOSTILE, contrast, course, drawn

VIEWS = metric("views")
DAY, MINUTE = dt.date(2026, 11, 3), dt.datetime(2026, 11, 3, 14, 5, tzinfo=dt.UTC)
SQUARES = np.ones((7, 24))


def mix(text: str, palette: Palette) -> Any:
    days, shares = course(1, 1), pd.DataFrame({text: [1.0, 1.0]})
    starts, partial = days.rows["day"], days.partial
    return charts.stacked_shares(
        *(VIEWS, starts, shares, partial, palette, "day"),
        by="video",
        values=[text],
        doubtful=["", text],
    )


def items(text: str) -> list[Item]:
    return [Item("DE", text, 5, text)]


FIGURES: dict[str, Callable[[str, Palette], Any]] = {
    "funnel": lambda text, p: charts.funnel([Step(text, 5), Step(text, 3)], p),
    "heatmap": lambda text, p: charts.heatmap(VIEWS, SQUARES, p, doubtful=SQUARES > 0),
    "histogram": lambda text, p: charts.histogram([1, 2], p),
    "lines": lambda text, p: charts.lines(VIEWS, [Series(text, [DAY], [5], doubtful=[True])], p),
    "minutes": lambda text, p: charts.minutes(VIEWS, [MINUTE], [5], p),
    "mix": mix,
    "trend": lambda text, p: charts.trend(
        VIEWS, course(1, 2), None, p, notes=[(DAY, text)], doubts=["", text]
    ),
    "watched_curve": lambda text, p: charts.watched_curve([1.0, 0.5], p, name=text),
    "world_map": lambda text, p: charts.world_map(VIEWS, items(text), p),
}


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_plotly_finds_nothing_wrong_with_a_figure(name, palette):
    spec = drawn(FIGURES[name]("x", palette))

    assert go.Figure(spec).to_plotly_json()["layout"].keys() == spec["layout"].keys()


@pytest.mark.parametrize("name", FIGURES)
def test_a_drag_selects_days_of_a_trend_and_scrolls_the_page_elsewhere(name):
    layout = drawn(FIGURES[name]("x", LIGHT))["layout"]

    assert layout["dragmode"] == ("select" if name == "trend" else False)
    assert layout["clickmode"] == "event"


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_texts_in_figures_have_the_pages_font_and_can_be_read(name, palette):
    layout = drawn(FIGURES[name]("x", palette))["layout"]

    assert "Inter" in layout["font"]["family"]
    assert contrast(layout["font"]["color"], palette.page) >= 4.5
    assert contrast(layout["hoverlabel"]["font"]["color"], layout["hoverlabel"]["bgcolor"]) >= 4.5


def shown(part: Any) -> Iterator[str]:
    """Every text of a figure that is not the value of a click."""
    if isinstance(part, dict):
        for key, value in part.items():
            rows = value if key == "customdata" else ()
            yield from shown([row[1:] for row in rows] if rows else value)
    elif isinstance(part, list):
        for value in part:
            yield from shown(value)
    elif isinstance(part, str):
        yield part


@pytest.mark.parametrize("name", FIGURES)
def test_no_text_becomes_markup(name):
    for text in [*TEXTS, HOSTILE]:
        figure = drawn(FIGURES[name](text, LIGHT))

        found = re.findall(r"<[^>]*>", " ".join(shown(figure)))
        assert {tag for tag in found if not tag.startswith(("<span style=", "</span"))} <= {
            *("<b>", "</b>", "<br>", "<extra>", "</extra>"),
        }


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_colours_of_things_side_by_side_can_be_told_from_the_page_and_from_each_other(palette):
    *colours, _ = palette.series

    assert len(set(colours)) == 6
    assert min(contrast(colour, palette.page) for colour in colours[:5]) >= 3


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_quiet_text_can_be_read(palette):
    assert contrast(palette.quiet, palette.page) >= 4.5


def test_both_palettes_have_as_many_colours():
    for field in fields(Palette):
        light, dark = getattr(LIGHT, field.name), getattr(DARK, field.name)
        assert isinstance(light, str) or len(light) == len(dark)
