"""Heatmap of a metric by weekday and hour of the day, with its totals beside it."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from .. import formats
from ..query.metrics import FEW, Metric
from ..words import tr
from .axes import plain_axis, spread_ticks, tick_text, unit
from .base import HOVER, Palette, blend, faded, figure, point
from .world import colour_bar

_HEIGHT = 330
_DAYS = tuple(formats.of_clock("weekday", str(n)) for n in range(1, 8))
_HOURS = range(24)
_USUAL = (2, 98)  # percentiles; what lies beyond would dominate the scale
_LOW = 0.5  # the scale starts at this fraction of its end at most, or noise would look large
_GRID, _BESIDE = (0.0, 0.85), (0.87, 1.0)  # of the width: the hours, and what a weekday has
_BELOW, _ABOVE = (0.0, 0.8), (0.83, 1.0)  # of the height: the weekdays, and what an hour has
_FADED = 0.6  # opacity of the veil over what is not selected

Numbers = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class WeekTotals:
    """A metric by weekday (7 values, Monday first) and by hour of the day (24).

    `of_day` is the metric by weekday, whose label and format may differ: plays a day, not an hour.
    """

    of_day: Metric
    by_day: Sequence[float]
    by_hour: Sequence[float]


def heatmap(
    measure: Metric,
    values: Numbers,
    palette: Palette,
    *,
    totals: WeekTotals | None = None,
    few: Flags | None = None,
    doubtful: Flags | None = None,
    chosen: tuple[Collection[str], Collection[str]] = ((), ()),
) -> go.Figure:
    """Cells of 7 weekdays (Monday first) x 24 hours, coloured by a metric; NaN cells are empty.

    The scale has round ends around all but the outliers, and says where it is clipped. Cells of
    `few` plays are marked; tooltips name `few` and `doubtful` cells. `totals` are bars above the
    hours and beside the weekdays. A click gives weekday and hour, or one of them; while weekdays
    or hours are `chosen`, the others are faded.
    """
    nowhere = np.zeros_like(values, dtype=bool)
    marked = nowhere if few is None else few
    doubts = nowhere if doubtful is None else doubtful
    known = values[np.isfinite(values)]
    sure = values[np.isfinite(values) & ~marked]
    traces = []
    if known.size:
        texts = ["·" if mark else "" for mark in marked.flat]
        traces = [
            _squares(values, palette)
            | _scale(measure, known, sure if sure.size else known, palette)
            | {
                "text": np.reshape(texts, (7, 24)).tolist(),
                "customdata": _custom(measure, values, marked, doubts),
            },
            *_veil(chosen, palette),
            *(_bars(measure, totals, palette, chosen) if totals else []),
        ]
    margin = {"l": 0, "r": 0, "t": 4, "b": 56}
    axes = _axes(palette, totals)
    return figure(traces, palette, height=_HEIGHT, margin=margin, **axes)


def _squares(values: Numbers, palette: Palette) -> dict[str, Any]:
    return {
        "type": "heatmap",
        "z": [[None if math.isnan(value) else value for value in row] for row in values.tolist()],
        "x": list(_HOURS),
        "y": list(range(7)),
        "colorscale": [[n / 4, colour] for n, colour in enumerate(palette.scale)],
        "xgap": 2,
        "ygap": 2,
        "texttemplate": "%{text}",
        "textfont": {"size": 16},
        "hovertemplate": HOVER,
        "hoverongaps": False,
    }


def _scale(measure: Metric, known: Numbers, sure: Numbers, palette: Palette) -> dict[str, Any]:
    """The ends of the scale and its legend."""
    low, high = np.percentile(sure, _USUAL)
    high = high or known.max() or 1.0
    divisor = unit(measure, high)
    places = spread_ticks(measure, min(low, high * _LOW) / divisor, high / divisor)
    texts = [tick_text(measure, place, divisor) for place in places]
    texts[0] = f"≤ {texts[0]}" if known.min() < places[0] * divisor * 0.999 else texts[0]
    texts[-1] = f"≥ {texts[-1]}" if known.max() > places[-1] * divisor * 1.001 else texts[-1]
    ends = [place * divisor for place in places]
    bar = colour_bar(ends, texts, palette) | {"y": -0.12}
    return {"zmin": ends[0], "zmax": ends[-1], "colorbar": bar}


def _custom(
    measure: Metric, values: Numbers, few: Flags, doubtful: Flags
) -> list[list[list[str | None]]]:
    return [
        [
            point(
                _hover(_cell(day, hour), measure, values[day, hour])
                + _marks(few[day, hour], doubtful[day, hour]),
                *(_pick_day(day), _pick_hour(hour)),
            )
            for hour in _HOURS
        ]
        for day in range(7)
    ]


def _pick_day(day: int) -> tuple[str, str]:
    return "weekday", str(day + 1)


def _pick_hour(hour: int) -> tuple[str, str]:
    return "hour_of_day", str(hour)


def _cell(day: int, hour: int) -> str:
    return f"{_DAYS[day]}, {_span(hour)}"


def _span(hour: int) -> str:
    return tr("{start} to {end}", start=f"{hour:02}:00", end=f"{hour + 1:02}:00")


def _hover(title: str, measure: Metric, value: float) -> str:
    return f"<b>{title}</b><br>{measure.label}: {formats.value(measure, float(value), full=True)}"


def _marks(few: bool, doubtful: bool) -> str:
    marks = {tr("Fewer than {few} plays", few=FEW): few, tr("Has days in doubt"): doubtful}
    return "".join(f"<br>{mark}" for mark, holds in marks.items() if holds)


def _veil(chosen: tuple[Collection[str], Collection[str]], palette: Palette) -> list[Any]:
    """A pale cover over the cells of weekdays and hours that are not chosen."""
    days = [_is_pale(str(day + 1), chosen[0]) for day in range(7)]
    hours = [_is_pale(str(hour), chosen[1]) for hour in _HOURS]
    if not any(days) and not any(hours):
        return []
    return [
        {
            "type": "heatmap",
            "z": [[1 if day or hour else None for hour in hours] for day in days],
            "x": list(_HOURS),
            "y": list(range(7)),
            "colorscale": [[0, palette.page], [1, palette.page]],
            "opacity": _FADED,
            "showscale": False,
            "hoverinfo": "skip",
        }
    ]


def _is_pale(value: str, chosen: Collection[str]) -> bool:
    return bool(chosen) and value not in chosen


def _bars(
    measure: Metric,
    totals: WeekTotals,
    palette: Palette,
    chosen: tuple[Collection[str], Collection[str]],
) -> list[dict[str, Any]]:
    """What every hour has, above; what every weekday has, on the right with its number."""
    hours = [
        point(_hover(_span(hour), measure, value), _pick_hour(hour))
        for hour, value in enumerate(totals.by_hour)
    ]
    days = [
        point(_hover(_DAYS[day], totals.of_day, value), _pick_day(day))
        for day, value in enumerate(totals.by_day)
    ]
    colour = blend(palette.quiet, palette.page, 0.25)
    pale = [_is_pale(str(hour), chosen[1]) for hour in _HOURS]
    above = {
        "x": list(_HOURS),
        "y": _drawn(totals.by_hour),
        "yaxis": "y2",
        "customdata": hours,
        "marker": {"color": [faded(colour, palette) if off else colour for off in pale]},
    }
    pale = [_is_pale(str(day + 1), chosen[0]) for day in range(7)]
    beside = {
        "x": _drawn(totals.by_day),
        "y": list(range(7)),
        "xaxis": "x2",
        "orientation": "h",
        "customdata": days,
        "text": [formats.value(totals.of_day, value) for value in totals.by_day],
        "textposition": "inside",
        "insidetextanchor": "start",
        "textangle": 0,
        "constraintext": "none",
        "insidetextfont": {"size": 12, "color": palette.text},
        "marker": {"color": [faded(colour, palette) if off else colour for off in pale]},
    }
    return [_BAR | above, _BAR | beside]


_BAR = {"type": "bar", "width": 0.86, "hovertemplate": HOVER}


def _drawn(values: Sequence[float]) -> list[float]:
    return [0.0 if math.isnan(value) else float(value) for value in values]


def _axes(palette: Palette, totals: WeekTotals | None) -> dict[str, Any]:
    hours = [0, 6, 12, 18]
    x_axis = plain_axis(palette) | {
        "tickvals": hours,
        "ticktext": [f"{hour:02}:00" for hour in hours],
        "range": [-0.5, 23.5],
    }
    y_axis = plain_axis(palette) | {
        "tickvals": list(range(7)),
        "ticktext": [day[:3] for day in _DAYS],
        "ticklabelstandoff": 6,
        "range": [6.5, -0.5],
    }
    if totals is None:
        return {"xaxis": x_axis, "yaxis": y_axis}
    bare = plain_axis(palette) | {"visible": False, "rangemode": "tozero"}
    return {
        "xaxis": x_axis | {"domain": _GRID},
        "yaxis": y_axis | {"domain": _BELOW},
        "xaxis2": bare | {"domain": _BESIDE, "anchor": "y"},
        "yaxis2": bare | {"domain": _ABOVE, "anchor": "x"},
    }
