"""Heatmap of a metric by weekday and hour of the day."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from .. import formats
from ..query.metrics import FEW, Metric
from .axes import plain_axis, tick_text, ticks, unit
from .base import HOVER, Palette, figure
from .world import colour_bar

_HEIGHT = 270
_DAYS = tuple(formats.of_clock("weekday", str(n)) for n in range(1, 8))
_HOURS = range(24)

Numbers = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


def heatmap(
    measure: Metric,
    values: Numbers,
    palette: Palette,
    *,
    few: Flags | None = None,
    doubtful: Flags | None = None,
) -> go.Figure:
    """Cells of 7 weekdays (Monday first) x 24 hours, coloured by a metric; NaN cells are empty.

    The scale is clipped at the 98th percentile against outliers, and its last tick then says so.
    Cells of `few` plays are marked; tooltips name `few` and `doubtful` cells.
    """
    known = values[np.isfinite(values)]
    top = float(known.max()) if known.size else 0.0
    end = float(np.percentile(known, 98)) if known.size else 0.0
    end = end if end > 0 else top
    nowhere = np.zeros_like(values, dtype=bool)
    marked = nowhere if few is None else few
    doubts = nowhere if doubtful is None else doubtful
    texts = [
        [
            _hover(measure, day, hour, float(values[day, hour]))
            + _marks(marked[day, hour], doubts[day, hour])
            for hour in _HOURS
        ]
        for day in range(7)
    ]
    trace = _squares(values, palette) | {
        "zmax": end or 1,
        "colorbar": _colour_bar(measure, end, top, palette),
        "text": [["·" if mark else "" for mark in row] for row in marked.tolist()],
        "customdata": [[[None, text] for text in row] for row in texts],
    }
    margin = {"l": 0, "r": 0, "t": 4, "b": 56}
    return figure(
        [trace] if known.size else [], palette, height=_HEIGHT, margin=margin, **_axes(palette)
    )


def _squares(values: Numbers, palette: Palette) -> dict[str, Any]:
    return {
        "type": "heatmap",
        "z": [[None if math.isnan(value) else value for value in row] for row in values.tolist()],
        "x": list(_HOURS),
        "y": list(range(7)),
        "zmin": 0,
        "colorscale": [[n / 4, colour] for n, colour in enumerate(palette.scale)],
        "xgap": 2,
        "ygap": 2,
        "texttemplate": "%{text}",
        "textfont": {"size": 16},
        "hovertemplate": HOVER,
        "hoverongaps": False,
    }


def _hover(measure: Metric, day: int, hour: int, value: float) -> str:
    return (
        f"<b>{_DAYS[day]}, {hour:02}:00 to {hour + 1:02}:00</b><br>"
        f"{measure.label}: {formats.value(measure, value, full=True)}"
    )


def _marks(few: bool, doubtful: bool) -> str:
    marks = {f"Fewer than {FEW} plays": few, "Has days in doubt": doubtful}
    return "".join(f"<br>{mark}" for mark, holds in marks.items() if holds)


def _colour_bar(measure: Metric, end: float, top: float, palette: Palette) -> dict[str, Any]:
    divisor = unit(measure, end)
    places = [tick for tick in ticks(measure, end / divisor) if tick <= end / divisor * 0.8]
    texts = [tick_text(measure, tick, divisor) for tick in places]
    mark = "≥ " if top > end * 1.001 else ""
    texts.append(f"{mark}{formats.value(measure, end)}")
    return colour_bar([*(tick * divisor for tick in places), end], texts, palette) | {"y": -0.14}


def _axes(palette: Palette) -> dict[str, Any]:
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
    return {"xaxis": x_axis, "yaxis": y_axis}
