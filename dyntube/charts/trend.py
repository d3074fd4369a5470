"""A metric over time."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from .. import formats
from ..metrics import Metric
from ..periods import Interval
from ..trends import Trend
from .base import Palette, figure

_HOUR = 3600.0
_DATE_FORMATS = {"hour": "%a %d %b, %H:%M", "day": "%a %d %b %Y", "week": "Week of %d %b %Y"}


def trend(measure: Metric, now: Trend, before: Trend | None, palette: Palette) -> go.Figure:
    """A metric over time, the comparison dotted behind it, buckets that are not whole dashed.

    The comparison's buckets are paired with those of `now` by position.
    """
    values = now.rows[measure.name]
    unit = _unit(measure, values)
    starts = now.rows.iloc[:, 0]
    traces, shown = [], [values]
    if before is not None:
        quiet = {"color": palette.quiet, "width": 1.6, "dash": "dot"}
        earlier = replace(before, rows=before.rows.iloc[: len(starts)])
        traces.append(_line(measure, earlier, slice(None), starts, unit, line=quiet))
        shown.append(earlier.rows[measure.name])
    whole = [n for n, partial in enumerate(now.partial) if not partial]
    first, last = (whole[0], whole[-1]) if whole else (0, 0)
    area = {} if measure.is_rate else {"fill": "tozeroy", "fillcolor": palette.area}
    for part, dash, style in (
        (slice(0, first + 1), "5px,4px", {}),
        (slice(first, last + 1), "solid", area),
        (slice(last, None), "5px,4px", {}),
    ):
        if len(starts.iloc[part]) > 1 or dash == "solid":
            line = {"color": palette.accent, "width": 2.4, "dash": dash}
            traces.append(_line(measure, now, part, starts, unit, line=line, **style))
    ticks = _ticks(measure, float((pd.concat(shown) / unit).max()))
    axes = _time_axes(ticks, [_tick(measure, tick, unit) for tick in ticks], palette)
    return figure(traces, palette, height=300, hovermode="x unified", **axes)


def _line(
    measure: Metric, trend: Trend, part: slice, starts: pd.Series[Any], unit: float, **style: Any
) -> dict[str, Any]:
    rows = trend.rows.iloc[part]
    return {
        "type": "scatter",
        "x": starts.iloc[: len(trend.rows)].iloc[part],
        "y": rows[measure.name].astype(float) / unit,
        "customdata": _hover(measure, rows, trend.interval, trend.partial.iloc[part]),
        "hovertemplate": "%{customdata}<extra></extra>",
        "mode": "lines+markers" if len(rows) == 1 else "lines",
    } | style


def _time_axes(ticks: list[float], texts: list[str], palette: Palette) -> dict[str, Any]:
    small = {"size": 12, "color": palette.quiet}
    x_axis = {
        "showgrid": False,
        "showline": True,
        "linecolor": palette.grid,
        "nticks": 9,
        "unifiedhovertitle": {"text": " "},
        "tickformatstops": [
            {"dtickrange": [None, 86_399_999], "value": "%H:%M\n%-d %b"},
            {"dtickrange": [86_400_000, 2_419_200_000], "value": "%-d %b\n%Y"},
            {"dtickrange": ["M1", None], "value": "%b\n%Y"},
        ],
        "tickfont": small,
        "fixedrange": True,
        "automargin": True,
    }
    y_axis = {
        "gridcolor": palette.grid,
        "zeroline": False,
        "tickvals": ticks,
        "ticktext": texts,
        "range": [0, ticks[-1] * 1.04],
        "tickfont": small,
        "fixedrange": True,
        "automargin": True,
    }
    return {"xaxis": x_axis, "yaxis": y_axis}


def _ticks(measure: Metric, top: float) -> list[float]:
    """From 0 to above the largest value in at most five round steps."""
    top = top if math.isfinite(top) and top > 0 else 1.0
    magnitude = 10.0 ** math.floor(math.log10(top / 4))
    steps = [magnitude * m for m in (1, 2, 2.5, 5, 10)]
    if measure.format in ("number", "seconds"):  # halves of them mean nothing
        steps = [max(step, 1.0) for step in steps if step < 1 or step == int(step)]
    step = next(step for step in steps if step >= top / 4 * 0.999)
    return [step * n for n in range(math.ceil(top / step - 1e-9) + 1)]


def _tick(measure: Metric, tick: float, unit: float) -> str:
    match measure.format:
        case "percent":
            return f"{tick * 100:.3g}%"
        case "hours":
            return f"{tick:,.6g} {'h' if unit == _HOUR else 'min'}" if tick else "0"
        case "seconds":
            return formats.clock(tick)
        case _:
            return f"{tick:,.6g}" if tick < 10_000 else formats.compact(tick)


def _unit(measure: Metric, values: pd.Series[float]) -> float:
    """What an axis counts in: watch time in hours, or in minutes where those are few."""
    if measure.format != "hours":
        return 1.0
    return _HOUR if float(values.max()) >= 3 * _HOUR else 60.0


def _hover(
    measure: Metric, rows: pd.DataFrame, interval: Interval, partial: pd.Series[bool]
) -> list[str]:
    form = _DATE_FORMATS.get(interval, "%B %Y")
    return [
        f"{start:{form}}  <b>{formats.value(measure, float(amount), full=True)}</b>"
        f"{' (not whole)' if cut else ''}"
        for start, amount, cut in zip(rows.iloc[:, 0], rows[measure.name], partial, strict=False)
    ]
