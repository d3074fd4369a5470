"""Line chart of several series on one axis."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from .. import formats
from ..query.metrics import Metric
from .axes import base_axis, largest, pointed, time_axis, top_legend, unit, value_axis
from .base import Palette, figure
from .buckets import IN_DOUBT, NOT_WHOLE, clocks, few_ticks
from .labels import apart
from .series import pieces, points, rings

_HEIGHT = 340
_EDGE = 0.015  # fraction of the axis beyond its first and last point
_LABEL_LENGTH = 40  # on a phone, a label then has a row of its own


@dataclass(frozen=True)
class Series:
    """A line: dates, moments or whole numbers with an amount each, NaN for a gap.

    `partial` marks the points of partial buckets; empty means none. `doubtful` marks points that
    may be wrong; they are ringed. `colour` is its number among the colours, by default its place.
    """

    label: str
    x: Sequence[Any]
    y: Sequence[float]
    partial: Sequence[bool] = ()
    doubtful: Sequence[bool] = ()
    colour: int | None = None


def lines(
    measure: Metric, series: Sequence[Series], palette: Palette, *, x_title: str = ""
) -> go.Figure:
    """Up to six lines in distinct colours; partial buckets are dashed."""
    top = largest(amount for line in series for amount in line.y)
    divisor = unit(measure, top)
    names = apart([line.label for line in series], _LABEL_LENGTH)
    colours = palette.series[:-1]
    drawn = [
        _line(measure, line, name, colours[_number(line, place) % len(colours)], divisor, palette)
        for place, (line, name) in enumerate(zip(series, names, strict=True))
    ]
    return figure(
        [trace for traces in drawn for trace in traces],
        palette,
        height=_HEIGHT,
        hovermode="x unified",
        showlegend=len(series) > 1,
        legend=top_legend(palette),
        xaxis=_x_axis(series, x_title, palette) | pointed(palette),
        yaxis=value_axis(measure, top, palette),
    )


def _number(line: Series, place: int) -> int:
    return place if line.colour is None else line.colour


def _line(
    measure: Metric, line: Series, name: str, colour: str, divisor: float, palette: Palette
) -> list[dict[str, Any]]:
    partial = line.partial or [False] * len(line.x)
    doubtful = line.doubtful or [False] * len(line.x)
    texts = [
        f"{name}  <b>{formats.value(measure, float(amount), full=True)}</b>"
        f"{NOT_WHOLE if cut else ''}{IN_DOUBT if doubt else ''}"
        for amount, cut, doubt in zip(line.y, partial, doubtful, strict=True)
    ]
    y = [float(amount) / divisor for amount in line.y]
    custom = [[None, text] for text in texts]
    drawn = [points(line.x, y, custom, colour)]
    drawn += pieces(line.x, y, partial, {"color": colour, "width": 2})
    drawn[-1 if len(drawn) == 1 else 1] |= {"name": name, "showlegend": True}
    return drawn + rings(line.x, y, doubtful, palette)


def _x_axis(series: Sequence[Series], title: str, palette: Palette) -> dict[str, Any]:
    places = sorted({x for line in series for x in line.x})
    named = (
        {"title": {"text": title, "font": {"size": 12, "color": palette.quiet}}} if title else {}
    )
    if not places or not isinstance(places[0], dt.date):  # base class of datetime and Timestamp
        whole = {"tickformat": ",d", "nticks": 9}
        named |= {"unifiedhovertitle": {"text": f"{title}: %{{x}}" if title else "%{x}"}}
        ends = {"range": _around(places[0], places[-1])} if places else {}
        return base_axis(palette) | whole | ends | named
    starts = pd.Series(pd.DatetimeIndex(places))
    moments = clocks(starts).tolist()
    room = (moments[-1] - moments[0]) * _EDGE or pd.Timedelta(days=1)
    by_hour = any(start != start.normalize() for start in moments)
    shown: dict[str, Any] = {
        "range": [moments[0] - room, moments[-1] + room],
        "unifiedhovertitle": {},
        "hoverformat": "%a %-d %b %Y, %H:%M" if by_hour else "%a %-d %b %Y",
    }
    return time_axis(palette) | shown | few_ticks(moments) | named


def _around(first: int, last: int) -> list[float]:
    """The ends of an axis on which the markers of these numbers are whole."""
    room = max(0.5, (last - first) * _EDGE)
    return [first - room, last + room]
