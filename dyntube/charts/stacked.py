"""Shares over time as stacked bars."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import cycle
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from .. import formats
from ..query.dimensions import UNKNOWN
from ..query.metrics import Metric
from ..query.periods import Interval
from ..words import tr
from .axes import share_axis, time_axis, top_legend
from .base import HOVER, Palette, blend, faded, figure, point
from .buckets import IN_DOUBT, NOT_WHOLE, bucket_name, clocks, few_ticks, shown_span
from .labels import apart, bold

_HEIGHT = 320
_CALM = 0.85  # opacity, since areas look stronger than lines
_Row = tuple[pd.Timestamp, float, list[str | None], bool]  # start, share, customdata, partial
_LABEL_LENGTH = 16  # two labels side by side fit on a phone


def stacked_shares(
    measure: Metric,
    starts: pd.Series[Any],
    shares: pd.DataFrame,
    partial: pd.Series[bool],
    palette: Palette,
    interval: Interval,
    *,
    by: str,
    values: Sequence[str | None],
    doubtful: Sequence[object] = (),
) -> go.Figure:
    """Bars stacked to 100 %, one per bucket, faded for partial buckets.

    `shares` has a row per bucket and a column per part, from the bottom up, with fractions of
    `measure`; its column names are the labels. `values` of the dimension `by` are what a click on
    each part filters by, `doubtful` marks buckets that may be wrong. Parts without a filter and
    Unknown are grey; up to six others have distinct colours.
    """
    doubts = doubtful or [False] * len(starts)
    names = [
        f"{bucket_name(start, interval)}{NOT_WHOLE * bool(is_cut)}{IN_DOUBT * bool(doubt)}"
        for start, is_cut, doubt in zip(starts, partial, doubts, strict=True)
    ]
    named = apart([str(label) for label in shares.columns], _LABEL_LENGTH)
    traces = []
    for column, colour in enumerate(_colours(values, palette)):
        amounts, value = shares.iloc[:, column].tolist(), values[column]
        hovers = _hovers(measure, str(shares.columns[column]), amounts, names)
        picks = () if value is None else ((by, value),)
        custom = [point(text, *picks) for text in hovers]
        rows = list(zip(clocks(starts).tolist(), amounts, custom, partial, strict=True))
        base = {"name": named[column], "legendgroup": str(column)}
        traces += [base | trace for trace in _segments(rows, colour, palette)]
    return _stacked(traces, starts, interval, palette)


def _hovers(measure: Metric, label: str, shares: list[float], names: list[str]) -> list[str]:
    of = measure.noun
    texts = [tr("{share} of {metric}", share=formats.percent(share), metric=of) for share in shares]
    return [f"{bold(label)}<br>{text}<br>{name}" for text, name in zip(texts, names, strict=True)]


def _stacked(
    traces: list[dict[str, Any]], starts: pd.Series[Any], interval: Interval, palette: Palette
) -> go.Figure:
    return figure(
        traces,
        palette,
        height=_HEIGHT,
        barmode="stack",
        bargap=0,  # a click between two bars would miss
        hovermode="closest",
        showlegend=True,
        legend=top_legend(palette),
        xaxis=time_axis(palette)
        | {"range": shown_span(starts, interval, 0.5)}
        | few_ticks(clocks(starts).tolist()),
        yaxis=share_axis(palette) | {"range": [0, 1]},
    )


def _colours(values: Sequence[str | None], palette: Palette) -> Iterator[str]:
    *colours, grey = palette.series
    own = cycle(colours)
    for value in values:
        colour = palette.gap if value is None else grey if value == UNKNOWN else next(own)
        yield blend(colour, palette.page, _CALM)


def _segments(rows: Sequence[_Row], colour: str, palette: Palette) -> list[dict[str, Any]]:
    """Complete buckets, then partial ones: the legend shows the colour of the first trace."""
    traces: list[dict[str, Any]] = []
    for is_cut in (False, True):
        shown = [row for row in rows if bool(row[3]) == is_cut]
        shade = faded(colour, palette) if is_cut else colour
        if shown:
            traces.append(
                {
                    "type": "bar",
                    "x": [x for x, *_ in shown],
                    "y": [share for _, share, *_ in shown],
                    "customdata": [custom for _, _, custom, _ in shown],
                    "hovertemplate": HOVER,
                    "marker": {"color": shade, "line": {"width": 1, "color": palette.page}},
                    "showlegend": not traces,
                }
            )
    return traces
