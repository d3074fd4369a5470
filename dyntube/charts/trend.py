"""Line chart of a metric over time. `versus` says what its tooltips do."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from .. import formats
from ..insight.trends import Trend
from ..query.metrics import Metric
from ..words import tr
from .axes import largest, pointed, time_axis, unit, value_axis
from .base import HOVER, Palette, figure, point
from .buckets import clocks, end_of, few_ticks, hover_title, shown_span
from .notes import LEVEL, Note, flags, placed, rules
from .series import pieces, points, rings
from .versus import Doubts, Side, texts

_FRAME = 254  # height of the frame, in pixels
_BELOW = 38  # room for two lines of tick labels
_ABOVE = 8
_BESIDE = 56  # pixels on the right of the frame, for the average
_EDGE = 0.4  # fraction of a bucket, so that the first and last can be clicked

Moment = dt.date | dt.datetime | pd.Timestamp


def trend(
    measure: Metric,
    now: Trend,
    before: Trend | None,
    palette: Palette,
    *,
    notes: Sequence[tuple[Moment, str]] = (),
    average: float | None = None,
    drag: bool = True,
    doubts: Doubts = (),
    doubts_before: Doubts = (),
) -> go.Figure:
    """A metric over time: the comparison dotted behind it, partial buckets dashed.

    `before` has a row for each of `now`, as from `trends.paired`. `notes` stand above their days
    and `average` is a thin line, named beside the frame. A tooltip says the change from the bucket
    compared with. A click gives the start of a bucket as ISO text, and a drag a
    range of the axis; without `drag` a finger on the figure scrolls the page. `doubts` say why a
    bucket may be wrong, which is then ringed; empty text where it is not.
    """
    sides = [Side(now, doubts)] + ([Side(before, doubts_before)] if before else [])
    top = largest([*(y for side in sides for y in side.amounts(measure)), average or 0.0])
    divisor = unit(measure, top)
    traces = _now(measure, sides, divisor, palette)
    if before is not None:
        traces += _before(measure, sides, divisor, palette)
    marks = _noted(notes, now, palette)
    if average is not None and not math.isnan(average):
        marks["annotations"].append(_average_label(measure, average, divisor, palette))
        marks["shapes"].append(_average_line(average / divisor, palette))
        marks["margin"]["r"] = _BESIDE
    return figure(
        traces,
        palette,
        **_dragging(palette, drag),
        hovermode="x unified",
        xaxis=_x_axis(now, palette),
        yaxis=value_axis(measure, top, palette),
        **marks,
    )


def _dragging(palette: Palette, drag: bool) -> dict[str, Any]:
    """What a drag does, and the look of its range."""
    return {
        "drag": "select" if drag else False,
        "selectdirection": "h",
        "newselection": {"line": {"width": 1, "color": palette.accent, "dash": "solid"}},
        "activeselection": {"fillcolor": palette.accent, "opacity": 0.1},
    }


def _noted(notes: Sequence[tuple[Moment, str]], now: Trend, palette: Palette) -> dict[str, Any]:
    """The notes, and the heights that make room for them."""
    places = _places(notes, now)
    labels = placed(list(places))
    above = LEVEL * max((label.level + 1 for label in labels), default=0) + _ABOVE
    return {
        "height": _FRAME + _BELOW + above,
        "margin": {"l": 0, "r": 0, "t": above, "b": _BELOW},
        "annotations": flags(labels, places, palette),
        "shapes": rules(labels, places, _FRAME, palette),
    }


def _places(notes: Sequence[tuple[Moment, str]], now: Trend) -> dict[Note, pd.Timestamp]:
    """The notes within the axis, with their positions on it."""
    starts = now.rows.iloc[:, 0]
    span = shown_span(starts, now.interval, _EDGE)
    if span is None:
        return {}
    (low, high), local = span, clocks(starts)
    places = {}
    for moment, text in notes:
        at = pd.Timestamp(moment)
        if at.tz is not None:
            at = (at.tz_convert(starts.dt.tz) if starts.dt.tz else at).tz_localize(None)
        if local.iloc[0] <= at < end_of(local.iloc[-1], now.interval):
            at = min(at, high)
            places[Note((at - low) / (high - low), text)] = at
    return places


def _x_axis(now: Trend, palette: Palette) -> dict[str, Any]:
    starts = now.rows.iloc[:, 0]
    span = {"range": shown_span(starts, now.interval, _EDGE), "automargin": False}
    return (
        time_axis(palette)
        | pointed(palette)
        | span
        | hover_title(now.interval)
        | few_ticks(clocks(starts).tolist())
    )


def _now(
    measure: Metric, sides: Sequence[Side], divisor: float, palette: Palette
) -> list[dict[str, Any]]:
    now, doubts = sides[0].trend, sides[0].said
    x = clocks(now.rows.iloc[:, 0]).tolist()
    y = [amount / divisor for amount in sides[0].amounts(measure)]
    starts = (start.isoformat() for start in now.rows.iloc[:, 0])
    custom = [
        point(text, (now.interval, at))
        for at, text in zip(starts, texts(measure, *sides), strict=True)
    ]
    lines = pieces(x, y, now.partial.tolist(), {"color": palette.accent, "width": 2.4})
    if not measure.is_rate:
        for line in lines:
            if line["line"]["dash"] == "solid":
                line |= {"fill": "tozeroy", "fillcolor": palette.area}
    return [points(x, y, custom, palette.accent), *lines, *rings(x, y, doubts, palette)]


def _before(
    measure: Metric, sides: Sequence[Side], divisor: float, palette: Palette
) -> list[dict[str, Any]]:
    """The comparison's line, silent but where the period has no point that could speak for it."""
    now, before = sides
    x = clocks(now.trend.rows.iloc[:, 0]).tolist()
    y = [amount / divisor for amount in before.amounts(measure)]
    line = {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "hoverinfo": "skip",
        "line": {"color": palette.quiet, "width": 1.6, "dash": "dot"},
    }
    pairs = zip(x, y, now.amounts(measure), texts(measure, *sides), strict=True)
    alone = [(at, amount, text) for at, amount, own, text in pairs if math.isnan(own)]
    return [line, *_unseen(alone), *rings(x, y, before.said, palette)]


def _unseen(spots: Sequence[tuple[Any, float, str]]) -> list[dict[str, Any]]:
    spots = [spot for spot in spots if not math.isnan(spot[1])]
    trace = {
        "type": "scatter",
        "mode": "markers",
        "name": "Unseen",
        "x": [at for at, _, _ in spots],
        "y": [amount for _, amount, _ in spots],
        "customdata": [[None, text] for _, _, text in spots],
        "hovertemplate": HOVER,
        "marker": {"opacity": 0},
        "selected": {"marker": {"opacity": 0}},
        "unselected": {"marker": {"opacity": 0}},
    }
    return [trace] if spots else []


def _average_line(y: float, palette: Palette) -> dict[str, Any]:
    ends = {"xref": "paper", "x0": 0, "x1": 1, "y0": y, "y1": y}
    line = {"width": 1, "color": palette.gap}
    return {"type": "line", "layer": "below", "line": line} | ends


def _average_label(
    measure: Metric, average: float, divisor: float, palette: Palette
) -> dict[str, Any]:
    """Beside the frame, where no line can run through it."""
    return {
        "text": f"{tr('average')}<br>{formats.average(measure, average)}",
        "x": 1,
        "xref": "paper",
        "xanchor": "left",
        "xshift": 4,
        "y": average / divisor,
        "yanchor": "middle",
        "align": "left",
        "showarrow": False,
        "borderpad": 0,
        "font": {"size": 11, "color": palette.quiet},
    }
