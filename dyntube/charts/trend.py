"""A metric over time."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from .. import formats
from ..metrics import Metric
from ..trends import Trend
from .axes import largest, pointed, time_axis, unit, value_axis
from .base import HOVER, Palette, figure
from .course import pieces, points
from .notes import LEVEL, Note, flags, placed, rules
from .times import NOT_WHOLE, bucket_name, clocks, end_of, few_ticks, shown_span

_FRAME = 254  # height of the frame, in pixels
_BELOW = 38  # room for two lines of ticks
_ABOVE = 8
_EDGE = 0.4  # of a bucket, so that the first and last can be hit

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
) -> go.Figure:
    """A metric over time, the comparison dotted behind it, buckets that are not whole dashed.

    The comparison's buckets are paired with those of `now` by position. `notes` stand above their
    days and `average` is a thin line. A click gives the start of a bucket as ISO text, and a drag
    a range of the axis; without `drag` a finger on the figure scrolls the page.
    """
    starts = now.rows.iloc[:, 0]
    earlier = None if before is None else before.rows[measure.name].iloc[: len(starts)]
    shown = [*now.rows[measure.name], *(() if earlier is None else earlier), average or 0.0]
    divisor = unit(measure, largest(shown))
    traces = _now(measure, now, divisor, palette)
    if before is not None:
        traces.append(_before(measure, before, clocks(starts), divisor, palette))
    span = shown_span(starts, now.interval, _EDGE)
    marks = _placed(notes, now) if span else {}
    labels = placed(list(marks))
    above = LEVEL * max((label.level + 1 for label in labels), default=0) + _ABOVE
    return figure(
        traces,
        palette,
        height=_FRAME + _BELOW + above,
        drag="select" if drag else False,
        selectdirection="h",
        newselection={"line": {"width": 1, "color": palette.accent, "dash": "solid"}},
        activeselection={"fillcolor": palette.accent, "opacity": 0.1},
        margin={"l": 0, "r": 0, "t": above, "b": _BELOW},
        hovermode="x unified",
        annotations=[
            *flags(labels, marks, palette),
            *_average_label(measure, average, divisor, palette),
        ],
        shapes=[
            *rules(labels, marks, _FRAME, palette),
            *_average_line(average, divisor, palette),
        ],
        xaxis=time_axis(palette)
        | pointed(palette)
        | {"range": span, "automargin": False}
        | few_ticks(clocks(starts).tolist()),
        yaxis=value_axis(measure, largest(shown), palette),
    )


def _now(measure: Metric, now: Trend, divisor: float, palette: Palette) -> list[dict[str, Any]]:
    x = clocks(now.rows.iloc[:, 0]).tolist()
    y = (now.rows[measure.name].astype(float) / divisor).tolist()
    starts = (start.isoformat() for start in now.rows.iloc[:, 0])
    custom = [[start, text] for start, text in zip(starts, _texts(measure, now), strict=True)]
    lines = pieces(x, y, now.partial.tolist(), {"color": palette.accent, "width": 2.4})
    if not measure.is_rate:
        for line in lines:
            if line["line"]["dash"] == "solid":
                line |= {"fill": "tozeroy", "fillcolor": palette.area}
    return [points(x, y, custom, palette.accent), *lines]


def _before(
    measure: Metric, before: Trend, x: pd.Series[pd.Timestamp], divisor: float, palette: Palette
) -> dict[str, Any]:
    texts = _texts(measure, before)[: len(x)]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x.iloc[: len(texts)].tolist(),
        "y": (before.rows[measure.name].iloc[: len(x)].astype(float) / divisor).tolist(),
        "customdata": [[None, text] for text in texts],
        "hovertemplate": HOVER,
        "line": {"color": palette.quiet, "width": 1.6, "dash": "dot"},
    }


def _texts(measure: Metric, trend: Trend) -> list[str]:
    pairs = zip(trend.rows.iloc[:, 0], trend.rows[measure.name], trend.partial, strict=True)
    return [
        f"{bucket_name(start, trend.interval)}  "
        f"<b>{formats.value(measure, float(amount), full=True)}</b>{NOT_WHOLE if cut else ''}"
        for start, amount, cut in pairs
    ]


def _placed(notes: Sequence[tuple[Moment, str]], now: Trend) -> dict[Note, pd.Timestamp]:
    """The notes within the axis, and where on it they are."""
    starts = now.rows.iloc[:, 0]
    first, last = (clocks(starts).iloc[n] for n in (0, -1))
    low, high = shown_span(starts, now.interval, _EDGE) or (first, last)
    places = {}
    for moment, text in notes:
        at = pd.Timestamp(moment)
        if at.tz is not None:
            at = at.tz_convert(starts.dt.tz).tz_localize(None)
        if first <= at < end_of(last, now.interval):
            at = min(at, high)
            places[Note((at - low) / (high - low), text)] = at
    return places


def _average_line(average: float | None, divisor: float, palette: Palette) -> list[dict[str, Any]]:
    if average is None or math.isnan(average):
        return []
    line = {"width": 1, "color": palette.gap}
    ends = {"x0": 0, "x1": 1, "y0": average / divisor, "y1": average / divisor}
    return [{"type": "line", "xref": "paper", "layer": "below", "line": line} | ends]


def _average_label(
    measure: Metric, average: float | None, divisor: float, palette: Palette
) -> list[dict[str, Any]]:
    if average is None or math.isnan(average):
        return []
    return [
        {
            "text": f"average {formats.value(measure, average, full=True)}",
            "x": 1,
            "xref": "paper",
            "xanchor": "right",
            "y": average / divisor,
            "yanchor": "bottom",
            "showarrow": False,
            "font": {"size": 11, "color": palette.quiet},
        }
    ]
