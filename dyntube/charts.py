"""Answers to plotly figures. The only module that imports plotly.

Figures are `go`, not `px` (ten times cheaper to build). Texts from the data are escaped, since
plotly reads a little HTML in labels.
"""

from __future__ import annotations

import html
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

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
    figure = go.Figure()
    values = now.rows[measure.name]
    unit = _unit(measure, values)
    if before is not None:
        earlier = Trend(now.interval, before.rows.iloc[: len(now.rows)], before.partial)
        line = {"color": palette.quiet, "width": 1.6, "dash": "dot"}
        starts = now.rows.iloc[: len(earlier.rows), 0]
        _line(figure, measure, earlier, slice(None), starts, line=line, unit=unit)
    whole = [n for n, partial in enumerate(now.partial) if not partial]
    first, last = (whole[0], whole[-1]) if whole else (0, 0)
    accent = {"color": palette.accent, "width": 2.4}
    area = {"fill": "tozeroy", "fillcolor": palette.area} if not measure.is_rate else {}
    starts = now.rows.iloc[:, 0]
    for part, dash, style in (
        (slice(0, first + 1), "5px,4px", {}),
        (slice(first, last + 1), "solid", area),
        (slice(last, None), "5px,4px", {}),
    ):
        if len(starts.iloc[part]) > 1 or dash == "solid":
            line = accent | {"dash": dash}
            _line(figure, measure, now, part, starts, line=line, unit=unit, **style)
    shown = [values] if before is None else [values, before.rows[measure.name]]
    _time_axes(figure, measure, pd.concat(shown), unit, palette)
    return figure


def _line(
    figure: go.Figure,
    measure: Metric,
    trend: Trend,
    part: slice,
    starts: pd.Series[Any],
    *,
    line: dict[str, Any],
    unit: float,
    **style: Any,
) -> None:
    rows = trend.rows.iloc[part]
    figure.add_scatter(
        x=starts.iloc[part],
        y=rows[measure.name] / unit,
        customdata=_hover(measure, rows, trend.interval, trend.partial.iloc[part]),
        hovertemplate="%{customdata}<extra></extra>",
        mode="lines+markers" if len(rows) == 1 else "lines",
        line=line,
        **style,
    )


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
    colours = [palette.land if label in context else palette.accent for label in labels]
    shown = [_short(label) for label in labels]
    positions = list(range(len(shown)))
    hovers = [
        f"{html.escape(label)}  <b>{value:,.0f}</b>"
        for label, value in zip(labels, values, strict=True)
    ]
    figure = go.Figure(
        go.Bar(
            x=list(values),
            y=positions,
            orientation="h",
            text=list(texts),
            textposition="outside",
            cliponaxis=False,
            textfont={"color": palette.quiet, "size": 12},
            customdata=hovers,
            hovertemplate="%{customdata}<extra></extra>",
            marker={"color": colours, "cornerradius": 4},
            width=0.62,
        )
    )
    largest = max([*values, 1])
    _layout(figure, palette, height=_ROW * len(shown) + 8)
    figure.update_xaxes(visible=False, range=[0, largest * 1.45], fixedrange=True)
    figure.update_yaxes(
        tickmode="array",
        tickvals=positions,
        ticktext=shown,
        ticklabelstandoff=8,
        range=[len(shown) - 0.5, -0.5],
        showgrid=False,
        fixedrange=True,
        automargin=True,
        tickfont={"size": 13, "color": palette.text},
    )
    return figure


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
    ticks = [10**power for power in range(low, math.floor(math.log10(top)) + 1)]
    figure = go.Figure(
        go.Choropleth(
            locations=[code for code, _, _ in known],
            z=[math.log10(value) for value in amounts],
            zmin=low,
            zmax=math.log10(top),
            customdata=[[name, f"{value:,.0f} {label.lower()}"] for _, value, name in known],
            hovertemplate="%{customdata[0]}  <b>%{customdata[1]}</b><extra></extra>",
            colorscale=[[i / 4, colour] for i, colour in enumerate(palette.scale)],
            marker={"line": {"width": 0.5, "color": palette.page}},
            colorbar={
                "orientation": "h",
                "thickness": 6,
                "len": 0.5,
                "x": 0.5,
                "y": -0.02,
                "yanchor": "top",
                "tickvals": [math.log10(tick) for tick in ticks],
                "ticktext": [formats.compact(tick) for tick in ticks],
                "tickfont": {"size": 11, "color": palette.quiet},
                "outlinewidth": 0,
            },
        )
    )
    figure.update_geos(
        projection_type="natural earth",
        visible=False,
        showland=True,
        landcolor=palette.land,
        bgcolor="rgba(0,0,0,0)",
        lataxis_range=[-56, 82],
        lonaxis_range=[-170, 190],
        fitbounds=False,
    )
    _layout(figure, palette, height=270)
    figure.update_layout(dragmode=False, margin={"l": 0, "r": 0, "t": 0, "b": 30})
    return figure


def _time_axes(
    figure: go.Figure, measure: Metric, values: pd.Series[float], unit: float, palette: Palette
) -> None:
    _layout(figure, palette, height=300)
    figure.update_layout(hovermode="x unified")
    figure.update_xaxes(
        showgrid=False,
        showline=True,
        linecolor=palette.grid,
        nticks=9,
        unifiedhovertitle={"text": " "},
        tickformatstops=[
            {"dtickrange": [None, 86_399_999], "value": "%H:%M\n%-d %b"},
            {"dtickrange": [86_400_000, 2_419_200_000], "value": "%-d %b\n%Y"},
            {"dtickrange": ["M1", None], "value": "%b\n%Y"},
        ],
        tickfont={"size": 12, "color": palette.quiet},
        fixedrange=True,
    )
    ticks = _ticks(measure, float((values / unit).max()))
    figure.update_yaxes(
        gridcolor=palette.grid,
        zeroline=False,
        tickvals=ticks,
        ticktext=[_tick(measure, tick, unit) for tick in ticks],
        range=[0, ticks[-1] * 1.04],
        tickfont={"size": 12, "color": palette.quiet},
        fixedrange=True,
    )


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


def _layout(figure: go.Figure, palette: Palette, *, height: int) -> None:
    layout: dict[str, Any] = {
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
    figure.update_layout(layout)
