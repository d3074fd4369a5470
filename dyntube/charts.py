"""Answers to plotly figures. The only module that imports plotly.

Figures are `go`, not `px` (ten times cheaper to build). Texts from the data are escaped, since
plotly reads a little HTML in labels.
"""

from __future__ import annotations

import html
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

import pandas as pd
import plotly.graph_objects as go

from . import formats
from .metrics import Metric
from .periods import Interval
from .trends import Trend

FONT = "Inter, sans-serif"
MAP_CONFIG = {"topojsonURL": "app/static/topojson/", "displayModeBar": False, "scrollZoom": False}
PLAIN_CONFIG = {"displayModeBar": False}
_ROW = 34  # height of a bar with its gap, in pixels
_LABEL_LENGTH = 26
_HOUR = 3600.0
_DATE_FORMATS = {"hour": "%a %d %b, %H:%M", "day": "%a %d %b %Y", "week": "Week of %d %b %Y"}


@dataclass(frozen=True)
class Palette:
    """The colours of a theme: one accent, greys for everything that is context."""

    accent: str
    area: str
    text: str
    quiet: str
    grid: str
    land: str
    page: str
    scale: tuple[str, ...]


LIGHT = Palette(
    accent="#2563EB",
    area="rgba(37,99,235,0.10)",
    text="#0F172A",
    quiet="#64748B",
    grid="#E9EEF5",
    land="#EEF2F7",
    page="#FFFFFF",
    scale=("#DBEAFE", "#93C5FD", "#3B82F6", "#1D4ED8", "#1E3A8A"),
)
DARK = Palette(
    accent="#60A5FA",
    area="rgba(96,165,250,0.14)",
    text="#E5E7EB",
    quiet="#94A3B8",
    grid="#1B2740",
    land="#1E293B",
    page="#0B1220",
    scale=("#1E3A5F", "#1D4ED8", "#3B82F6", "#93C5FD", "#DBEAFE"),
)


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
    return _figure(traces, palette, height=300, hovermode="x unified", **axes)


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


def bars(
    labels: Sequence[str],
    values: Sequence[float],
    texts: Sequence[str],
    palette: Palette,
    *,
    context: Collection[str] = (),
) -> go.Figure:
    """Horizontal bars in the given order, each with its label before and a text behind.

    Bars whose label is in `context` are grey: they are not values among the others.
    """
    positions = list(range(len(labels)))
    trace = {
        "type": "bar",
        "x": list(values),
        "y": positions,
        "orientation": "h",
        "text": list(texts),
        "textposition": "outside",
        "cliponaxis": False,
        "textfont": {"color": palette.quiet, "size": 12},
        "customdata": [
            f"{html.escape(label)}  <b>{value:,.0f}</b>"
            for label, value in zip(labels, values, strict=True)
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
        "marker": {
            "color": [palette.land if label in context else palette.accent for label in labels],
            "cornerradius": 4,
        },
        "width": 0.62,
    }
    x_axis = {"visible": False, "range": [0, max([*values, 1]) * 1.45], "fixedrange": True}
    y_axis = {
        "tickmode": "array",
        "tickvals": positions,
        "ticktext": [_short(label) for label in labels],
        "ticklabelstandoff": 8,
        "range": [len(labels) - 0.5, -0.5],
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "automargin": True,
        "tickfont": {"size": 13, "color": palette.text},
    }
    return _figure([trace], palette, height=_ROW * len(labels) + 8, xaxis=x_axis, yaxis=y_axis)


def world_map(
    countries: Sequence[str], values: Sequence[float], label: str, palette: Palette
) -> go.Figure:
    """A world map of a count by ISO 3166-1 alpha-2 country, on a log colour scale."""
    known = [
        (alpha_3, value, formats.country(code))
        for code, value in zip(countries, values, strict=True)
        if (alpha_3 := formats.country_alpha_3(code)) and value > 0
    ]
    amounts = [value for _, value, _ in known]
    low, top = math.floor(math.log10(min(amounts, default=1))), max([*amounts, 10])
    trace = {
        "type": "choropleth",
        "locations": [code for code, _, _ in known],
        "z": [math.log10(value) for value in amounts],
        "zmin": low,
        "zmax": math.log10(top),
        "customdata": [f"{name}  <b>{value:,.0f} {label.lower()}</b>" for _, value, name in known],
        "hovertemplate": "%{customdata}<extra></extra>",
        "colorscale": [[n / 4, colour] for n, colour in enumerate(palette.scale)],
        "marker": {"line": {"width": 0.5, "color": palette.page}},
        "colorbar": _colour_bar(low, math.floor(math.log10(top)), palette),
    }
    geo = {
        "projection": {"type": "natural earth"},
        "visible": False,
        "showland": True,
        "landcolor": palette.land,
        "bgcolor": "rgba(0,0,0,0)",
        "lataxis": {"range": [-56, 82]},
        "lonaxis": {"range": [-170, 190]},
        "fitbounds": False,
    }
    margin = {"l": 0, "r": 0, "t": 0, "b": 30}
    return _figure([trace], palette, height=270, geo=geo, dragmode=False, margin=margin)


def sparkline(values: Sequence[float], palette: Palette) -> str:
    """A course of at least two values as an HTML image; it says nothing that its card does not."""
    low, high = min(values), max(values)
    spread = (high - low) or 1.0
    points = " ".join(
        f"{100 * n / (len(values) - 1):.4g},{26 - 24 * (value - low) / spread:.4g}"
        for n, value in enumerate(values)
    )
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 28" preserveAspectRatio="none">'
        f'<polyline points="{points}" fill="none" stroke="{palette.quiet}" stroke-width="1.5" '
        'stroke-linejoin="round" vector-effect="non-scaling-stroke"/></svg>'
    )
    return f'<img class="sparkline" alt="" src="data:image/svg+xml,{quote(svg)}">'


def _colour_bar(low: int, high: int, palette: Palette) -> dict[str, Any]:
    """The legend of a log scale: its powers of ten, as numbers."""
    return {
        "orientation": "h",
        "thickness": 6,
        "len": 0.5,
        "x": 0.5,
        "y": -0.02,
        "yanchor": "top",
        "tickvals": list(range(low, high + 1)),
        "ticktext": [formats.compact(10**power) for power in range(low, high + 1)],
        "tickfont": {"size": 11, "color": palette.quiet},
        "outlinewidth": 0,
    }


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
    step = next(magnitude * m for m in (1, 2, 2.5, 5, 10) if magnitude * m >= top / 4 * 0.999)
    step = max(step, 1.0) if measure.format == "number" else step
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


def _short(label: str) -> str:
    cut = label if len(label) <= _LABEL_LENGTH else label[: _LABEL_LENGTH - 1] + "…"
    return html.escape(cut)


def _figure(
    traces: list[dict[str, Any]], palette: Palette, *, height: int, **layout: Any
) -> go.Figure:
    base = {
        "template": "none",
        "height": height,
        "margin": {"l": 0, "r": 0, "t": 8, "b": 0},
        "font": {"family": FONT, "color": palette.text},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "showlegend": False,
        "hoverlabel": {
            "bgcolor": palette.page,
            "bordercolor": palette.grid,
            "font": {"family": FONT, "size": 13, "color": palette.text},
        },
    }
    return go.Figure(data=traces, layout=base | layout)
