"""Line chart of a metric over time."""

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
from .axes import largest, pointed, time_axis, unit, value_axis
from .base import HOVER, Palette, figure, point
from .buckets import IN_DOUBT, NOT_WHOLE, bucket_name, clocks, end_of, few_ticks, shown_span
from .labels import wrapped
from .notes import LEVEL, Note, flags, placed, rules
from .series import pieces, points, rings

_FRAME = 254  # height of the frame, in pixels
_BELOW = 38  # room for two lines of tick labels
_ABOVE = 8
NOTHING_BESIDE = "Nothing of this name to compare with"
_EDGE = 0.4  # fraction of a bucket, so that the first and last can be clicked

Moment = dt.date | dt.datetime | pd.Timestamp
Doubts = Sequence[str]


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
    and `average` is a thin line. A click gives the start of a bucket as ISO text, and a drag a
    range of the axis; without `drag` a finger on the figure scrolls the page. `doubts` say why a
    bucket may be wrong, which is then ringed; empty text where it is not.
    """
    starts = now.rows.iloc[:, 0]
    earlier = None if before is None else before.rows[measure.name]
    top = largest([*now.rows[measure.name], *(() if earlier is None else earlier), average or 0.0])
    divisor = unit(measure, top)
    traces = _now(measure, now, divisor, palette, doubts or [""] * len(starts))
    if before is not None:
        said = doubts_before or [""] * len(starts)
        traces += _before(measure, before, clocks(starts), divisor, palette, said)
    marks = _noted(notes, now, palette)
    if average is not None and not math.isnan(average):
        marks["annotations"].append(_average_label(measure, now, average, divisor, palette))
        marks["shapes"].append(_average_line(average / divisor, palette))
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
    return time_axis(palette) | pointed(palette) | span | few_ticks(clocks(starts).tolist())


def _now(
    measure: Metric, now: Trend, divisor: float, palette: Palette, doubts: Doubts
) -> list[dict[str, Any]]:
    x = clocks(now.rows.iloc[:, 0]).tolist()
    y = (now.rows[measure.name].astype(float) / divisor).tolist()
    starts = (start.isoformat() for start in now.rows.iloc[:, 0])
    texts = _texts(measure, now, doubts)
    custom = [point(text, (now.interval, at)) for at, text in zip(starts, texts, strict=True)]
    lines = pieces(x, y, now.partial.tolist(), {"color": palette.accent, "width": 2.4})
    if not measure.is_rate:
        for line in lines:
            if line["line"]["dash"] == "solid":
                line |= {"fill": "tozeroy", "fillcolor": palette.area}
    return [points(x, y, custom, palette.accent), *lines, *rings(x, y, doubts, palette)]


def _before(
    measure: Metric,
    before: Trend,
    x: pd.Series[pd.Timestamp],
    divisor: float,
    palette: Palette,
    doubts: Doubts,
) -> list[dict[str, Any]]:
    texts = _texts(measure, before, doubts)
    y = (before.rows[measure.name].astype(float) / divisor).tolist()
    line = {
        "type": "scatter",
        "mode": "lines",
        "x": x.tolist(),
        "y": y,
        "customdata": [[None, text] for text in texts],
        "hovertemplate": HOVER,
        "line": {"color": palette.quiet, "width": 1.6, "dash": "dot"},
    }
    return [line, *rings(x.tolist(), y, doubts, palette)]


def _texts(measure: Metric, trend: Trend, doubts: Doubts) -> list[str]:
    pairs = zip(trend.rows.iloc[:, 0], trend.rows[measure.name], trend.partial, doubts, strict=True)
    return [
        NOTHING_BESIDE
        if pd.isna(start)
        else f"{bucket_name(start, trend.interval)}  "
        f"<b>{formats.value(measure, float(amount), full=True)}</b>{NOT_WHOLE if cut else ''}"
        + (f"{IN_DOUBT}<br>" + "<br>".join(wrapped(doubt)) if doubt else "")
        for start, amount, cut, doubt in pairs
    ]


def _average_line(y: float, palette: Palette) -> dict[str, Any]:
    ends = {"xref": "paper", "x0": 0, "x1": 1, "y0": y, "y1": y}
    line = {"width": 1, "color": palette.gap}
    return {"type": "line", "layer": "below", "line": line} | ends


def _average_label(
    measure: Metric, now: Trend, average: float, divisor: float, palette: Palette
) -> dict[str, Any]:
    # At the end where the line is farther from the average.
    distances = (now.rows[measure.name].astype(float) - average).abs()
    some = len(distances) // 6 + 1
    at_left = distances.head(some).min() > distances.tail(some).min()
    return {
        "text": f"average {formats.value(measure, average, full=True)}",
        "x": 0 if at_left else 1,
        "xref": "paper",
        "xanchor": "left" if at_left else "right",
        "y": average / divisor,
        "yanchor": "bottom",
        "showarrow": False,
        "borderpad": 0,
        "bgcolor": palette.page,
        "opacity": 0.85,
        "font": {"size": 11, "color": palette.quiet},
    }
